//! All schemas that one value must fit at once: `$ref` and `allOf` followed, alternatives kept apart.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

/// A JSON Schema that is not just `true` or `false`.
pub(super) type Facet<'schema> = &'schema Map<String, Json>;

/// What one value must fit.
#[derive(Default)]
pub(super) struct Facets<'schema> {
    /// Each of these.
    pub(super) all: Vec<Facet<'schema>>,
    /// One alternative of each of these.
    pub(super) choices: Vec<Choice<'schema>>,
    /// Nothing fits.
    pub(super) never: bool,
}

/// Alternatives, the one for `null` left out.
pub(super) struct Choice<'schema> {
    /// Whether only one may fit.
    pub(super) exclusive: bool,
    /// The alternatives.
    pub(super) branches: Vec<&'schema Json>,
}

impl<'schema> Facets<'schema> {
    /// Returns all that `schema` says, with references into `root`.
    pub(super) fn of(root: &'schema Json, schema: &'schema Json) -> Self {
        let mut facets = Self::default();
        facets.collect(root, schema);
        facets
    }

    fn collect(&mut self, root: &'schema Json, schema: &'schema Json) {
        let Json::Object(facet) = schema else {
            self.never |= *schema == Json::Bool(false);
            return;
        };
        // The same schema again says nothing new: references in a circle end here.
        if self.all.iter().any(|known| std::ptr::eq(*known, facet)) {
            return;
        }
        self.all.push(facet);
        if let Some(target) = facet.get("$ref").and_then(Json::as_str).and_then(|reference| resolve(root, reference)) {
            self.collect(root, target);
        }
        for part in array(facet, "allOf") {
            self.collect(root, part);
        }
        for (keyword, exclusive) in [("anyOf", false), ("oneOf", true)] {
            // `x-kubernetes-int-or-string` says the same as the `anyOf` beside it.
            if array(facet, keyword).is_empty() || (!exclusive && is_set(facet, "x-kubernetes-int-or-string")) {
                continue;
            }
            let is_null = |branch: &&Json| branch.get("type").is_some_and(|name| name == "null");
            let branches: Vec<_> = array(facet, keyword).iter().filter(|branch| !is_null(branch)).collect();
            match branches.as_slice() {
                [only] => self.collect(root, only),
                _ => self.choices.push(Choice { exclusive, branches }),
            }
        }
    }

    /// Returns the values of `keyword` in all facets.
    pub(super) fn values(&self, keyword: &'static str) -> impl Iterator<Item = &'schema Json> {
        self.all.iter().filter_map(move |facet| facet.get(keyword))
    }

    /// Whether one facet sets `keyword` to `true`.
    pub(super) fn is_set(&self, keyword: &str) -> bool {
        self.all.iter().any(|facet| is_set(facet, keyword))
    }

    /// Returns the schemas of the property `name`.
    pub(super) fn property(&self, name: &str) -> impl Iterator<Item = &'schema Json> {
        self.values("properties").filter_map(move |properties| properties.get(name))
    }

    /// Returns the names of all properties.
    pub(super) fn property_names(&self) -> impl Iterator<Item = &'schema str> {
        self.values("properties").filter_map(Json::as_object).flat_map(|map| map.keys().map(String::as_str))
    }

    /// Returns the names of all required properties.
    pub(super) fn required(&self) -> impl Iterator<Item = &'schema str> {
        self.values("required").filter_map(Json::as_array).flatten().filter_map(Json::as_str)
    }

    /// Returns the names of the types that each facet allows; a facet that allows all has no entry.
    pub(super) fn types(&self) -> impl Iterator<Item = Vec<&'schema str>> {
        self.all.iter().filter_map(|facet| match facet.get("type") {
            Some(Json::String(name)) => Some(vec![name.as_str()]),
            Some(Json::Array(names)) => Some(names.iter().filter_map(Json::as_str).collect()),
            _ => is_set(facet, "x-kubernetes-int-or-string").then(|| vec!["integer", "string"]),
        })
    }

    /// Returns the only values that `enum` or `const` allow, if they do.
    pub(super) fn allowed(&self) -> Option<Vec<&'schema Json>> {
        let single = self.values("const").map(|value| vec![value]);
        let listed = self.values("enum").filter_map(Json::as_array).map(|values| values.iter().collect());
        single.chain(listed).next()
    }
}

/// Returns the schemas of an array like `allOf`.
pub(super) fn array<'schema>(facet: Facet<'schema>, keyword: &str) -> &'schema [Json] {
    facet.get(keyword).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn is_set(facet: Facet<'_>, keyword: &str) -> bool {
    facet.get(keyword) == Some(&Json::Bool(true))
}

/// Returns what `#/definitions/Name` or another pointer into `root` refers to.
fn resolve<'schema>(root: &'schema Json, reference: &str) -> Option<&'schema Json> {
    reference.strip_prefix("#/").map_or_else(
        || (reference == "#").then_some(root),
        |path| path.split('/').try_fold(root, |part, step| part.get(unescape(step).as_ref())),
    )
}

/// Undoes the escapes of a JSON pointer inside a URI.
fn unescape(step: &str) -> Cow<'_, str> {
    if !step.contains(['~', '%']) {
        return Cow::Borrowed(step);
    }
    let mut bytes = Vec::new();
    let mut rest = step.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = (*first == b'%').then(|| tail.get(..2)).flatten();
        let decoded = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &tail[2..] } else { tail };
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).replace("~1", "/").replace("~0", "~"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_are_followed_once() {
        let root = json!({
            "definitions": { "a/b": { "$ref": "#/definitions/c%7E~0", "type": "object" }, "c~~": { "$ref": "#/definitions/a~1b" } },
            "$ref": "#/definitions/a~1b",
        });
        assert_eq!(Facets::of(&root, &root).all.len(), 3);
    }

    #[test]
    fn an_option_is_no_choice() {
        let root = json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] });
        let facets = Facets::of(&root, &root);
        assert!(facets.choices.is_empty());
        assert_eq!(facets.types().collect::<Vec<_>>(), [["string"]]);
    }
}
