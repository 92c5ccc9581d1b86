#[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_WORKER_RECV)]
async fn serve(&self) -> ! {
    loop {
        self.accept().await;
    }
}
