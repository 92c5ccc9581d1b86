//! Memory that the engine reads and writes: pages of KV cache that can be recomputed, so that they can be verified.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use nixl_sys::{MemType, MemoryRegion, NixlDescriptor};

/// Bytes of one page.
pub(crate) const PAGE_BYTES: usize = 16 << 10;

/// A pool of pages. Bytes are atomics, because the engine writes them behind the compiler's back.
#[derive(Debug)]
pub(crate) struct Pages(Box<[AtomicU8]>);

impl Pages {
    pub(crate) fn new(count: usize) -> Self {
        Self(
            std::iter::repeat_with(|| AtomicU8::new(0))
                .take(count * PAGE_BYTES)
                .collect(),
        )
    }

    /// The address of a page.
    pub(crate) fn address(&self, page: usize) -> usize {
        self.page(page).as_ptr().addr()
    }

    /// Computes the KV cache of a page of the request in `room`.
    pub(crate) fn compute(&self, page: usize, room: u64) {
        for (byte, value) in self.page(page).iter().zip(content(room, page)) {
            byte.store(value, Relaxed);
        }
    }

    /// Whether a page holds what [`compute`](Self::compute) puts there.
    pub(crate) fn verify(&self, page: usize, room: u64) -> bool {
        let bytes = self.page(page).iter().map(|byte| byte.load(Relaxed));
        bytes.eq(content(room, page).take(PAGE_BYTES))
    }

    fn page(&self, page: usize) -> &[AtomicU8] {
        &self.0[page * PAGE_BYTES..][..PAGE_BYTES]
    }
}

fn content(room: u64, page: usize) -> impl Iterator<Item = u8> {
    let mut state = room.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ page as u64;
    std::iter::repeat_with(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
}

impl MemoryRegion for Pages {
    unsafe fn as_ptr(&self) -> *const u8 {
        self.0.as_ptr().cast()
    }

    fn size(&self) -> usize {
        self.0.len()
    }
}

impl NixlDescriptor for Pages {
    fn mem_type(&self) -> MemType {
        MemType::Dram
    }

    fn device_id(&self) -> u64 {
        0
    }
}
