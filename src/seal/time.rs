//! A moment, as the format of SOPS and the validity of certificates have it.

use std::time::Duration;

use x509_cert::der::DateTime;

/// A moment to the second, between 1970 and 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Time(DateTime);

impl Time {
    /// Returns the moment so long after the beginning of 1970, or `None` where no calendar has it.
    #[must_use]
    pub fn after_1970(duration: Duration) -> Option<Self> {
        DateTime::from_unix_duration(Duration::from_secs(duration.as_secs())).ok().map(Self)
    }

    pub(super) fn of(time: DateTime) -> Self {
        Self(time)
    }

    /// Returns it as `2026-11-24T15:06:44Z`.
    pub(super) fn text(self) -> String {
        self.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_universal_time() {
        let text = |seconds| Time::after_1970(Duration::new(seconds, 999_999_999)).map(Time::text);
        assert_eq!(text(0).unwrap(), "1970-01-01T00:00:00Z");
        assert_eq!(text(1_709_210_096).unwrap(), "2024-02-29T12:34:56Z");
        assert_eq!(text(u64::MAX), None);
    }
}
