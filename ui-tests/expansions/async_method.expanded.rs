async fn receive(&self, pages: Pages) -> Received {
    let __slice = ::mooncake_trace::__private::task(
        ::mooncake_trace::AsContext::as_context(&self.trace_ctx),
        const { &MooncakeRequestStage::MOONCAKE_RECV },
    );
    __slice
        .wrap(async move {
            if false {
                return ::mooncake_trace::__private::never::<Received>();
            }
            self.socket.read(pages).await
        })
        .await
}
