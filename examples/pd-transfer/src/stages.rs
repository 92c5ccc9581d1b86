//! The stages of this engine's own, beside those that SGLang and [`mooncake_trace`] bring along.

use mooncake_trace::define_stages;

define_stages! {
    /// What happens to the pages of a KV cache on the decode side.
    pub(crate) KvStage(module = "mooncake") {
        /// A session reads the pages of a chunk from its link into their places.
        KV_PLACE(level = 3),
        /// Somebody computes the checksum of pages as they are in memory.
        KV_CHECKSUM(level = 3),
        /// The decode scheduler compares a complete KV cache with what was sent.
        KV_VERIFY(level = 2),
    }
}
