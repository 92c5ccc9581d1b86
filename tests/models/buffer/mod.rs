//! The runtime's chunks, pool, and both of its ends.

mod alarm;
#[path = "../../../trace-runtime/src/buffer/chunk.rs"]
mod chunk;
#[path = "../../../trace-runtime/src/buffer/intake.rs"]
mod intake;
#[path = "../../../trace-runtime/src/buffer/pool.rs"]
mod pool;
#[path = "../../../trace-runtime/src/buffer/tenure.rs"]
mod tenure;
#[path = "../../../trace-runtime/src/buffer/writer.rs"]
mod writer;

pub(crate) use intake::{Intake, Sink};
pub(crate) use pool::Pool;
pub(crate) use tenure::{Ledger, Tenure};
pub(crate) use writer::{Held, Writer};
