//! Contexts on their way through another process.

use std::collections::BTreeMap;

use mooncake_trace::{Carrier, TraceContext};
use mooncake_trace_tests::Recording;
use serde_json::value::RawValue;

use crate::stages::Kv;

/// The members of an object, literally; their order does not count.
fn members(json: &str) -> BTreeMap<String, String> {
    let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(json).unwrap();
    members
        .into_iter()
        .map(|(key, value)| (key, value.get().to_owned()))
        .collect()
}

#[test]
fn the_reader_of_a_carrier_works_under_the_same_root() {
    let recording = Recording::start();
    let ctx = recording.request();
    drop(ctx.slice(&Kv::SEND));
    let json = json_of(&ctx.to_carrier());
    let reader = TraceContext::from_carrier(&carrier_of(&json).unwrap());
    reader.rebuild_thread_context();
    drop(reader.slice(&Kv::WRITE).thread_finish());
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send
          [main]
            write <~ send
        ",
    );
    let spans = recording.spans();
    let write = spans.iter().find(|span| span.name == "write").unwrap();
    let thread = spans
        .iter()
        .find(|span| Some(span.span_id) == write.parent.map(|p| p.span_id));
    assert!(thread.unwrap().parent.unwrap().is_remote);
}

#[test]
fn ids_of_a_carrier_are_whole_numbers_of_full_size() {
    let recording = Recording::start();
    let ctx = recording.request();
    drop(ctx.slice(&Kv::SEND));
    let json = json_of(&ctx.to_carrier());
    let spans = recording.spans();
    let send = spans.iter().find(|span| span.name == "send").unwrap();
    let ids = format!(
        r#""last_span_context":{{"span_id":{},"trace_id":{}}}"#,
        send.span_id, send.trace_id
    );
    assert!(json.contains(&ids), "{json} lacks {ids}");
    let again = json_of(&carrier_of(&json).unwrap());
    assert_eq!(members(&again), members(&json));
}

#[test]
fn a_carrier_of_sglang_is_read_exactly() {
    let recording = Recording::start();
    let json = format!(
        r#"{{"tracing_enable": true, "rid": "0x1f4a2b", "bootstrap_room": {}, "start_time_ns": 1750000000000000001,
            "role": "prefill", "trace_level": 2, "module_name": "request", "is_copy": false, "pid": 4711,
            "thread_context": null, "root_span": null, "last_span_context": {{"span_id": {}, "trace_id": {}}},
            "root_span_context": {{"traceparent": "00-{:032x}-{:016x}-01", "tracestate": "vendor=1"}}}}"#,
        u64::MAX,
        u64::MAX - 1,
        u128::MAX - 2,
        u128::MAX - 2,
        0xb7ad_6b71_6920_3331_u64,
    );
    let reader = TraceContext::from_carrier(&carrier_of(&json).unwrap());
    reader.rebuild_thread_context();
    drop(reader.slice(&Kv::WRITE).thread_finish());
    let spans = recording.spans();
    let write = spans.iter().find(|span| span.name == "write").unwrap();
    assert_eq!(write.trace_id, u128::MAX - 2);
    assert_eq!(write.link.unwrap().span_id, u64::MAX - 1);
    assert_eq!(write.link.unwrap().trace_id, u128::MAX - 2);
    assert_eq!(write.trace_state.as_deref(), Some("vendor=1"));
    let again = json_of(&reader.to_carrier());
    for kept in [
        r#""bootstrap_room":18446744073709551615"#,
        r#""start_time_ns":1750000000000000001"#,
        r#""role":"prefill""#,
        r#""trace_level":2"#,
        r#""is_copy":true"#,
    ] {
        assert!(again.contains(kept), "{again} lacks {kept}");
    }
}

#[test]
fn a_process_that_does_not_trace_hands_a_carrier_on_unharmed() {
    let recording = Recording::start();
    let ctx = recording.request();
    drop(ctx.slice(&Kv::SEND));
    let mut json = json_of(&ctx.to_carrier());
    // What a later version might add.
    json.insert_str(json.len() - 1, r#","later":{"a":[1,2.5,null]}"#);
    mooncake_trace::set_tracing_enabled(false);
    let relay = TraceContext::from_carrier(&carrier_of(&json).unwrap());
    assert!(!relay.is_enabled());
    relay.rebuild_thread_context();
    drop(relay.slice(&Kv::WRITE));
    assert_eq!(members(&json_of(&relay.to_carrier())), members(&json));
    assert!(!relay.copy_for_thread().is_enabled());
    mooncake_trace::set_tracing_enabled(true);
    let reader = TraceContext::from_carrier(&carrier_of(&json_of(&relay.to_carrier())).unwrap());
    assert!(reader.is_enabled());
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send
        ",
    );
}

#[test]
fn what_has_not_started_gives_a_carrier_that_loads_as_null() {
    let _recording = Recording::start();
    let unstarted = TraceContext::builder("request").build();
    for ctx in [unstarted, TraceContext::null()] {
        let carrier = ctx.to_carrier();
        assert_eq!(json_of(&carrier), r#"{"tracing_enable":false}"#);
        assert!(!TraceContext::from_carrier(&carrier).is_enabled());
    }
}

#[test]
fn what_is_no_carrier_is_an_error_that_says_so() {
    for json in [
        "",
        "[]",
        "{}",
        r#"{"tracing_enable": 1}"#,
        r#"{"tracing_enable": true, "rid": 7}"#,
    ] {
        let said = ["EOF", "__getstate__", "tracing_enable", "boolean", "string"];
        let error = carrier_of(json).unwrap_err().to_string();
        assert!(said.iter().any(|said| error.contains(said)), "{error}");
    }
}

/// A carrier on its way.
fn json_of(carrier: &Carrier) -> String {
    serde_json::to_string(carrier).expect("a carrier is JSON")
}

fn carrier_of(json: &str) -> serde_json::Result<Carrier> {
    serde_json::from_str(json)
}
