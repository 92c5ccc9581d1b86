//! W3C Trace Context: the `traceparent` and `tracestate` headers.
//!
//! Follows <https://www.w3.org/TR/trace-context/>; blanks and tabs around a value are allowed, malformed values are
//! ignored by the callers.

use std::fmt;

/// Name of the header with the parent's ids.
pub(crate) const TRACEPARENT: &str = "traceparent";
/// Name of the header with vendors' additions.
pub(crate) const TRACESTATE: &str = "tracestate";

/// At most this many members are allowed in a `tracestate`.
const MAX_MEMBERS: usize = 32;

/// A well-formed `traceparent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TraceParent {
    pub(crate) trace_id: u128,
    pub(crate) span_id: u64,
    pub(crate) sampled: bool,
}

impl TraceParent {
    /// Reads `version-traceid-spanid-flags`; none if it is malformed.
    pub(crate) fn parse(header: &str) -> Option<Self> {
        let header = header.trim_matches([' ', '\t']);
        let mut fields = header.split('-');
        let mut hex = |digits: usize| {
            let field = fields.next()?;
            let ok = field.len() == digits
                && field
                    .bytes()
                    .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            ok.then(|| u128::from_str_radix(field, 16).ok())?
        };
        let (version, trace_id, span_id, flags) = (hex(2)?, hex(32)?, hex(16)?, hex(2)?);
        let extra = fields.next().is_some();
        if version == 0xff || (version == 0 && extra) || trace_id == 0 || span_id == 0 {
            return None;
        }
        Some(Self {
            trace_id,
            span_id: span_id as u64,
            sampled: flags & 1 == 1,
        })
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            trace_id,
            span_id,
            sampled,
        } = self;
        write!(
            f,
            "00-{trace_id:032x}-{span_id:016x}-{:02x}",
            u8::from(*sampled)
        )
    }
}

/// The trace state in its canonical form; none if it is malformed or empty.
pub(crate) fn parse_trace_state(header: &str) -> Option<String> {
    let members: Vec<&str> = header
        .split(',')
        .map(|member| member.trim_matches([' ', '\t']))
        .filter(|member| !member.is_empty())
        .collect();
    let mut keys = Vec::with_capacity(members.len());
    for member in &members {
        let (key, value) = member.split_once('=')?;
        if !is_key(key) || !is_value(value) || keys.contains(&key) {
            return None;
        }
        keys.push(key);
    }
    (!members.is_empty() && members.len() <= MAX_MEMBERS).then(|| members.join(","))
}

fn is_key(key: &str) -> bool {
    let is_char = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/');
    let (tenant, system) = match key.split_once('@') {
        Some((tenant, system)) => (tenant, Some(system)),
        None => (key, None),
    };
    let starts_well = |part: &str, digits: bool| {
        part.bytes()
            .next()
            .is_some_and(|b| b.is_ascii_lowercase() || (digits && b.is_ascii_digit()))
    };
    let tenant_ok = tenant.bytes().all(is_char) && starts_well(tenant, true);
    match system {
        None => tenant_ok && tenant.len() <= 256,
        Some(system) => {
            tenant_ok
                && tenant.len() <= 241
                && system.len() <= 14
                && starts_well(system, false)
                && system.bytes().all(is_char)
        }
    }
}

fn is_value(value: &str) -> bool {
    !value.is_empty()
        && value.len() <= 256
        && value
            .bytes()
            .all(|b| (0x20..=0x7e).contains(&b) && b != b',' && b != b'=')
}
