define_stages! {
    /// Stages of one KV-cache transfer.
    pub TransferStage(module = "mooncake") {
        /// The sender queues one chunk.
        SEND(level = 1),
        #[cfg(feature = "rdma")]
        RDMA_WRITE(level = 2, name = "write", metrics),
    }
}
