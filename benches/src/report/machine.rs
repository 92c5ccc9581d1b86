//! Where and with what the figures were taken.

use std::fmt::Write;
use std::fs;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// The packages that are compared, as Cargo.lock has them.
const PACKAGES: [&str; 10] = [
    "mooncake-trace",
    "fastrace",
    "fastrace-opentelemetry",
    "tracing",
    "tracing-subscriber",
    "tracing-opentelemetry",
    "opentelemetry",
    "opentelemetry_sdk",
    "opentelemetry-otlp",
    "prost",
];

pub(super) fn describe() -> String {
    let mut text = String::new();
    let _ = writeln!(text, "- date: {}", today());
    let _ = writeln!(
        text,
        "- machine: {}, {} processors, {}, {}",
        line_of("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned()),
        std::thread::available_parallelism().map_or(0, usize::from),
        std::env::consts::ARCH,
        said_by("uname", "-sr"),
    );
    let _ = writeln!(
        text,
        "- compiler: {}; release profile of this workspace",
        said_by("rustc", "--version")
    );
    let _ = writeln!(text, "- versions: {}", versions());
    text
}

fn line_of(file: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn said_by(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output();
    output.map_or_else(
        |_| "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

fn versions() -> String {
    let lock = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock"))
        .unwrap_or_default();
    let version = |package: &str| {
        let rest = lock
            .split_once(&format!("name = \"{package}\"\nversion = \""))?
            .1;
        Some(rest.split_once('"')?.0)
    };
    let known: Vec<_> = PACKAGES
        .iter()
        .filter_map(|package| Some(format!("{package} {}", version(package)?)))
        .collect();
    known.join(", ")
}

/// The date in UTC.
fn today() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    date(now.map_or(0, |since| since.as_secs()))
}

/// Year-month-day of seconds since 1970 (civil-from-days, proleptic Gregorian calendar).
fn date(seconds: u64) -> String {
    let days = (seconds / 86_400) as i64 + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn dates_follow_the_calendar() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(951_782_400), "2000-02-29");
        assert_eq!(date(1_735_689_599), "2024-12-31");
    }
}
