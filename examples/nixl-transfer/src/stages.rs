//! Stages of the engine's own, within those of SGLang.

use mooncake_trace::define_stages;

define_stages! {
    /// What NIXL does for one write.
    pub(crate) NixlStage(module = "mooncake") {
        /// The request is made from the descriptors of both sides.
        NIXL_PREPARE(level = 3),
        /// The write is on its way.
        NIXL_WRITE(level = 3),
    }
}
