//! One request is cut into chunks that a worker thread takes over: what both sides pay for a chunk.
//!
//! Once with both threads on one core, where only instructions count, and once on two, where what they share travels.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::figures::Figures;
use crate::measure::{Bursts, rounds};
use crate::peers::{Peer, Setup};
use crate::process::{self, Place};

/// Chunks in a burst.
const BURST: usize = 64;

pub(super) fn run<P: Peer>(budget: Duration) -> Figures {
    let pipeline = P::install_apart(Setup::counting());
    let mut one = Bursts::default();
    let mut two = Bursts::default();
    let mut figures = Figures::default();
    thread::scope(|scope| {
        let same = Worker::start::<P>(scope, Place::First);
        let other = Worker::start::<P>(scope, Place::Last);
        rounds(budget, &mut figures, || {
            for (worker, bursts) in [(&same, &mut one), (&other, &mut two)] {
                let request = P::begin();
                // The first burst brings the slots over to this worker.
                let _first = worker.burst::<P>(&request);
                for _ in 0..4 {
                    bursts.push(worker.burst::<P>(&request));
                }
                P::finish(request);
            }
            P::flush(&pipeline);
        });
    });
    figures.set("chunk, one core", one.median());
    figures.set("chunk, two cores", two.median());
    figures
}

struct Worker<T> {
    chunks: mpsc::Sender<Vec<T>>,
    /// Nanoseconds that the worker took.
    times: mpsc::Receiver<f64>,
}

impl<T: Send + 'static> Worker<T> {
    fn start<'scope, P: Peer<Parcel = T>>(
        scope: &'scope thread::Scope<'scope, '_>,
        place: Place,
    ) -> Self {
        let (chunks, todo) = mpsc::channel::<Vec<T>>();
        let (done, times) = mpsc::channel();
        scope.spawn(move || {
            process::pin(place);
            for parcels in todo {
                let start = Instant::now();
                for parcel in parcels {
                    P::work(parcel);
                }
                if done.send(start.elapsed().as_nanos() as f64).is_err() {
                    return;
                }
            }
        });
        Self { chunks, times }
    }

    /// Nanoseconds of both sides for each chunk.
    fn burst<P: Peer<Parcel = T>>(&self, request: &P::Request) -> f64 {
        let mut parcels = Vec::with_capacity(BURST);
        let start = Instant::now();
        for _ in 0..BURST {
            parcels.push(P::hand_off(request));
        }
        let copying = start.elapsed().as_nanos() as f64;
        let _sent = self.chunks.send(parcels);
        let working = self.times.recv().unwrap_or(f64::NAN);
        (copying + working) / BURST as f64
    }
}
