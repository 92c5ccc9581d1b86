//! SGLang's own stage tables: what its servers call the stages of a request and of a KV-cache transfer.

use crate::define_stages;

define_stages! {
    /// Stages of one KV-cache transfer over the Mooncake backend.
    pub MooncakeRequestStage(module = "mooncake") {
        /// The sender queues one chunk for its transfer worker.
        MOONCAKE_SEND(level = 1),
        /// The receiver announces where the pages are to go.
        MOONCAKE_RECV(level = 1),
        /// A transfer worker writes one chunk to all its decode sessions.
        MOONCAKE_WORKER_SEND(level = 1),
        /// A transfer worker writes one chunk to one decode session.
        MOONCAKE_WORKER_SEND_SESSION(level = 2),
        /// A receiving thread places one chunk.
        MOONCAKE_WORKER_RECV(level = 1),
    }
}

define_stages! {
    /// Stages of a request on its way through an SGLang server.
    pub RequestStage(module = "request") {
        /// Text to tokens.
        TOKENIZE(level = 1),
        /// The API server hands the request on.
        API_SERVER_DISPATCH(level = 2),
        /// The data-parallel controller hands the request on.
        DPC_DISPATCH(level = 2),
        /// The scheduler takes the request in.
        REQUEST_PROCESS(level = 2, metrics),
        /// The request waits for its prefill.
        PREFILL_WAITING(level = 1),
        /// One decode step of the batch.
        DECODE_FORWARD(level = 1),
        /// One turn of the decode loop.
        DECODE_LOOP(level = 3),
        /// The prefill's forward pass.
        PREFILL_FORWARD(level = 1, metrics),
        /// One chunk of a chunked prefill.
        PREFILL_CHUNKED_FORWARD(level = 3, name = "chunked_prefill", metrics),
        /// The multimodal encoder.
        MM_ENCODE(level = 1),
        /// The prefill side prepares the request.
        PREFILL_PREPARE(level = 1),
        /// The prefill side finds its decode peer.
        PREFILL_BOOTSTRAP(level = 1, metrics),
        /// The prefill side sends the KV cache.
        PREFILL_TRANSFER_KV_CACHE(level = 1, metrics),
        /// The decode side prepares the request.
        DECODE_PREPARE(level = 1, metrics),
        /// The decode side finds its prefill peer.
        DECODE_BOOTSTRAP(level = 1, metrics),
        /// The request waits for its KV cache.
        DECODE_WAITING(level = 1, metrics),
        /// The KV cache has arrived.
        DECODE_TRANSFERRED(level = 1, metrics),
        /// A placeholder output is made.
        DECODE_FAKE_OUTPUT(level = 3, name = "fake_output", metrics),
        /// The request is over after its first token.
        DECODE_QUICK_FINISH(level = 1, name = "quick_finish", metrics),
        /// Speculative decoding: the draft.
        SPEC_DRAFT(level = 2),
        /// Speculative decoding: the verification.
        SPEC_VERIFY(level = 2),
        /// The CPU's part of running a batch.
        RUN_BATCH_CPU(level = 4),
    }
}
