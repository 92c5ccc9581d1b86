//! What a request is answered.

use std::time::Duration;

use mooncake_trace::{
    clear_trace_modules, flush, set_sampling_ratio, set_trace_level, set_trace_modules,
};
use percent_encoding::percent_decode_str;

use super::stats_json::stats_json;
use crate::check_modules;

/// How long `/trace/flush` waits.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
    pub(super) json: bool,
}

impl Answer {
    pub(super) fn text(status: u16, body: impl Into<String>) -> Self {
        let mut body = body.into();
        body.push('\n');
        Self {
            status,
            body,
            json: false,
        }
    }
}

/// Answers `method url`.
pub(super) fn answer(method: &str, url: &str) -> Answer {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    if method != "GET" && method != "POST" {
        return Answer::text(405, "ask with GET or POST");
    }
    match path {
        "/set_trace_level" => set_level(parameter(query, "level").as_deref()),
        "/set_trace_modules" => set_modules(parameter(query, "modules").as_deref()),
        "/set_sampling_ratio" => set_ratio(parameter(query, "ratio").as_deref()),
        "/trace/stats" => Answer {
            status: 200,
            body: stats_json(),
            json: true,
        },
        "/trace/flush" if flush(FLUSH_TIMEOUT) => Answer::text(200, "flushed"),
        "/trace/flush" => Answer::text(
            504,
            "not everything could be exported in 10 s; see /trace/stats",
        ),
        _ => Answer::text(
            404,
            "there are /set_trace_level?level=N, /set_trace_modules?modules=A,B, /set_sampling_ratio?ratio=R, \
             /trace/stats and /trace/flush",
        ),
    }
}

/// The value of a query parameter.
fn parameter(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        let value = value.replace('+', " ");
        (key == name).then(|| percent_decode_str(&value).decode_utf8_lossy().into_owned())
    })
}

fn set_level(level: Option<&str>) -> Answer {
    match level.map(str::parse::<u8>) {
        Some(Ok(level)) => {
            set_trace_level(level);
            Answer::text(200, format!("trace level {level}"))
        }
        _ => Answer::text(
            400,
            "expected a level from 0 to 255, as in /set_trace_level?level=2",
        ),
    }
}

fn set_modules(list: Option<&str>) -> Answer {
    let Some(list) = list else {
        clear_trace_modules();
        return Answer::text(200, "all modules are traced");
    };
    match check_modules(list) {
        Ok(()) => {
            set_trace_modules(list);
            Answer::text(200, format!("trace modules {list}"))
        }
        Err(error) => Answer::text(400, error.to_string()),
    }
}

fn set_ratio(ratio: Option<&str>) -> Answer {
    match ratio.map(str::parse::<f64>) {
        Some(Ok(ratio)) if (0.0..=1.0).contains(&ratio) => {
            set_sampling_ratio(ratio);
            Answer::text(200, format!("sampling ratio {ratio}"))
        }
        _ => Answer::text(
            400,
            "expected a ratio from 0 to 1, as in /set_sampling_ratio?ratio=0.1",
        ),
    }
}
