/// Stages of one KV-cache transfer.
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
#[non_exhaustive]
#[allow(dead_code)]
pub struct TransferStage;
#[allow(deprecated, dead_code)]
impl TransferStage {
    /// The sender queues one chunk.
    pub const SEND: ::mooncake_trace::Stage = ::mooncake_trace::Stage::new(
        Self::MODULE,
        "send",
        1u8,
    );
    #[cfg(feature = "rdma")]
    pub const RDMA_WRITE: ::mooncake_trace::Stage = ::mooncake_trace::Stage::new(
            Self::MODULE,
            "write",
            2u8,
        )
        .with_metrics();
    /// The module that all stages of this table belong to.
    pub const MODULE: &'static ::core::primitive::str = "mooncake";
    /// All stages of this table, in the order of their declaration.
    pub const ALL: &'static [::mooncake_trace::Stage] = &[
        Self::SEND,
        #[cfg(feature = "rdma")]
        Self::RDMA_WRITE,
    ];
    /// The stage of this table whose slices have that name.
    #[must_use]
    pub fn from_name(
        name: &::core::primitive::str,
    ) -> ::core::option::Option<&'static ::mooncake_trace::Stage> {
        ::mooncake_trace::__private::find(Self::ALL, name)
    }
}
#[allow(deprecated)]
const _: () = {
    ::mooncake_trace::__private::inventory::submit! {
        ::mooncake_trace::StageTable { name : "TransferStage", module :
        TransferStage::MODULE, stages : TransferStage::ALL }
    }
};
