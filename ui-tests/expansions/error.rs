#[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_SEND, attrs(pages = indices.len()), err)]
fn send(&mut self, indices: &[u32]) -> Result<(), TransferError> {
    self.queue.push(indices)?;
    Ok(())
}
