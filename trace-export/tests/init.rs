//! Starting tracing from a configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clap::Parser;
use mooncake_trace::TraceContext;
use mooncake_trace_export::exporter::MemoryExporter;
use mooncake_trace_export::otlp::read_json_lines;
use mooncake_trace_export::{Config, InitError, TraceArgs, check_modules, init};

fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn request(module: &str) {
    let ctx = TraceContext::builder("rid").module(module).build();
    ctx.req_start();
    ctx.req_finish();
}

fn error(config: Config) -> String {
    init(config).unwrap_err().to_string()
}

#[test]
fn a_configuration_is_carried_out() {
    let _turn = turn();
    let path = folder("init").join("out/otlp.jsonl");
    let memory = MemoryExporter::default();
    let config = Config::new()
        .service_name("prefill")
        .attribute("cluster", "east")
        .attribute("process.pid", 1)
        .endpoint(format!("file:{}", path.display()))
        .exporter(memory.clone())
        .modules("mooncake=2")
        .level(7);
    let guard = init(config).unwrap();
    assert!(guard.is_enabled());
    assert_eq!(mooncake_trace::trace_level(), 7);
    let second = init(Config::new().exporter(MemoryExporter::default())).unwrap_err();
    assert!(matches!(second, InitError::Install(_)), "{second}");
    request("mooncake");
    request("request");
    assert!(guard.flush(Duration::from_secs(60)));
    assert_eq!(
        memory.take().len(),
        2,
        "the request and its thread, of one module"
    );
    assert!(guard.shutdown(Duration::from_secs(60)).complete);
    let report = read_json_lines(fs::read(path).unwrap().as_slice()).unwrap();
    assert_eq!(report.span_count(), 2);
    let attributes = &report.resource_spans[0].resource.attributes;
    let text = |key: &str| {
        let mut values = attributes.iter().filter(|a| a.key == key);
        let value = values.next().map(|a| a.value.to_string());
        assert!(values.next().is_none(), "{key} twice");
        value.unwrap_or_default()
    };
    assert_eq!(
        [text("service.name"), text("cluster"), text("process.pid")],
        ["prefill", "east", "1"]
    );
    assert_eq!(text("telemetry.sdk.name"), "mooncake-trace");
    mooncake_trace::clear_trace_modules();
}

#[test]
fn what_cannot_work_is_refused_before_anything_starts() {
    let _turn = turn();
    let unknown = error(
        Config::new()
            .modules("request,mooncak")
            .exporter(MemoryExporter::default()),
    );
    assert!(
        unknown.starts_with("unknown trace module \"mooncak\", did you mean \"mooncake\"?"),
        "{unknown}"
    );
    let network = error(Config::new().endpoint("localhost:port"));
    assert!(
        network.contains("cannot use the OTLP endpoint \"localhost:port\": the port is no number"),
        "{network}"
    );
    let file = error(Config::new().otlp_file("/proc/no/such/otlp.jsonl"));
    assert!(
        file.starts_with("cannot write the trace file /proc/no/such/otlp.jsonl: "),
        "{file}"
    );
    assert!(!mooncake_trace::tracing_enabled());
}

#[test]
fn switched_off_nothing_happens() {
    let _turn = turn();
    let path = folder("off").join("otlp.jsonl");
    let guard = init(
        Config::new()
            .enabled(false)
            .otlp_file(&path)
            .modules("nonsense"),
    )
    .unwrap();
    assert!(!guard.is_enabled() && guard.flush(Duration::ZERO));
    request("");
    assert!(guard.shutdown(Duration::ZERO).complete);
    assert!(!path.exists());
}

#[test]
fn module_lists_are_checked() {
    for good in ["", "request", " request , mooncake=255,", "mooncake=0"] {
        assert_eq!(check_modules(good), Ok(()), "{good}");
    }
    let text = |list: &str| check_modules(list).unwrap_err().to_string();
    assert_eq!(
        text("Request"),
        "unknown trace module \"Request\", did you mean \"request\"? (this program has: mooncake, request)"
    );
    assert_eq!(
        text("zzz"),
        "unknown trace module \"zzz\" (this program has: mooncake, request)"
    );
    assert_eq!(
        text("request=256"),
        "expected a level from 0 to 255 after `=`, found \"request=256\""
    );
}

#[derive(Debug, Parser)]
struct Args {
    #[command(flatten)]
    trace: TraceArgs,
}

fn parse(args: &[&str]) -> Result<TraceArgs, String> {
    let args = ["server"].iter().chain(args);
    Args::try_parse_from(args)
        .map(|a| a.trace)
        .map_err(|e| e.to_string())
}

#[test]
fn flags_are_those_of_sglang() {
    let _turn = turn();
    let off = parse(&[]).unwrap();
    assert!(!off.enable_trace && off.trace_modules == "request" && off.trace_level.is_none());
    assert!(!init(off.config()).unwrap().is_enabled());

    let path = folder("flags").join("otlp.jsonl");
    let endpoint = format!("file:{}", path.display());
    let on = [
        "--enable-trace",
        "--otlp-traces-endpoint",
        &endpoint,
        "--trace-modules",
        "mooncake",
        "--trace-level",
        "2",
    ];
    let guard = init(parse(&on).unwrap().config()).unwrap();
    assert_eq!(mooncake_trace::trace_level(), 2);
    request("mooncake");
    request("request");
    assert!(guard.shutdown(Duration::from_secs(60)).complete);
    let report = read_json_lines(fs::read(path).unwrap().as_slice()).unwrap();
    assert_eq!(report.span_count(), 2);
    mooncake_trace::clear_trace_modules();

    let wrong = parse(&["--trace-modules", "mooncke"]).unwrap_err();
    assert!(wrong.contains("did you mean \"mooncake\"?"), "{wrong}");
    assert!(parse(&["--trace-level", "256"]).is_err());
}
