//! Exporters that fail, panic, refuse or hang.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use mooncake_trace::{Batch, ExportError, Exporter, Options, Receipt, TraceContext, TraceGuard};
use mooncake_trace_tests::{Books, PATIENCE, Recorder, alone, assert_balanced, wait_until};

use crate::stages::Kv;

type Step = fn(&Batch) -> Result<Receipt, ExportError>;

/// Does to each batch what its script says, then takes everything.
struct Scripted {
    script: Vec<Step>,
    recorder: Recorder,
}

impl Exporter for Scripted {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        if self.script.is_empty() {
            self.recorder.export(batch)
        } else {
            self.script.remove(0)(batch)
        }
    }
}

fn install(exporter: impl Exporter) -> TraceGuard {
    let hour = Duration::from_secs(3600);
    mooncake_trace::install(exporter, Options::default().interval(hour)).unwrap()
}

/// Three spans.
fn record() {
    let ctx = TraceContext::builder("request").build();
    ctx.req_start();
    drop(ctx.slice(&Kv::SEND));
    ctx.req_finish();
}

#[test]
fn what_an_exporter_fails_to_deliver_is_counted_and_the_next_batch_goes_out() {
    let _alone = alone();
    let recorder = Recorder::default();
    let guard = install(Scripted {
        script: vec![
            |_| Err(ExportError::new("connection refused")),
            |_| panic!("a bug of the exporter"),
            |_| Ok(Receipt::all_but(1)),
        ],
        recorder: recorder.clone(),
    });
    let books = Books::open();
    for _ in 0..4 {
        record();
        assert!(guard.flush(PATIENCE));
        assert_balanced(&guard.stats());
    }
    assert_eq!(books.recorded(), 12);
    assert_eq!(books.dropped(|dropped| dropped.export_failed), 6);
    assert_eq!(books.dropped(|dropped| dropped.rejected), 1);
    assert_eq!((books.exported(), recorder.len()), (5, 3));
    assert!(guard.shutdown(PATIENCE).complete);
}

/// Says when a batch comes, then hangs until it is let go.
struct Hanging {
    arrived: Sender<usize>,
    go_on: Receiver<()>,
}

impl Exporter for Hanging {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        let _sent = self.arrived.send(batch.len());
        let _released = self.go_on.recv();
        Ok(Receipt::all())
    }
}

fn hanging() -> (Hanging, Receiver<usize>, Sender<()>) {
    let (arrived, arrivals) = channel();
    let (release, go_on) = channel();
    (Hanging { arrived, go_on }, arrivals, release)
}

#[test]
fn a_shutdown_does_not_wait_for_an_exporter_that_hangs() {
    let _alone = alone();
    let (exporter, arrivals, release) = hanging();
    let guard = install(exporter);
    let books = Books::open();
    record();
    assert!(!guard.flush(Duration::from_millis(1)));
    assert_eq!(arrivals.recv_timeout(PATIENCE), Ok(3));
    record();
    assert_eq!(guard.stats().in_flight, 6);
    let begun = Instant::now();
    let report = guard.shutdown(Duration::from_millis(50));
    assert!(begun.elapsed() < PATIENCE / 2);
    assert!(!report.complete);
    assert_eq!(report.stats.in_flight, 0);
    assert_eq!(books.dropped(|dropped| dropped.shutdown_timeout), 6);
    assert_balanced(&report.stats);

    // The next installation works while the old exporter still hangs, and when it comes back.
    let recorder = Recorder::default();
    let guard = install(recorder.clone());
    record();
    assert!(guard.flush(PATIENCE));
    assert_eq!(recorder.len(), 3);
    drop(release);
    wait_until("the old collector is gone", || {
        arrivals.recv_timeout(PATIENCE) == Err(std::sync::mpsc::RecvTimeoutError::Disconnected)
    });
    record();
    assert!(guard.shutdown(PATIENCE).complete);
    assert_eq!((recorder.len(), books.exported()), (6, 6));
    assert_eq!(
        (
            books.recorded(),
            books.dropped(mooncake_trace::Dropped::total)
        ),
        (12, 6)
    );
    assert_balanced(&mooncake_trace::stats());
}

#[test]
fn a_hanging_exporter_does_not_hold_up_the_recording() {
    let _alone = alone();
    let (exporter, arrivals, release) = hanging();
    let guard = install(exporter);
    let books = Books::open();
    record();
    assert!(!guard.flush(Duration::from_millis(1)));
    assert_eq!(arrivals.recv_timeout(PATIENCE), Ok(3));
    for _ in 0..1_000 {
        record();
        assert_balanced(&guard.stats());
    }
    assert_eq!(guard.stats().in_flight, 3_003);
    drop(release);
    assert!(guard.shutdown(PATIENCE).complete);
    assert_eq!(books.exported(), 3_003);
}

/// Keeps its batches to itself until it is told to finish.
#[derive(Default)]
struct Lazy(u64, Option<Sender<(&'static str, u64)>>);

impl Exporter for Lazy {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        self.0 += batch.len() as u64;
        Ok(Receipt::all())
    }

    fn flush(&mut self, _: Duration) -> Result<(), ExportError> {
        let _sent = self.1.as_ref().map(|said| said.send(("flush", self.0)));
        Err(ExportError::new("a flush that fails fails nobody else"))
    }

    fn shutdown(&mut self, _: Duration) -> Result<(), ExportError> {
        let _sent = self.1.as_ref().map(|said| said.send(("shutdown", self.0)));
        panic!("a shutdown that panics fails nobody else")
    }
}

#[test]
fn an_exporter_is_flushed_and_shut_down_behind_its_last_batch() {
    let _alone = alone();
    let (said, heard) = channel();
    let guard = install(Lazy(0, Some(said)));
    record();
    assert!(guard.flush(PATIENCE));
    record();
    assert!(guard.shutdown(PATIENCE).complete);
    assert_eq!(
        heard.iter().collect::<Vec<_>>(),
        [("flush", 3), ("shutdown", 6)]
    );
}
