//! The door through which expansions of the macros come in. No stable interface: use the macros.
//!
//! What an annotated function pays for is here: entries are inlined down to one load and two compares in front of the
//! body and one test behind it; all else is out of line and, but for the wrapped future, not generic.

pub(crate) mod as_context;
#[cfg(feature = "enable")]
mod door;
#[cfg(feature = "enable")]
mod future;
#[cfg(feature = "enable")]
mod gate;
#[cfg(feature = "enable")]
pub(crate) mod outcome;
#[cfg(feature = "enable")]
mod task;
pub(crate) mod value;

#[cfg(feature = "enable")]
pub use door::{Entered, Handle, body, boxed, enter, enter_current, enter_finish, never, pin};
#[cfg(feature = "enable")]
pub use future::InSlice;
#[cfg(feature = "enable")]
pub use gate::{Gate, gate, gate_current, gate_finish, task, task_current, task_finish};
pub use inventory;
pub use value::{debug, display};

use crate::Stage;

/// The stage of that name.
#[must_use]
pub fn find(stages: &'static [Stage], name: &str) -> Option<&'static Stage> {
    stages.iter().find(|stage| stage.name() == name)
}

#[cfg(feature = "enable")]
pub use task::Task;
