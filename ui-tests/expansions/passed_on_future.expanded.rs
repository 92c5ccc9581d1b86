fn receive(&self, pages: Pages) -> BoxFuture<'_, Received> {
    let __slice = ::mooncake_trace::__private::gate(
            ::mooncake_trace::AsContext::as_context(&self.trace_ctx),
            const { &MooncakeRequestStage::MOONCAKE_RECV },
        )
        .task();
    let __made = ::mooncake_trace::__private::body(move || -> BoxFuture<
        '_,
        Received,
    > {
        if pages.is_empty() {
            return ready(Received::NOTHING).boxed();
        }
        self.socket.read(pages).boxed()
    });
    if __slice.is_on() {
        ::mooncake_trace::__private::pin(__slice.cover(__made))
    } else {
        __made
    }
}
