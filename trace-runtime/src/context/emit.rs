//! From the state of a context to the record of an ended span.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::slices::Open;
use super::state::State;
use crate::SpanKind;
use crate::buffer::store;
use crate::clock::Timestamp;
use crate::local::Local;
use crate::record::{AttrLog, EventLog, Flags, HEAD_WORDS, Header, stage_to_word};

/// Longer attributes take the general way: only a log of at least 128 attributes can have lost any to compaction.
const PLAIN_ATTR_WORDS: usize = 127;

/// Records a slice that has nothing but its head, a link of its own trace, and attributes, if the chunk at hand has room
/// for it.
#[inline(always)]
pub(super) fn slice(
    local: &Local,
    trace_id: u128,
    open: &Open,
    end: Timestamp,
    flags: Flags,
) -> bool {
    let attrs = open.attrs.words();
    let flags = flags.with(open.flags);
    if attrs.len() > PLAIN_ATTR_WORDS || flags.has(Flags::LINK_TRACE) {
        return false;
    }
    let linked = usize::from(open.link != 0);
    let len = HEAD_WORDS + linked + attrs.len();
    let Some(room) = local.writer.room(len) else {
        return false;
    };
    let Some((head, tail)) = room.words.split_first_chunk::<HEAD_WORDS>() else {
        return false;
    };
    let header = Header::new(SpanKind::Slice, flags, len, open.attrs.count(), 0);
    store_head(head, slice_head(header, trace_id, open, end));
    if let Some((to_link, to_attrs)) = tail.split_at_checked(linked) {
        if let Some(to) = to_link.first() {
            to.store(open.link, Relaxed);
        }
        store(to_attrs, attrs);
    }
    local.writer.publish(&room);
    true
}

#[inline(always)]
fn slice_head(header: Header, trace_id: u128, open: &Open, end: Timestamp) -> [u64; HEAD_WORDS] {
    [
        header.to_word(),
        stage_to_word(open.stage),
        (trace_id >> 64) as u64,
        trace_id as u64,
        open.id,
        open.parent,
        open.start.to_word(),
        end.to_word(),
    ]
}

/// Records any slice, with the attached events.
pub(super) fn slice_with_parts(
    state: &mut State,
    local: &Local,
    index: usize,
    end: Timestamp,
    flags: Flags,
) {
    let trace_id = state.trace_id;
    let open = state.slices.get(index);
    let attrs = std::mem::take(&mut open.attrs);
    let foreign = open.flags.has(Flags::LINK_TRACE);
    let link_trace = foreign.then_some(state.foreign_trace);
    let flags = flags.with(open.flags);
    let link = open.link;
    let head = |header: Header| slice_head(header, trace_id, open, end);
    push_parts(
        local,
        SpanKind::Slice,
        flags,
        head,
        &Parts {
            link,
            link_trace,
            trace_state: &state.trace_state,
            events: &state.attached,
            identity: &[],
            attrs: &attrs,
        },
    );
    let open = state.slices.get(index);
    open.attrs = attrs;
    open.attrs.clear();
    state.attached.clear();
}

/// Records the thread span, with the attached events.
pub(super) fn thread(state: &State, local: &Local, end: Timestamp, flags: Flags) {
    let head = |header: Header| {
        [
            header.to_word(),
            state.thread_identity.len() as u64,
            (state.trace_id >> 64) as u64,
            state.trace_id as u64,
            state.thread,
            state.root,
            state.thread_start.to_word(),
            end.to_word(),
        ]
    };
    push(
        local,
        SpanKind::Thread,
        flags.with_if(Flags::PARENT_REMOTE, state.root_remote),
        head,
        &Parts {
            link: 0,
            link_trace: None,
            trace_state: &state.trace_state,
            events: &state.attached,
            identity: &state.thread_identity,
            attrs: &state.thread_attrs,
        },
    );
}

