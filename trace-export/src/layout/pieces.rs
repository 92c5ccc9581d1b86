//! What is to be placed of one block: its spans and events, in the order in which to draw them.
//!
//! A *block* is a span with what hangs on it in the same track (a thread's part in a request with its slices).

use std::collections::HashMap;

use super::Item;
use super::span_set::SpanSet;

/// Steps of a double that counts unix nanoseconds, from 2004 to 2041.
const DOUBLE_STEP_NS: u64 = 256;
/// How far the stamps of such a clock are trimmed to fit.
pub(super) const NOISE_NS: u64 = 4 * DOUBLE_STEP_NS;

/// A span or an event to be placed.
pub(super) struct Piece<'a> {
    pub(super) item: Item<'a>,
    /// The span it must be drawn inside of.
    pub(super) inside: Option<usize>,
}

/// The blocks of the spans `members` (ascending), in order of their first member. Pieces come in order of time,
/// at the same moment from the outside in, and what takes no time before what begins then.
pub(super) fn blocks<'a>(set: &SpanSet<'a>, members: &[usize]) -> Vec<Vec<Piece<'a>>> {
    let mut tree = Tree {
        set,
        children: HashMap::new(),
    };
    let mut roots = Vec::new();
    for &m in members {
        let parent = set.parent(m).filter(|p| members.binary_search(p).is_ok());
        match parent {
            Some(parent) => tree.children.entry(parent).or_default().push(m),
            None => roots.push(m),
        }
    }
    roots.into_iter().map(|root| tree.block(root)).collect()
}

struct Tree<'s, 'a> {
    set: &'s SpanSet<'a>,
    children: HashMap<usize, Vec<usize>>,
}

impl<'a> Tree<'_, 'a> {
    fn block(&self, root: usize) -> Vec<Piece<'a>> {
        let mut block = Vec::new();
        let mut todo = vec![self.span(root, None)];
        // From the outside in, what is inside one span in order of time.
        while let Some(piece) = todo.pop() {
            let begin = todo.len();
            if piece.item.event.is_none() {
                self.insides(&piece.item, &mut todo);
            }
            todo[begin..].sort_by_key(|p| (p.item.start_ns, p.item.end_ns));
            todo[begin..].reverse();
            block.push(piece);
        }
        block.sort_by_key(|p| p.item.start_ns);
        block
    }

    fn span(&self, i: usize, parent: Option<&Item<'_>>) -> Piece<'a> {
        let span = self.set.info(i);
        let (start_ns, end_ns) = window(span.span.start_ns, span.span.end_ns, parent);
        Piece {
            item: Item {
                depth: 0,
                span,
                event: None,
                start_ns,
                end_ns,
            },
            inside: parent.map(|p| p.span.index),
        }
    }

    fn insides(&self, item: &Item<'a>, out: &mut Vec<Piece<'a>>) {
        let i = item.span.index;
        out.extend(item.span.span.events.iter().map(|event| Piece {
            item: Item {
                event: Some(event),
                start_ns: event.time_ns,
                end_ns: event.time_ns,
                ..*item
            },
            inside: Some(i),
        }));
        let children = self.children.get(&i).into_iter().flatten();
        out.extend(children.map(|c| self.span(*c, Some(item))));
    }
}

/// When to draw a span: as it was, but for a double's noise against its parent.
fn window(start_ns: u64, end_ns: u64, parent: Option<&Item<'_>>) -> (u64, u64) {
    let (mut start, mut end) = (start_ns, end_ns.max(start_ns));
    if let Some(Item {
        start_ns: from,
        end_ns: to,
        ..
    }) = parent.copied()
    {
        if start < from && from - start <= NOISE_NS && is_double(start) && end >= from {
            start = from;
        }
        if end > to && end - to <= NOISE_NS && is_double(end) && start <= to {
            end = to;
        }
    }
    (start, end)
}

/// Whether a stamp can be that of a clock that keeps time in a double.
pub(super) fn is_double(ns: u64) -> bool {
    ns.is_multiple_of(DOUBLE_STEP_NS)
}
