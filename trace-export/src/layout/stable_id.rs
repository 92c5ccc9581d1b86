//! 64-bit ids that depend on what they name alone, so that the same trace gives the same file, and two files
//! can be joined without their tracks and arrows getting mixed up.

use std::collections::HashSet;

/// Gives out ids; never 0, never the same twice.
#[derive(Debug, Default)]
pub(super) struct StableIds(HashSet<u64>);

impl StableIds {
    /// The id of what `parts` name together.
    pub(super) fn get(&mut self, parts: &[&[u8]]) -> u64 {
        let mut hash = 0xcbf2_9ce4_8422_2325; // FNV-1a
        for part in parts {
            // The length keeps ("a", "bc") apart from ("ab", "c").
            let length = (part.len() as u64).to_le_bytes();
            for b in length.iter().chain(*part) {
                hash = (hash ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        // FNV leaves the upper bits of short inputs poor.
        hash = (hash ^ hash >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
        hash ^= hash >> 32;
        while hash == 0 || !self.0.insert(hash) {
            hash = hash.wrapping_add(1);
        }
        hash
    }
}
