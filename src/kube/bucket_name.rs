//! Names of S3 buckets.

use super::name::{is_label_letter, nearest_name, shown};
use super::parsed::{Grammar, Parsed};

/// The name of an S3 bucket.
///
/// See <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>.
pub type BucketName = Parsed<BucketNameGrammar>;

/// The grammar of [`BucketName`].
pub enum BucketNameGrammar {}

impl Grammar for BucketNameGrammar {
    const FORMAT: &'static str = "bayplan.bucket-name";
    const CODE: &'static str = super::rules::INVALID_BUCKET_NAME.code;
    const WHAT: &'static str = "name of a bucket";
    const PATTERN: &'static str = "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$";

    fn check(text: &str) -> Result<(), String> {
        if let Some(letter) = text.chars().find(|&letter| letter != '.' && !is_label_letter(letter)) {
            return Err(format!("it may hold lower-case letters, digits, `-` and `.` only, not {}", shown(letter)));
        }
        if !(3..=63).contains(&text.len()) {
            return Err(format!("it has {} characters, 3 to 63 are allowed", text.len()));
        }
        if text.starts_with(['-', '.']) || text.ends_with(['-', '.']) {
            return Err("it must begin and end with a letter or digit".to_owned());
        }
        if text.contains("..") {
            return Err("it may not hold `..`".to_owned());
        }
        if text.parse::<std::net::Ipv4Addr>().is_ok() {
            return Err("it has the form of an IP address".to_owned());
        }
        for prefix in ["xn--", "sthree-"] {
            if text.starts_with(prefix) {
                return Err(format!("names that begin with `{prefix}` are reserved"));
            }
        }
        if text.ends_with("-s3alias") {
            return Err("names that end with `-s3alias` are reserved".to_owned());
        }
        Ok(())
    }

    fn nearest(text: &str) -> Option<String> {
        nearest_name::<Self>(text, |letter| letter == '_' || letter == ' ')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_follow_the_rules_of_s3() {
        for good in ["abc", "loki-chunks", "a.b", "1.2.3", &"a".repeat(63)] {
            assert!(BucketName::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "ab",
            "Loki",
            "a_b",
            "-abc",
            "abc.",
            "a..b",
            "10.0.0.1",
            "xn--abc",
            "sthree-abc",
            "abc-s3alias",
            &"a".repeat(64),
        ] {
            assert!(BucketName::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(BucketNameGrammar::nearest("Loki_Chunks").as_deref(), Some("loki-chunks"));
    }
}
