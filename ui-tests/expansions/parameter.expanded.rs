pub fn write_chunk(chunk: &[u8], trace_ctx: &TraceContext) -> usize {
    let __slice = ::mooncake_trace::__private::enter(
        ::mooncake_trace::AsContext::as_context(&trace_ctx),
        const { &MooncakeRequestStage::MOONCAKE_WORKER_SEND },
    );
    chunk.len()
}
