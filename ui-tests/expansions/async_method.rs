#[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_RECV)]
async fn receive(&self, pages: Pages) -> Received {
    self.socket.read(pages).await
}
