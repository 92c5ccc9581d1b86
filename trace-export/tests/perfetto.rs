//! The two Perfetto encodings, read back: what is in the file is what the layout says.
//!
//! What Perfetto itself makes of them is checked with its own trace processor, in `tests/perfetto/`.

mod support;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use mooncake_trace_export::layout::Timeline;
use mooncake_trace_export::model::{AnyValue, Event, KeyValue, Link, ResourceSpans, StatusCode};
use mooncake_trace_export::otlp::read_json_lines;
use mooncake_trace_export::perfetto::Format;
use serde_json::Value;
use support::{process, request, slice, thread};

const SAMPLE: &str = include_str!("data/otlp_sample.jsonl");

fn encode(format: Format, spans: &[ResourceSpans]) -> Vec<u8> {
    let mut out = Vec::new();
    format.write(&Timeline::of(spans), &mut out).unwrap();
    out
}

/// A request with a failed slice, an event, a link and every kind of attribute.
fn small() -> Vec<ResourceSpans> {
    let mut failed = slice(4, 2, "mooncake_worker_send", 1_050, 1_060);
    failed.status.code = StatusCode::Error;
    failed.status.message = "peer gone".into();
    failed.links = vec![Link {
        trace_id: 1,
        span_id: 3,
        ..Link::default()
    }];
    failed.attributes = vec![
        KeyValue::new("bytes", -1),
        KeyValue::new("ok", false),
        KeyValue::new("ratio", 0.5),
        KeyValue::new("sessions", AnyValue::Array(vec!["a".into(), 2.into()])),
        KeyValue::new("map", AnyValue::KvList(vec![KeyValue::new("k", "v")])),
        KeyValue::new("raw", AnyValue::Bytes(vec![0, 255])),
        KeyValue::new("none", AnyValue::Empty),
    ];
    let mut sent = slice(3, 2, "mooncake_send", 1_010, 1_020);
    sent.events = vec![Event {
        time_ns: 1_015,
        name: "queued".into(),
        attributes: vec![KeyValue::new("shard", 3)],
        ..Event::default()
    }];
    process(vec![
        request(1, 1_000, 1_100),
        thread(2, 1, 1_001, 1_100, 7),
        sent,
        failed,
    ])
}

/// A field of a message: number and value.
enum Wire<'a> {
    Int(u64),
    Bytes(&'a [u8]),
}

