fn send(&mut self, indices: &[u32]) -> Result<(), TransferError> {
    let __slice = {
        let __gate = ::mooncake_trace::__private::gate(
            ::mooncake_trace::AsContext::as_context(&self.trace_ctx),
            const { &MooncakeRequestStage::MOONCAKE_SEND },
        );
        if __gate.is_on() {
            __gate
                .enter_with([
                    ("pages", ::mooncake_trace::ToValue::to_value(&indices.len())),
                ])
        } else {
            __gate.off()
        }
    };
    __slice
        .run(
            move || -> Result<(), TransferError> {
                self.queue.push(indices)?;
                Ok(())
            },
            |__slice, __result| {
                ::mooncake_trace::ErrByDisplay::look(__result, __slice);
            },
        )
}
