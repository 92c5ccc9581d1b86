#[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_RECV, err(Debug), ret(|sent| pages = sent.len()))]
fn send(&self) -> Result<Vec<u32>, TransferError> {
    self.take()
}
