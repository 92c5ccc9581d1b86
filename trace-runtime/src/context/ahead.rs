//! Asks for cache lines before they are needed.
//!
//! Invariant of the `unsafe` in this file: a prefetch is a hint, which changes no value and faults nowhere. On x86-64
//! `prefetchw` is there or does nothing (AMD's and Intel's manuals), on aarch64 `prfm` is part of the base.

/// Asks for the line at `address`, to write to it: when it has come, no other core has it.
#[inline(always)]
pub(super) fn for_writing(address: *const u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: see the head of this file.
    unsafe {
        core::arch::asm!("prefetchw [{}]", in(reg) address, options(nostack, preserves_flags));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: see the head of this file.
    unsafe {
        core::arch::asm!("prfm pstl1keep, [{}]", in(reg) address, options(nostack, preserves_flags));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let _nothing_to_ask_with = address;
}
