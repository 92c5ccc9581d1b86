//! Tests of mooncake-trace from outside, and what they share: a recording of what the exporter gets, as readable text.

mod books;
mod leavings;
mod recording;
mod spans;
mod tree;

pub use books::{Books, assert_balanced};
pub use leavings::{LEAVINGS, Leave, TOO_MUCH, leave_everything};
pub use recording::{PATIENCE, Recording, alone, wait_until};
pub use spans::{Recorded, RecordedEvent, Recorder};
pub use tree::{assert_tree, render};

/// The code of the documents, compiled and run.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../docs/guide.md")]
    struct Guide;

    #[doc = include_str!("../../README.md")]
    struct Readme;
}
