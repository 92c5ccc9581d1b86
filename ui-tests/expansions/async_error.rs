#[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_RECV, attrs(pages = pages.len()), err)]
async fn receive(&self, pages: Pages) -> Result<(), TransferError> {
    self.socket.read(pages).await?;
    Ok(())
}
