fn receive(&self, pages: Pages) -> impl Future<Output = Received> + '_ {
    let __cover = ::mooncake_trace::__private::gate(
            ::mooncake_trace::AsContext::as_context(&self.trace_ctx),
            const { &MooncakeRequestStage::MOONCAKE_RECV },
        )
        .cover();
    __cover.wrap(async move { self.socket.read(pages).await })
}
