use mooncake_trace::define_stages;

define_stages! {
    pub Stages(module = "ui") {
        MODULE(level = 1),
        ALL(level = 1),
    }
}

fn main() {}
