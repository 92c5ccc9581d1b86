//! Asks the processor for a cache line before it is written.
//!
//! Chunks go round between a recording thread's core and the collector's, so the lines of the next records lie in the
//! other core's cache. Asked for half a KiB ahead, they are there when they are needed: without, a slice costs three times
//! as much on a busy machine.
//!
//! Invariant of the `unsafe` in this file: prefetch instructions are hints. They change no register and no memory, and
//! cannot fault, whatever the address.

use crate::sync::atomic::AtomicU64;

/// Asks for the line that holds `word`, for writing.
#[inline(always)]
pub(super) fn for_writing(word: &AtomicU64) {
    let address = std::ptr::from_ref(word);
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, see the head of this file. Processors that do not know it pass over it.
    unsafe {
        core::arch::asm!("prefetchw [{0}]", in(reg) address, options(nostack, preserves_flags, readonly));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: a hint, see the head of this file.
    unsafe {
        core::arch::asm!("prfm pstl1keep, [{0}]", in(reg) address, options(nostack, preserves_flags, readonly));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let _ = address;
}
