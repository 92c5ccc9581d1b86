use mooncake_trace::{define_stages, mooncake_trace};

define_stages! {
    /// Stages of these cases.
    pub Stages(module = "ui") {
        /// One.
        SEND(level = 1),
    }
}

struct Peer;

#[mooncake_trace(stage = Stages::SEND, ctx = current, attrs(peer = %peer))]
fn f(peer: &Peer) {
    let _ = peer;
}

fn main() {}
