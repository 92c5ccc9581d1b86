#[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_SEND, attrs(pages = indices.len(), "peer.name" = %self.peer, state = ?self.state))]
fn send(&mut self, indices: &[u32]) {
    self.queue.push(indices);
}
