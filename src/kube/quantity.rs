//! Quantities: amounts of storage, memory and processors.

use std::cmp::Ordering;

use super::parsed::{Grammar, Parsed};

/// An amount like `50Gi`, `500m`, `1e3` or `5`. Equal and ordered by amount, written as it was read.
///
/// See <https://pkg.go.dev/k8s.io/apimachinery/pkg/api/resource#Quantity>: like there, an amount is rounded up to
/// billionths and capped at 2^63 - 1.
pub type Quantity = Parsed<QuantityGrammar>;

/// The grammar of [`Quantity`].
pub enum QuantityGrammar {}

/// One, in the unit in which amounts are counted.
const ONE: i128 = 1_000_000_000;
/// The largest amount.
const LARGEST: i128 = i64::MAX as i128 * ONE;
/// The suffixes with their factor: a power of ten or, as the second number, of two.
const SUFFIXES: [(&str, i32, u32); 16] = [
    ("", 0, 0),
    ("n", -9, 0),
    ("u", -6, 0),
    ("m", -3, 0),
    ("k", 3, 0),
    ("M", 6, 0),
    ("G", 9, 0),
    ("T", 12, 0),
    ("P", 15, 0),
    ("E", 18, 0),
    ("Ki", 0, 10),
    ("Mi", 0, 20),
    ("Gi", 0, 30),
    ("Ti", 0, 40),
    ("Pi", 0, 50),
    ("Ei", 0, 60),
];

impl Quantity {
    /// Returns the amount in billionths.
    #[must_use]
    pub fn billionths(&self) -> i128 {
        billionths(self.as_str()).expect("the text was checked when it was read")
    }

    /// Returns the amount in whole bytes, rounded up, or nothing if it is negative.
    #[must_use]
    pub fn bytes(&self) -> Option<u128> {
        u128::try_from(self.billionths()).ok().map(|amount| amount.div_ceil(ONE.unsigned_abs()))
    }

    /// Whether it is more than nothing.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        self.billionths() > 0
    }
}

impl Grammar for QuantityGrammar {
    const FORMAT: &'static str = "bayplan.quantity";
    const CODE: &'static str = super::rules::INVALID_QUANTITY.code;
    const WHAT: &'static str = "quantity";
    const PATTERN: &'static str = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$";
    const NUMBERS: bool = true;

    fn check(text: &str) -> Result<(), String> {
        billionths(text).map(|_| ())
    }

    fn nearest(text: &str) -> Option<String> {
        let compact: String = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '_').collect();
        let at = compact.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(compact.len());
        let (number, suffix) = compact.split_at(at);
        let unit = suffix.strip_suffix(['b', 'B']).unwrap_or(suffix);
        let known = SUFFIXES.iter().find(|(name, ..)| *name == unit);
        let (unit, ..) = known.or_else(|| SUFFIXES.iter().find(|(name, ..)| name.eq_ignore_ascii_case(unit)))?;
        let nearest = format!("{number}{unit}");
        Self::check(&nearest).is_ok().then_some(nearest)
    }

    fn order(one: &str, other: &str) -> Ordering {
        billionths(one).cmp(&billionths(other))
    }
}

fn billionths(text: &str) -> Result<i128, String> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let number =
        unsigned.len() - unsigned.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.').len();
    let (number, suffix) = unsigned.split_at(number);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.contains('.') || whole.len() + fraction.len() == 0 {
        return Err("it does not begin with a number".to_owned());
    }
    let (ten, two) =
        factor(suffix).ok_or("its suffix must be one of k M G T P E, Ki Mi Gi Ti Pi Ei, m u n, or an exponent")?;
    let amount = scale(whole, fraction, ten.saturating_add(9), two);
    Ok(if negative { -amount } else { amount })
}

/// Returns the powers of ten and of two that `suffix` stands for.
fn factor(suffix: &str) -> Option<(i32, u32)> {
    if let Some((_, ten, two)) = SUFFIXES.iter().find(|(name, ..)| *name == suffix) {
        return Some((*ten, *two));
    }
    let exponent: i64 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    // Beyond this everything is 0 or capped.
    Some((i32::try_from(exponent.clamp(-9999, 9999)).expect("it was clamped"), 0))
}

/// Returns `whole.fraction` × 10^`ten` × 2^`two`, rounded up and capped.
fn scale(whole: &str, fraction: &str, ten: i32, two: u32) -> i128 {
    // 20 decimals are more than the suffix `Ei` and billionths can tell apart; what is behind them only rounds up.
    let (kept, dropped) = fraction.split_at(fraction.len().min(20));
    let rest = i128::from(dropped.bytes().any(|digit| digit != b'0'));
    let digits = format!("{whole}{kept}");
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return rest;
    }
    let exponent = ten.saturating_sub(i32::try_from(kept.len()).expect("at most 20 digits are kept"));
    let capped = || -> Option<i128> {
        let mantissa = digits.parse::<i128>().ok()?.checked_add(rest)?.checked_mul(1i128 << two)?;
        if exponent < 0 {
            let divisor = 10i128.checked_pow(exponent.unsigned_abs());
            return Some(divisor.map_or(1, |divisor| mantissa / divisor + i128::from(mantissa % divisor != 0)));
        }
        mantissa.checked_mul(10i128.checked_pow(exponent.unsigned_abs())?)
    };
    capped().unwrap_or(LARGEST).min(LARGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn bytes(text: &str) -> Option<u128> {
        Quantity::parse(text).unwrap().bytes()
    }

    #[test]
    fn amounts_are_exact() {
        assert_eq!(bytes("50Gi"), Some(53_687_091_200));
        assert_eq!(bytes("1.5Ki"), Some(1536));
        assert_eq!(bytes("1500m"), Some(2));
        assert_eq!(bytes("1e3"), Some(1000));
        assert_eq!(bytes("1E"), Some(1_000_000_000_000_000_000));
        assert_eq!(bytes("1E-1"), Some(1));
        assert_eq!(bytes("0.1n"), Some(1));
        assert_eq!(bytes("-1"), None);
        assert_eq!(bytes("5."), Some(5));
        assert_eq!(bytes(".5k"), Some(500));
        assert_eq!(bytes("0e999999"), Some(0));
        assert_eq!(bytes("1e999999"), Some(i64::MAX as u128));
        assert_eq!(bytes("16Ei"), Some(i64::MAX as u128));
        assert_eq!(bytes("1e-999999"), Some(1));
        assert_eq!(bytes(&format!("0.{}1", "0".repeat(50))), Some(1));
        assert_eq!(bytes("9".repeat(60).as_str()), Some(i64::MAX as u128));
    }

    #[test]
    fn order_is_by_amount() {
        let read = |text| Quantity::parse(text).unwrap();
        assert_eq!(read("1Gi"), read("1024Mi"));
        assert!(read("1G") < read("1Gi"));
        assert!(read("-1") < read("0"));
        assert!(read("1n").is_positive());
        assert!(!read("0Gi").is_positive());
    }

    #[test]
    fn other_texts_are_refused() {
        for bad in
            ["", "Gi", "50GB", "50 Gi", "1Kb", "1K", "1ki", "1e", "1e1.5", "1.2.3", ".", "--1", "0x10", "1,5", "１"]
        {
            assert!(Quantity::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(QuantityGrammar::nearest("50GB").as_deref(), Some("50G"));
        assert_eq!(QuantityGrammar::nearest("50 gi").as_deref(), Some("50Gi"));
        assert_eq!(QuantityGrammar::nearest("lots"), None);
    }
}
