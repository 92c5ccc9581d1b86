//! Perfetto's native format: a sequence of `TracePacket`s.
//!
//! First a descriptor for each process, thread and lane, then the events in order of time. Timestamps are unix
//! nanoseconds; there is no clock snapshot, for without one the UI takes them as they are ("Realtime (UTC)").
//! Field numbers are those of `perfetto/protos/perfetto/trace/`.

use std::io;

use super::details::{attributes, categories, correlation, span_details};
use super::protobuf::Message;
use crate::layout::{FlowEnds, Lane, Process, Step, StepKind, Timeline, Track};
use crate::model::{AnyValue, KeyValue};

mod field {
    pub(super) const TRACE_PACKET: u32 = 1;

    pub(super) mod packet {
        pub(in super::super) const TIMESTAMP: u32 = 8;
        pub(in super::super) const SEQUENCE_ID: u32 = 10;
        pub(in super::super) const TRACK_EVENT: u32 = 11;
        pub(in super::super) const TRACK_DESCRIPTOR: u32 = 60;
    }
    pub(super) mod track {
        pub(in super::super) const UUID: u32 = 1;
        pub(in super::super) const NAME: u32 = 2;
        pub(in super::super) const PROCESS: u32 = 3;
        pub(in super::super) const THREAD: u32 = 4;
        pub(in super::super) const PARENT_UUID: u32 = 5;
        pub(in super::super) const CHILD_ORDERING: u32 = 11;
        pub(in super::super) const SIBLING_ORDER_RANK: u32 = 12;
    }
    pub(super) mod process {
        pub(in super::super) const PID: u32 = 1;
        pub(in super::super) const NAME: u32 = 6;
    }
    pub(super) mod thread {
        pub(in super::super) const PID: u32 = 1;
        pub(in super::super) const TID: u32 = 2;
        pub(in super::super) const NAME: u32 = 5;
    }
    pub(super) mod event {
        pub(in super::super) const ANNOTATIONS: u32 = 4;
        pub(in super::super) const TYPE: u32 = 9;
        pub(in super::super) const TRACK_UUID: u32 = 11;
        pub(in super::super) const CATEGORIES: u32 = 22;
        pub(in super::super) const NAME: u32 = 23;
        pub(in super::super) const FLOW_IDS: u32 = 47;
        pub(in super::super) const TERMINATING_FLOW_IDS: u32 = 48;
        pub(in super::super) const CORRELATION_ID_STR: u32 = 53;
    }
    pub(super) mod annotation {
        pub(in super::super) const BOOL: u32 = 2;
        pub(in super::super) const INT: u32 = 4;
        pub(in super::super) const DOUBLE: u32 = 5;
        pub(in super::super) const STRING: u32 = 6;
        pub(in super::super) const NAME: u32 = 10;
        pub(in super::super) const DICT: u32 = 11;
        pub(in super::super) const ARRAY: u32 = 12;
    }
}

/// `TrackDescriptor.ChildTracksOrdering.EXPLICIT`.
const EXPLICIT: u64 = 3;
/// Any number but 0: which writer the packets come from.
const SEQUENCE: u64 = 1;

/// Writes `timeline` as a native Perfetto trace.
///
/// # Errors
/// What `out` reports.
pub fn write_pftrace(timeline: &Timeline<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut packets = Packets {
        out,
        buffer: Message::default(),
    };
    for process in &timeline.processes {
        packets.describe(|t| describe_process(t, process))?;
        for (rank, track) in (0..).zip(&process.tracks) {
            // The lanes of the requests hang on the process itself.
            let mut parent = process.uuid;
            if let Some(tid) = track.tid {
                packets.describe(|t| describe_thread(t, process, track, tid))?;
                parent = track.uuid;
            }
            for lane in &track.lanes {
                packets.describe(|t| describe_lane(t, parent, track, lane, rank))?;
            }
        }
    }
    let flows = FlowEnds::of(&timeline.flows);
    for step in timeline.steps() {
        packets.write(|p| event(p, &step, &flows))?;
    }
    Ok(())
}

struct Packets<'o> {
    out: &'o mut dyn io::Write,
    buffer: Message,
}

