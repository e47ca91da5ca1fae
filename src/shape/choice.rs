//! Alternatives: which of them was meant, and what is wrong with that one.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::facets::{Choice, Facets};
use super::map::listed;
use super::place::Place;
use super::rules;
use super::walk::{Walk, expectation, has_type};
use crate::diagnostic::{Diagnostic, nearest};
use crate::value::Value;

/// An alternative with what it says about the value.
struct Branch<'schema> {
    facets: Facets<'schema>,
    findings: Vec<Diagnostic>,
}

impl<'schema> Walk<'_, 'schema> {
    pub(super) fn choice(
        &mut self,
        value: &Value,
        choice: &Choice<'schema>,
        outer: &Facets<'schema>,
        place: &Place<'_>,
    ) {
        // An alternative that is only itself again fits nothing.
        let Some(inside) = place.in_choice() else { return self.wrong(value, "another value", place) };
        let partial = self.partial || outer.property_names().next().is_some();
        let mut branches: Vec<Branch<'schema>> = choice
            .branches
            .iter()
            .map(|schema| {
                let mut findings = Vec::new();
                Walk { root: self.root, report: &mut findings, partial }.value(value, schema, &inside);
                Branch { facets: Facets::of(self.root, schema), findings }
            })
            .collect();
        match branches.iter().filter(|branch| branch.findings.is_empty()).count() {
            0 => {}
            1 => return,
            _ if !choice.exclusive => return,
            _ => return self.too_many(value, &branches, place),
        }

        if let Some(allowed) = branches.iter().map(|branch| branch.facets.allowed()).collect::<Option<Vec<_>>>() {
            return self.one_of(value, &allowed.concat(), place);
        }
        let fits_type =
            |branch: &Branch| branch.facets.types().all(|types| types.iter().any(|name| has_type(value, name)));
        if !branches.iter().any(fits_type) {
            let types: Vec<_> = branches.iter().flat_map(|branch| branch.facets.types().flatten()).collect();
            return self.wrong(value, &expectation(&types), place);
        }
        branches.retain(fits_type);
        if branches.len() > 1 && value.as_map().is_some() {
            if let Some(tag) = tag(&branches) {
                return self.tagged(value, tag, branches, place);
            }
            if branches.iter().all(|branch| branch.facets.required().next().is_some()) {
                return self.by_required(value, branches, place);
            }
        }
        if let Some(best) = branches.into_iter().min_by_key(|branch| branch.findings.len()) {
            self.report.extend(best.findings);
        }
    }

    /// Alternatives that are told apart by the value of one field.
    fn tagged(&mut self, value: &Value, tag: &str, branches: Vec<Branch<'schema>>, place: &Place<'_>) {
        let Some(entry) = value.as_map().and_then(|map| map.entry(tag)).filter(|entry| !entry.value.is_null()) else {
            return self.missing_field(value, tag, place);
        };
        let written = entry.value.to_json();
        let mut allowed = Vec::new();
        for branch in branches {
            let own = tag_values(&branch.facets, tag);
            if own.contains(&&written) {
                self.report.extend(branch.findings);
                return;
            }
            allowed.extend(own);
        }
        self.one_of(&entry.value, &allowed, &place.key(value, tag, entry.key_span));
    }

    /// Alternatives that are told apart by the fields they require: the one whose fields are there was meant.
    fn by_required(&mut self, value: &Value, branches: Vec<Branch<'schema>>, place: &Place<'_>) {
        let has = |name: &str| value.get(name).is_some();
        let names: BTreeSet<_> = branches.iter().flat_map(|branch| branch.facets.required()).collect();
        let mut meant: Vec<_> = branches.into_iter().filter(|branch| branch.facets.required().any(has)).collect();
        if !meant.is_empty() {
            meant.sort_by_key(|branch| branch.findings.len());
            self.report.extend(meant.swap_remove(0).findings);
            return;
        }
        let at = place.shown().map(|at| format!(" in {at}")).unwrap_or_default();
        let message = format!("missing field{at}: one of {}", listed(names.iter().copied()));
        let near = value.as_map().into_iter().flatten().find_map(|entry| nearest(&entry.key, names.iter().copied()));
        let help = near.map_or_else(|| "add one of them".to_owned(), |near| format!("did you mean `{near}`?"));
        let diagnostic = rules::MISSING_FIELD.found(message).help(help);
        self.refuse(place.at_head(diagnostic, value, "one of the fields is missing"));
    }

    fn too_many(&mut self, value: &Value, branches: &[Branch<'schema>], place: &Place<'_>) {
        let fitting = branches.iter().filter(|branch| branch.findings.is_empty());
        let names: BTreeSet<_> = fitting.flat_map(|branch| branch.facets.required()).collect();
        let at = place.shown().unwrap_or_else(|| "the value".to_owned());
        let message = if names.len() > 1 {
            format!("only one of {} may be set in {at}", listed(names.iter().copied()))
        } else {
            format!("{at} fits several alternatives, but only one may be chosen")
        };
        let diagnostic = rules::TOO_MANY_CHOICES.found(message);
        let diagnostic = place.at_head(diagnostic, value, "too many choices");
        self.refuse(diagnostic);
    }
}

/// Returns the field whose `const` or `enum` tells the alternatives apart.
fn tag<'schema>(branches: &[Branch<'schema>]) -> Option<&'schema str> {
    let (first, others) = branches.split_first()?;
    first
        .facets
        .property_names()
        .find(|name| [first].into_iter().chain(others).all(|branch| !tag_values(&branch.facets, name).is_empty()))
}

/// Returns the values that the field `tag` of an alternative can have.
fn tag_values<'schema>(facets: &Facets<'schema>, tag: &str) -> Vec<&'schema Json> {
    let schemas = facets.property(tag).filter_map(Json::as_object);
    schemas
        .flat_map(|schema| {
            let listed = schema.get("enum").and_then(Json::as_array).into_iter().flatten();
            schema.get("const").into_iter().chain(listed)
        })
        .collect()
}
