#[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_WORKER_SEND, ctx = chunk.trace_ctx, thread_finish)]
fn write_chunk(chunk: TransferKvChunk) {
    drop(chunk);
}
