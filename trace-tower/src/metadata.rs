//! Contexts from and into gRPC metadata.

use opentelemetry::propagation::{Extractor, Injector};
use tonic::metadata::{Ascii, KeyRef, MetadataKey, MetadataMap, MetadataValue};

/// Reads a context from gRPC metadata.
///
/// ```
/// use mooncake_trace::TraceContext;
/// use mooncake_trace_tower::MetadataExtractor;
///
/// fn context_of<T>(rid: &str, request: &tonic::Request<T>) -> TraceContext {
///     TraceContext::builder(rid).headers(&MetadataExtractor(request.metadata())).build()
/// }
/// # drop(context_of("1", &tonic::Request::new(())));
/// ```
#[derive(Clone, Debug)]
pub struct MetadataExtractor<'a>(pub &'a MetadataMap);

impl Extractor for MetadataExtractor<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        let keys = self.0.keys().filter_map(|key| match key {
            KeyRef::Ascii(key) => Some(key.as_str()),
            KeyRef::Binary(_) => None,
        });
        keys.collect()
    }
}

/// Writes a context into gRPC metadata: `ctx.inject(&mut MetadataInjector(request.metadata_mut()))`.
///
/// What gRPC forbids in metadata is left out.
#[derive(Debug)]
pub struct MetadataInjector<'a>(pub &'a mut MetadataMap);

impl Injector for MetadataInjector<'_> {
    fn set(&mut self, key: &str, value: String) {
        let name = MetadataKey::<Ascii>::from_bytes(key.as_bytes());
        if let (Ok(name), Ok(value)) = (name, MetadataValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_read() {
        let mut metadata = MetadataMap::new();
        MetadataInjector(&mut metadata).set("traceparent", "00-a".to_owned());
        MetadataInjector(&mut metadata).set("trace\nparent", "x".to_owned());
        let extractor = MetadataExtractor(&metadata);
        assert_eq!(extractor.get("traceparent"), Some("00-a"));
        assert_eq!(extractor.keys(), ["traceparent"]);
    }
}
