//! The stages of these tests.

mooncake_trace::define_stages! {
    pub(crate) Kv(module = "kv") {
        SEND(level = 1),
        WRITE(level = 1),
    }
}
