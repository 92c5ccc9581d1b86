//! Exporters on the real pipeline: what was recorded arrives, in every form.

mod support;

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use mooncake_trace::{
    Options, SliceDetails, Stage, ThreadInfo, Timestamp, TraceContext, Value, install,
    set_thread_info,
};
use mooncake_trace_export::exporter::{
    MemoryExporter, OtlpFileExporter, PerfettoFileExporter, Tee, span_tree,
};
use mooncake_trace_export::layout::Timeline;
use mooncake_trace_export::model::{AnyValue, Resource, Span, find};
use mooncake_trace_export::otlp::{ReadReport, read_json_lines};

static SEND: Stage = Stage::new("mooncake", "mooncake_send", 1);
static WORKER_SEND: Stage = Stage::new("mooncake", "mooncake_worker_send", 1);
static SESSION: Stage = Stage::new("mooncake", "mooncake_worker_send_session", 2);
const PATIENCE: Duration = Duration::from_secs(60);

/// There is one pipeline in a process: tests take turns.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn at(ns: u64) -> Timestamp {
    Timestamp::from_unix_ns(1_764_000_000_000_000_000 + ns)
}

/// One transfer: queued by a scheduler, written by a worker to two sessions, the second of which fails.
fn transfer(rid: &str, begin: u64) {
    set_thread_info(ThreadInfo::new("scheduler").tp_rank(0));
    let ctx = TraceContext::builder(rid)
        .bootstrap_room(0x1f)
        .role("Sender")
        .module("mooncake")
        .level(2)
        .build();
    ctx.req_start_at(at(begin));
    ctx.record_slice(&SEND, at(begin + 10), at(begin + 20));
    ctx.event_at("queued", 1, &[("shard", Value::from(3))], at(begin + 30));
    let chunk = ctx.copy_for_thread();
    let worker = thread::spawn(move || {
        set_thread_info(ThreadInfo::new("worker 0").tp_rank(0).dp_rank(1));
        chunk.rebuild_thread_context_at(at(begin + 40));
        chunk.slice_start_at(&WORKER_SEND, at(begin + 50));
        let details = || {
            SliceDetails::default()
                .attrs(&[("bytes", Value::Int(4096)), ("ratio", Value::Float(0.25))])
        };
        chunk.record_slice_with(&SESSION, at(begin + 55), at(begin + 60), details());
        let failed = chunk.slice_at(&SESSION, at(begin + 60));
        failed.attr("peers", vec!["a", "b"]);
        failed.fail("peer gone");
        failed.end_at(at(begin + 70));
        chunk.slice_end_with_at(
            &WORKER_SEND,
            SliceDetails::default().thread_finish(),
            at(begin + 80),
        );
    });
    worker.join().unwrap();
    ctx.req_fail_at("transfer failed", at(begin + 100));
}

const TREE: &str = "\
request \"Sender Req room-1\" rid=\"room-1\" module=\"sglang::mooncake\" bootstrap_room=\"0x1f\" ERROR
  thread \"scheduler [TP 0]\" reason=\"transfer failed\" ERROR
    event \"queued\" shard=3
    slice \"mooncake_send\"
  thread \"worker 0 [TP 0] [DP 1]\"
    slice \"mooncake_worker_send\" after \"mooncake_send\"
      slice \"mooncake_worker_send_session\" bytes=4096 ratio=0.25
      slice \"mooncake_worker_send_session\" peers=[a, b] ERROR \"peer gone\"
";

fn read(path: &Path) -> ReadReport {
    read_json_lines(fs::read(path).unwrap().as_slice()).unwrap()
}

fn spans(report: &ReadReport) -> Vec<Span> {
    let scopes = report.resource_spans.iter().flat_map(|rs| &rs.scopes);
    scopes.flat_map(|s| s.spans.clone()).collect()
}

