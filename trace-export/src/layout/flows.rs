//! Arrows: one for each link, and one for each parent in another process.

use super::span_set::SpanSet;
use super::stable_id::StableIds;
use super::{Flow, Process, Role};

/// The arrows whose both ends are drawn, and how many lack one.
pub(super) fn connect(
    set: &SpanSet<'_>,
    processes: &[Process<'_>],
    ids: &mut StableIds,
) -> (Vec<Flow>, usize) {
    let drawn = Drawn::of(processes, set.spans.len());
    let mut flows = Vec::new();
    let mut dangling = 0;
    for (i, entry) in set.spans.iter().enumerate() {
        let span = entry.info.span;
        for (n, link) in span.links.iter().enumerate() {
            match set.find(link.trace_id, link.span_id) {
                Some(from) if from != i => {
                    let nth = (n as u64).to_le_bytes();
                    flows.push(drawn.flow(from, i, set, ids, &nth));
                }
                _ => dangling += 1,
            }
        }
        match entry.parent {
            // A thread's part has the request's name already and a link where the request goes on.
            Some(parent)
                if entry.info.role != Role::Thread && drawn.process[i] != drawn.process[parent] =>
            {
                flows.push(drawn.flow(parent, i, set, ids, b"parent"));
            }
            None if span.parent_span_id.is_some() => dangling += 1,
            _ => {}
        }
    }
    flows.sort_by_key(|f| (drawn.order[f.from], drawn.order[f.to], f.id));
    (flows, dangling)
}

/// Where each span is drawn, by its number.
struct Drawn {
    process: Vec<usize>,
    order: Vec<(u64, usize)>,
}

impl Drawn {
    fn of(processes: &[Process<'_>], spans: usize) -> Self {
        let mut drawn = Self {
            process: vec![0; spans],
            order: vec![(0, 0); spans],
        };
        let mut place = 0;
        for (p, process) in processes.iter().enumerate() {
            for item in process.items().filter(|i| i.event.is_none()) {
                drawn.process[item.span.index] = p;
                drawn.order[item.span.index] = (item.start_ns, place);
                place += 1;
            }
        }
        drawn
    }

    /// An arrow points forward in time: that is all that trace viewers can show.
    fn flow(
        &self,
        from: usize,
        to: usize,
        set: &SpanSet<'_>,
        ids: &mut StableIds,
        what: &[u8],
    ) -> Flow {
        let id_of = |i: usize| {
            let span = set.spans[i].info.span;
            (span.trace_id.to_le_bytes(), span.span_id.to_le_bytes())
        };
        let (a, b) = (id_of(from), id_of(to));
        let id = ids.get(&[b"flow", &a.0, &a.1, &b.0, &b.1, what]);
        let (from, to) = if self.order[from] <= self.order[to] {
            (from, to)
        } else {
            (to, from)
        };
        Flow { id, from, to }
    }
}

/// Flow ids by the spans at their ends.
#[derive(Debug, Default)]
pub struct FlowEnds {
    /// By span number; shorter than there are spans.
    leaving: Vec<Vec<u64>>,
    arriving: Vec<Vec<u64>>,
}

impl FlowEnds {
    /// The ends of `flows`.
    pub fn of(flows: &[Flow]) -> Self {
        let last = flows.iter().map(|f| f.from.max(f.to)).max();
        let spans = last.map_or(0, |l| l + 1);
        let mut ends = Self {
            leaving: vec![Vec::new(); spans],
            arriving: vec![Vec::new(); spans],
        };
        for f in flows {
            ends.leaving[f.from].push(f.id);
            ends.arriving[f.to].push(f.id);
        }
        ends
    }

    /// Ids of the arrows that leave the span of this [`SpanInfo::index`](super::SpanInfo::index).
    pub fn leaving(&self, span: usize) -> &[u64] {
        self.leaving.get(span).map_or(&[], Vec::as_slice)
    }

    /// Ids of the arrows that point to it.
    pub fn arriving(&self, span: usize) -> &[u64] {
        self.arriving.get(span).map_or(&[], Vec::as_slice)
    }
}
