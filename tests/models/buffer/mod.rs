//! The runtime's chunks and pool.

mod alarm;
#[path = "../../../trace-runtime/src/buffer/chunk.rs"]
mod chunk;
#[path = "../../../trace-runtime/src/buffer/pool.rs"]
mod pool;
mod prefetch;

pub(crate) use chunk::{Chunk, Progress};
pub(crate) use pool::Pool;
