//! How a replay that cannot go on ends.

use std::io::Write;

/// Says why the vector fails, and ends the process.
pub(crate) fn fail(message: &str) -> ! {
    let mut out = std::io::stdout().lock();
    let _written = writeln!(out, "{message}").and_then(|()| out.flush());
    std::process::exit(1)
}
