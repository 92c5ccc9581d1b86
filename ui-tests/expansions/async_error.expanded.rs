async fn receive(&self, pages: Pages) -> Result<(), TransferError> {
    let __slice = {
        let __gate = ::mooncake_trace::__private::gate(
            ::mooncake_trace::AsContext::as_context(&self.trace_ctx),
            const { &MooncakeRequestStage::MOONCAKE_RECV },
        );
        if __gate.is_on() {
            __gate
                .task_with(
                    &[("pages", ::mooncake_trace::ToValue::to_value(&pages.len()))],
                )
        } else {
            __gate.task()
        }
    };
    __slice
        .wrap_then(
            async move {
                if false {
                    return ::mooncake_trace::__private::never::<
                        Result<(), TransferError>,
                    >();
                }
                self.socket.read(pages).await?;
                Ok(())
            },
            |__slice, __result| {
                ::mooncake_trace::ErrByDisplay::look(__result, __slice);
            },
        )
        .await
}
