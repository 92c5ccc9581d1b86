use mooncake_trace::define_stages;

define_stages! {
    pub Stages(module = "ui") {
        SEND(level = 1, level = 2),
    }
}

fn main() {}
