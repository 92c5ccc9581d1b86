//! What the kernel says about this process.
//!
//! Invariant of the `unsafe` in this file: the calls fill structures on the stack that outlive them.

use std::fs;
use std::mem::MaybeUninit;

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
