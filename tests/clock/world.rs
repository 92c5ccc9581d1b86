//! A machine, the process that is traced on it, and the truth about every slice.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mooncake_trace::manual_clock::{Machine, set_machine};
use mooncake_trace::{
    Batch, ExportError, Exporter, Options, Receipt, SpanKind, TraceContext, TraceGuard,
    define_stages, install,
};

pub(crate) const MS: u64 = 1_000_000;
pub(crate) const SECOND: u64 = 1_000 * MS;

define_stages! {
    /// The only one.
    ClockStage(module = "clock") {
        /// Some work.
        WORK(level = 1),
    }
}

/// The machine goes on from test to test: the clocks of a process never go back to where they were.
static MACHINE: Mutex<Machine> = Mutex::new(Machine {
    ticks: 5_000 * SECOND,
    unix_ns: 1_700_000_000 * SECOND,
});

/// A slice as it was exported, beside the truth.
#[derive(Clone, Debug)]
pub(crate) struct Slice {
    pub(crate) id: i64,
    pub(crate) start_ns: u64,
    pub(crate) end_ns: u64,
    /// How long it took by the counter.
    pub(crate) ticks: u64,
    /// What the system clock said at both ends.
    truth: (u64, u64),
}

impl Slice {
    pub(crate) fn start_error(&self) -> u64 {
        self.start_ns.abs_diff(self.truth.0)
    }

    /// How far the exported times are from what the system clock said, in nanoseconds.
    pub(crate) fn error(&self) -> u64 {
        self.start_error().max(self.end_ns.abs_diff(self.truth.1))
    }

    pub(crate) fn duration(&self) -> u64 {
        self.end_ns - self.start_ns
    }
}

pub(crate) struct World {
    machine: MutexGuard<'static, Machine>,
    /// How much faster than the counter the system clock runs.
    ppm: i64,
    /// Left over from slewing, in millionths of a nanosecond.
    rest: i64,
    tracing: TraceGuard,
    request: TraceContext,
    times: Receiver<(i64, u64, u64)>,
    truth: HashMap<i64, (u64, (u64, u64))>,
    exported: Vec<Slice>,
}

impl World {
    pub(crate) fn new() -> Self {
        let machine = MACHINE.lock().unwrap_or_else(PoisonError::into_inner);
        set_machine(*machine);
        let (send, times) = channel();
        // The collector anchors its times when it is asked to drain, and only then.
        let options = Options::default().interval(Duration::from_secs(3600));
        let tracing = install(Times(send), options).expect("nothing is installed");
        let request = TraceContext::builder("clock").build();
        request.req_start();
        let mut world = Self {
            machine,
            ppm: 0,
            rest: 0,
            tracing,
            request,
            times,
            truth: HashMap::new(),
            exported: Vec::new(),
        };
        world.pass(SECOND);
        world.drain();
        world
    }

    /// Time passes on both clocks.
    pub(crate) fn pass(&mut self, ticks: u64) {
        let gained = ticks as i64 * self.ppm + self.rest;
        self.rest = gained.rem_euclid(1_000_000);
        let gained = gained.div_euclid(1_000_000);
        self.machine.ticks += ticks;
        self.machine.unix_ns = (self.machine.unix_ns + ticks).saturating_add_signed(gained);
        set_machine(*self.machine);
    }

    /// From now on the system clock runs so much faster than the counter.
    pub(crate) fn slew(&mut self, ppm: i64) {
        self.ppm = ppm;
    }

    /// Somebody sets the system clock.
    pub(crate) fn step(&mut self, ns: i64) {
        self.machine.unix_ns = self.machine.unix_ns.saturating_add_signed(ns);
        set_machine(*self.machine);
    }

    /// A slice that takes so long.
    pub(crate) fn slice(&mut self, ticks: u64) {
        self.slice_with(ticks, |_| {});
    }

    /// A slice that takes so long, and something that happens in the middle of it. Returns its number.
    pub(crate) fn slice_with(&mut self, ticks: u64, happens: impl FnOnce(&mut Self)) -> i64 {
        let id = self.truth.len() as i64;
        let start = self.machine.unix_ns;
        let slice = self
            .request
            .slice_with(&ClockStage::WORK, &[("id", id.into())]);
        self.pass(ticks / 2);
        happens(self);
        self.pass(ticks - ticks / 2);
        drop(slice);
        self.truth
            .insert(id, (ticks, (start, self.machine.unix_ns)));
        id
    }

    /// The collector anchors its times and exports what there is.
    pub(crate) fn drain(&mut self) {
        assert!(self.tracing.flush(Duration::from_secs(30)));
        while let Ok((id, start_ns, end_ns)) = self.times.try_recv() {
            let (ticks, truth) = self.truth[&id];
            self.exported.push(Slice {
                id,
                start_ns,
                end_ns,
                ticks,
                truth,
            });
        }
    }

    /// What was exported since the last call, in the order in which it ended.
    pub(crate) fn exported(&mut self) -> Vec<Slice> {
        std::mem::take(&mut self.exported)
    }

    /// Ends the process; the slices that are left.
    pub(crate) fn finish(mut self) -> Vec<Slice> {
        self.drain();
        self.request.req_finish();
        let slices = self.exported();
        let report = self.tracing.shutdown(Duration::from_secs(30));
        assert!(report.complete, "{report:?}");
        slices
    }
}

/// Sends number, start and end of every slice.
struct Times(Sender<(i64, u64, u64)>);

impl Exporter for Times {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        batch.for_each(|span| {
            if span.kind != SpanKind::Slice {
                return;
            }
            let id = span.attributes.iter().find(|(key, _)| *key == "id");
            if let Some((_, mooncake_trace::Value::Int(id))) = id {
                // Nobody listens any more when the world has ended.
                let _sent = self.0.send((*id, span.start_ns, span.end_ns));
            }
        });
        Ok(Receipt::all())
    }
}
