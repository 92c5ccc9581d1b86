//! What the pipeline has to say, for tests to read and to wait for.

use std::sync::{Condvar, Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

struct Capture;

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static NEW: Condvar = Condvar::new();

/// A test that fails while it holds the lines does no harm to the next.
fn said() -> MutexGuard<'static, Vec<String>> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

impl log::Log for Capture {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.target() == "mooncake_trace"
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) && record.level() <= log::Level::Warn {
            said().push(record.args().to_string());
            NEW.notify_all();
        }
    }

    fn flush(&self) {}
}

/// Forgets what was said so far.
pub(crate) fn restart() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Capture).unwrap();
        log::set_max_level(log::LevelFilter::Warn);
    });
    said().clear();
}

/// What was said since.
pub(crate) fn lines() -> Vec<String> {
    said().clone()
}

/// Waits until a line with `text` comes, and gives it.
#[track_caller]
pub(crate) fn wait_for(text: &str) -> String {
    let timeout = Duration::from_secs(30);
    let find = |lines: &[String]| lines.iter().find(|l| l.contains(text)).cloned();
    let lines = said();
    let (lines, _) = NEW
        .wait_timeout_while(lines, timeout, |lines| find(lines).is_none())
        .unwrap();
    let (found, lines) = (find(&lines), lines.clone());
    found.unwrap_or_else(|| panic!("nobody said {text:?}: {lines:#?}"))
}