fn fields(mut bytes: &[u8]) -> Vec<(u64, Wire<'_>)> {
    fn varint(bytes: &mut &[u8]) -> u64 {
        let mut value = 0;
        for shift in (0..).step_by(7) {
            let (byte, rest) = bytes.split_first().unwrap();
            *bytes = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        value
    }
    let mut out = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        let value = match tag & 7 {
            0 => Wire::Int(varint(&mut bytes)),
            1 => {
                let (head, rest) = bytes.split_at(8);
                bytes = rest;
                Wire::Int(u64::from_le_bytes(head.try_into().unwrap()))
            }
            2 => {
                let length = usize::try_from(varint(&mut bytes)).unwrap();
                let (head, rest) = bytes.split_at(length);
                bytes = rest;
                Wire::Bytes(head)
            }
            other => panic!("wire type {other}"),
        };
        out.push((tag >> 3, value));
    }
    out
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// A trace as readable text: `path=value` of every field, with the names of the protos.
fn dump(bytes: &[u8], names: &[(u64, &'static str)], out: &mut String) {
    for (number, value) in fields(bytes) {
        let name = names
            .iter()
            .find(|(n, _)| *n == number)
            .map_or("?", |(_, name)| name);
        match (name, value) {
            ("uuid" | "parent" | "track" | "flow" | "ends_flow", Wire::Int(v)) => {
                assert_ne!(v, 0);
                let _ = write!(out, " {name}");
            }
            ("double", Wire::Int(v)) => drop(write!(out, " {}", f64::from_bits(v))),
            ("int", Wire::Int(v)) => drop(write!(out, " {}", v.cast_signed())),
            (_, Wire::Int(v)) => drop(write!(out, " {name}={v}")),
            ("descriptor", Wire::Bytes(b)) => message(
                "descriptor",
                b,
                &[
                    (1, "uuid"),
                    (2, "name"),
                    (3, "process"),
                    (4, "thread"),
                    (5, "parent"),
                    (11, "ordering"),
                    (12, "rank"),
                ],
                out,
            ),
            ("process", Wire::Bytes(b)) => message("process", b, &[(1, "pid"), (6, "name")], out),
            ("thread", Wire::Bytes(b)) => {
                message("thread", b, &[(1, "pid"), (2, "tid"), (5, "name")], out)
            }
            ("event", Wire::Bytes(b)) => message(
                "event",
                b,
                &[
                    (4, "arg"),
                    (9, "type"),
                    (11, "track"),
                    (22, "category"),
                    (23, "name"),
                    (47, "flow"),
                    (48, "ends_flow"),
                    (53, "correlation"),
                ],
                out,
            ),
            ("arg" | "dict" | "array", Wire::Bytes(b)) => message(
                name,
                b,
                &[
                    (2, "bool"),
                    (4, "int"),
                    (5, "double"),
                    (6, "string"),
                    (10, "key"),
                    (11, "dict"),
                    (12, "array"),
                ],
                out,
            ),
            (_, Wire::Bytes(b)) => drop(write!(out, " {:?}", text(b))),
        }
    }
}

fn message(name: &str, bytes: &[u8], names: &[(u64, &'static str)], out: &mut String) {
    let _ = write!(out, " {name}(");
    dump(bytes, names, out);
    out.push_str(" )");
}

#[test]
fn a_small_trace_in_native_form() {
    let bytes = encode(Format::Pftrace, &small());
    let mut lines = Vec::new();
    for (field, packet) in fields(&bytes) {
        assert_eq!(field, 1);
        let Wire::Bytes(packet) = packet else {
            panic!("a packet is a message")
        };
        let mut line = String::new();
        dump(
            packet,
            &[(8, "ts"), (10, "seq"), (11, "event"), (60, "descriptor")],
            &mut line,
        );
        lines.push(line.replace(" seq=1", "").trim().to_owned());
    }
    let ids = |id: &str| {
        format!(
            "dict( \"trace_id\" \"{:032x}\" ) dict( \"span_id\" \"{id:0>16}\" )",
            1
        )
    };
    let expected = [
        "descriptor( uuid process( pid=7 \"worker [TP 0] · unknown service · 01234567\" ) ordering=3 )".to_owned(),
        "descriptor( uuid parent \"Requests\" rank=0 )".to_owned(),
        "descriptor( uuid parent thread( pid=7 tid=7 \"worker [TP 0]\" ) )".to_owned(),
        "descriptor( uuid parent \"worker [TP 0]\" rank=1 )".to_owned(),
        format!("ts=1000 event( type=1 track \"Req 1\" \"request\" arg( \"rid\" \"rid-1\" ) arg( \"module\" \"sglang::request\" ) arg( \"span\" {} ) \"rid-1\" )", ids("1")),
        format!("ts=1001 event( type=1 track \"Req 1\" \"thread\" arg( \"host_id\" \"0123456789abcdef\" ) arg( \"pid\" 7 ) arg( \"thread_label\" \"worker\" ) arg( \"tp_rank\" 0 ) arg( \"span\" {} dict( \"parent_span_id\" \"0000000000000001\" ) dict( \"name\" \"worker\" ) ) \"rid-1\" )", ids("2")),
        format!("ts=1010 event( type=1 track \"mooncake_send\" \"slice\" arg( \"span\" {} dict( \"parent_span_id\" \"0000000000000002\" ) ) flow )", ids("3")),
        format!("ts=1015 event( type=3 track \"queued\" \"event\" arg( \"shard\" 3 ) arg( \"span\" {} ) )", ids("3")),
        "ts=1020 event( type=2 track )".to_owned(),
        format!("ts=1050 event( type=1 track \"mooncake_worker_send\" \"slice\" \"error\" arg( \"bytes\" -1 ) arg( \"ok\" bool=0 ) arg( \"ratio\" 0.5 ) arg( \"sessions\" array( \"a\" ) array( 2 ) ) arg( \"map\" dict( \"k\" \"v\" ) ) arg( \"raw\" \"00ff\" ) arg( \"none\" \"\" ) arg( \"span\" {} dict( \"parent_span_id\" \"0000000000000002\" ) dict( \"status\" \"ERROR\" ) dict( \"status_message\" \"peer gone\" ) ) \"failed request\" ends_flow )", ids("4")),
        "ts=1060 event( type=2 track )".to_owned(),
        "ts=1100 event( type=2 track )".to_owned(),
        "ts=1100 event( type=2 track )".to_owned(),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_small_trace_in_chrome_form() {
    let bytes = encode(Format::ChromeJson, &small());
    let json: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(json["otherData"]["begin_unix_ns"], "1000");
    let events = json["traceEvents"].as_array().unwrap();
    let line = |e: &Value| {
        let s = |k: &str| e[k].as_str().unwrap_or("").to_owned();
        let at = [&e["pid"], &e["tid"], &e["ts"]]
            .map(Value::to_string)
            .join("/");
        format!("{} {at} {} {}", s("ph"), s("name"), s("cat"))
            .trim()
            .to_owned()
    };
    let lines: Vec<_> = events.iter().map(line).collect();
    let expected = [
        "M 7/0/null process_name",
        "M 7/0/null process_sort_index",
        "M 7/1/null thread_name",
        "M 7/1/null thread_sort_index",
        "M 7/7/null thread_name",
        "M 7/7/null thread_sort_index",
        "B 7/1/0.0 Req 1 request",
        "B 7/7/0.001 Req 1 thread",
        "B 7/7/0.01 mooncake_send slice",
        "s 7/7/0.01 link link",
        "i 7/7/0.015 queued event",
        "E 7/7/0.02",
        "B 7/7/0.05 mooncake_worker_send slice,error",
        "f 7/7/0.05 link link",
        "E 7/7/0.06",
        "E 7/1/0.1",
        "E 7/7/0.1",
    ];
    assert_eq!(lines, expected);
    let args = &events[12]["args"];
    assert_eq!(args["sessions"], serde_json::json!(["a", 2]));
    assert_eq!(args["span"]["status_message"], "peer gone");
    assert_eq!(events[9]["id"], events[13]["id"]);
}

#[test]
fn the_recorded_sample_has_all_its_ends() {
    let sample = read_json_lines(SAMPLE.as_bytes()).unwrap().resource_spans;
    let native = encode(Format::Pftrace, &sample);
    assert_eq!(
        native,
        encode(Format::Pftrace, &sample),
        "same input, same bytes"
    );
    let mut open: BTreeMap<u64, i32> = BTreeMap::new();
    let mut flows: HashMap<u64, (u32, u32)> = HashMap::new();
    let (mut begins, mut instants, mut last) = (0, 0, 0);
    for (_, packet) in fields(&native) {
        let Wire::Bytes(packet) = packet else {
            panic!()
        };
        for (number, value) in fields(packet) {
            match value {
                Wire::Int(ts) if number == 8 => {
                    assert!(last <= ts, "in order of time");
                    last = ts;
                }
                Wire::Bytes(event) if number == 11 => {
                    let (mut kind, mut track) = (0, 0);
                    for (number, value) in fields(event) {
                        match (number, value) {
                            (9, Wire::Int(v)) => kind = v,
                            (11, Wire::Int(v)) => track = v,
                            (47, Wire::Int(v)) => flows.entry(v).or_default().0 += 1,
                            (48, Wire::Int(v)) => flows.entry(v).or_default().1 += 1,
                            _ => {}
                        }
                    }
                    let depth = open.entry(track).or_default();
                    match kind {
                        1 => (begins, *depth) = (begins + 1, *depth + 1),
                        2 => *depth -= 1,
                        _ => instants += 1,
                    }
                    assert!(*depth >= 0);
                }
                _ => {}
            }
        }
    }
    assert!(open.values().all(|d| *d == 0));
    assert_eq!((begins, instants, flows.len()), (1520, 394, 564));
    assert!(flows.values().all(|ends| *ends == (1, 1)));
}

#[test]
fn the_name_says_the_format() {
    for (name, format) in [
        ("a.json", Format::ChromeJson),
        ("A.JSON.gz", Format::ChromeJson),
        ("a.pftrace", Format::Pftrace),
        ("a.gz", Format::Pftrace),
        ("-", Format::Pftrace),
    ] {
        assert_eq!(Format::of_file_name(name), format);
    }
}
