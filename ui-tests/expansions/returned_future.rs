#[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_RECV)]
fn receive(&self, pages: Pages) -> impl Future<Output = Received> + '_ {
    async move { self.socket.read(pages).await }
}
