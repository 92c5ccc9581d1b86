//! Headers that go with every export, as `OTEL_EXPORTER_OTLP_HEADERS` writes them.

use super::builder::OtlpConfigError;
use crate::resource::percent_decode;

/// Reads `key=value,key=value`, values percent-encoded (W3C baggage's form). Names come out in lower case.
pub(super) fn parse(text: &str) -> Result<Vec<(String, String)>, OtlpConfigError> {
    let pairs = text.split(',').map(str::trim).filter(|p| !p.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').ok_or_else(|| {
                // The value may be a secret: only the place is told.
                OtlpConfigError::new(
                    "cannot use the OTLP headers: expected name=value,name=value, found an entry without `=`",
                )
            })?;
            checked(name, &percent_decode(value.trim()))
        })
        .collect()
}

/// A header that HTTP allows.
pub(super) fn checked(name: &str, value: &str) -> Result<(String, String), OtlpConfigError> {
    let name = name.trim().to_ascii_lowercase();
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(OtlpConfigError::new(format!(
            "cannot use the OTLP header {name:?}: a name has letters, digits and hyphens"
        )));
    }
    if !value.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return Err(OtlpConfigError::new(format!(
            "cannot use the OTLP header {name:?}: its value has characters other than visible ASCII"
        )));
    }
    Ok((name, value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_decoded() {
        let headers = parse("Api-Key=secret%20one, x = 1=2 ,,y=").unwrap();
        let expected = [("api-key", "secret one"), ("x", "1=2"), ("y", "")];
        assert_eq!(headers, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
    }

    #[test]
    fn what_http_forbids_is_refused_without_telling_secrets() {
        for text in [
            "secret",
            "a b=secret",
            "=secret",
            "x=secret%0asecret",
            "x=secr%C3%A9t",
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
