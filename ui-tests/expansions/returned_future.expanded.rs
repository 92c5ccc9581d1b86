fn receive(&self, pages: Pages) -> impl Future<Output = Received> + '_ {
    let __slice = ::mooncake_trace::__private::gate(
            ::mooncake_trace::AsContext::as_context(&self.trace_ctx),
            const { &MooncakeRequestStage::MOONCAKE_RECV },
        )
        .task();
    __slice.cover(async move { self.socket.read(pages).await })
}
