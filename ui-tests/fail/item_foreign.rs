use mooncake_trace::{define_stages, mooncake_trace};

define_stages! {
    /// Stages of these cases.
    pub Stages(module = "ui") {
        /// One.
        SEND(level = 1),
    }
}

unsafe extern "C" {
    #[mooncake_trace(stage = Stages::SEND, ctx = current)]
    fn send();
}

fn main() {}
