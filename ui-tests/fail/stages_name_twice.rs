use mooncake_trace::define_stages;

define_stages! {
    pub Stages(module = "ui") {
        SEND(level = 1),
        SEND_AGAIN(level = 1, name = "send"),
    }
}

fn main() {}
