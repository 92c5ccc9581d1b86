//! Attributes: `KeyValue` and `AnyValue`, of the runtime and of the model.

use mooncake_trace::{Attr, Value};

use super::buffer::{Buffer, copy};
use super::wire::{count, len_tag, length_delimited, push_varint, text, varint, varint_len};
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
#[inline(always)]
pub(super) fn attributes(out: &mut Buffer, field: u8, attributes: &[Attr<'_>]) {
    for (key, value) in attributes {
        attribute(out, field, key, value);
    }
}

/// The bytes that an attribute takes, if it is one of the short kind, else a guess.
#[inline(always)]
pub(super) fn size(key: &str, value: &Value<'_>) -> usize {
    4 + key.len()
        + match value {
            Value::Bool(_) => 4,
            Value::Int(v) => 3 + varint_len(v.cast_unsigned()),
            Value::Float(_) => 11,
            Value::Str(v) => 4 + v.len(),
            Value::Array(_) => 0x80,
        }
}

#[inline(always)]
fn attribute(out: &mut Buffer, field: u8, key: &str, value: &Value<'_>) {
    let (tag, bytes, n) = match value {
        Value::Int(v) => {
            let (bytes, n) = varint(v.cast_unsigned());
            (INT << 3, bytes, n)
        }
        Value::Bool(v) => (BOOL << 3, first([u8::from(*v)]), 1),
        Value::Float(v) => (DOUBLE << 3 | 1, first(v.to_le_bytes()), 8),
        Value::Str(v) if key.len() + v.len() < 0x70 => return short_text(out, field, key, v),
        _ => return long(out, field, key, value),
    };
    if key.len() < 0x70 {
        short(out, field, key, tag, bytes, n);
    } else {
        long(out, field, key, value);
    }
}

#[inline(always)]
fn first<const N: usize>(head: [u8; N]) -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes[..N].copy_from_slice(&head);
    bytes
}

/// An attribute whose value is the first `n` of `bytes`. They are copied whole; what follows overwrites the rest.
#[inline(always)]
fn short(out: &mut Buffer, field: u8, key: &str, tag: u8, bytes: [u8; 10], n: usize) {
    let k = key.len();
    let to = head(out, field, key, 3 + n, 3 + 10);
    let [v0, v1, v2, value @ ..] = to else { return };
    [*v0, *v1, *v2] = [len_tag(2), 1 + n as u8, tag];
    value.copy_from_slice(&bytes);
    out.advance(4 + k + 3 + n);
}

/// An attribute whose value is a text, and all of whose lengths take one byte.
#[inline(always)]
fn short_text(out: &mut Buffer, field: u8, key: &str, v: &str) {
    let (k, n) = (key.len(), v.len());
    let to = head(out, field, key, 4 + n, 4 + n);
    let [v0, v1, v2, v3, value @ ..] = to else {
        return;
    };
    [*v0, *v1, *v2, *v3] = [len_tag(2), 2 + n as u8, len_tag(STRING), n as u8];
    copy(value, v.as_bytes());
    out.advance(4 + k + 4 + n);
}

/// Writes tag, length and key of a `KeyValue` whose lengths take one byte each, and gives the `room` bytes that follow.
#[inline(always)]
fn head<'a>(
    out: &'a mut Buffer,
    field: u8,
    key: &str,
    value_field: usize,
    room: usize,
) -> &'a mut [u8] {
    let k = key.len();
    let (to, rest) = out.room(4 + k + room).split_at_mut(4 + k);
    let [h0, h1, h2, h3, key_bytes @ ..] = to else {
        return rest;
    };
    [*h0, *h1, *h2, *h3] = [
        len_tag(field),
        (2 + k + value_field) as u8,
        len_tag(1),
        k as u8,
    ];
    copy(key_bytes, key.as_bytes());
    rest
}

/// Any attribute.
#[inline(never)]
fn long(out: &mut Buffer, field: u8, key: &str, value: &Value<'_>) {
    length_delimited(out, field, |out| {
        text(out, 1, key);
        length_delimited(out, 2, |out| any(out, value));
    });
}

/// The content of an `AnyValue`.
fn any(out: &mut Buffer, value: &Value<'_>) {
    match value {
        Value::Bool(v) => out.push([BOOL << 3, u8::from(*v)]),
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

fn int(out: &mut Buffer, v: i64) {
    out.push([INT << 3]);
    push_varint(out, v.cast_unsigned());
}

fn double(out: &mut Buffer, v: f64) {
    out.push([DOUBLE << 3 | 1]);
    out.push(v.to_le_bytes());
}

/// The content of a `Resource`.
pub(super) fn resource(out: &mut Buffer, resource: &Resource) {
    key_values(out, &resource.attributes);
    count(out, 2, resource.dropped_attributes);
}

fn key_values(out: &mut Buffer, attributes: &[KeyValue]) {
    for KeyValue { key, value } in attributes {
        length_delimited(out, 1, |out| {
            text(out, 1, key);
            length_delimited(out, 2, |out| model_any(out, value));
        });
    }
}

fn model_any(out: &mut Buffer, value: &AnyValue) {
    match value {
        AnyValue::Empty => {}
        AnyValue::Str(v) => text(out, STRING, v),
        AnyValue::Bool(v) => out.push([BOOL << 3, u8::from(*v)]),
        AnyValue::Int(v) => int(out, *v),
        AnyValue::Double(v) => double(out, *v),
        AnyValue::Array(items) => length_delimited(out, ARRAY, |out| {
            for item in items {
                length_delimited(out, 1, |out| model_any(out, item));
            }
        }),
        AnyValue::KvList(items) => length_delimited(out, KVLIST, |out| key_values(out, items)),
        AnyValue::Bytes(v) => length_delimited(out, BYTES, |out| out.push_slice(v)),
    }
}
