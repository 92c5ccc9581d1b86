//! What gRPC says about failures: an HTTP response is `200 OK` all the same.

use http::HeaderMap;

const STATUS: &str = "grpc-status";
const MESSAGE: &str = "grpc-message";

/// The failure in the trailers, or in the headers of a response that has nothing else.
pub(crate) fn failure(headers: &HeaderMap) -> Option<String> {
    let status = headers.get(STATUS)?.to_str().ok().filter(|s| *s != "0")?;
    Some(match headers.get(MESSAGE) {
        Some(message) => format!("gRPC status {status}: {}", decoded(message.as_bytes())),
        None => format!("gRPC status {status}"),
    })
}

/// gRPC percent-encodes its messages.
fn decoded(message: &[u8]) -> String {
    let mut text = Vec::with_capacity(message.len());
    let mut rest = message;
    while let [first, tail @ ..] = rest {
        let (byte, tail) = match tail {
            [high, low, after @ ..] if *first == b'%' => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, after),
                _ => (*first, tail),
            },
            _ => (*first, tail),
        };
        text.push(byte);
        rest = tail;
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn digit(hex: u8) -> Option<u8> {
    char::from(hex)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn messages_are_decoded() {
        assert_eq!(decoded(b"try%20again%C3%a4"), "try again\u{e4}");
        assert_eq!(decoded(b"100%, %zz %4"), "100%, %zz %4");
    }
}
