//! Attributes: `KeyValue` and `AnyValue`, of the runtime and of the model.

use mooncake_trace::{Attr, Value};

use super::wire::{
    count, len_tag, length_delimited, push_varint, text, varint, varint_len,
};
use crate::model::{AnyValue, KeyValue, Resource};

// Fields of AnyValue.
const STRING: u8 = 1;
const BOOL: u8 = 2;
const INT: u8 = 3;
const DOUBLE: u8 = 4;
const ARRAY: u8 = 5;
const KVLIST: u8 = 6;
const BYTES: u8 = 7;

/// Every attribute as one field of its span or event.
#[inline]
pub(super) fn attributes(out: &mut Vec<u8>, field: u8, attributes: &[Attr<'_>]) {
    for (key, value) in attributes {
        attribute(out, field, key, value);
    }
}

#[inline(always)]
fn attribute(out: &mut Vec<u8>, field: u8, key: &str, value: &Value<'_>) {
    match value {
        Value::Int(v) => {
            let (bytes, n) = varint(v.cast_unsigned());
            short(out, field, key, INT << 3, bytes, n);
        }
        Value::Bool(v) => short(out, field, key, BOOL << 3, [u8::from(*v); 1], 1),
        Value::Float(v) => short(out, field, key, DOUBLE << 3 | 1, v.to_le_bytes(), 8),
        Value::Str(v) => string(out, field, key, v),
        Value::Array(_) => length_delimited(out, field, |out| {
            text(out, 1, key);
            length_delimited(out, 2, |out| any(out, value));
        }),
    }
}

/// An attribute whose value is the first `n` of `bytes`.
#[inline(always)]
fn short<const N: usize>(
    out: &mut Vec<u8>,
    field: u8,
    key: &str,
    value_tag: u8,
    bytes: [u8; N],
    n: usize,
) {
    head(out, field, key, 2 + 1 + n);
    // One copy of known size, and what is too much is cut off again.
    out.extend_from_slice(&[len_tag(2), 1 + n as u8, value_tag]);
    let end = out.len() + n;
    out.extend_from_slice(&bytes);
    out.truncate(end);
}

#[inline(always)]
fn string(out: &mut Vec<u8>, field: u8, key: &str, v: &str) {
    let value_len = 1 + varint_len(v.len() as u64) + v.len();
    head(out, field, key, 1 + varint_len(value_len as u64) + value_len);
    if value_len < 0x80 {
        out.extend_from_slice(&[len_tag(2), value_len as u8, len_tag(STRING), v.len() as u8]);
        out.extend_from_slice(v.as_bytes());
    } else {
        out.push(len_tag(2));
        push_varint(out, value_len as u64);
        text(out, STRING, v);
    }
}

/// Tag, length and key of a `KeyValue` whose value field takes `value_field` bytes.
#[inline(always)]
fn head(out: &mut Vec<u8>, field: u8, key: &str, value_field: usize) {
    let len = 2 + key.len() + value_field;
    if len < 0x80 {
        out.extend_from_slice(&[len_tag(field), len as u8, len_tag(1), key.len() as u8]);
        out.extend_from_slice(key.as_bytes());
    } else {
        out.push(len_tag(field));
        push_varint(out, (len - 1 + varint_len(key.len() as u64)) as u64);
        text(out, 1, key);
    }
}

/// The content of an `AnyValue`.
fn any(out: &mut Vec<u8>, value: &Value<'_>) {
    match value {
        Value::Bool(v) => out.extend_from_slice(&[BOOL << 3, u8::from(*v)]),
        Value::Int(v) => int(out, *v),
        Value::Float(v) => double(out, *v),
        Value::Str(v) => text(out, STRING, v),
        Value::Array(items) => length_delimited(out, ARRAY, |out| {
            for item in items {
                length_delimited(out, 1, |out| any(out, item));
            }
        }),
    }
}

fn int(out: &mut Vec<u8>, v: i64) {
    out.push(INT << 3);
    push_varint(out, v.cast_unsigned());
}

fn double(out: &mut Vec<u8>, v: f64) {
    out.push(DOUBLE << 3 | 1);
    out.extend_from_slice(&v.to_le_bytes());
}

/// The content of a `Resource`.
pub(super) fn resource(out: &mut Vec<u8>, resource: &Resource) {
    key_values(out, &resource.attributes);
    count(out, 2, resource.dropped_attributes);
}

fn key_values(out: &mut Vec<u8>, attributes: &[KeyValue]) {
    for KeyValue { key, value } in attributes {
        length_delimited(out, 1, |out| {
            text(out, 1, key);
            length_delimited(out, 2, |out| model_any(out, value));
        });
    }
}

fn model_any(out: &mut Vec<u8>, value: &AnyValue) {
    match value {
        AnyValue::Empty => {}
        AnyValue::Str(v) => text(out, STRING, v),
        AnyValue::Bool(v) => out.extend_from_slice(&[BOOL << 3, u8::from(*v)]),
        AnyValue::Int(v) => int(out, *v),
        AnyValue::Double(v) => double(out, *v),
        AnyValue::Array(items) => length_delimited(out, ARRAY, |out| {
            for item in items {
                length_delimited(out, 1, |out| model_any(out, item));
            }
        }),
        AnyValue::KvList(items) => length_delimited(out, KVLIST, |out| key_values(out, items)),
        AnyValue::Bytes(v) => length_delimited(out, BYTES, |out| out.extend_from_slice(v)),
    }
}
