//! Who we are: the resource that all spans of this process carry.

use std::env;
use std::fs;
use std::process;
use std::sync::OnceLock;

use crate::model::{KeyValue, Resource, find};

/// The service name while nobody says another: SGLang's.
pub const DEFAULT_SERVICE_NAME: &str = "sglang";

impl Resource {
    /// Describes this process, with the attributes of OpenTelemetry's conventions: `service.name` (`service_name`,
    /// else `OTEL_SERVICE_NAME`, else `sglang`), those of `OTEL_RESOURCE_ATTRIBUTES`, and what can be found out.
    pub fn detect(service_name: Option<&str>) -> Self {
        let mut resource = Self::default();
        let from_env = env::var("OTEL_SERVICE_NAME").ok().filter(|n| !n.is_empty());
        if let Some(name) = service_name.map(str::to_owned).or(from_env) {
            resource.set_default("service.name", name);
        }
        let attributes = env::var("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
        for (key, value) in parse_attributes(&attributes) {
            resource.set_default(&key, value);
        }
        resource.set_default("service.name", DEFAULT_SERVICE_NAME.to_owned());
        resource.set_default("service.instance.id", instance_id());
        if let Some(host) = host_name() {
            resource.set_default("host.name", host);
        }
        if find(&resource.attributes, "process.pid").is_none() {
            let pid = KeyValue::new("process.pid", i64::from(process::id()));
            resource.attributes.push(pid);
        }
        resource.set_default("telemetry.sdk.language", "rust".to_owned());
        resource.set_default("telemetry.sdk.name", "mooncake-trace".to_owned());
        resource.set_default(
            "telemetry.sdk.version",
            env!("CARGO_PKG_VERSION").to_owned(),
        );
        resource
    }

    fn set_default(&mut self, key: &str, value: String) {
        if find(&self.attributes, key).is_none() {
            self.attributes.push(KeyValue::new(key, value));
        }
    }
}

/// `key=value,key=value`, values percent-encoded; what does not look so is left out.
fn parse_attributes(text: &str) -> impl Iterator<Item = (String, String)> {
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    let decoded = pairs.map(|(k, v)| (percent_decode(k.trim()), percent_decode(v.trim())));
    decoded.filter(|(k, _)| !k.is_empty())
}

pub(crate) fn percent_decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail.get(..2).and_then(|h| std::str::from_utf8(h).ok());
        let code = code
            .filter(|_| *first == b'%')
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        out.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A random UUID, one for each process: a fork gets its own.
fn instance_id() -> String {
    static ID: OnceLock<(u32, u128)> = OnceLock::new();
    let (pid, random) = *ID.get_or_init(|| {
        let mut bytes = [0; 16];
        // Without entropy the pid below still tells processes of a host apart.
        let _ = getrandom::fill(&mut bytes);
        (process::id(), u128::from_le_bytes(bytes))
    });
    let here = random ^ u128::from(pid ^ process::id());
    // Version 4, variant 1.
    let id = here & !(0xf << 76) & !(0xc << 60) | 4 << 76 | 8 << 60;
    let hex = format!("{id:032x}");
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}

fn host_name() -> Option<String> {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    Some(name.trim().to_owned()).filter(|n| !n.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_of_the_environment() {
        let text = "service.name=pd, a = b%20c ,broken,=x,%6b=100%,e=";
        let parsed: Vec<_> = parse_attributes(text).collect();
        let expected = [
            ("service.name", "pd"),
            ("a", "b c"),
            ("k", "100%"),
            ("e", ""),
        ];
        assert_eq!(parsed, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
    }

    #[test]
    fn the_instance_has_one_well_formed_id() {
        let id = instance_id();
        assert_eq!(id, instance_id());
        assert_eq!(id.len(), 36);
        assert_eq!(&id[14..15], "4");
        assert!("89ab".contains(&id[19..20]));
    }
}
