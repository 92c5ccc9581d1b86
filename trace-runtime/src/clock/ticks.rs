//! Reads the cheapest clock that never goes back.
//!
//! On x86-64 this is the time-stamp counter where the processor says that it is invariant and the kernel has
//! not turned away from it, on aarch64 the virtual counter, elsewhere `std::time::Instant`.
//!
//! Invariant of the `unsafe` in this file: `rdtsc` and `cntvct_el0` can be read in user mode on every
//! processor that [`detect`] accepts, and reading them touches no memory.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::time::Instant;

use once_cell::sync::Lazy;

const UNKNOWN: u8 = 0;
const COUNTER: u8 = 1;
const INSTANT: u8 = 2;

static SOURCE: AtomicU8 = AtomicU8::new(UNKNOWN);
static BASE: Lazy<Instant> = Lazy::new(Instant::now);

/// The current tick count: monotonic, unit and origin unspecified.
#[inline(always)]
pub(super) fn read() -> u64 {
    #[cfg(feature = "manual-clock")]
    if let Some(machine) = super::manual_clock::machine() {
        return machine.ticks;
    }
    if SOURCE.load(Relaxed) == COUNTER {
        counter()
    } else {
        read_slow()
    }
}

/// [`read`], if that is one instruction.
#[cfg(feature = "enable")]
#[inline(always)]
pub(super) fn read_at_once() -> Option<u64> {
    #[cfg(feature = "manual-clock")]
    if let Some(machine) = super::manual_clock::machine() {
        return Some(machine.ticks);
    }
    (SOURCE.load(Relaxed) == COUNTER).then(counter)
}

#[cold]
#[inline(never)]
fn read_slow() -> u64 {
    if SOURCE.load(Relaxed) == UNKNOWN {
        let source = if detect() { COUNTER } else { INSTANT };
        SOURCE.store(source, Relaxed);
        if source == COUNTER {
            return counter();
        }
    }
    u64::try_from(BASE.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn counter() -> u64 {
    // SAFETY: every x86-64 processor has `rdtsc`; it reads a register. See the head of this file.
    unsafe { core::arch::x86_64::_rdtsc() }
}

#[cfg(target_arch = "x86_64")]
fn detect() -> bool {
    // CPUID leaf 0x8000_0007, EDX bit 8: the counter runs at a constant rate in all power states.
    let invariant = core::arch::x86_64::__cpuid(0x8000_0000).eax >= 0x8000_0007
        && core::arch::x86_64::__cpuid(0x8000_0007).edx & (1 << 8) != 0;
    invariant && !kernel_distrusts_counter()
}

/// The kernel falls back to one of these when it has found the counter unstable at run time.
#[cfg(target_arch = "x86_64")]
fn kernel_distrusts_counter() -> bool {
    let path = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    let Ok(source) = std::fs::read_to_string(path) else {
        return false;
    };
    matches!(
        source.trim(),
        "hpet" | "acpi_pm" | "jiffies" | "refined-jiffies"
    )
}

#[cfg(target_arch = "aarch64")]
#[inline(always)]
fn counter() -> u64 {
    let ticks: u64;
    // SAFETY: the generic timer's virtual counter is architectural and readable in user mode on every
    // operating system that Rust's std supports; reading it touches no memory. See the head of this file.
    unsafe {
        core::arch::asm!("mrs {}, cntvct_el0", out(reg) ticks, options(nomem, nostack, preserves_flags));
    }
    ticks
}

#[cfg(target_arch = "aarch64")]
fn detect() -> bool {
    true
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
#[inline(always)]
fn counter() -> u64 {
    read_slow()
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn detect() -> bool {
    false
}
