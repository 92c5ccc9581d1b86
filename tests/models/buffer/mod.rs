//! The runtime's chunks and pool.

mod alarm;
#[path = "../../../trace-runtime/src/buffer/chunk.rs"]
mod chunk;
#[path = "../../../trace-runtime/src/buffer/pool.rs"]
mod pool;
#[path = "../../../trace-runtime/src/buffer/writer.rs"]
mod writer;

pub(crate) use pool::Pool;
pub(crate) use writer::Writer;
