//! Days of the calendar, as Loki and others read them.

use super::parsed::{Grammar, Parsed};

/// A day like `2024-04-01`. Sorts by time.
pub type Day = Parsed<DayGrammar>;

/// The grammar of [`Day`].
pub enum DayGrammar {}

impl Grammar for DayGrammar {
    const FORMAT: &'static str = "bayplan.day";
    const CODE: &'static str = super::rules::INVALID_DAY.code;
    const WHAT: &'static str = "day";
    const PATTERN: &'static str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

    fn check(text: &str) -> Result<(), String> {
        let parts: Vec<&str> = text.split('-').collect();
        let number = |part: &str, digits: usize| {
            let fine = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
            fine.then(|| part.parse::<u32>().ok()).flatten()
        };
        let [year, month, day] = parts.as_slice() else { return Err(form()) };
        let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
            return Err(form());
        };
        if !(1..=12).contains(&month) {
            return Err(format!("there is no month {month}"));
        }
        let days = days_of(year, month);
        if !(1..=days).contains(&day) {
            return Err(format!("its month has the days 1 to {days}"));
        }
        Ok(())
    }
}

fn form() -> String {
    "it is not a year, a month and a day, like `2024-04-01`".to_owned()
}

fn days_of(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar() {
        for good in ["2024-04-01", "2024-02-29", "2000-02-29", "2025-12-31"] {
            assert!(Day::parse(good).is_ok(), "{good}");
        }
        for bad in
            ["", "2024", "2024-4-1", "2024-13-01", "2024-04-31", "2023-02-29", "1900-02-29", "2024-04-00", "+024-04-01"]
        {
            assert!(Day::parse(bad).is_err(), "{bad}");
        }
        assert!(Day::parse("2023-12-31").unwrap() < Day::parse("2024-01-01").unwrap());
    }
}
