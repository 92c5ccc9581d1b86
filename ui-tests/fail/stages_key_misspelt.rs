use mooncake_trace::define_stages;

define_stages! {
    pub Stages(module = "ui") {
        SEND(levle = 1),
    }
}

fn main() {}
