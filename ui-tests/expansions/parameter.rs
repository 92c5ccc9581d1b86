#[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_WORKER_SEND)]
pub fn write_chunk(chunk: &[u8], trace_ctx: &TraceContext) -> usize {
    chunk.len()
}
