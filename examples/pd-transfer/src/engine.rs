//! The transfer engine of the prefill process: the worker threads, their queues, and the senders that feed them.

use std::io;
use std::net::SocketAddr;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Sender, bounded};

use crate::worker::{Shared, TransferKvChunk, TransferWorker};

/// Chunks that may wait for one worker.
const QUEUE_CHUNKS: usize = 32;

/// The workers and the queues that lead to them.
pub(crate) struct TransferEngine {
    queues: Vec<Sender<TransferKvChunk>>,
    workers: Vec<JoinHandle<()>>,
    shared: Shared,
}

impl TransferEngine {
    /// Starts the workers.
    ///
    /// # Errors
    /// If a thread cannot be had.
    pub(crate) fn start(
        workers: usize,
        sessions: &[SocketAddr],
        timeout: Duration,
        shared: Shared,
    ) -> io::Result<Self> {
        let mut engine = Self {
            queues: Vec::with_capacity(workers),
            workers: Vec::with_capacity(workers),
            shared,
        };
        for shard in 0..workers {
            let (queue, chunks) = bounded(QUEUE_CHUNKS);
            let worker = TransferWorker::new(shard, sessions, timeout, engine.shared.clone());
            engine.queues.push(queue);
            engine.workers.push(
                thread::Builder::new()
                    .name(format!("transfer-{shard}"))
                    .spawn(move || worker.run(&chunks))?,
            );
        }
        Ok(engine)
    }

    /// The shard of a room, and the queue that leads to its worker.
    pub(crate) fn queue_for(&self, room: u64) -> (usize, Sender<TransferKvChunk>) {
        let shard = (room % self.queues.len() as u64) as usize;
        (shard, self.queues[shard].clone())
    }

    /// What the workers share with the scheduler.
    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Lets the workers finish what is queued and ends them. All senders must be gone.
    pub(crate) fn shutdown(self) {
        drop(self.queues);
        for worker in self.workers {
            // A worker that panicked has said so on stderr; its rooms fail for lack of progress.
            let _ = worker.join();
        }
    }
}
