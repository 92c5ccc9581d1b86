//! From the state of a context to the record of an ended span.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::open::Open;
use super::state::{State, TraceId};
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
    trace_id: &TraceId,
    open: &Open,
    end: Timestamp,
    flags: Flags,
) -> bool {
    let flags = flags.with(open.flags);
    if flags.has(Flags::LINK_TRACE) {
        return false;
    }
    let head = slice_head(trace_id, open, end);
    // Two copies of the same, of which the first knows that there are none.
    match open.attrs() {
        None => slice_with(local, flags, &head, open.link, &[], 0),
        Some(attrs) if attrs.words().len() <= PLAIN_ATTR_WORDS => {
            slice_with(local, flags, &head, open.link, attrs.words(), attrs.count())
        }
        Some(_) => false,
    }
}

#[inline(always)]
fn slice_with(
    local: &Local,
    flags: Flags,
    head: &Head<'_>,
    link: u64,
    attrs: &[u64],
    attr_count: u32,
) -> bool {
    let linked = usize::from(link != 0);
    let len = HEAD_WORDS + linked + attrs.len();
    let Some(room) = local.writer.room(len) else {
        return false;
    };
    let Some((to_head, mut tail)) = room.words.split_first_chunk::<HEAD_WORDS>() else {
        return false;
    };
    head.store(
        Header::new(SpanKind::Slice, flags, len, attr_count, 0),
        to_head,
    );
    if linked != 0
        && let Some((to, rest)) = tail.split_first()
    {
        to.store(link, Relaxed);
        tail = rest;
    }
    if !attrs.is_empty() {
        store(tail, attrs);
    }
    local.writer.publish(&room);
    true
}

/// The first words of a record, but for its header.
///
/// Made of references, because what is read before the record is written would be more than there are registers.
struct Head<'a> {
    /// Of a slice its stage; else the number of words of the identity.
    what: u64,
    trace_id: &'a TraceId,
    span_id: &'a u64,
    parent: &'a u64,
    start: &'a Timestamp,
    end: Timestamp,
}

impl Head<'_> {
    #[inline(always)]
    fn store(&self, header: Header, to: &[AtomicU64; HEAD_WORDS]) {
        to[0].store(header.to_word(), Relaxed);
        to[1].store(self.what, Relaxed);
        to[2].store(self.trace_id.high, Relaxed);
        to[3].store(self.trace_id.low, Relaxed);
        to[4].store(*self.span_id, Relaxed);
        to[5].store(*self.parent, Relaxed);
        to[6].store(self.start.to_word(), Relaxed);
        to[7].store(self.end.to_word(), Relaxed);
    }

    fn words(&self, header: Header) -> [u64; HEAD_WORDS] {
        let words = [const { AtomicU64::new(0) }; HEAD_WORDS];
        self.store(header, &words);
        words.map(AtomicU64::into_inner)
    }
}

#[inline(always)]
fn slice_head<'a>(trace_id: &'a TraceId, open: &'a Open, end: Timestamp) -> Head<'a> {
    Head {
        what: stage_to_word(open.stage),
        trace_id,
        span_id: &open.id,
        parent: &open.parent,
        start: &open.start,
        end,
    }
}

/// Records any slice, with the attached events.
pub(super) fn slice_with_parts(
    state: &mut State,
    local: &Local,
    index: usize,
    end: Timestamp,
    flags: Flags,
) {
    let none = AttrLog::default();
    let open = &*state.slices.get(index);
    let flags = flags.with(open.flags);
    let foreign = open.flags.has(Flags::LINK_TRACE);
    with_parts(
        local,
        SpanKind::Slice,
        flags,
        &slice_head(&state.trace_id, open, end),
        &Parts {
            link: open.link,
            link_trace: foreign.then(|| state.foreign_trace.get()),
            trace_state: &state.trace_state,
            events: &state.attached,
            identity: &[],
            attrs: open.attrs().unwrap_or(&none),
        },
    );
    state.attached.clear();
}

/// Records the thread span, with the attached events.
pub(super) fn thread(state: &State, local: &Local, end: Timestamp, flags: Flags) {
    let flags = flags.with_if(Flags::PARENT_REMOTE, state.root_remote);
    let head = thread_head(state, end);
    let (identity, attrs) = (&state.thread_identity, &state.thread_attrs);
    let more = state.more || attrs.dropped() != 0;
    if more || !plain(local, SpanKind::Thread, flags, &head, identity, attrs) {
        thread_with_parts(state, local, end, flags);
    }
}

#[inline(always)]
const fn thread_head(state: &State, end: Timestamp) -> Head<'_> {
    Head {
        what: state.thread_identity.len() as u64,
        trace_id: &state.trace_id,
        span_id: &state.thread,
        parent: &state.root,
        start: &state.thread_start,
        end,
    }
}

/// Apart, like [`root_with_parts`], so that the parts are not put together where they are not needed.
#[inline(never)]
fn thread_with_parts(state: &State, local: &Local, end: Timestamp, flags: Flags) {
    let parts = Parts {
        link: 0,
        link_trace: None,
        trace_state: &state.trace_state,
        events: &state.attached,
        identity: &state.thread_identity,
        attrs: &state.thread_attrs,
    };
    let head = thread_head(state, end);
    with_parts(local, SpanKind::Thread, flags, &head, &parts);
}

/// Records the root span.
pub(super) fn root(state: &State, local: &Local, end: Timestamp, flags: Flags) {
    let flags = flags.with_if(Flags::PARENT_REMOTE, state.root_parent != 0);
    let head = root_head(state, end);
    let (identity, attrs) = (&state.request.identity, &state.root_attrs);
    let more = state.more || attrs.dropped() != 0;
    if more || !plain(local, SpanKind::Request, flags, &head, identity, attrs) {
        root_with_parts(state, local, end, flags);
    }
}

#[inline(always)]
const fn root_head(state: &State, end: Timestamp) -> Head<'_> {
    Head {
        what: state.request.identity.len() as u64,
        trace_id: &state.trace_id,
        span_id: &state.root,
        parent: &state.root_parent,
        start: &state.request.start,
        end,
    }
}

#[inline(never)]
fn root_with_parts(state: &State, local: &Local, end: Timestamp, flags: Flags) {
    let parts = Parts {
        link: 0,
        link_trace: None,
        trace_state: &state.trace_state,
        events: &EventLog::new(),
        identity: &state.request.identity,
        attrs: &state.root_attrs,
    };
    let head = root_head(state, end);
    with_parts(local, SpanKind::Request, flags, &head, &parts);
}

/// Records a span that has nothing but its head, an identity and attributes, if the chunk at hand has room for it.
#[inline(always)]
fn plain(
    local: &Local,
    kind: SpanKind,
    flags: Flags,
    head: &Head<'_>,
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
    head.store(Header::new(kind, flags, len, attrs.count(), 0), to_head);
    let tail = store(tail, identity);
    if attrs.count() != 0 {
        store(tail, attrs.words());
    }
    local.writer.publish(&room);
    true
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

/// Records any span.
fn with_parts(local: &Local, kind: SpanKind, flags: Flags, head: &Head<'_>, parts: &Parts<'_>) {
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
    let head = head.words(Header::new(kind, flags, words, counts.0, counts.1));
    local.push(words, &[&head, extra, trace_state, events, identity, attrs]);
}
