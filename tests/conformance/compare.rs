//! The first difference between what a vector expects and what a replay left behind.

use crate::json::Json;

/// Says where `actual` is not what was expected; nothing if it is. The order of members does not count.
pub(crate) fn first_difference(path: &str, expected: &Json, actual: &Json) -> Option<String> {
    match (expected, actual) {
        (Json::Object(expected), Json::Object(_)) => members(path, expected, actual),
        (Json::Array(expected), Json::Array(actual)) => items(path, expected, actual),
        _ if same(expected, actual) => None,
        _ => Some(format!("{path}: expected {expected}, got {actual}")),
    }
}

fn members(path: &str, expected: &[(String, Json)], actual: &Json) -> Option<String> {
    for (key, value) in expected {
        let path = format!("{path}.{key}");
        let difference = match actual.get(key) {
            Some(actual) => first_difference(&path, value, actual),
            None => Some(format!("{path}: expected {value}, got nothing")),
        };
        if difference.is_some() {
            return difference;
        }
    }
    let Json::Object(actual) = actual else {
        return None;
    };
    let known = |key: &String| expected.iter().any(|(k, _)| k == key);
    let (key, value) = actual.iter().find(|(key, _)| !known(key))?;
    Some(format!("{path}.{key}: expected nothing, got {value}"))
}

fn items(path: &str, expected: &[Json], actual: &[Json]) -> Option<String> {
    let differing = expected
        .iter()
        .zip(actual)
        .enumerate()
        .find_map(|(i, (expected, actual))| {
            first_difference(&format!("{path}[{i}]"), expected, actual)
        });
    let n = expected.len().min(actual.len());
    differing.or_else(|| match (expected.get(n), actual.get(n)) {
        (Some(missing), _) => Some(format!("{path}[{n}]: expected {missing}, got nothing")),
        (_, Some(extra)) => Some(format!("{path}[{n}]: expected nothing, got {extra}")),
        _ => None,
    })
}

fn same(expected: &Json, actual: &Json) -> bool {
    match (expected, actual) {
        (Json::Null, Json::Null) => true,
        (Json::Bool(a), Json::Bool(b)) => a == b,
        (Json::Int(a), Json::Int(b)) => a == b,
        (Json::Float(a), Json::Float(b)) => a.to_bits() == b.to_bits(),
        (Json::Str(a), Json::Str(b)) => a == b,
        _ => false,
    }
}
