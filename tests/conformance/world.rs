//! The simulated process of one vector: its threads, contexts and states, and what has been seen of its spans.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mooncake_trace::{OpenSpan, Options, SpanKind, TraceContext, TraceGuard, manual_clock};

use crate::ended::{Collected, Ended};
use crate::failure::fail;
use crate::held::Held;
use crate::json::Json;
use crate::modes::Mode;
use crate::ops::Op;
use crate::seats::{self, Addresses, Seat};
use crate::vector::Vector;
use crate::{calls, normal};

/// A context that ops and traced functions share.
pub(crate) type Cell = Arc<Mutex<Option<TraceContext>>>;

const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct World {
    pub(crate) vector: &'static Vector,
    pub(crate) mode: Mode,
    pub(crate) held: Held,
    guard: TraceGuard,
    collected: Collected,
    addresses: Mutex<Addresses>,
    /// Native thread ids and the pids of the vector that they stand for.
    pub(crate) pids: Mutex<HashMap<u64, u64>>,
    contexts: Mutex<BTreeMap<String, Cell>>,
    states: Mutex<HashMap<String, String>>,
    /// Ids of all spans, in order of start.
    starts: Mutex<Vec<u64>>,
    results: Mutex<Vec<(String, Option<Reported>)>>,
}

/// What an op has reported.
pub(crate) enum Reported {
    Plain(&'static str, Json),
    /// A state as JSON; its ids are not known before the end.
    State(String),
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub(crate) fn new(vector: &'static Vector, mode: Mode) -> &'static Self {
        let collected = Collected::default();
        let options = Options::default().host_id(&vector.host_id);
        let guard = match mooncake_trace::install(collected.clone(), options) {
            Ok(guard) => guard,
            Err(error) => fail(&format!("install: {error}")),
        };
        if let Some(list) = &vector.modules {
            mooncake_trace::set_trace_modules(list);
        }
        if let Some(level) = vector.level {
            mooncake_trace::set_trace_level(level);
        }
        let world: &'static Self = Box::leak(Box::new(Self {
            vector,
            mode,
            held: Held::default(),
            guard,
            collected,
            addresses: Mutex::default(),
            pids: Mutex::default(),
            contexts: Mutex::default(),
            states: Mutex::default(),
            starts: Mutex::default(),
            results: Mutex::default(),
        }));
        world.start_threads();
        mooncake_trace::set_tracing_enabled(vector.initialized);
        world
    }

    /// Threads with a label are registered before the script.
    fn start_threads(&'static self) {
        for thread in &self.vector.threads {
            let seat = Seat::new(&thread.name);
            lock(&self.addresses).insert(thread.name.clone(), seat.address());
            let greet = move || {
                let native = rustix::thread::gettid()
                    .as_raw_nonzero()
                    .get()
                    .unsigned_abs();
                lock(&self.pids).insert(native.into(), thread.pid);
                if let Some(info) = &thread.info {
                    mooncake_trace::set_thread_info(info.clone());
                }
            };
            seats::start(seat, greet, |seat| seat.serve(&|op| self.run(op, seat)));
        }
    }

    /// Runs the whole script and gives what it left behind, in the normal form.
    pub(crate) fn replay(&'static self) -> Json {
        let seat = Seat::new("");
        for op in &self.vector.ops {
            self.perform(op, &seat);
        }
        self.held.forget();
        let misuse = self.guard.stats().misuse;
        let ended = self.collected.spans().len();
        // What is still open tells its name and trace when it ends.
        for cell in std::mem::take(&mut *lock(&self.contexts)).into_values() {
            drop(lock(&cell).take());
        }
        self.flush();
        let spans = self.collected.spans().clone();
        let starts = lock(&self.starts).clone();
        let results = std::mem::take(&mut *lock(&self.results));
        let (ended, unfinished) = spans.split_at(ended);
        normal::form(self, &starts, ended, unfinished, results, misuse)
    }

    /// Has `op` run by its thread.
    pub(crate) fn perform(&'static self, op: &'static Op, seat: &Seat) {
        let addresses = lock(&self.addresses).clone();
        seat.perform(op, &addresses, &|op| self.run(op, seat));
    }

    /// Runs `op` on this thread.
    fn run(&'static self, op: &'static Op, seat: &Seat) {
        manual_clock::set(Some(op.now.unix_ns()));
        calls::make(self, op, seat);
        self.observe();
    }

    /// Looks which spans have started since the last look.
    pub(crate) fn observe(&self) {
        self.flush();
        let open = self.open_spans();
        self.held
            .let_go(&open.iter().map(|span| span.span_id).collect());
        let mut starts = lock(&self.starts);
        let known: HashSet<u64> = starts.iter().copied().collect();
        let ended = self.collected.spans();
        let ended = ended.iter().map(|span: &Ended| (span.kind, span.span_id));
        let mut new: Vec<_> = open
            .iter()
            .map(|span| (span.kind, span.span_id))
            .chain(ended)
            .filter(|(_, id)| !known.contains(id))
            .collect();
        // One op starts one span of a kind at most, and a root before the thread span.
        new.sort_by_key(|(kind, _)| match kind {
            SpanKind::Request => 0,
            SpanKind::Thread => 1,
            SpanKind::Slice => 2,
        });
        starts.extend(new.iter().map(|(_, id)| id));
    }

    fn flush(&self) {
        if !self.guard.flush(PATIENCE) {
            fail("the flush timed out");
        }
        let stats = self.guard.stats();
        if stats.recorded != stats.exported {
            fail(&format!("spans are missing after a flush: {stats:?}"));
        }
    }

    fn open_spans(&self) -> Vec<OpenSpan> {
        let contexts = lock(&self.contexts);
        let spans = |cell: &Cell| {
            lock(cell)
                .as_ref()
                .map_or(Vec::new(), TraceContext::open_spans)
        };
        contexts.values().flat_map(spans).collect()
    }

    pub(crate) fn cell(&self, op: &Op, ctx: &str) -> Cell {
        match lock(&self.contexts).get(ctx) {
            Some(cell) => Arc::clone(cell),
            None => fail(&format!("op {}: unknown context `{ctx}`", op.path)),
        }
    }

    pub(crate) fn put(&self, ctx: &str, context: TraceContext) {
        let cell = Arc::new(Mutex::new(Some(context)));
        let old = lock(&self.contexts).insert(ctx.to_owned(), cell);
        if let Some(cell) = old {
            drop(lock(&cell).take());
        }
    }

    /// Drops a context, also if a traced function that is running was given it.
    pub(crate) fn remove(&self, op: &Op, ctx: &str) {
        let cell = self.cell(op, ctx);
        lock(&self.contexts).remove(ctx);
        drop(lock(&cell).take());
    }

    pub(crate) fn keep_state(&self, state: &str, json: String) {
        lock(&self.states).insert(state.to_owned(), json);
    }

    pub(crate) fn state(&self, op: &Op, state: &str) -> String {
        match lock(&self.states).get(state) {
            Some(json) => json.clone(),
            None => fail(&format!("op {}: unknown state `{state}`", op.path)),
        }
    }

    pub(crate) fn report(&self, op: &Op, reported: Reported) {
        lock(&self.results).push((op.path.clone(), Some(reported)));
    }

    /// A place among the results that is filled later, if at all.
    pub(crate) fn reserve(&self, op: &Op) -> usize {
        let mut results = lock(&self.results);
        results.push((op.path.clone(), None));
        results.len() - 1
    }

    pub(crate) fn fill(&self, place: usize, reported: Reported) {
        lock(&self.results)[place].1 = Some(reported);
    }
}
