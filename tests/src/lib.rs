//! Tests of mooncake-trace from outside, and what they share: a recording of what the exporter gets, as readable text.

mod books;
mod recording;
mod spans;
mod tree;

pub use books::{Books, assert_balanced};
pub use recording::{PATIENCE, Recording, alone, wait_until};
pub use spans::{Recorded, RecordedEvent, Recorder};
pub use tree::{assert_tree, render};
