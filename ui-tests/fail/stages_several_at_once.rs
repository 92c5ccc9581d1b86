use mooncake_trace::define_stages;

define_stages! {
    pub Stages(modul = "ui") {
        SEND(level = 300),
        RECV(levle = 1),
        ALL(level = 1, name = ""),
    }
    pub More(module = "ui") {
        SEND(level = 1, level = 2),
    }
}

fn main() {}
