//! The child process: one vector in one mode.

use std::io::Read;
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use mooncake_trace_tests::leave_everything;

use crate::compare::first_difference;
use crate::failure::fail;
use crate::modes::Mode;
use crate::vector::Vector;
use crate::world::World;

/// A replay takes milliseconds; one that hangs must not hang the suite.
const LIMIT: Duration = Duration::from_secs(60);

pub(crate) fn run(mode: &str) -> ExitCode {
    let Some(mode) = Mode::named(mode) else {
        fail(&format!("unknown mode `{mode}`"));
    };
    let (over, limit) = channel::<()>();
    thread::spawn(move || {
        if limit
            .recv_timeout(LIMIT)
            .is_err_and(|error| error == std::sync::mpsc::RecvTimeoutError::Timeout)
        {
            fail("the replay hangs");
        }
    });
    let mut text = String::new();
    if let Err(error) = std::io::stdin().read_to_string(&mut text) {
        fail(&format!("the vector cannot be read: {error}"));
    }
    let vector: &'static Vector = match Vector::parse(&text) {
        Ok(vector) => Box::leak(Box::new(vector)),
        Err(error) => fail(&error),
    };
    // The script finds no fresh slots, and must not notice.
    leave_everything();
    let actual = World::new(vector, mode).replay();
    drop(over);
    for part in ["results", "spans", "unfinished"] {
        let (expected, actual) = (vector.expected.get(part), actual.get(part));
        let (Some(expected), Some(actual)) = (expected, actual) else {
            fail(&format!("expected.{part} is missing"));
        };
        if let Some(difference) = first_difference(part, expected, actual) {
            fail(&difference);
        }
    }
    ExitCode::SUCCESS
}
