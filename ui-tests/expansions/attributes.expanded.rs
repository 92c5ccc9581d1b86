fn send(&mut self, indices: &[u32]) {
    let __slice = {
        let __gate = ::mooncake_trace::__private::gate(
            ::mooncake_trace::AsContext::as_context(&self.trace_ctx),
            const { &MooncakeRequestStage::MOONCAKE_SEND },
        );
        if __gate.is_on() {
            __gate
                .enter_with([
                    ("pages", ::mooncake_trace::ToValue::to_value(&indices.len())),
                    ("peer.name", ::mooncake_trace::__private::display(&&self.peer)),
                    ("state", ::mooncake_trace::__private::debug(&&self.state)),
                ])
        } else {
            __gate.off()
        }
    };
    self.queue.push(indices);
}
