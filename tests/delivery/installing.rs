//! Installing, ending, and installing again.

use mooncake_trace::{InstallError, Options, TraceContext};
use mooncake_trace_tests::{Books, PATIENCE, Recorder, Recording, alone, assert_balanced};

use crate::stages::Kv;

fn record() {
    let ctx = TraceContext::builder("request").build();
    ctx.req_start();
    drop(ctx.slice(&Kv::SEND));
    ctx.req_finish();
}

#[test]
fn only_one_can_be_installed_at_a_time() {
    let recording = Recording::start();
    let second = mooncake_trace::install(Recorder::default(), Options::default());
    assert!(matches!(second, Err(InstallError::AlreadyInstalled)));
    record();
    assert_eq!(recording.spans().len(), 3);
}

#[test]
fn after_a_shutdown_it_can_be_installed_again() {
    let _alone = alone();
    for _ in 0..5 {
        let recorder = Recorder::default();
        let guard = mooncake_trace::install(recorder.clone(), Options::default()).unwrap();
        let books = Books::open();
        record();
        let report = guard.shutdown(PATIENCE);
        assert!(report.complete);
        assert_eq!(report.stats.in_flight, 0);
        assert_eq!((recorder.len(), books.exported()), (3, 3));
        // Off again: nothing is recorded.
        record();
        assert_eq!(books.recorded(), 3);
        assert!(!TraceContext::builder("request").build().is_enabled());
    }
}

#[test]
fn dropping_the_guard_exports_what_is_there() {
    let _alone = alone();
    let recorder = Recorder::default();
    let guard = mooncake_trace::install(recorder.clone(), Options::default()).unwrap();
    record();
    drop(guard);
    assert_eq!(recorder.len(), 3);
}

#[test]
fn a_context_that_survives_a_shutdown_does_no_harm() {
    let _alone = alone();
    let first = mooncake_trace::install(Recorder::default(), Options::default()).unwrap();
    let ctx = TraceContext::builder("survivor").build();
    ctx.req_start();
    let send = ctx.slice(&Kv::SEND);
    let _report = first.shutdown(PATIENCE);
    drop(send);
    assert_balanced(&mooncake_trace::stats());
    let recorder = Recorder::default();
    let second = mooncake_trace::install(recorder.clone(), Options::default()).unwrap();
    drop(ctx.slice(&Kv::WRITE));
    ctx.req_finish();
    assert!(second.flush(PATIENCE));
    assert!(recorder.spans().iter().any(|span| span.name == "write"));
    assert!(
        recorder
            .spans()
            .iter()
            .any(|span| span.name == "Req survivor")
    );
    assert_balanced(&second.stats());
}

#[test]
fn the_switch_turns_new_requests_off_and_on() {
    let recording = Recording::start();
    let running = recording.request();
    mooncake_trace::set_tracing_enabled(false);
    record();
    drop(running.slice(&Kv::WRITE));
    mooncake_trace::set_tracing_enabled(true);
    record();
    running.req_finish();
    assert_eq!(recording.spans().len(), 3 + 3);
}

#[test]
fn modules_and_levels_gate_new_requests() {
    let recording = Recording::start();
    mooncake_trace::set_trace_modules("mooncake, request");
    let of = |module: &str| {
        TraceContext::builder("r")
            .module(module)
            .build()
            .is_enabled()
    };
    assert_eq!([of("mooncake"), of("request"), of("")], [true; 3]);
    assert_eq!([of("kv"), of("Mooncake"), of("moon")], [false; 3]);
    mooncake_trace::set_trace_modules("");
    assert_eq!([of("mooncake"), of("")], [false, true]);
    mooncake_trace::clear_trace_modules();
    mooncake_trace::set_trace_level(0);
    assert!(!of("mooncake"));
    assert!(TraceContext::builder("r").level(1).build().is_enabled());
    mooncake_trace::set_trace_level(1);
    assert!(of("mooncake"));
    recording.assert_tree("");
}
