//! Scalars: choices of values, bounds, lengths, and formats.

use serde_json::Value as Json;

use super::facets::Facets;
use super::map::listed;
use super::place::Place;
use super::rules;
use super::walk::{Walk, scalar_text};
use crate::diagnostic::{Diagnostic, nearest};
use crate::kube::{self, Format, quoted};
use crate::value::{Node, Value};

/// The pattern by which custom resources recognize a quantity begins so.
const QUANTITY_PATTERN: &str = r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)";

impl<'schema> Walk<'_, 'schema> {
    pub(super) fn scalar(&mut self, value: &Value, facets: &Facets<'schema>, place: &Place<'_>) {
        if let Some(allowed) = facets.allowed() {
            self.one_of(value, &allowed, place);
        }
        match &value.node {
            Node::Int(number) => self.bounds(value, &Number::Int(*number), facets, place),
            Node::Float(text) => {
                if let Ok(number) = text.parse() {
                    self.bounds(value, &Number::Float(number), facets, place);
                }
            }
            Node::String(text) => self.length(value, text.chars().count(), facets, place),
            Node::Null | Node::Bool(_) | Node::List(_) | Node::Map(_) => {}
        }
        let Some(text) = scalar_text(value) else { return };
        let named = facets.values("format").filter_map(Json::as_str).filter_map(kube::format);
        let is_quantity = |pattern: &str| pattern.starts_with(QUANTITY_PATTERN);
        let quantity = facets.values("pattern").filter_map(Json::as_str).any(is_quantity);
        let quantity = quantity.then(|| kube::format("bayplan.quantity")).flatten();
        // The first is enough: a property with several formats gets narrower ones.
        if let Some((format, reason)) =
            named.chain(quantity).find_map(|format| (format.check)(&text).err().map(|reason| (format, reason)))
        {
            self.bad_format(value, &text, format, &reason, place);
        }
    }

    /// Checks that `value` is one of `allowed`.
    pub(super) fn one_of(&mut self, value: &Value, allowed: &[&Json], place: &Place<'_>) {
        if allowed.contains(&&value.to_json()) {
            return;
        }
        let at = place.shown().map(|at| format!(" for {at}")).unwrap_or_default();
        let names: Vec<_> = allowed
            .iter()
            .filter(|one| !one.is_null())
            .map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned))
            .collect();
        let shown = scalar_text(value).filter(|_| !place.is_secret(value));
        let message = match &shown {
            Some(text) => format!("unknown value {}{at}", quoted(text)),
            None => format!("unknown value{at}"),
        };
        let choices = listed(names.iter().map(String::as_str));
        let help = match shown.as_deref().and_then(|text| nearest(text, names.iter().map(String::as_str))) {
            Some(near) if names.len() > 1 => format!("did you mean `{near}`? possible are {choices}"),
            _ if names.len() > 1 => format!("use one of {choices}"),
            _ => format!("use {choices}"),
        };
        let diagnostic = rules::UNKNOWN_VALUE.found(message).help(help);
        self.refuse(place.at_value(diagnostic, value, "unknown value"));
    }

    fn bounds(&mut self, value: &Value, number: &Number, facets: &Facets<'schema>, place: &Place<'_>) {
        // Whoever reads it into such a number fails, before he looks at any bound.
        let too_long =
            |number: i64| i32::try_from(number).is_err() && facets.values("format").any(|name| name == "int32");
        if matches!(number, Number::Int(number) if too_long(*number)) {
            return self.wrong(value, "an integer of 32 bits", place);
        }
        for facet in &facets.all {
            let bound = |keyword: &str| facet.get(keyword).and_then(Json::as_number);
            // Draft 4, which custom resources use, has a boolean there.
            let is_open = |keyword: &str| facet.get(keyword) == Some(&Json::Bool(true));
            let least = |limit: &serde_json::Number, open: bool| match number.cmp(limit) {
                Some(order) if order.is_lt() || (open && order.is_eq()) => {
                    Some(format!("{} {}", if open { "greater than" } else { "at least" }, plain(limit)))
                }
                _ => None,
            };
            let most = |limit: &serde_json::Number, open: bool| match number.cmp(limit) {
                Some(order) if order.is_gt() || (open && order.is_eq()) => {
                    Some(format!("{} {}", if open { "less than" } else { "at most" }, plain(limit)))
                }
                _ => None,
            };
            let format = facet.get("format").and_then(Json::as_str).and_then(integer_bounds);
            let broken = bound("minimum")
                .and_then(|limit| least(limit, is_open("exclusiveMinimum")))
                .or_else(|| bound("exclusiveMinimum").and_then(|limit| least(limit, true)))
                .or_else(|| bound("maximum").and_then(|limit| most(limit, is_open("exclusiveMaximum"))))
                .or_else(|| bound("exclusiveMaximum").and_then(|limit| most(limit, true)))
                .or_else(|| least(&format.as_ref()?.0, false))
                .or_else(|| most(&format.as_ref()?.1, false));
            if let Some(limit) = broken {
                return self.out_of_range(value, &limit, place);
            }
        }
    }

    fn length(&mut self, value: &Value, length: usize, facets: &Facets<'schema>, place: &Place<'_>) {
        for facet in &facets.all {
            let bound = |keyword: &str| facet.get(keyword).and_then(Json::as_u64);
            match (bound("minLength"), bound("maxLength")) {
                (Some(least), _) if (length as u64) < least => {
                    return self.out_of_range(value, &format!("at least {least} characters long"), place);
                }
                (_, Some(most)) if (length as u64) > most => {
                    return self.out_of_range(value, &format!("at most {most} characters long"), place);
                }
                _ => {}
            }
        }
    }

    fn out_of_range(&mut self, value: &Value, limit: &str, place: &Place<'_>) {
        let shown = scalar_text(value).filter(|_| !place.is_secret(value)).map(|text| quoted(&text));
        let message = match (place.shown(), shown) {
            (Some(at), Some(shown)) => format!("{at} is {shown}, but must be {limit}"),
            (Some(at), None) => format!("{at} must be {limit}"),
            (None, Some(shown)) => format!("{shown} must be {limit}"),
            (None, None) => format!("the value must be {limit}"),
        };
        self.refuse(place.at_value(rules::OUT_OF_RANGE.plain(message), value, &format!("must be {limit}")));
    }

    fn bad_format(&mut self, value: &Value, text: &str, format: &Format, reason: &str, place: &Place<'_>) {
        let secret = place.is_secret(value);
        let shown = if secret { place.shown().unwrap_or_else(|| "the value".to_owned()) } else { quoted(text) };
        let message = format!("{shown} is no {}: {reason}", format.what);
        let mut diagnostic =
            place.at_value(Diagnostic::error(format.code, message), value, &format!("no {}", format.what));
        diagnostic.help = (format.nearest)(text).filter(|_| !secret).map(|near| format!("write {}", quoted(&near)));
        diagnostic.refused = format.refused;
        self.report.push(diagnostic);
    }
}

