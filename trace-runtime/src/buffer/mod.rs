//! Where records wait for the collector: per-thread chunks from a bounded pool.
//!
//! A thread writes its records into the one chunk it holds and publishes each with a single release store. A full
//! chunk, or that of a thread that exits, is sealed; the collector reads what is published, and gives sealed chunks
//! back to the pool when it has read them to the end. Chunks are never freed, so a reference to one is always good.

mod alarm;
mod chunk;
mod intake;
mod pool;
mod tenure;
mod writer;

use once_cell::sync::Lazy;

pub(crate) use intake::{Intake, Sink};
pub(crate) use pool::{Pool, Shelf};
pub(crate) use tenure::{Ledger, Tenure};
pub(crate) use writer::{Held, Writer, store};

/// The pool of this process.
pub(crate) static POOL: Lazy<Pool> = Lazy::new(Pool::new);
