//! Contexts from and into HTTP headers.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};
use mooncake_trace::TraceContext;
use opentelemetry::propagation::{Extractor, Injector};

const TRACE_STATE: &str = "tracestate";

/// Reads a context from HTTP headers: `TraceContext::builder(rid).headers(&HeaderExtractor::new(&headers))`.
///
/// As the W3C recommendation wants it, several `tracestate` headers are one list, and a `traceparent` that occurs twice
/// is none.
///
/// ```
/// use mooncake_trace::TraceContext;
/// use mooncake_trace_tower::HeaderExtractor;
///
/// let mut headers = http::HeaderMap::new();
/// headers.insert("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse()?);
/// let ctx = TraceContext::builder("rid-1").headers(&HeaderExtractor::new(&headers)).build();
/// # drop(ctx);
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
#[derive(Clone, Debug)]
pub struct HeaderExtractor<'a> {
    headers: &'a HeaderMap,
    trace_state: Option<Cow<'a, str>>,
}

impl<'a> HeaderExtractor<'a> {
    /// Reads from `headers`.
    #[must_use]
    pub fn new(headers: &'a HeaderMap) -> Self {
        let mut lists = headers.get_all(TRACE_STATE).iter().filter_map(text);
        let first = lists.next();
        let trace_state = first.map(|first| {
            lists.fold(Cow::Borrowed(first), |mut all, list| {
                let joined = all.to_mut();
                joined.push(',');
                joined.push_str(list);
                all
            })
        });
        Self {
            headers,
            trace_state,
        }
    }
}

impl Extractor for HeaderExtractor<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        if key == TRACE_STATE {
            return self.trace_state.as_deref();
        }
        let mut values = self.headers.get_all(key).iter();
        let value = values.next().and_then(text);
        value.filter(|_| values.next().is_none())
    }

    fn keys(&self) -> Vec<&str> {
        self.headers.keys().map(HeaderName::as_str).collect()
    }
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()
}

/// Writes a context into HTTP headers: `ctx.inject(&mut HeaderInjector(&mut headers))`, or [`inject`].
///
/// What HTTP forbids in a header is left out.
#[derive(Debug)]
pub struct HeaderInjector<'a>(pub &'a mut HeaderMap);

impl Injector for HeaderInjector<'_> {
    fn set(&mut self, key: &str, value: String) {
        let name = HeaderName::from_bytes(key.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}

/// Puts `ctx` into the headers of an outgoing request, so that what the receiver records becomes part of this trace.
pub fn inject(ctx: &TraceContext, headers: &mut HeaderMap) {
    ctx.inject(&mut HeaderInjector(headers));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_w3c_wants_it() {
        let mut headers = HeaderMap::new();
        headers.append("traceparent", HeaderValue::from_static("a"));
        headers.append("tracestate", HeaderValue::from_static("x=1"));
        headers.append("tracestate", HeaderValue::from_static("y=2,z=3"));
        let extractor = HeaderExtractor::new(&headers);
        assert_eq!(extractor.get("traceparent"), Some("a"));
        assert_eq!(extractor.get("tracestate"), Some("x=1,y=2,z=3"));
        assert_eq!(extractor.get("absent"), None);
        headers.append("traceparent", HeaderValue::from_static("b"));
        assert_eq!(HeaderExtractor::new(&headers).get("traceparent"), None);
    }

    #[test]
    fn leaves_out_what_is_no_header() {
        let mut headers = HeaderMap::new();
        let mut injector = HeaderInjector(&mut headers);
        injector.set("traceparent", "line\nbreak".to_owned());
        injector.set("not a name", "x".to_owned());
        injector.set("tracestate", "x=1".to_owned());
        assert_eq!(headers.len(), 1);
    }
}
