//! Reads records on the collector's side.

use super::entry::{split, word};
use super::settled::Settled;
use super::stage_word::stage_from_word;
use super::text::{text, text_words};
use super::{END, Flags, HEAD_WORDS, Header, START, ThreadIdentity, events};
use super::{RequestIdentity, identity};
use crate::SpanKind;
use crate::clock::Timeline;
use crate::latency;
use crate::span::{Link, Parent, Span, Status};
use crate::{Timestamp, Value};

/// Keys that belong to the tracing, by kind of span.
pub(crate) const REQUEST_KEYS: &[&str] = &["rid", "module", "bootstrap_room"];
pub(crate) const THREAD_KEYS: &[&str] = &[
    "host_id",
    "pid",
    "thread_label",
    "tp_rank",
    "dp_rank",
    "pp_rank",
    "auto_closed",
];
pub(crate) const SLICE_KEYS: &[&str] = &["auto_closed"];

/// What the root of a dropped context says (SGLang's words).
const UNCLOSED_REASON: &str = "have unclosed span, auto closed";

/// The flags that become attributes, of which a span may have one.
const FORCED: Flags = Flags::CANCELLED
    .with(Flags::UNCLOSED)
    .with(Flags::AUTO_CLOSED);

/// The parts of a record that come before its identity and attributes.
struct Parts<'a> {
    header: Header,
    dropped: u64,
    link: Option<(u64, Option<u128>)>,
    trace_state: Option<&'a str>,
    /// Everything from the first event on.
    rest: &'a [u64],
}

fn parts(words: &[u64]) -> Parts<'_> {
    let header = Header::from_word(words[0]);
    let flags = header.flags();
    let mut rest = &words[HEAD_WORDS..header.words()];
    let dropped = if flags.has(Flags::DROPPED) {
        word(&mut rest)
    } else {
        0
    };
    let link = flags.has(Flags::LINK).then(|| {
        let span_id = word(&mut rest);
        let trace = flags
            .has(Flags::LINK_TRACE)
            .then(|| u128::from(word(&mut rest)) << 64 | u128::from(word(&mut rest)));
        (span_id, trace)
    });
    let trace_state = flags.has(Flags::TRACE_STATE).then(|| {
        let len = word(&mut rest) as usize;
        text(split(&mut rest, text_words(len)), len)
    });
    Parts {
        header,
        dropped,
        link,
        trace_state,
        rest,
    }
}

/// The length in words of the record at the head of `words`.
pub(crate) fn record_words(words: &[u64]) -> usize {
    Header::from_word(words[0]).words().max(HEAD_WORDS)
}

/// Turns the stamps of the record at the head of `words` into unix nanoseconds, and observes the latency.
#[inline(always)]
pub(crate) fn settle(words: &mut [u64], timeline: &Timeline) {
    let header = Header::from_word(words[0]);
    let start = Timestamp::from_word(words[START]);
    let (start_ns, end_ns) = timeline.span(start, Timestamp::from_word(words[END]));
    words[START] = start_ns;
    words[END] = end_ns;
    if header.kind() == SpanKind::Slice {
        let stage = stage_from_word(words[1]);
        if stage.metrics() {
            latency::observe(stage, end_ns - start_ns);
        }
    }
    if header.events() > 0 {
        settle_events(words, timeline, start, start_ns);
    }
}

#[cold]
#[inline(never)]
fn settle_events(words: &mut [u64], timeline: &Timeline, start: Timestamp, start_ns: u64) {
    let header = Header::from_word(words[0]);
    let mut at = header.words() - parts(words).rest.len();
    for _ in 0..header.events() {
        let stamp = Timestamp::from_word(words[at + events::STAMP]);
        words[at + events::STAMP] = timeline.after(start, start_ns, stamp);
        at += events::event_words(&words[at..]);
    }
}

/// Makes `span` that of the settled record at the head of `words`; its lists keep their memory.
pub(crate) fn fill<'a>(span: &mut Span<'a>, words: &'a [u64], host_id: &'a str) {
    let Parts {
        header,
        dropped,
        link,
        trace_state,
        mut rest,
    } = parts(words);
    let flags = header.flags();
    span.kind = header.kind();
    span.trace_id = u128::from(words[2]) << 64 | u128::from(words[3]);
    span.span_id = words[4];
    span.parent = (words[5] != 0).then(|| Parent {
        span_id: words[5],
        is_remote: flags.has(Flags::PARENT_REMOTE),
    });
    span.start_ns = words[START];
    span.end_ns = words[END];
    span.link = link.map(|(span_id, trace)| Link {
        trace_id: trace.unwrap_or(span.trace_id),
        span_id,
        is_remote: flags.has(Flags::LINK_REMOTE),
    });
    span.trace_state = trace_state;
    span.dropped_events = (dropped >> 32) as u32;
    span.stage = None;
    span.events.clear();
    for _ in 0..header.events() {
        span.events.push(events::read(rest));
        rest = &rest[events::event_words(rest)..];
    }
    let (kept, reserved);
    match header.kind() {
        SpanKind::Slice => {
            let stage = stage_from_word(words[1]);
            span.name = stage.name().into();
            span.stage = Some(stage);
            (kept, reserved) = (0, SLICE_KEYS);
        }
        SpanKind::Thread => {
            let identity = ThreadIdentity::read(rest);
            rest = &rest[words[1] as usize..];
            identity::describe_thread(&identity, host_id, span);
            (kept, reserved) = (span.attributes.len(), THREAD_KEYS);
        }
        SpanKind::Request => {
            let identity = RequestIdentity::read(rest);
            rest = &rest[words[1] as usize..];
            identity::describe_request(&identity, span);
            (kept, reserved) = (span.attributes.len(), REQUEST_KEYS);
        }
    }
    let mut user = Settled::new(&mut span.attributes, kept, reserved);
    user.read(rest, header.attrs());
    if flags.has(FORCED) {
        force(flags, &mut user);
    }
    span.status = if flags.has(Flags::ERROR) {
        Status::Error(user.message.unwrap_or_default())
    } else {
        Status::Unset
    };
    span.dropped_attributes = (dropped as u32).saturating_add(user.dropped);
}

/// What the tracing itself has to say of a span, by flags.
#[cold]
fn force(flags: Flags, user: &mut Settled<'_, '_>) {
    if flags.has(Flags::CANCELLED) {
        user.force("cancelled", Value::Bool(true));
    }
    if flags.has(Flags::UNCLOSED) {
        user.force("reason", UNCLOSED_REASON.into());
    }
    if flags.has(Flags::AUTO_CLOSED) {
        user.force("auto_closed", Value::Bool(true));
    }
}