/// A number that can be compared with a bound exactly where both are integers.
enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    fn cmp(&self, limit: &serde_json::Number) -> Option<std::cmp::Ordering> {
        let exact =
            |limit: &serde_json::Number| limit.as_i64().map(i128::from).or_else(|| limit.as_u64().map(i128::from));
        match (self, exact(limit)) {
            (Self::Int(number), Some(limit)) => Some(i128::from(*number).cmp(&limit)),
            #[expect(clippy::cast_precision_loss, reason = "a bound with a fraction is never near 2^53")]
            (Self::Int(number), None) => (*number as f64).partial_cmp(&limit.as_f64()?),
            (Self::Float(number), _) => number.partial_cmp(&limit.as_f64()?),
        }
    }
}

/// Returns a bound as people write it: `65535`, where the schema has `65535.0`.
fn plain(limit: &serde_json::Number) -> String {
    let text = limit.to_string();
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Returns the bounds of a format of integers.
fn integer_bounds(format: &str) -> Option<(serde_json::Number, serde_json::Number)> {
    let (least, most): (i64, u64) = match format {
        "int8" => (i8::MIN.into(), 0x7f),
        "int16" => (i16::MIN.into(), 0x7fff),
        "uint8" => (0, u8::MAX.into()),
        "uint16" => (0, u16::MAX.into()),
        "uint32" => (0, u32::MAX.into()),
        "uint" | "uint64" => (0, u64::MAX),
        _ => return None,
    };
    Some((least.into(), most.into()))
}
