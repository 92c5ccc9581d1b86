//! An HTTP endpoint that shows and changes tracing while the process runs (feature `admin`).
//!
//! | request | what it does |
//! |---|---|
//! | `GET /set_trace_level?level=2` | sets the trace level, as SGLang's servers have it |
//! | `GET /set_trace_modules?modules=request,mooncake=3` | sets the module list; without `modules` takes it away |
//! | `GET /set_sampling_ratio?ratio=0.1` | records this share of new traces |
//! | `GET /trace/stats` | the books and the latency of stages, as JSON |
//! | `GET /trace/flush` | exports what is recorded |
//!
//! It listens on the loopback address. Anything else needs a token, which requests then carry as
//! `Authorization: Bearer TOKEN`. Requests whose `Host` is not a loopback name are refused unless they carry the token, so
//! that no web page can reach it through a name of its own.

mod answer;
mod server;
mod stats_json;

pub use server::{Admin, AdminError};