impl Packets<'_> {
    fn describe(&mut self, fields: impl FnOnce(&mut Message)) -> io::Result<()> {
        self.write(|p| p.message(field::packet::TRACK_DESCRIPTOR, fields))
    }

    fn write(&mut self, fields: impl FnOnce(&mut Message)) -> io::Result<()> {
        self.buffer.clear();
        self.buffer.message(field::TRACE_PACKET, |p| {
            fields(p);
            p.uint(field::packet::SEQUENCE_ID, SEQUENCE);
        });
        self.out.write_all(self.buffer.as_bytes())
    }
}

fn describe_process(t: &mut Message, process: &Process<'_>) {
    use field::{process as p, track};
    t.uint(track::UUID, process.uuid);
    t.message(track::PROCESS, |d| {
        d.int(p::PID, process.pid.into());
        d.string(p::NAME, &process.name);
    });
    t.uint(track::CHILD_ORDERING, EXPLICIT);
}

fn describe_thread(t: &mut Message, process: &Process<'_>, track: &Track<'_>, tid: i32) {
    use field::{thread, track as f};
    t.uint(f::UUID, track.uuid);
    t.uint(f::PARENT_UUID, process.uuid);
    t.message(f::THREAD, |d| {
        d.int(thread::PID, process.pid.into());
        d.int(thread::TID, tid.into());
        d.string(thread::NAME, &track.name);
    });
}

/// Lanes carry the name of their track: Perfetto's UI then shows them as one track.
fn describe_lane(t: &mut Message, parent: u64, track: &Track<'_>, lane: &Lane<'_>, rank: i64) {
    use field::track as f;
    t.uint(f::UUID, lane.uuid);
    t.uint(f::PARENT_UUID, parent);
    t.string(f::NAME, &track.name);
    t.int(f::SIBLING_ORDER_RANK, rank);
}

fn event(packet: &mut Message, step: &Step<'_, '_>, flows: &FlowEnds) {
    use field::{event as f, packet as p};
    packet.uint(p::TIMESTAMP, step.time_ns);
    packet.message(p::TRACK_EVENT, |e| {
        e.uint(
            f::TYPE,
            match step.kind {
                StepKind::Begin => 1,
                StepKind::End => 2,
                StepKind::Instant => 3,
            },
        );
        e.uint(f::TRACK_UUID, step.lane.uuid);
        if step.kind == StepKind::End {
            return;
        }
        let item = step.item;
        e.string(f::NAME, item.name());
        for category in categories(item) {
            e.string(f::CATEGORIES, category);
        }
        for a in attributes(item) {
            e.message(f::ANNOTATIONS, |m| named_annotation(m, a));
        }
        let span = KeyValue::new("span", AnyValue::KvList(span_details(item)));
        e.message(f::ANNOTATIONS, |m| named_annotation(m, &span));
        if step.kind == StepKind::Begin {
            if let Some(key) = correlation(item) {
                e.string(f::CORRELATION_ID_STR, &key);
            }
            for id in flows.leaving(item.span.index) {
                e.fixed64(f::FLOW_IDS, *id);
            }
            for id in flows.arriving(item.span.index) {
                e.fixed64(f::TERMINATING_FLOW_IDS, *id);
            }
        }
    });
}

fn named_annotation(m: &mut Message, attribute: &KeyValue) {
    m.string(field::annotation::NAME, &attribute.key);
    annotation(m, &attribute.value);
}

fn annotation(m: &mut Message, value: &AnyValue) {
    use field::annotation as f;
    match value {
        AnyValue::Empty => m.string(f::STRING, ""),
        AnyValue::Str(v) => m.string(f::STRING, v),
        AnyValue::Bool(v) => m.uint(f::BOOL, u64::from(*v)),
        AnyValue::Int(v) => m.int(f::INT, *v),
        AnyValue::Double(v) => m.double(f::DOUBLE, *v),
        AnyValue::Array(items) => items
            .iter()
            .for_each(|i| m.message(f::ARRAY, |m| annotation(m, i))),
        AnyValue::KvList(items) => items
            .iter()
            .for_each(|i| m.message(f::DICT, |m| named_annotation(m, i))),
        AnyValue::Bytes(_) => m.string(f::STRING, &value.to_string()),
    }
}
