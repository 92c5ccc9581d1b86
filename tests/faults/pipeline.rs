//! The pipeline under test: installed, recorded into, watched, and audited at its end.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use mooncake_trace::{Options, ShutdownReport, Stage, Stats, TraceContext, TraceGuard, install};
use mooncake_trace_export::otlp::{OtlpBuilder, OtlpExporter, Protocol};

use crate::logs;
use crate::sink::{Arrived, Sink};

pub(crate) static SEND: Stage = Stage::new("mooncake", "mooncake_send", 1);

/// Long enough for whatever should happen on a slow machine.
pub(crate) const LONG: Duration = Duration::from_secs(30);

/// All three ways.
pub(crate) const PROTOCOLS: [Protocol; 3] =
    [Protocol::Grpc, Protocol::HttpProtobuf, Protocol::HttpJson];

/// A pipeline is there once in a process, so tests take turns.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) struct Pipeline {
    guard: Option<TraceGuard>,
    before: Stats,
    watch: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
    numbers: AtomicI64,
    _turn: MutexGuard<'static, ()>,
}

/// Settings for a receiver at `endpoint`.
pub(crate) fn exporter(protocol: Protocol, endpoint: impl Into<String>) -> OtlpBuilder {
    OtlpExporter::builder()
        .protocol(protocol)
        .endpoint(endpoint)
}

/// Batches of at most 32 spans. The interval never ends: what is exported together is up to [`Pipeline::record`].
pub(crate) fn options() -> Options {
    Options::default()
        .interval(Duration::from_secs(3600))
        .max_batch(32)
}

impl Pipeline {
    pub(crate) fn start(exporter: OtlpBuilder) -> Self {
        Self::start_with(exporter, options())
    }

    pub(crate) fn start_with(exporter: OtlpBuilder, options: Options) -> Self {
        let turn = turn();
        logs::restart();
        let before = mooncake_trace::stats();
        let guard = install(exporter.build().unwrap(), options).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let watch = thread::spawn({
            let stop = Arc::clone(&stop);
            move || {
                while !stop.load(Relaxed) {
                    balanced(&mooncake_trace::stats());
                    thread::park_timeout(Duration::from_micros(200));
                }
            }
        });
        Self {
            guard: Some(guard),
            before,
            watch: Some((stop, watch)),
            numbers: AtomicI64::new(0),
            _turn: turn,
        }
    }

    /// Records `n` requests of one slice, which carries a number: three spans each. Then has them exported, without
    /// waiting for that.
    pub(crate) fn record(&self, n: usize) {
        for _ in 0..n {
            let ctx = TraceContext::builder("rid").build();
            ctx.req_start();
            let number = self.numbers.fetch_add(1, Relaxed);
            let slice = ctx.slice(&SEND);
            slice.attr("number", number);
            slice.end();
            ctx.req_finish();
        }
        self.export();
    }

    /// Has everything exported, without waiting for that.
    pub(crate) fn export(&self) {
        let _in_flight = self.guard.as_ref().map(|g| g.flush(Duration::ZERO));
    }

    /// Everything out, which must succeed.
    #[track_caller]
    pub(crate) fn flush(&self) {
        let guard = self.guard.as_ref().unwrap();
        assert!(guard.flush(LONG), "{:?} {:#?}", self.stats(), logs::lines());
    }

    /// The books since the start.
    pub(crate) fn stats(&self) -> Stats {
        since(&self.before, mooncake_trace::stats())
    }

    /// Shuts down within `timeout`, and a bit for a busy machine.
    #[track_caller]
    pub(crate) fn shutdown(&mut self, timeout: Duration) -> ShutdownReport {
        let begun = Instant::now();
        let mut report = self.guard.take().unwrap().shutdown(timeout);
        let took = begun.elapsed();
        assert!(took < timeout + Duration::from_secs(2), "{took:?}");
        let (stop, watch) = self.watch.take().unwrap();
        stop.store(true, Relaxed);
        watch.join().expect("the books were wrong at some moment");
        report.stats = since(&self.before, report.stats);
        balanced(&report.stats);
        assert_eq!(report.stats.in_flight, 0);
        report
    }

    /// Shuts down, and checks that every span that was recorded has arrived once at one of `sinks`.
    #[track_caller]
    pub(crate) fn all_arrived(mut self, sinks: &[&Sink]) {
        let lost = mooncake_trace::Dropped::default();
        let report = self.shutdown(LONG);
        assert!(report.complete);
        assert_eq!(report.stats.dropped, lost, "{:#?}", logs::lines());
        exactly_once(&report.stats, sinks);
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        if let Some((stop, watch)) = self.watch.take() {
            stop.store(true, Relaxed);
            let _ = watch.join();
        }
    }
}

/// What is counted as exported has arrived, once.
#[track_caller]
pub(crate) fn exactly_once(stats: &Stats, sinks: &[&Sink]) {
    let arrived: Vec<Arrived> = sinks.iter().flat_map(|s| s.arrived()).collect();
    assert_eq!(arrived.len() as u64, stats.exported);
    let ids: BTreeSet<_> = arrived.iter().map(|a| (&a.trace_id, &a.span_id)).collect();
    assert_eq!(ids.len(), arrived.len(), "a span came twice");
    let numbers: Vec<_> = arrived.iter().filter_map(|a| a.number).collect();
    let distinct: BTreeSet<_> = numbers.iter().collect();
    assert_eq!(distinct.len(), numbers.len(), "a slice came twice");
}

#[track_caller]
fn balanced(stats: &Stats) {
    let accounted = stats.exported + stats.dropped.total() + stats.in_flight;
    assert_eq!(stats.recorded, accounted, "{stats:?}");
}

fn since(before: &Stats, mut now: Stats) -> Stats {
    now.recorded -= before.recorded;
    now.exported -= before.exported;
    let (dropped, earlier) = (&mut now.dropped, &before.dropped);
    dropped.buffer_full -= earlier.buffer_full;
    dropped.memory_limit -= earlier.memory_limit;
    dropped.export_failed -= earlier.export_failed;
    dropped.rejected -= earlier.rejected;
    dropped.shutdown_timeout -= earlier.shutdown_timeout;
    now
}
