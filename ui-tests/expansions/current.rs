#[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_WORKER_SEND_SESSION, ctx = current)]
fn checksum(bytes: &[u8]) -> u64 {
    #![allow(clippy::cast_lossless)]
    const SEED: u64 = 7;
    bytes.iter().fold(SEED, |sum, byte| sum + u64::from(*byte))
}
