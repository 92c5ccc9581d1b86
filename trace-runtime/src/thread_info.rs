//! How a thread is called in the trace, and which one it is.

#[cfg(feature = "enable")]
use crate::{gating, local::Kept, record::ThreadIdentity};

/// Label and ranks of a thread, for [`set_thread_info`].
///
/// ```
/// use mooncake_trace::{ThreadInfo, set_thread_info};
/// set_thread_info(ThreadInfo::new("mooncake transfer worker 0").tp_rank(0).dp_rank(1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct ThreadInfo {
    label: String,
    tp_rank: Option<u32>,
    dp_rank: Option<u32>,
    pp_rank: Option<u32>,
}

impl ThreadInfo {
    /// A thread called `label`, without ranks.
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            tp_rank: None,
            dp_rank: None,
            pp_rank: None,
        }
    }

    /// Its tensor-parallel rank.
    pub fn tp_rank(self, rank: u32) -> Self {
        Self {
            tp_rank: Some(rank),
            ..self
        }
    }

    /// Its data-parallel rank.
    pub fn dp_rank(self, rank: u32) -> Self {
        Self {
            dp_rank: Some(rank),
            ..self
        }
    }

    /// Its pipeline-parallel rank.
    pub fn pp_rank(self, rank: u32) -> Self {
        Self {
            pp_rank: Some(rank),
            ..self
        }
    }

    /// The same as the calling thread's identity.
    #[cfg(feature = "enable")]
    pub(crate) fn identity(&self) -> ThreadIdentity<'_> {
        ThreadIdentity {
            tid: native_id(),
            label: &self.label,
            tp_rank: self.tp_rank,
            dp_rank: self.dp_rank,
            pp_rank: self.pp_rank,
        }
    }
}

/// Registers the calling thread: thread spans opened on it from now on carry this label and these ranks.
///
/// The last registration counts. Ignored while tracing is not installed (as SGLang's `trace_set_thread_info`).
pub fn set_thread_info(info: ThreadInfo) {
    #[cfg(feature = "enable")]
    if gating::tracing_enabled() {
        Kept::with(|kept| kept.set_identity(&info.identity()));
    }
    #[cfg(not(feature = "enable"))]
    drop(info);
}

/// The operating system's id of the calling thread.
#[cfg(feature = "enable")]
fn native_id() -> u32 {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        // SAFETY: `gettid` takes nothing, touches no memory and cannot fail.
        let tid = unsafe { libc::gettid() };
        tid.cast_unsigned()
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        use std::hash::{BuildHasher, Hash, Hasher, RandomState};
        // No portable number: any that differs from thread to thread will do.
        let mut hasher = RandomState::new().build_hasher();
        std::thread::current().id().hash(&mut hasher);
        hasher.finish() as u32
    }
}
