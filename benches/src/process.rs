//! What the kernel says about this process.
//!
//! Invariant of the `unsafe` in this file: the calls fill structures on the stack that outlive them.

use std::fs;
use std::mem::{MaybeUninit, size_of};
use std::sync::OnceLock;

/// Processor time of all threads of this process so far, in nanoseconds.
pub(crate) fn cpu_ns() -> f64 {
    clock_ns(libc::CLOCK_PROCESS_CPUTIME_ID)
}

/// Processor time of the calling thread so far, in nanoseconds.
pub(crate) fn thread_cpu_ns() -> f64 {
    clock_ns(libc::CLOCK_THREAD_CPUTIME_ID)
}

fn clock_ns(clock: libc::clockid_t) -> f64 {
    let mut time = MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: `time` is valid for writes.
    let result = unsafe { libc::clock_gettime(clock, time.as_mut_ptr()) };
    assert_eq!(result, 0, "the clock {clock} can be read");
    // SAFETY: the call has succeeded, so it has filled `time`.
    let time = unsafe { time.assume_init() };
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// Forgets the peak of [`peak_rss_mb`], where the kernel lets it.
pub(crate) fn reset_peak_rss() {
    let _kept = fs::write("/proc/self/clear_refs", "5");
}

/// The most memory that was resident at a time, in MB (10^6 bytes); NaN where `/proc` is missing.
pub(crate) fn peak_rss_mb() -> f64 {
    status_kib("VmHWM:") * 1024.0 / 1e6
}

/// The memory that is resident now, in bytes.
pub(crate) fn rss_bytes() -> f64 {
    status_kib("VmRSS:") * 1024.0
}

fn status_kib(key: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok())
        .unwrap_or(f64::NAN)
}

/// The part of the machine's processor time that others have used since the boot or since a reading before.
#[derive(Clone, Copy)]
pub(crate) struct Others {
    all: f64,
    busy: f64,
    own_ns: f64,
}

/// Nanoseconds of a tick in `/proc/stat`.
const TICK_NS: f64 = 1e7;

impl Others {
    pub(crate) fn now() -> Self {
        let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
        let line = stat.lines().next().unwrap_or_default();
        let ticks: Vec<f64> = line.split(' ').filter_map(|n| n.parse().ok()).collect();
        // user, nice, system, idle, iowait, irq, softirq, steal; guests are among the users.
        let all: f64 = ticks.iter().take(8).sum();
        let idle: f64 = ticks.iter().skip(3).take(2).sum();
        Self {
            all,
            busy: all - idle,
            own_ns: cpu_ns(),
        }
    }

    /// Between 0 and 1; 0 where `/proc` is missing.
    pub(crate) fn share_since(self) -> f64 {
        let now = Self::now();
        let all = now.all - self.all;
        let others = now.busy - self.busy - (now.own_ns - self.own_ns) / TICK_NS;
        if all > 0.0 {
            (others / all).max(0.0)
        } else {
            0.0
        }
    }
}

/// Keeps the calling thread, and threads that it starts, on one processor: the first that this process may use, or the
/// last. Producers are on the first and pipelines on the last, as on a machine with processors to spare; left to the
/// scheduler, they may share one or not, and figures have two values.
pub(crate) fn pin(place: Place) {
    static ALLOWED: OnceLock<libc::cpu_set_t> = OnceLock::new();
    let allowed = ALLOWED.get_or_init(allowed);
    // SAFETY: the index is below the size of the set.
    let is_allowed = |cpu: &usize| unsafe { libc::CPU_ISSET(*cpu, allowed) };
    let mut cpus = (0..libc::CPU_SETSIZE as usize).filter(is_allowed);
    let cpu = match place {
        Place::First => cpus.next(),
        Place::Last => cpus.next_back(),
    };
    let mut one = MaybeUninit::<libc::cpu_set_t>::zeroed();
    // SAFETY: a set of all zeros is a valid set, the index is below its size, and it outlives the calls.
    unsafe {
        if let Some(cpu) = cpu {
            libc::CPU_SET(cpu, &mut *one.as_mut_ptr());
            libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), one.as_ptr());
        }
    }
}

/// One of the processors that this process may use.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    First,
    Last,
}

fn allowed() -> libc::cpu_set_t {
    let mut allowed = MaybeUninit::<libc::cpu_set_t>::zeroed();
    // SAFETY: `allowed` is valid for writes of its size; a set of all zeros is a valid set.
    unsafe {
        libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), allowed.as_mut_ptr());
        allowed.assume_init()
    }
}
