//! What the environment says: OpenTelemetry's variables and SGLang's.
//!
//! `SGLANG_TRACE_LEVEL` is read by the runtime, `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` when the resource is made.

use std::env;
use std::time::Duration;

use super::Config;

const DISABLED: &str = "OTEL_SDK_DISABLED";
/// The one for traces wins.
const ENDPOINTS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
];
const DELAY_MS: &str = "SGLANG_OTLP_EXPORTER_SCHEDULE_DELAY_MILLIS";
const BATCH: &str = "SGLANG_OTLP_EXPORTER_MAX_EXPORT_BATCH_SIZE";
const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const SAMPLER_RATIO: &str = "OTEL_TRACES_SAMPLER_ARG";

/// A variable that does not hold what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadVariable {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) expected: &'static str,
}

impl Config {
    /// A configuration from the environment: `OTEL_SDK_DISABLED`, `OTEL_EXPORTER_OTLP_*` and
    /// `OTEL_EXPORTER_OTLP_TRACES_*` (which win), `SGLANG_OTLP_EXPORTER_SCHEDULE_DELAY_MILLIS`,
    /// `SGLANG_OTLP_EXPORTER_MAX_EXPORT_BATCH_SIZE`, `OTEL_TRACES_SAMPLER` and its `_ARG`. What code or flags say later comes on top.
    ///
    /// A value that means nothing is reported by [`init`](crate::init).
    pub fn from_env() -> Self {
        Self::from_variables(|name| env::var(name).ok())
    }

    fn from_variables(get: impl Fn(&str) -> Option<String>) -> Self {
        let get = |name: &str| get(name).filter(|v| !v.trim().is_empty());
        let mut bad = None;
        let mut number = |name: &'static str| {
            let value = get(name)?;
            let number = value.trim().parse::<u32>().ok().filter(|n| *n > 0);
            if number.is_none() {
                let expected = "a positive whole number";
                bad = Some(BadVariable {
                    name,
                    value,
                    expected,
                });
            }
            number
        };
        let delay = number(DELAY_MS);
        let batch = number(BATCH);
        let sampling_ratio = match sampler(get) {
            Ok(ratio) => ratio,
            Err(variable) => {
                bad = Some(variable);
                None
            }
        };
        Self {
            enabled: get(DISABLED).is_none_or(|v| !v.trim().eq_ignore_ascii_case("true")),
            // All other endpoints are read together with the rest of `OTEL_EXPORTER_OTLP_*`.
            endpoint: ENDPOINTS
                .into_iter()
                .find_map(get)
                .filter(|e| e.starts_with("file:")),
            environment: true,
            sampling_ratio,
            interval: delay.map(|ms| Duration::from_millis(ms.into())),
            max_batch: batch.and_then(|n| usize::try_from(n).ok()),
            bad_variable: bad,
            ..Self::default()
        }
    }
}

/// The ratio for new traces. With or without `parentbased_`, a request with a `traceparent` follows that.
fn sampler(get: impl Fn(&str) -> Option<String>) -> Result<Option<f64>, BadVariable> {
    let Some(sampler) = get(SAMPLER) else {
        return Ok(None);
    };
    match sampler.trim().trim_start_matches("parentbased_") {
        "always_on" => Ok(Some(1.0)),
        "always_off" => Ok(Some(0.0)),
        "traceidratio" => {
            let Some(value) = get(SAMPLER_RATIO) else {
                return Ok(Some(1.0));
            };
            match value.trim().parse() {
                Ok(ratio) if (0.0..=1.0).contains(&ratio) => Ok(Some(ratio)),
                _ => Err(BadVariable {
                    name: SAMPLER_RATIO,
                    value,
                    expected: "a ratio from 0 to 1",
                }),
            }
        }
        _ => Err(BadVariable {
            name: SAMPLER,
            value: sampler,
            expected: "always_on, always_off, traceidratio, or one of these after parentbased_",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(variables: &[(&str, &str)]) -> Config {
        Config::from_variables(|name| {
            let found = variables.iter().find(|(n, _)| *n == name);
            found.map(|(_, v)| (*v).to_owned())
        })
    }

    #[test]
    fn variables_are_understood() {
        let empty = config(&[(DISABLED, ""), (DELAY_MS, " ")]);
        assert!(empty.enabled && empty.endpoint.is_none() && empty.interval.is_none());
        let full = config(&[
            (DISABLED, "TRUE"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:4318"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "file:otlp.jsonl"),
            (DELAY_MS, "50"),
            (BATCH, "7"),
        ]);
        assert!(!full.enabled);
        assert_eq!(full.endpoint.as_deref(), Some("file:otlp.jsonl"));
        assert_eq!(
            (full.interval, full.max_batch),
            (Some(Duration::from_millis(50)), Some(7))
        );
        let ratio = |name, ratio| {
            let config = config(&[(SAMPLER, name), (SAMPLER_RATIO, ratio)]);
            (config.sampling_ratio, config.bad_variable.map(|v| v.name))
        };
        assert_eq!(ratio("always_off", ""), (Some(0.0), None));
        assert_eq!(
            ratio("parentbased_traceidratio", "0.25"),
            (Some(0.25), None)
        );
        assert_eq!(ratio("traceidratio", "2"), (None, Some(SAMPLER_RATIO)));
        assert_eq!(ratio("jaeger_remote", ""), (None, Some(SAMPLER)));
        let bad = config(&[(BATCH, "many")]).bad_variable.unwrap();
        assert_eq!((bad.name, bad.value.as_str()), (BATCH, "many"));
    }
}
