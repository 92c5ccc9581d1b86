//! F, the floor of this machine: two clock reads and one 64-byte record into a thread-local ring.
//!
//! What a slice cannot do without, measured in the same process and the same moments as the slices.

use std::cell::Cell;
use std::hint::black_box;

/// Records in the ring: 64 KiB, as a buffer of the real thing has.
const RECORDS: usize = 1024;

struct Ring {
    next: Cell<usize>,
    records: [Cell<[u64; 8]>; RECORDS],
}

thread_local! {
    static RING: Ring = const {
        Ring { next: Cell::new(0), records: [const { Cell::new([0; 8]) }; RECORDS] }
    };
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn clock() -> u64 {
    // SAFETY: every x86-64 processor has `rdtsc`, and it reads a register.
    unsafe { core::arch::x86_64::_rdtsc() }
}

#[cfg(target_arch = "aarch64")]
#[inline(always)]
fn clock() -> u64 {
    let ticks: u64;
    // SAFETY: the virtual counter is readable in user mode and touches no memory.
    unsafe {
        core::arch::asm!("mrs {}, cntvct_el0", out(reg) ticks, options(nomem, nostack, preserves_flags));
    }
    ticks
}

/// The floor, `n` times.
pub(crate) fn run(n: usize) {
    for i in 0..n as u64 {
        let start = clock();
        black_box(());
        let end = clock();
        RING.with(|ring| {
            let at = ring.next.get();
            ring.next.set(at + 1);
            ring.records[at % RECORDS].set([start, end, i, i, i, i, i, i]);
        });
    }
    RING.with(|ring| {
        black_box(&ring.records);
    });
}