/// Records the root span.
pub(super) fn root(state: &State, local: &Local, end: Timestamp, flags: Flags) {
    let head = |header: Header| {
        [
            header.to_word(),
            state.identity.len() as u64,
            (state.trace_id >> 64) as u64,
            state.trace_id as u64,
            state.root,
            state.root_parent,
            state.start.to_word(),
            end.to_word(),
        ]
    };
    push(
        local,
        SpanKind::Request,
        flags.with_if(Flags::PARENT_REMOTE, state.root_parent != 0),
        head,
        &Parts {
            link: 0,
            link_trace: None,
            trace_state: &state.trace_state,
            events: &NO_EVENTS,
            identity: &state.identity,
            attrs: &state.root_attrs,
        },
    );
}

static NO_EVENTS: EventLog = EventLog::new();

/// By index, so that it becomes eight stores and no loop.
#[inline(always)]
fn store_head(to: &[AtomicU64; HEAD_WORDS], head: [u64; HEAD_WORDS]) {
    for i in 0..HEAD_WORDS {
        to[i].store(head[i], Relaxed);
    }
}

/// Everything of a record behind its head.
struct Parts<'a> {
    link: u64,
    link_trace: Option<u128>,
    trace_state: &'a [u64],
    events: &'a EventLog,
    identity: &'a [u64],
    attrs: &'a AttrLog,
}

#[inline(always)]
fn push(
    local: &Local,
    kind: SpanKind,
    flags: Flags,
    head: impl Fn(Header) -> [u64; HEAD_WORDS],
    parts: &Parts<'_>,
) {
    // One test for all that is rare.
    let more = parts.link
        | parts.trace_state.len() as u64
        | parts.events.words().len() as u64
        | u64::from(parts.events.dropped() | parts.attrs.dropped());
    if more != 0 || !push_plain(local, kind, flags, &head, parts.identity, parts.attrs) {
        push_parts(local, kind, flags, head, parts);
    }
}

/// Records a span that has nothing but its head, an identity and attributes, if the chunk at hand has room for it.
#[inline(always)]
fn push_plain(
    local: &Local,
    kind: SpanKind,
    flags: Flags,
    head: impl Fn(Header) -> [u64; HEAD_WORDS],
    identity: &[u64],
    attrs: &AttrLog,
) -> bool {
    let len = HEAD_WORDS + identity.len() + attrs.words().len();
    let Some(room) = local.writer.room(len) else {
        return false;
    };
    let Some((to_head, tail)) = room.words.split_first_chunk::<HEAD_WORDS>() else {
        return false;
    };
    let header = Header::new(kind, flags, len, attrs.count(), 0);
    store_head(to_head, head(header));
    store(store(tail, identity), attrs.words());
    local.writer.publish(&room);
    true
}

#[inline(never)]
fn push_parts(
    local: &Local,
    kind: SpanKind,
    flags: Flags,
    head: impl Fn(Header) -> [u64; HEAD_WORDS],
    parts: &Parts<'_>,
) {
    let dropped = u64::from(parts.attrs.dropped()) | u64::from(parts.events.dropped()) << 32;
    let link_trace = parts.link_trace.unwrap_or(0);
    let extra = [
        dropped,
        parts.link,
        (link_trace >> 64) as u64,
        link_trace as u64,
    ];
    let link_words = match (parts.link, parts.link_trace) {
        (0, _) => 0,
        (_, None) => 1,
        (_, Some(_)) => 3,
    };
    let flags = flags
        .with_if(Flags::DROPPED, dropped != 0)
        .with_if(Flags::TRACE_STATE, !parts.trace_state.is_empty());
    let extra = &extra[usize::from(dropped == 0)..=link_words];
    let (trace_state, identity) = (parts.trace_state, parts.identity);
    let (events, attrs) = (parts.events.words(), parts.attrs.words());
    let words =
        HEAD_WORDS + extra.len() + trace_state.len() + events.len() + identity.len() + attrs.len();
    let counts = (parts.attrs.count(), parts.events.count());
    let head = head(Header::new(kind, flags, words, counts.0, counts.1));
    local.push(words, &[&head, extra, trace_state, events, identity, attrs]);
}
