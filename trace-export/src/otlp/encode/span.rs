//! `ScopeSpans.spans`: one span of the runtime.

use mooncake_trace::{Event, Link, Span, Status};

use super::buffer::Buffer;
use super::value::{attributes, size};
use super::wire::{close, count, len_tag, length_delimited, text};
use crate::convert::{SPAN_KIND_INTERNAL, link_flags, span_flags};

/// Fields that every span has, and all of whose sizes are fixed: trace id, span id, kind, start, end, flags.
const FIXED: usize = 18 + 10 + 2 + 9 + 9 + 6;
/// A link.
const LINK: usize = 18 + 10 + 5;

/// Appends `span` as a field of its `ScopeSpans`.
#[inline]
pub(super) fn span(out: &mut Buffer, span: &Span<'_>) {
    let room = if at_least(span) < 0x80 { 1 } else { 2 };
    out.push_part([len_tag(2), 0, 0], 1 + room);
    let start = out.len();
    fields(out, span);
    close(out, start, room);
}

/// A guess at the bytes that the fields of `span` take, mostly exact; a wrong one costs a move in `close`.
#[inline(always)]
fn at_least(span: &Span<'_>) -> usize {
    let parent = if span.parent.is_some() { 10 } else { 0 };
    let link = if span.link.is_some() { 2 + LINK } else { 0 };
    let known = FIXED + 2 + span.name.len() + parent + link;
    match span.attributes.as_slice() {
        [] => known,
        [(key, value)] => known + size(key, value),
        [(key, value), (key2, value2)] => known + size(key, value) + size(key2, value2),
        _ => known + 0x80,
    }
}

#[inline(always)]
fn fields(out: &mut Buffer, span: &Span<'_>) {
    out.push(fixed(span));
    if let Some(parent) = span.parent {
        out.push(id_field(4, parent.span_id));
    }
    text(out, 5, &span.name);
    attributes(out, 9, &span.attributes);
    if let Some(link) = &span.link {
        out.push(link_field(link));
    }
    if let Some(state) = span.trace_state {
        text(out, 3, state);
    }
    count(out, 10, span.dropped_attributes);
    for event in &span.events {
        length_delimited(out, 11, |out| event_fields(out, event));
    }
    count(out, 12, span.dropped_events);
    if let Status::Error(message) = span.status {
        length_delimited(out, 15, |out| status(out, message));
    }
}

#[inline(always)]
fn fixed(span: &Span<'_>) -> [u8; FIXED] {
    let mut bytes = [0; FIXED];
    put(&mut bytes, 0, trace_field(span.trace_id));
    put(&mut bytes, 18, id_field(2, span.span_id));
    put(&mut bytes, 28, [6 << 3, SPAN_KIND_INTERNAL as u8]);
    put(&mut bytes, 30, fixed64_field(7, span.start_ns));
    put(&mut bytes, 39, fixed64_field(8, span.end_ns));
    // Field 16 of wire type fixed32: the tag takes two bytes.
    put(&mut bytes, 48, [0x85, 0x01]);
    put(&mut bytes, 50, span_flags(span).to_le_bytes());
    bytes
}

#[inline(always)]
fn link_field(link: &Link) -> [u8; 2 + LINK] {
    let mut bytes = [0; 2 + LINK];
    put(&mut bytes, 0, [len_tag(13), LINK as u8]);
    put(&mut bytes, 2, trace_field(link.trace_id));
    put(&mut bytes, 20, id_field(2, link.span_id));
    put(&mut bytes, 30, [0x35]);
    put(&mut bytes, 31, link_flags(link).to_le_bytes());
    bytes
}

fn event_fields(out: &mut Buffer, event: &Event<'_>) {
    out.push(fixed64_field(1, event.time_ns));
    text(out, 2, event.name);
    attributes(out, 3, &event.attributes);
    count(out, 4, event.dropped_attributes);
}

fn status(out: &mut Buffer, message: &str) {
    if !message.is_empty() {
        text(out, 2, message);
    }
    out.push([3 << 3, 2]);
}

#[inline(always)]
fn trace_field(id: u128) -> [u8; 18] {
    let mut bytes = [0; 18];
    put(&mut bytes, 0, [len_tag(1), 16]);
    put(&mut bytes, 2, id.to_be_bytes());
    bytes
}

#[inline(always)]
fn id_field(field: u8, id: u64) -> [u8; 10] {
    let mut bytes = [0; 10];
    put(&mut bytes, 0, [len_tag(field), 8]);
    put(&mut bytes, 2, id.to_be_bytes());
    bytes
}

#[inline(always)]
fn fixed64_field(field: u8, v: u64) -> [u8; 9] {
    let mut bytes = [0; 9];
    put(&mut bytes, 0, [field << 3 | 1]);
    put(&mut bytes, 1, v.to_le_bytes());
    bytes
}

#[inline(always)]
fn put<const N: usize>(bytes: &mut [u8], at: usize, part: [u8; N]) {
    bytes[at..at + N].copy_from_slice(&part);
}
