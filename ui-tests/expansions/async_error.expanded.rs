async fn receive(&self, pages: Pages) -> Result<(), TransferError> {
    let __slice = {
        let __gate = ::mooncake_trace::__private::gate(
            ::mooncake_trace::AsContext::as_context(&self.trace_ctx),
            const { &MooncakeRequestStage::MOONCAKE_RECV },
        );
        if __gate.is_on() {
            __gate
                .enter_task_with(
                    &[("pages", ::mooncake_trace::ToValue::to_value(&pages.len()))],
                )
        } else {
            __gate.off()
        }
    };
    ::mooncake_trace::__private::in_slice_then(
            __slice,
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
