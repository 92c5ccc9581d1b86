fn checksum(bytes: &[u8]) -> u64 {
    #![allow(clippy::cast_lossless)]
    const SEED: u64 = 7;
    let __slice = ::mooncake_trace::__private::enter_current(const {
        &MooncakeRequestStage::MOONCAKE_WORKER_SEND_SESSION
    });
    bytes.iter().fold(SEED, |sum, byte| sum + u64::from(*byte))
}
