#[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_RECV)]
fn receive(&self, pages: Pages) -> BoxFuture<'_, Received> {
    if pages.is_empty() {
        return ready(Received::NOTHING).boxed();
    }
    self.socket.read(pages).boxed()
}
