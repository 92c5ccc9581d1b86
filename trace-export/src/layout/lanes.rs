//! Packing of one track's spans into lanes.
//!
//! The spans of a block are put into rows so that whatever is drawn inside a span is that span's own child; what
//! overlaps its sibling or outlives its parent gets a row of its own. Blocks are then packed, in order of time,
//! into the first lanes that are free.
//!
//! SGLang keeps time in a double, which counts in steps of 256 ns today: a slice seems to begin up to two steps
//! before its parent or before the end of the one before it. Only such stamps (multiples of 256, off by no more
//! than 1024 ns) are trimmed to fit; a nanosecond clock never is.

use std::collections::BTreeMap;

use super::Item;
use super::pieces::{NOISE_NS, Piece, blocks, is_double};
use super::span_set::SpanSet;

/// Lanes of the spans `members` (numbers in `set`, ascending).
pub(super) fn pack<'a>(set: &SpanSet<'a>, members: &[usize]) -> Vec<Vec<Item<'a>>> {
    let mut blocks: Vec<_> = blocks(set, members).into_iter().map(Block::of).collect();
    blocks.sort_by_key(|b| b.start_ns);
    let mut lanes: Vec<Vec<Item<'a>>> = Vec::new();
    let mut busy_until: Vec<u64> = Vec::new();
    for block in blocks {
        let height = block.rows.len();
        let free = |lane: usize| busy_until.get(lane).is_none_or(|t| *t <= block.start_ns);
        // There always is one: beyond the last lane all are free.
        let base = (0..=lanes.len()).find(|b| (*b..b + height).all(free));
        let base = base.unwrap_or(lanes.len());
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

impl<'a> Block<'a> {
    fn of(pieces: Vec<Piece<'a>>) -> Self {
        let start_ns = pieces.iter().map(|p| p.item.start_ns).min().unwrap_or(0);
        let end_ns = pieces.iter().map(|p| p.item.end_ns).max().unwrap_or(0);
        let mut rows: Vec<Row<'a>> = Vec::new();
        let mut row_of: BTreeMap<usize, usize> = BTreeMap::new();
        for piece in pieces {
            // Beside its parent if it can be, else in the first row that has room.
            let home = piece.inside.and_then(|p| row_of.get(&p)).copied();
            let others = (0..rows.len()).filter(|r| Some(*r) != home);
            let mut candidates = home.into_iter().chain(others);
            let row = candidates.find(|r| rows[*r].make_room(&piece));
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
            if is_parent && piece.item.end_ns <= top.end_ns {
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
