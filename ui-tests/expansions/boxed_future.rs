#[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_RECV, err)]
fn receive<'a>(&'a self, pages: Pages) -> Pin<Box<dyn Future<Output = Result<(), TransferError>> + Send + 'a>> {
    Box::pin(async move { self.socket.read(pages).await })
}
