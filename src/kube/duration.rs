//! Durations as Loki and Prometheus read them.

use std::cmp::Ordering;

use super::parsed::{Grammar, Parsed};

/// A duration like `7d` or `1h30m`: years, weeks, days, hours, minutes, seconds and milliseconds in this order, each at
/// most once. A year has 365 days.
///
/// See `ParseDuration` in <https://github.com/prometheus/common/blob/main/model/time.go>.
pub type Duration = Parsed<DurationGrammar>;

/// The grammar of [`Duration`].
pub enum DurationGrammar {}

/// The units in the order in which they may follow each other, in milliseconds.
const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

/// The longest duration: its nanoseconds fit into 63 bits.
const LONGEST: u64 = i64::MAX.unsigned_abs() / 1_000_000;

impl Duration {
    /// Returns the whole seconds.
    #[must_use]
    pub fn seconds(&self) -> u64 {
        self.milliseconds() / 1000
    }

    /// Returns the milliseconds.
    #[must_use]
    pub fn milliseconds(&self) -> u64 {
        milliseconds(self.as_str()).expect("the text was checked when it was read")
    }

    /// Returns it as Go's own reader takes it, which knows no unit longer than an hour.
    ///
    /// See `ParseDuration` in <https://pkg.go.dev/time#ParseDuration>.
    #[must_use]
    pub fn in_go(&self) -> String {
        let milliseconds = self.milliseconds();
        let (unit, length) = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)]
            .into_iter()
            .find(|(_, length)| milliseconds.is_multiple_of(*length))
            .expect("every number divides by one");
        format!("{}{unit}", milliseconds / length)
    }
}

impl Grammar for DurationGrammar {
    const FORMAT: &'static str = "bayplan.duration";
    const CODE: &'static str = super::rules::INVALID_DURATION.code;
    const WHAT: &'static str = "duration";
    const PATTERN: &'static str = "^(0|([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$";

    fn check(text: &str) -> Result<(), String> {
        milliseconds(text).map(|_| ())
    }

    fn order(one: &str, other: &str) -> Ordering {
        milliseconds(one).cmp(&milliseconds(other))
    }
}

fn milliseconds(text: &str) -> Result<u64, String> {
    if text == "0" {
        return Ok(0);
    }
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    let too_long = || "it is longer than 292 years".to_owned();
    let (mut rest, mut sum, mut units) = (text, 0u64, UNITS.as_slice());
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        let (number, tail) = rest.split_at(digits);
        let unit = &tail[..tail.find(|letter: char| letter.is_ascii_digit()).unwrap_or(tail.len())];
        let position = units.iter().position(|(name, _)| *name == unit);
        let (false, Some(position)) = (number.is_empty(), position) else {
            return Err(
                "it is not whole numbers with the units y, w, d, h, m, s, ms in this order, like `7d`".to_owned()
            );
        };
        let number: u64 = number.parse().map_err(|_| too_long())?;
        let part = number.checked_mul(units[position].1).ok_or_else(too_long)?;
        sum = sum.checked_add(part).filter(|&sum| sum <= LONGEST).ok_or_else(too_long)?;
        units = &units[position + 1..];
        rest = &tail[unit.len()..];
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_seconds() {
        for (text, seconds) in
            [("7d", 604_800), ("1h30m", 5400), ("168h", 604_800), ("0", 0), ("1s500ms", 1), ("1y", 31_536_000)]
        {
            assert_eq!(Duration::parse(text).unwrap().seconds(), seconds, "{text}");
        }
        assert_eq!(Duration::parse("7d"), Duration::parse("168h"));
        assert!(Duration::parse("23h").unwrap() < Duration::parse("1d").unwrap());
    }

    #[test]
    fn go_knows_no_days() {
        for (text, go) in [("7d", "168h"), ("1h30m", "90m"), ("1m1s", "61s"), ("1s500ms", "1500ms"), ("0", "0h")] {
            assert_eq!(Duration::parse(text).unwrap().in_go(), go, "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for bad in ["", "7", "d", "1.5h", "1m1h", "1d1d", "-1d", "7 d", "7D", "999999999999999999999d", "293y"] {
            assert!(Duration::parse(bad).is_err(), "{bad}");
        }
    }
}
