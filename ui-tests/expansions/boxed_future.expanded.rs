fn receive<'a>(
    &'a self,
    pages: Pages,
) -> Pin<Box<dyn Future<Output = Result<(), TransferError>> + Send + 'a>> {
    let __slice = ::mooncake_trace::__private::gate(
            ::mooncake_trace::AsContext::as_context(&self.trace_ctx),
            const { &MooncakeRequestStage::MOONCAKE_RECV },
        )
        .task();
    Box::pin(
        __slice
            .cover_then(
                async move { self.socket.read(pages).await },
                |__slice, __result| {
                    ::mooncake_trace::ErrByDisplay::look(__result, __slice);
                },
            ),
    )
}
