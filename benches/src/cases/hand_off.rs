//! One request is cut into chunks that a worker thread takes over: what both sides pay for a chunk.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::figures::{FLOOR, Figures, UNREST};
use crate::measure::{Bursts, rounds};
use crate::peers::{HAND_OFF_SPANS, Peer, Setup};

/// Chunks in a burst.
const BURST: usize = 256;

pub(super) fn run<P: Peer>(budget: Duration) -> Figures {
    let pipeline = P::install(Setup::counting());
    let (chunks, todo) = mpsc::channel::<Vec<P::Parcel>>();
    let (done, times) = mpsc::channel::<f64>();
    let worker = thread::spawn(move || {
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
    let mut both = Bursts::default();
    let (floor, unrest) = rounds(budget, || {
        let request = P::begin();
        let mut parcels = Vec::with_capacity(BURST);
        let start = Instant::now();
        for _ in 0..BURST {
            parcels.push(P::hand_off(&request));
        }
        let copying = start.elapsed().as_nanos() as f64;
        if chunks.send(parcels).is_ok()
            && let Ok(working) = times.recv()
        {
            both.push((copying + working) / BURST as f64);
        }
        P::finish(request);
        P::flush(&pipeline);
    });
    drop(chunks);
    let _ended = worker.join();
    let mut figures = Figures::default();
    figures.set(FLOOR, floor);
    figures.set(UNREST, unrest);
    figures.set("chunk", both.median());
    figures.set("span", both.median() / HAND_OFF_SPANS as f64);
    figures
}
