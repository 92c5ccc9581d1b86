//! Packing of one track's spans into lanes.
//!
//! A *block* is a span with what hangs on it in the same track (a thread's part in a request with its slices).
//! Its spans are put into rows so that whatever is drawn inside a span is that span's own child; what overlaps
//! its sibling or outlives its parent gets a row of its own. Blocks are then packed, in order of time, into the
//! first lanes that are free.
//!
//! SGLang keeps time in a double, which counts in steps of 256 ns today: a slice seems to begin up to two steps
//! before its parent or before the end of the one before it. Only such stamps (multiples of 256, off by no more
//! than 1024 ns) are trimmed to fit; a nanosecond clock never is.

use std::collections::{BTreeMap, HashMap};

use super::Item;
use super::span_set::SpanSet;

/// Steps of a double that counts unix nanoseconds, from 2004 to 2041.
const DOUBLE_STEP_NS: u64 = 256;
/// How far such stamps are trimmed.
const NOISE_NS: u64 = 4 * DOUBLE_STEP_NS;

/// Lanes of the spans `members` (numbers in `index`, ascending).
pub(super) fn pack<'a>(set: &SpanSet<'a>, members: &[usize]) -> Vec<Vec<Item<'a>>> {
    let mut blocks = blocks(set, members);
    blocks.sort_by_key(|b| b.start_ns);
    let mut lanes: Vec<Vec<Item<'a>>> = Vec::new();
    let mut busy_until: Vec<u64> = Vec::new();
    for block in blocks {
        let height = block.rows.len();
        let free = |until: Option<&u64>| until.is_none_or(|t| *t <= block.start_ns);
        let base = (0..)
            .find(|b| (*b..b + height).all(|l| free(busy_until.get(l))))
            .unwrap_or(lanes.len());
        if lanes.len() < base + height {
            lanes.resize_with(base + height, Vec::new);
            busy_until.resize(base + height, 0);
        }
        for (row, lane) in block.rows.into_iter().zip(base..) {
            lanes[lane].extend(row.items);
            busy_until[lane] = block.end_ns;
        }
    }
    lanes
}

struct Block<'a> {
    start_ns: u64,
    end_ns: u64,
    rows: Vec<Row<'a>>,
}

/// What is to be placed: a span, or an event of one.
struct Piece<'a> {
    item: Item<'a>,
    /// The span it must be drawn inside of.
    inside: Option<usize>,
}

/// The blocks of a track, in order of their first member.
fn blocks<'a>(set: &SpanSet<'a>, members: &[usize]) -> Vec<Block<'a>> {
    let mut children: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut roots = Vec::new();
    for &m in members {
        match set.spans[m]
            .parent
            .filter(|p| members.binary_search(p).is_ok())
        {
            Some(parent) => children.entry(parent).or_default().push(m),
            None => roots.push(m),
        }
    }
    let block = |root| {
        let mut pieces = Vec::new();
        // (span, parent with its drawn window, depth)
        let mut todo = vec![(root, None, 0)];
        while let Some((i, parent, depth)) = todo.pop() {
            let (start_ns, end_ns) = window(set, i, parent.map(|(_, w)| w));
            pieces.extend(pieces_of(
                set,
                i,
                parent.map(|(p, _)| p),
                (start_ns, end_ns),
                depth,
            ));
            for child in children.get(&i).into_iter().flatten() {
                todo.push((*child, Some((i, (start_ns, end_ns))), depth + 1));
            }
        }
        Block::of(pieces)
    };
    roots.into_iter().map(block).collect()
}

/// When to draw a span: as it was, but for a double's noise against its parent.
fn window(set: &SpanSet<'_>, i: usize, parent: Option<(u64, u64)>) -> (u64, u64) {
    let span = set.spans[i].info.span;
    let (mut start, mut end) = (span.start_ns, span.end_ns.max(span.start_ns));
    if let Some((from, to)) = parent {
        if start < from && from - start <= NOISE_NS && is_double(start) && end >= from {
            start = from;
        }
        if end > to && end - to <= NOISE_NS && is_double(end) && start <= to {
            end = to;
        }
    }
    (start, end)
}

fn is_double(ns: u64) -> bool {
    ns.is_multiple_of(DOUBLE_STEP_NS)
}

fn pieces_of<'a>(
    set: &SpanSet<'a>,
    i: usize,
    inside: Option<usize>,
    (start_ns, end_ns): (u64, u64),
    depth: usize,
) -> impl Iterator<Item = Piece<'a>> {
    let info = set.spans[i].info;
    let span = Item {
        depth,
        span: info,
        event: None,
        start_ns,
        end_ns,
    };
    let events = info.span.events.iter().map(move |e| Piece {
        item: Item {
            depth: depth + 1,
            event: Some(e),
            start_ns: e.time_ns,
            end_ns: e.time_ns,
            ..span
        },
        inside: Some(i),
    });
    std::iter::once(Piece { item: span, inside }).chain(events)
}

impl<'a> Block<'a> {
    fn of(mut pieces: Vec<Piece<'a>>) -> Self {
        // Parents before children, and what takes no time before what begins at the same moment.
        pieces.sort_by_key(|p| {
            (
                p.item.start_ns,
                p.item.depth,
                p.item.end_ns,
                p.item.span.index,
            )
        });
        let start_ns = pieces.iter().map(|p| p.item.start_ns).min().unwrap_or(0);
        let end_ns = pieces.iter().map(|p| p.item.end_ns).max().unwrap_or(0);
        let mut rows: Vec<Row<'a>> = Vec::new();
        let mut row_of: BTreeMap<usize, usize> = BTreeMap::new();
        for piece in pieces {
            // Beside its parent if it can be, else in the first row that has room.
            let home = piece.inside.and_then(|p| row_of.get(&p)).copied();
            let others = (0..rows.len()).filter(|r| Some(*r) != home);
            let row = home
                .into_iter()
                .chain(others)
                .find(|r| rows[*r].make_room(&piece));
            let row = row.unwrap_or_else(|| {
                rows.push(Row::default());
                rows.len() - 1
            });
            if piece.item.event.is_none() {
                row_of.insert(piece.item.span.index, row);
            }
            rows[row].push(piece.item);
        }
        Self {
            start_ns,
            end_ns,
            rows,
        }
    }
}

/// Items of one lane, in order.
#[derive(Default)]
struct Row<'a> {
    items: Vec<Item<'a>>,
    /// Positions in `items` of the spans that are open at the current moment, outermost first.
    open: Vec<usize>,
}

impl<'a> Row<'a> {
    /// Closes what ends before `piece`; false, and nothing done, if it cannot be drawn here.
    fn make_room(&mut self, piece: &Piece<'a>) -> bool {
        let at = piece.item.start_ns;
        let mut keep = self.open.len();
        while keep > 0 {
            let top = &self.items[self.open[keep - 1]];
            let is_parent = piece.inside == Some(top.span.index);
            if is_parent && top.start_ns <= at && piece.item.end_ns <= top.end_ns {
                break;
            }
            let noise = !is_parent && is_double(at) && is_double(top.end_ns);
            if top.end_ns > at && !(noise && top.end_ns - at <= NOISE_NS) {
                return false;
            }
            keep -= 1;
        }
        for closed in self.open.split_off(keep) {
            let end = &mut self.items[closed].end_ns;
            *end = (*end).min(at);
        }
        true
    }

    fn push(&mut self, item: Item<'a>) {
        let depth = self.open.len();
        if item.event.is_none() {
            self.open.push(self.items.len());
        }
        self.items.push(Item { depth, ..item });
    }
}
