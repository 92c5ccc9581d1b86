use mooncake_trace::define_stages;

define_stages! {
    pub Stages(module = "ui") {
        SEND(level = 1),
        RECV(level = 256),
    }
}

fn main() {
    // Only the level is an error: both stages are still there.
    let _ = (Stages::SEND, Stages::RECV, Stages::ALL);
}
