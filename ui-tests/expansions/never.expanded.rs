async fn serve(&self) -> ! {
    let __slice = ::mooncake_trace::__private::task(
        ::mooncake_trace::AsContext::as_context(&self.trace_ctx),
        const { &MooncakeRequestStage::MOONCAKE_WORKER_RECV },
    );
    match __slice
        .wrap(async move {
            if false {
                return ::mooncake_trace::__private::never::<
                    ::core::convert::Infallible,
                >();
            }
            loop {
                self.accept().await;
            }
        })
        .await
    {}
}
