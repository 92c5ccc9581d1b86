//! One request is cut into chunks that a worker thread takes over: what both sides pay for a chunk that takes the
//! context along, over a bare one.
//!
//! Once with both threads on one core, where only instructions count, and once on two, where what they share travels.

use std::hint::black_box;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::figures::Figures;
use crate::measure::{Bursts, rounds};
use crate::peers::{Peer, Setup};
use crate::process::{self, Place};

/// Chunks in a burst: 2,048 spans, about as many as in the bursts of slices.
const BURST: usize = 512;

pub(super) fn run<P: Peer>(budget: Duration) -> Figures {
    let pipeline = P::install_apart(Setup::counting());
    let mut figures = Figures::default();
    let mut times = [Place::First, Place::Last].map(|_| Times::default());
    thread::scope(|scope| {
        let workers = [Place::First, Place::Last].map(|place| {
            let traced = Worker::start(scope, place, P::work);
            let bare = Worker::start(scope, place, |parcel| {
                black_box::<usize>(parcel);
            });
            (traced, bare)
        });
        rounds(budget, &mut figures, || {
            for ((traced, bare), times) in workers.iter().zip(&mut times) {
                let request = P::begin();
                traced.bursts(&mut times.traced, || P::hand_off(&request));
                P::finish(request);
                bare.bursts(&mut times.bare, || black_box(0));
            }
            P::flush(&pipeline);
        });
    });
    let [one, two] = times.map(|times| times.traced.median() - times.bare.median());
    figures.set("chunk, one core", one);
    figures.set("chunk, two cores", two);
    figures
}

/// Times per chunk: of chunks that take a context along, and of bare ones.
#[derive(Default)]
struct Times {
    traced: Bursts,
    bare: Bursts,
}

struct Worker<T> {
    chunks: mpsc::Sender<Vec<T>>,
    /// Nanoseconds that the worker took.
    times: mpsc::Receiver<f64>,
}

impl<T: Send + 'static> Worker<T> {
    fn start<'scope>(
        scope: &'scope thread::Scope<'scope, '_>,
        place: Place,
        work: impl Fn(T) + Send + 'scope,
    ) -> Self {
        let (chunks, todo) = mpsc::channel::<Vec<T>>();
        let (done, times) = mpsc::channel();
        scope.spawn(move || {
            process::pin(place);
            for parcels in todo {
                let start = Instant::now();
                for parcel in parcels {
                    work(parcel);
                }
                if done.send(start.elapsed().as_nanos() as f64).is_err() {
                    return;
                }
            }
        });
        Self { chunks, times }
    }

    /// Some bursts; the first one brings over to this worker what it shares with the producer, and does not count.
    fn bursts(&self, times: &mut Bursts, hand_off: impl Fn() -> T) {
        let _first = self.burst(&hand_off);
        for _ in 0..4 {
            times.push(self.burst(&hand_off));
        }
    }

    /// Nanoseconds of both sides for each chunk.
    fn burst(&self, hand_off: impl Fn() -> T) -> f64 {
        let mut parcels = Vec::with_capacity(BURST);
        let start = Instant::now();
        for _ in 0..BURST {
            parcels.push(hand_off());
        }
        let copying = start.elapsed().as_nanos() as f64;
        let _sent = self.chunks.send(parcels);
        let working = self.times.recv().unwrap_or(f64::NAN);
        (copying + working) / BURST as f64
    }
}
