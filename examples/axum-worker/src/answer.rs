//! What clients and gateways are told.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

/// A request as the gateway sends it to both workers.
#[derive(Debug, Deserialize)]
pub(crate) struct Generate {
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) sampling_params: SamplingParams,
    pub(crate) bootstrap_host: String,
    pub(crate) bootstrap_port: u16,
    pub(crate) bootstrap_room: u64,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
pub(crate) struct SamplingParams {
    pub(crate) max_new_tokens: u32,
}

impl Default for SamplingParams {
    fn default() -> Self {
        Self { max_new_tokens: 16 }
    }
}

/// The answer to a request, in SGLang's form.
pub(crate) fn generated(text: &str, prompt_tokens: usize, completion_tokens: u32) -> Json<Value> {
    Json(json!({
        "text": text,
        "meta_info": {
            "finish_reason": {"type": "stop"},
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
        },
    }))
}

/// Why a request failed.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = Json(json!({"error": self.0}));
        (StatusCode::INTERNAL_SERVER_ERROR, body).into_response()
    }
}

/// What a gateway asks a worker about before it sends requests.
pub(crate) fn about() -> Router {
    let models =
        json!({"object": "list", "data": [{"id": "kv", "object": "model", "owned_by": "sglang"}]});
    let info = json!({"model_path": "kv", "served_model_name": "kv", "tp_size": 1, "dp_size": 1});
    Router::new()
        .route("/health", get(|| async { "ok" }))
        .route("/v1/models", get(move || async { Json(models) }))
        .route("/server_info", get(move || async { Json(info) }))
}
