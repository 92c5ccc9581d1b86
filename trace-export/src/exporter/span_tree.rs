//! Spans as indented text without ids and times: what a test compares.

use std::collections::HashMap;
use std::fmt::Write as _;

use mooncake_trace::SpanKind;

use super::SpanData;
use crate::layout::thread_name;
use crate::model::{AnyValue, KeyValue, StatusCode};

/// Attributes of thread spans that differ from run to run, or that the name shows.
const OF_THREADS: [&str; 6] = [
    "tp_rank",
    "pp_rank",
    "dp_rank",
    "host_id",
    "pid",
    "thread_label",
];

/// One line a span, children below their parent in order of their begin: kind, name, attributes, status, link. Events
/// are lines below their span. Threads go by label and ranks, a remote parent is marked.
///
/// ```text
/// request "Sender Req 0x1f4a2b" rid="0x1f4a2b" module="sglang::mooncake" ERROR
///   thread "worker 0 [TP 0]"
///     slice "mooncake_worker_send" bytes=4096 ERROR "peer gone" after "mooncake_send"
///       event "retry" attempt=1
/// ```
pub fn span_tree(spans: &[SpanData]) -> String {
    let ids = spans
        .iter()
        .enumerate()
        .map(|(i, s)| ((s.trace_id, s.span_id), i));
    let tree = Tree {
        spans,
        by_id: ids.collect(),
    };
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by_key(|i| (spans[*i].start_ns, spans[*i].kind as u8, spans[*i].end_ns));
    let mut children: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
    for i in order {
        children.entry(tree.parent(i)).or_default().push(i);
    }
    let mut out = String::new();
    let roots = children.get(&None).into_iter().flatten();
    let mut todo: Vec<_> = roots.rev().map(|i| (*i, 0)).collect();
    while let Some((i, depth)) = todo.pop() {
        tree.write(&mut out, i, depth);
        let below = children.get(&Some(i)).into_iter().flatten();
        todo.extend(below.rev().map(|c| (*c, depth + 1)));
    }
    out
}

struct Tree<'a> {
    spans: &'a [SpanData],
    by_id: HashMap<(u128, u64), usize>,
}

impl Tree<'_> {
    fn parent(&self, i: usize) -> Option<usize> {
        let span = &self.spans[i];
        self.by_id
            .get(&(span.trace_id, span.parent_span_id?))
            .copied()
    }

    /// Writing to a String cannot fail.
    fn write(&self, out: &mut String, i: usize, depth: usize) {
        let span = &self.spans[i];
        let (kind, name) = match span.kind {
            SpanKind::Request => ("request", span.name.clone()),
            SpanKind::Thread => ("thread", thread_name(span)),
            SpanKind::Slice => ("slice", span.name.clone()),
        };
        let _ = write!(out, "{:1$}{kind} {name:?}", "", 2 * depth);
        let hidden =
            |a: &&KeyValue| span.kind == SpanKind::Thread && OF_THREADS.contains(&a.key.as_str());
        attributes(out, span.attributes.iter().filter(|a| !hidden(a)));
        for (count, what) in [
            (span.dropped_attributes, "attributes"),
            (span.dropped_events, "events"),
        ] {
            if count > 0 {
                let _ = write!(out, " dropped_{what}={count}");
            }
        }
        if span.status.code == StatusCode::Error {
            out.push_str(" ERROR");
            if !span.status.message.is_empty() {
                let _ = write!(out, " {:?}", span.status.message);
            }
        }
        for link in &span.links {
            match self.by_id.get(&(link.trace_id, link.span_id)) {
                Some(before) => drop(write!(out, " after {:?}", self.spans[*before].name)),
                None => out.push_str(" after one elsewhere"),
            }
        }
        if span.parent_is_remote() {
            out.push_str(" remote parent");
        }
        out.push('\n');
        for event in &span.events {
            let _ = write!(out, "{:1$}event {2:?}", "", 2 * depth + 2, event.name);
            attributes(out, event.attributes.iter());
            out.push('\n');
        }
    }
}

fn attributes<'a>(out: &mut String, attributes: impl Iterator<Item = &'a KeyValue>) {
    for KeyValue { key, value } in attributes {
        let _ = match value {
            AnyValue::Str(text) => write!(out, " {key}={text:?}"),
            other => write!(out, " {key}={other}"),
        };
    }
}
