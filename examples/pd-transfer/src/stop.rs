//! How a child process learns that it shall end early: Ctrl-C reaches the whole process group, and the parent
//! closes the child's stdin when it was interrupted itself or has died.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};

use crate::wakeup::Wakeup;

/// A flag that goes up once; clones share it.
#[derive(Clone, Default)]
pub(crate) struct Stop {
    flag: Arc<AtomicBool>,
}

impl Stop {
    /// A flag that goes up on SIGINT, SIGTERM and the end of stdin, the latter with a wake-up.
    ///
    /// # Errors
    /// If the signal handlers or the thread that watches stdin cannot be had.
    pub(crate) fn watch(wakeup: &Wakeup) -> io::Result<Self> {
        let stop = Self::default();
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&stop.flag))?;
        }
        let (flag, wakeup) = (Arc::clone(&stop.flag), wakeup.clone());
        thread::Builder::new()
            .name("stop".to_owned())
            .spawn(move || {
                // Nobody writes to it: this returns when the parent lets go of its end.
                let _ = io::stdin().lock().read(&mut [0]);
                flag.store(true, Ordering::Relaxed);
                wakeup.wake();
            })?;
        Ok(stop)
    }

    /// Whether the flag is up.
    pub(crate) fn requested(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }
}
