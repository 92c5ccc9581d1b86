fn send(&self) -> Result<Vec<u32>, TransferError> {
    let __slice = ::mooncake_trace::__private::enter(
        ::mooncake_trace::AsContext::as_context(&self.trace_ctx),
        const { &MooncakeRequestStage::MOONCAKE_RECV },
    );
    __slice
        .run(
            move || -> Result<Vec<u32>, TransferError> { self.take() },
            |__slice, __result| {
                ::mooncake_trace::ErrByDebug::look(__result, __slice);
                let sent = __result;
                __slice
                    .attr("pages", ::mooncake_trace::ToValue::to_value(&sent.len()));
            },
        )
}
