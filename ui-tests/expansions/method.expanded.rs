fn send(&mut self, indices: &[u32]) -> usize {
    let __slice = ::mooncake_trace::__private::enter(
        ::mooncake_trace::AsContext::as_context(&self.trace_ctx),
        const { &MooncakeRequestStage::MOONCAKE_SEND },
    );
    self.queue.push(indices);
    indices.len()
}