#[test]
fn every_exporter_sees_the_same_spans() {
    let _turn = turn();
    let before = mooncake_trace::stats();
    let dir = folder("same");
    let memory = MemoryExporter::default();
    let resource = Resource::detect(Some("prefill"));
    let (otlp, perfetto, chrome) = (
        dir.join("otlp.jsonl"),
        dir.join("deeper/t.pftrace"),
        dir.join("t.json"),
    );
    let tee = Tee::default()
        .and(memory.clone())
        .and(OtlpFileExporter::create(&otlp, resource.clone()).unwrap())
        .and(PerfettoFileExporter::create(&perfetto, resource.clone()).unwrap())
        .and(PerfettoFileExporter::create(&chrome, resource.clone()).unwrap());
    let guard = install(tee, Options::default().max_batch(3)).unwrap();
    transfer("room-1", 0);
    assert!(guard.flush(PATIENCE));
    assert_eq!(span_tree(&memory.spans()), TREE);
    assert!(perfetto.exists(), "a flush writes the file");
    transfer("room-2", 1000);
    let report = guard.shutdown(PATIENCE);
    assert!(report.complete);
    assert_eq!(report.stats.dropped, before.dropped);

    let recorded: Vec<_> = memory.spans().into_iter().map(|s| s.span).collect();
    assert_eq!(recorded.len(), 14);
    let file = read(&otlp);
    assert!(file.requests > 2, "batches of three");
    assert_eq!(spans(&file), recorded);
    let resource_in_file = &file.resource_spans[0].resource;
    assert_eq!(*resource_in_file, resource);
    assert_eq!(
        find(&resource.attributes, "service.name"),
        Some(&AnyValue::from("prefill"))
    );

    // Remote and local links and parents carry OTLP's flags.
    let link_of = |name: &str| recorded.iter().find(|s| s.name == name).unwrap().links[0].flags;
    assert_eq!(link_of("mooncake_worker_send"), 0x300);
    assert!(recorded.iter().all(|s| s.flags == 0x101 && s.kind == 1));

    let timeline = Timeline::of(&file.resource_spans);
    let json = fs::read_to_string(&chrome).unwrap();
    assert_eq!(json.matches("\"ph\":\"B\"").count(), 14);
    assert_eq!(json.matches("\"ph\":\"s\"").count(), timeline.flows.len());
    assert_eq!(timeline.flows.len(), 2);
    let mut native = Vec::new();
    mooncake_trace_export::perfetto::write_pftrace(&timeline, &mut native).unwrap();
    assert_eq!(
        fs::read(&perfetto).unwrap(),
        native,
        "the file of the run is that of the converter"
    );
}

#[test]
fn a_full_disk_loses_spans_and_says_so() {
    let _turn = turn();
    let before = mooncake_trace::stats();
    let exporter = OtlpFileExporter::append("/dev/full", Resource::detect(None)).unwrap();
    let guard = install(exporter, Options::default()).unwrap();
    transfer("full", 0);
    let after = guard.shutdown(PATIENCE).stats;
    assert_eq!(
        after.dropped.export_failed - before.dropped.export_failed,
        7
    );
    assert_eq!(
        after.recorded,
        after.exported + after.dropped.total() + after.in_flight
    );
}

#[test]
fn a_perfetto_file_refuses_what_it_cannot_hold() {
    let _turn = turn();
    let before = mooncake_trace::stats();
    let path = folder("limit").join("small.pftrace");
    let exporter = PerfettoFileExporter::create(&path, Resource::default())
        .unwrap()
        .memory_limit(1);
    let guard = install(exporter, Options::default()).unwrap();
    transfer("limit", 0);
    let after = guard.shutdown(PATIENCE).stats;
    assert_eq!(after.dropped.rejected - before.dropped.rejected, 6);
    assert!(path.exists());
}

#[test]
fn an_appended_file_stays_readable() {
    let _turn = turn();
    let dir = folder("append");
    fs::create_dir_all(&dir).unwrap();
    let path = dir.join("otlp.jsonl");
    for _ in 0..2 {
        let exporter = OtlpFileExporter::append(&path, Resource::default()).unwrap();
        let guard = install(exporter, Options::default()).unwrap();
        transfer("append", 0);
        assert!(guard.shutdown(PATIENCE).complete);
    }
    assert_eq!(read(&path).span_count(), 14);
    // Somebody left half a line: the next one begins on its own.
    fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap()
        .write_all(b"{\"resource")
        .unwrap();
    drop(OtlpFileExporter::append(&path, Resource::default()).unwrap());
    assert!(fs::read(&path).unwrap().ends_with(b"{\"resource\n"));
}

/// In the child process: records for ever, and says when something is in the file.
#[test]
fn child_that_is_killed() {
    let Some(path) = env::var_os("WRITE_UNTIL_KILLED") else {
        return;
    };
    let exporter = OtlpFileExporter::create(PathBuf::from(path), Resource::default()).unwrap();
    let guard = install(exporter, Options::default()).unwrap();
    loop {
        (0..20).for_each(|_| transfer("killed", 0));
        assert!(guard.flush(PATIENCE));
        println!("written");
    }
}

#[test]
fn a_killed_process_leaves_whole_lines() {
    let dir = folder("killed");
    fs::create_dir_all(&dir).unwrap();
    let path = dir.join("otlp.jsonl");
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "child_that_is_killed", "--nocapture"])
        .env("WRITE_UNTIL_KILLED", &path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stdout.take().unwrap()).lines();
    let rounds = said
        .map_while(Result::ok)
        .filter(|l| l.contains("written"))
        .take(5)
        .count();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(rounds, 5);
    assert!(read(&path).span_count() >= 5 * 20 * 7);
}
