//! Numbers as people read them: three digits and a unit.

/// `1.23 ms`
pub(super) fn duration(ns: u64) -> String {
    scaled(ns as f64, 1000.0, &["ns", "µs", "ms", "s"])
}

/// `1.23 GB/s`
pub(super) fn rate(bytes: u64, ns: u64) -> String {
    let per_second = bytes as f64 * 1e9 / ns.max(1) as f64;
    scaled(per_second, 1000.0, &["B/s", "kB/s", "MB/s", "GB/s", "TB/s"])
}

/// `1.23 MB`
pub(super) fn bytes(bytes: u64) -> String {
    scaled(bytes as f64, 1000.0, &["B", "kB", "MB", "GB", "TB"])
}

fn scaled(mut value: f64, step: f64, units: &[&str]) -> String {
    let mut unit = 0;
    // 999.5 would be rounded to 1000 with three digits.
    while value >= step - 0.5 && unit + 1 < units.len() {
        value /= step;
        unit += 1;
    }
    let digits = match value {
        _ if unit == 0 => 0,
        v if v < 9.995 => 2,
        v if v < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.digits$} {}", units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_and_a_unit() {
        let cases = [
            (0, "0 ns"),
            (999, "999 ns"),
            (1000, "1.00 µs"),
            (12_345, "12.3 µs"),
            (999_949, "1.00 ms"),
            (1_234_000_000, "1.23 s"),
            (75_000_000_000, "75.0 s"),
        ];
        for (ns, text) in cases {
            assert_eq!(duration(ns), text);
        }
        assert_eq!(rate(8 << 20, 1_000_000), "8.39 GB/s");
        assert_eq!(bytes(1 << 20), "1.05 MB");
    }
}
