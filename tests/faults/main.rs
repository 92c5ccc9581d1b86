//! Receivers that are away, slow, unwilling or broken, on real sockets.
//!
//! Every test runs the books' identity against the pipeline all the time, and at the end compares what was counted as
//! exported with what has arrived, span by span. Most run three times: without tokio, and with everything from
//! installing to shutting down inside of each kind of tokio runtime.

mod away;
mod hosts;
mod logs;
mod partial;
mod pipeline;
mod refused;
mod sink;
mod slow;
mod tls;
mod wire;
