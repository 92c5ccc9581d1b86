//! The KV cache: pages, the pools they live in, their content and its checksum.
//!
//! A pool hands out *leases* of pages. A page is only written while somebody holds its lease, and goes
//! back to the pool when the last holder lets go: a chunk that is still on the wire after an abort keeps
//! its pages out of reach of the next request. The content of a page follows from seed, room and page
//! number, so every run with the same seed moves the same bytes.

use std::ops::Range;
use std::sync::Arc;

use mooncake_trace::mooncake_trace;
use parking_lot::{Mutex, MutexGuard};

use crate::stages::KvStage;

/// Bytes of one page of KV cache: a few tokens over all layers.
pub(crate) const PAGE_BYTES: usize = 64 * 1024;

/// Index of a page in the pool of its owner.
pub(crate) type PageId = u32;

/// How the KV cache of a request is cut: pages, grouped into chunks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Pages of one request.
    pub(crate) pages: u32,
    /// Pages of one chunk; the last chunk of a request may have fewer.
    pub(crate) chunk_pages: u32,
}

impl Layout {
    /// Chunks of one request.
    pub(crate) fn chunks(&self) -> u32 {
        self.pages.div_ceil(self.chunk_pages)
    }

    /// The page numbers of a chunk; empty beyond the last one.
    pub(crate) fn pages_of(&self, chunk: u32) -> Range<usize> {
        let start = chunk.saturating_mul(self.chunk_pages).min(self.pages);
        let end = start.saturating_add(self.chunk_pages).min(self.pages);
        start as usize..end as usize
    }

    /// Bytes of one request.
    pub(crate) fn bytes(&self) -> u64 {
        u64::from(self.pages) * PAGE_BYTES as u64
    }
}

/// A fixed number of pages in memory.
pub(crate) struct PagePool {
    // One lock a page: writers of different pages never meet, and no page needs `unsafe` to be shared.
    pages: Vec<Mutex<Box<[u8]>>>,
    free: Mutex<Vec<PageId>>,
}

impl PagePool {
    /// A pool of `count` zeroed pages. The system hands out their memory when they are first written.
    pub(crate) fn new(count: u32) -> Arc<Self> {
        Arc::new(Self {
            pages: (0..count)
                .map(|_| Mutex::new(vec![0; PAGE_BYTES].into_boxed_slice()))
                .collect(),
            free: Mutex::new((0..count).rev().collect()),
        })
    }

    /// Takes `count` pages, or none if there are not enough left.
    pub(crate) fn lease(self: &Arc<Self>, count: u32) -> Option<PageLease> {
        let mut free = self.free.lock();
        let rest = free.len().checked_sub(count as usize)?;
        let ids = free.split_off(rest);
        Some(PageLease {
            pool: Arc::clone(self),
            ids,
        })
    }
}

/// Pages that belong to one request; dropping the lease gives them back.
pub(crate) struct PageLease {
    pool: Arc<PagePool>,
    ids: Vec<PageId>,
}

impl PageLease {
    /// The pool indices of the pages, in the order of the request.
    pub(crate) fn ids(&self) -> &[PageId] {
        &self.ids
    }

    /// The bytes of the request's page `number`, for this thread alone until the guard is dropped.
    ///
    /// # Panics
    /// If the lease has no such page.
    pub(crate) fn page(&self, number: usize) -> MutexGuard<'_, Box<[u8]>> {
        self.pool.pages[self.ids[number] as usize].lock()
    }

    /// The checksum of the given pages, as they are in memory now. Whoever asks has a slice open: that of a
    /// chunk or of a whole request.
    #[mooncake_trace(
        stage = KvStage::KV_CHECKSUM,
        ctx = current,
        attrs(pages = pages.len(), bytes = pages.len() * PAGE_BYTES)
    )]
    pub(crate) fn checksum(&self, pages: Range<usize>) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        for number in pages {
            hasher.update(&self.page(number));
        }
        hasher.finalize()
    }
}

impl Drop for PageLease {
    fn drop(&mut self) {
        self.pool.free.lock().append(&mut self.ids);
    }
}

/// What the model would compute: fills a page with bytes that follow from seed, room and page number.
pub(crate) fn compute_page(page: &mut [u8], seed: u64, room: u64, number: usize) {
    let mut state = mix(seed ^ mix(room ^ mix(number as u64)));
    for word in page.as_chunks_mut::<8>().0 {
        state = state.wrapping_add(GOLDEN);
        *word = mix(state).to_le_bytes();
    }
}

/// Requests of one run, at most: the index has this many values in a room number.
pub(crate) const MAX_REQUESTS: u32 = 1 << 20;

/// The bootstrap room of a request: 52 bits, never 0, different for every index below [`MAX_REQUESTS`].
/// Consecutive requests fall to consecutive shards.
pub(crate) fn room_of(seed: u64, index: u32) -> u64 {
    let high = mix(seed ^ mix(u64::from(index))) & 0xffff_ffff | 0x8000_0000;
    high << 20 | u64::from(index)
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finaliser of splitmix64.
fn mix(mut word: u64) -> u64 {
    word ^= word >> 30;
    word = word.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word ^= word >> 27;
    word = word.wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_every_page_once() {
        for (pages, chunk_pages) in [(1, 1), (16, 16), (17, 16), (128, 5), (3, 100)] {
            let layout = Layout { pages, chunk_pages };
            let numbers: Vec<usize> = (0..layout.chunks())
                .flat_map(|chunk| layout.pages_of(chunk))
                .collect();
            assert_eq!(numbers, (0..pages as usize).collect::<Vec<_>>());
            assert!(layout.pages_of(layout.chunks()).is_empty());
            assert!(layout.pages_of(u32::MAX).is_empty());
        }
    }

    #[test]
    fn a_lease_gives_its_pages_back() {
        let pool = PagePool::new(3);
        let lease = pool.lease(2).unwrap();
        assert!(pool.lease(2).is_none());
        drop(lease);
        assert_eq!(pool.lease(3).unwrap().ids().len(), 3);
    }

    #[test]
    fn content_follows_from_seed_room_and_page() {
        let page = |seed, room, number| {
            let mut bytes = vec![0; PAGE_BYTES];
            compute_page(&mut bytes, seed, room, number);
            bytes
        };
        assert_eq!(page(1, 2, 3), page(1, 2, 3));
        assert_ne!(page(1, 2, 3), page(1, 2, 4));
        assert_ne!(page(1, 2, 3), page(1, 3, 3));
        assert_ne!(page(1, 2, 3), page(2, 2, 3));
    }

    #[test]
    fn rooms_differ() {
        let rooms: std::collections::HashSet<u64> =
            (0..10_000).map(|index| room_of(7, index)).collect();
        assert_eq!(rooms.len(), 10_000);
    }
}
