fn write_chunk(chunk: TransferKvChunk) {
    let __slice = ::mooncake_trace::__private::enter_finish(
        ::mooncake_trace::AsContext::as_context(&chunk.trace_ctx),
        const { &MooncakeRequestStage::MOONCAKE_WORKER_SEND },
    );
    drop(chunk);
}
