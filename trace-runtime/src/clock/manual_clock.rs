//! Clocks that a test sets by hand (feature `manual-clock`).

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

thread_local! {
    static NOW: Cell<Option<u64>> = const { Cell::new(None) };
}

static MACHINE: Mutex<Option<Machine>> = Mutex::new(None);
/// Whether it was ever set, so that nobody else waits for it.
static IS_SET: AtomicBool = AtomicBool::new(false);

/// From now on this thread's clock stands at `unix_ns` nanoseconds; `None` lets it run again.
pub fn set(unix_ns: Option<u64>) {
    NOW.set(unix_ns);
}

/// Where this thread's clock stands, if it was set.
#[must_use]
pub fn get() -> Option<u64> {
    NOW.try_with(Cell::get).ok().flatten()
}

/// The two clocks of the machine that a process runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    /// The counter, below 2^63; one tick is about one nanosecond.
    pub ticks: u64,
    /// The system clock, in nanoseconds since the unix epoch.
    pub unix_ns: u64,
}

/// From now on the clocks of this process' machine stand so.
///
/// Unlike [`set`], which takes the place of both clocks, this leaves the whole way from the counter to exported times in
/// use. To be set before anything of this process reads a clock; there is no way back to the real ones.
pub fn set_machine(machine: Machine) {
    *MACHINE.lock().unwrap_or_else(PoisonError::into_inner) = Some(machine);
    IS_SET.store(true, Relaxed);
}

/// The clocks of this process' machine, if they were set.
#[must_use]
pub fn machine() -> Option<Machine> {
    if !IS_SET.load(Relaxed) {
        return None;
    }
    *MACHINE.lock().unwrap_or_else(PoisonError::into_inner)
}
