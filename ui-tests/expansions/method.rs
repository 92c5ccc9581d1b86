#[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_SEND)]
fn send(&mut self, indices: &[u32]) -> usize {
    self.queue.push(indices);
    indices.len()
}
