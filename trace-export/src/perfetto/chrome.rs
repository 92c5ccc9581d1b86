//! Chrome's "Trace Event Format", for `chrome://tracing`, Speedscope, viztracer and Perfetto.
//!
//! Its times are microseconds that readers keep in a double, too coarse for unix time: they count from the begin of
//! the trace, whose unix time is in `otherData`. It knows threads but no lanes: further lanes of a thread are
//! threads of their own. Spans are begin/end pairs, not complete events: only these nest exactly when moments coincide.

use std::collections::{HashMap, HashSet};
use std::io;

use super::details::{attributes, categories, span_details};
use crate::json::JsonWriter;
use crate::layout::{FlowEnds, Step, StepKind, Timeline};
use crate::model::{AnyValue, KeyValue};

/// Writes `timeline` as Chrome JSON.
///
/// # Errors
/// What `out` reports.
pub fn write_chrome_json(timeline: &Timeline<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let tids = Tids::of(timeline);
    let mut w = JsonWriter::default();
    w.object(|w| {
        w.key("displayTimeUnit").string("ms");
        w.key("otherData").object(|w| {
            w.key("begin_unix_ns").int_string(timeline.begin_ns);
        });
        w.key("traceEvents").container(b'[', b']', |w| {
            for (rank, process) in (0..).zip(&timeline.processes) {
                metadata(w, "process_name", process.pid, 0, |w| {
                    w.key("name").string(&process.name)
                });
                metadata(w, "process_sort_index", process.pid, 0, |w| {
                    w.key("sort_index").int(rank)
                });
            }
            for lane in &tids.lanes {
                metadata(w, "thread_name", lane.pid, lane.tid, |w| {
                    w.key("name").string(&lane.name)
                });
                metadata(w, "thread_sort_index", lane.pid, lane.tid, |w| {
                    w.key("sort_index").int(lane.rank)
                });
            }
            let flows = FlowEnds::of(&timeline.flows);
            for step in timeline.steps() {
                let place = Place {
                    pid: step.process.pid,
                    tid: tids.by_lane[&step.lane.uuid],
                    time_ns: step.time_ns - timeline.begin_ns,
                };
                event(w, &step, place);
                if step.kind == StepKind::Begin {
                    arrows(w, &flows, step.item.span.index, place);
                }
            }
        });
    });
    w.newline();
    out.write_all(w.as_bytes())
}

fn metadata(
    w: &mut JsonWriter,
    name: &str,
    pid: i32,
    tid: i32,
    args: impl FnOnce(&mut JsonWriter),
) {
    w.break_line();
    w.object(|w| {
        w.key("ph").string("M");
        w.key("name").string(name);
        w.key("pid").int(pid);
        w.key("tid").int(tid);
        w.key("args").object(args);
    });
}

#[derive(Clone, Copy)]
struct Place {
    pid: i32,
    tid: i32,
    /// Since the begin of the trace.
    time_ns: u64,
}

fn begin_event(w: &mut JsonWriter, phase: &str, place: Place) {
    w.key("ph").string(phase);
    w.key("pid").int(place.pid);
    w.key("tid").int(place.tid);
    let (us, ns) = (place.time_ns / 1000, place.time_ns % 1000);
    w.key("ts").raw(format_args!("{us}.{ns:03}"));
}

fn event(w: &mut JsonWriter, step: &Step<'_, '_>, place: Place) {
    let item = step.item;
    w.break_line();
    w.object(|w| {
        match step.kind {
            StepKind::Begin => begin_event(w, "B", place),
            StepKind::End => return begin_event(w, "E", place),
            StepKind::Instant => {
                begin_event(w, "i", place);
                w.key("s").string("t");
            }
        }
        w.key("name").string(item.name());
        let categories: Vec<_> = categories(item).collect();
        w.key("cat").string(&categories.join(","));
        w.key("args").object(|w| {
            attributes(item).iter().for_each(|a| member(w, a));
            w.key("span")
                .object(|w| span_details(item).iter().for_each(|a| member(w, a)));
        });
    });
}

fn member(w: &mut JsonWriter, attribute: &KeyValue) {
    w.key(&attribute.key);
    value(w, &attribute.value);
}

fn value(w: &mut JsonWriter, v: &AnyValue) {
    match v {
        AnyValue::Empty => w.string(""),
        AnyValue::Str(v) => w.string(v),
        AnyValue::Bool(v) => w.bool(*v),
        AnyValue::Int(v) => w.int(*v),
        AnyValue::Double(v) => w.double(*v),
        AnyValue::Array(items) => w.array(items, value),
        AnyValue::KvList(items) => w.object(|w| items.iter().for_each(|a| member(w, a))),
        AnyValue::Bytes(_) => w.string(&v.to_string()),
    }
}

/// Arrows bind to the innermost span: right after its begin that is the one meant.
fn arrows(w: &mut JsonWriter, flows: &FlowEnds, span: usize, place: Place) {
    for (phase, ids) in [("f", flows.arriving(span)), ("s", flows.leaving(span))] {
        for id in ids {
            w.break_line();
            w.object(|w| {
                begin_event(w, phase, place);
                w.key("name").string("link");
                w.key("cat").string("link");
                w.key("id").raw(format_args!("\"0x{id:016x}\""));
                if phase == "f" {
                    w.key("bp").string("e");
                }
            });
        }
    }
}

/// Thread ids of lanes: the first lane of a thread has the thread's own.
struct Tids {
    by_lane: HashMap<u64, i32>,
    lanes: Vec<LaneName>,
}

struct LaneName {
    pid: i32,
    tid: i32,
    rank: i32,
    name: String,
}

impl Tids {
    fn of(timeline: &Timeline<'_>) -> Self {
        let mut tids = Self {
            by_lane: HashMap::new(),
            lanes: Vec::new(),
        };
        for process in &timeline.processes {
            let mut taken: HashSet<i32> = process.tracks.iter().filter_map(|t| t.tid).collect();
            let mut rank = 0;
            for track in &process.tracks {
                for (n, lane) in track.lanes.iter().enumerate() {
                    let own = track.tid.filter(|_| n == 0);
                    let tid = own.or_else(|| (1..).find(|t| *t != process.pid && taken.insert(*t)));
                    let tid = tid.unwrap_or(i32::MAX);
                    let name = match n {
                        0 => track.name.clone(),
                        n => format!("{} · lane {}", track.name, n + 1),
                    };
                    tids.by_lane.insert(lane.uuid, tid);
                    tids.lanes.push(LaneName {
                        pid: process.pid,
                        tid,
                        rank,
                        name,
                    });
                    rank += 1;
                }
            }
        }
        tids
    }
}
