use mooncake_trace::define_stages;

define_stages! {
    pub Stages(module = "a,b") {
        SEND(level = 1),
    }
}

fn main() {}
