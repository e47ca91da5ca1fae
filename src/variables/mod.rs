//! Variables: names to values, and `#{ expr }#` filled into scalars after parsing.

mod expression;
mod template;
mod toml;

pub(crate) use self::toml::SYNTAX as TOML_SYNTAX;
pub use self::toml::parse as parse_toml;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Rule, nearest};
use crate::source::Span;
use crate::value::{Entry, Map, Node, Origin, Value};

/// The rules of this module.
pub const RULES: &[Rule] =
    &[UNDEFINED, CYCLE, NOT_SNAKE_CASE, expression::FAILED, template::UNCLOSED, template::NOT_TEXT, IN_KEY, UNUSED];

const UNDEFINED: Rule = Rule::refusal(
    "variables/undefined",
    "an expression reads a variable that nobody sets",
    "A value that is not there would become an empty text in a manifest, which often deploys and then does the wrong thing.",
    "set the variable in cluster.yaml, correct its name, or give it a default: `#{ name | default('value') }#`",
);

const CYCLE: Rule = Rule::refusal(
    "variables/cycle",
    "a variable needs its own value",
    "Variables may be made of other variables, but following them must come to an end.",
    "give one of the variables in the circle a value of its own",
);

const NOT_SNAKE_CASE: Rule = Rule::refusal(
    "variables/not-snake-case",
    "a variable's name is no lower-case identifier",
    "Expressions can read only names made of lower-case letters, digits and `_`; with any other name the variable could never be used.",
    "write the name in snake_case",
);

const IN_KEY: Rule = Rule::refusal(
    "variables/expression-in-key",
    "an expression stands in a key",
    "Expressions are filled into values only; the key would reach the cluster with `#{` in it.",
    "write the key out, or let an expression be the whole map",
);

/// Told by the compile step, which alone knows what all clusters read.
pub(crate) const UNUSED: Rule = Rule::warning(
    "variables/unused",
    "nothing reads a variable",
    "A variable that nothing reads is mostly a misspelt one: the value somebody meant to set stays at its default.",
    "correct the name, or delete the variable",
);

/// How deep expressions may lead from variable to variable.
const MAX_DEPTH: usize = 64;

/// Endings of names whose values must not be seen.
const SECRET_ENDINGS: &[&str] = &["password", "secret", "secret_key", "token", "private_key"];

/// Whether the name of a variable says that its value is a secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_ENDINGS
        .iter()
        .any(|ending| name.strip_suffix(ending).is_some_and(|rest| rest.is_empty() || rest.ends_with(['_', '-', '.'])))
}

/// Returns `over` on top of `base`: maps merge, all else is replaced.
#[must_use]
pub fn merge(base: Map, over: Map) -> Map {
    let mut merged = base;
    for entry in over {
        let known = merged.iter_mut().find(|known| known.key == entry.key);
        match known {
            None => merged.push(entry),
            Some(known) => {
                let old = std::mem::take(&mut known.value);
                known.key_span = entry.key_span;
                known.value = match (old, entry.value) {
                    (Value { node: Node::Map(old), .. }, Value { node: Node::Map(new), origin }) => {
                        Value { node: Node::Map(merge(old, new)), origin }
                    }
                    (_, new) => new,
                };
            }
        }
    }
    merged
}

/// Marks every value below a name that says so, or is in `also`, as secret, and returns the places of their texts.
pub fn mark_secrets(variables: &mut Map, also: &BTreeSet<String>) -> Vec<Span> {
    let mut places = Vec::new();
    for entry in variables.iter_mut() {
        mark(&mut entry.value, is_secret_name(&entry.key) || also.contains(entry.key.as_ref()), &mut places);
    }
    places
}

fn mark(value: &mut Value, secret: bool, places: &mut Vec<Span>) {
    match &mut value.node {
        Node::Map(map) => {
            for entry in map.iter_mut() {
                mark(&mut entry.value, secret || is_secret_name(&entry.key), places);
            }
        }
        Node::List(items) => items.iter_mut().for_each(|item| mark(item, secret, places)),
        // The switch of a secret feature, or a number that counts something, says nothing that must be hidden.
        Node::Null | Node::Bool(_) => {}
        _ if secret => {
            value.origin.secret = true;
            places.extend(value.origin.spans());
        }
        _ => {}
    }
}

/// Whether an expression can read a variable called `name`.
pub(crate) fn is_snake_case(name: &str) -> bool {
    let fine = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    name.chars().all(fine) && !name.starts_with(|first: char| first.is_ascii_digit())
}

/// Returns `name` in snake case: `storageClass` as `storage_class`.
fn in_snake_case(name: &str) -> Option<String> {
    let mut made = String::new();
    for letter in name.chars() {
        match letter {
            'A'..='Z' => {
                if !made.is_empty() && !made.ends_with('_') {
                    made.push('_');
                }
                made.push(letter.to_ascii_lowercase());
            }
            '-' | '.' | ' ' => made.push('_'),
            'a'..='z' | '0'..='9' | '_' => made.push(letter),
            _ => return None,
        }
    }
    (!made.starts_with(|first: char| first.is_ascii_digit())).then_some(made)
}

/// The variables of one cluster. Expressions among them are evaluated when they are first read.
pub struct Variables {
    raw: Map,
    resolved: RefCell<BTreeMap<String, Value>>,
    running: RefCell<Vec<String>>,
    read: RefCell<BTreeSet<String>>,
    problems: RefCell<Vec<Diagnostic>>,
}

impl Variables {
    /// Takes the variables as they were written.
    #[must_use]
    pub fn new(raw: Map) -> Self {
        let variables = Self {
            raw,
            resolved: RefCell::default(),
            running: RefCell::default(),
            read: RefCell::default(),
            problems: RefCell::default(),
        };
        for entry in &variables.raw {
            if !is_snake_case(&entry.key) {
                let found = NOT_SNAKE_CASE.found(format!("`{}` is no name of a variable", entry.key));
                let found = match in_snake_case(&entry.key) {
                    Some(name) => found.help(format!("write `{name}`")),
                    None => found,
                };
                variables.problem(found.decided_at(entry.key_span.as_slice(), ""));
            }
        }
        variables
    }

    /// Evaluates every variable, so that mistakes in those that nobody reads are found, too.
    pub fn check_all(&self) {
        fn leaves(path: &str, value: &Value, visit: &mut impl FnMut(&str)) {
            match &value.node {
                Node::Map(map) => {
                    map.iter().for_each(|entry| leaves(&format!("{path}.{}", entry.key), &entry.value, visit));
                }
                _ => visit(path),
            }
        }
        for entry in &self.raw {
            leaves(&entry.key, &entry.value, &mut |path| {
                self.look_up(path);
            });
        }
    }

    /// Returns the value of the variable `name` for our own code, and remembers that it was read.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.mark_read(name);
        self.look_up(name).filter(|value| !value.is_null())
    }

    /// Returns `value` with every expression in its scalars filled in. Keys stay as they are.
    pub fn resolve(&self, value: &Value) -> Value {
        let node = match &value.node {
            Node::String(text) if text.contains("#{") => {
                return template::fill(text, &value.origin, self).unwrap_or_else(|| Value::unknown(&value.origin));
            }
            Node::List(items) => Node::List(items.iter().map(|item| self.resolve(item)).collect()),
            Node::Map(map) => {
                let mut resolved = Map::new();
                for Entry { key, key_span, value } in map {
                    if key.contains("#{") {
                        let found =
                            IN_KEY.found(format!("the key `{key}` holds an expression, and keys stay as they are"));
                        self.problem(found.decided_at(key_span.as_slice(), ""));
                    }
                    resolved.push(Entry { key: key.clone(), key_span: *key_span, value: self.resolve(value) });
                }
                Node::Map(resolved)
            }
            other => other.clone(),
        };
        Value { node, origin: value.origin.clone() }
    }

    /// Returns the value at `path` (`minio.replicas`), with expressions in it evaluated.
    fn look_up(&self, path: &str) -> Option<Value> {
        if let Some(known) = self.resolved.borrow().get(path) {
            return Some(known.clone());
        }
        let mut parts = path.split('.');
        let mut value = self.raw.get(parts.next()?)?;
        let mut walked = path.split('.').next()?.len();
        for part in parts {
            match &value.node {
                Node::Map(map) => value = map.get(part)?,
                // A variable made of another one: go on in what it becomes.
                Node::String(text) if text.contains("#{") => {
                    let made = self.look_up(&path[..walked])?;
                    return made.at(&path[walked + 1..].split('.').collect::<Vec<_>>()).cloned();
                }
                _ => return None,
            }
            walked += 1 + part.len();
        }
        if let Some(began) = self.running.borrow().iter().position(|running| overlaps(running, path)) {
            self.cycle(began, path, value);
            return Some(Value::unknown(&value.origin));
        }
        if self.running.borrow().len() >= MAX_DEPTH {
            self.problem(
                CYCLE
                    .found(format!("variables lead to each other more than {MAX_DEPTH} deep"))
                    .decided_at(value.origin.spans(), ""),
            );
            return Some(Value::unknown(&value.origin));
        }
        self.running.borrow_mut().push(path.to_owned());
        let resolved = self.resolve(value);
        self.running.borrow_mut().pop();
        self.resolved.borrow_mut().insert(path.to_owned(), resolved.clone());
        Some(resolved)
    }

    fn cycle(&self, began: usize, path: &str, value: &Value) {
        let mut circle = self.running.borrow()[began..].to_vec();
        circle.push(path.to_owned());
        let found = CYCLE.found(format!("`{path}` needs its own value: `{}`", circle.join("` → `")));
        let others = circle[1..circle.len() - 1].iter().filter_map(|path| self.written(path));
        let found = found.decided_at(value.origin.spans(), "");
        self.problem(others.fold(found, |found, span| found.at(span, "and this needs the next")));
    }

    /// Returns where the variable at `path` is written.
    fn written(&self, path: &str) -> Option<Span> {
        let mut parts = path.split('.');
        let first = self.raw.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.as_map()?.get(part))?.origin.spans().first().copied()
    }

    /// Tells that nobody sets `name`, with the nearest name.
    fn undefined(&self, name: &str, place: &Origin) {
        let names = self.names();
        let nearest = nearest(name, names.iter().map(String::as_str));
        let mut found = UNDEFINED.found(format!("variable `{name}` is not set")).decided_at(place.spans(), "");
        if let Some(nearest) = nearest {
            found = found.help(format!("did you mean `{nearest}`? Otherwise set `{name}` in cluster.yaml"));
        }
        self.problem(found);
    }

    /// Returns the full name of every variable, of maps and of what is in them.
    fn names(&self) -> Vec<String> {
        fn collect(prefix: &str, map: &Map, names: &mut Vec<String>) {
            for entry in map {
                let name = if prefix.is_empty() { entry.key.to_string() } else { format!("{prefix}.{}", entry.key) };
                if let Node::Map(inner) = &entry.value.node {
                    collect(&name, inner, names);
                }
                names.push(name);
            }
        }
        let mut names = Vec::new();
        collect("", &self.raw, &mut names);
        names
    }

    fn mark_read(&self, path: &str) {
        if !self.read.borrow().contains(path) {
            self.read.borrow_mut().insert(path.to_owned());
        }
    }

    fn problem(&self, problem: Diagnostic) {
        let mut problems = self.problems.borrow_mut();
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }

    /// Returns the full names that expressions and components read.
    #[must_use]
    pub fn read(&self) -> BTreeSet<String> {
        self.read.borrow().clone()
    }

    /// Returns what went wrong.
    #[must_use]
    pub fn into_problems(self) -> Vec<Diagnostic> {
        self.problems.into_inner()
    }
}

/// Whether one of the paths lies inside the other, or they are the same.
fn overlaps(a: &str, b: &str) -> bool {
    let inside = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    inside(a, b) || inside(b, a)
}

/// Returns the variables of `map` with their full names and the places of their keys, leaves only.
pub(crate) fn leaves(map: &Map) -> Vec<(String, Option<Span>)> {
    fn collect(prefix: &str, map: &Map, found: &mut Vec<(String, Option<Span>)>) {
        for entry in map {
            let name = if prefix.is_empty() { entry.key.to_string() } else { format!("{prefix}.{}", entry.key) };
            match &entry.value.node {
                Node::Map(inner) if !inner.is_empty() => collect(&name, inner, found),
                _ => found.push((name, entry.key_span)),
            }
        }
    }
    let mut found = Vec::new();
    collect("", map, &mut found);
    found
}

/// Whether a variable named `name` was read, itself, as a part, or as a whole.
pub(crate) fn is_read(name: &str, read: &BTreeSet<String>) -> bool {
    read.iter().any(|one| overlaps(one, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::manifest;

    fn variables(value: Value) -> Variables {
        let Node::Map(map) = value.node else { panic!("a map") };
        Variables::new(map)
    }

    #[test]
    fn a_scalar_that_is_one_expression_keeps_its_type() {
        let variables = variables(manifest!({ n: 3i64, twice: "#{ n * 2 }#", list: ["a"] }));
        let made =
            variables.resolve(&manifest!({ n: "#{ n }#", t: "#{ twice }#", l: "#{ list }#", text: "x-#{ n }#-y" }));
        assert_eq!(made.to_json().to_string(), r#"{"l":["a"],"n":3,"t":6,"text":"x-3-y"}"#);
        assert!(variables.into_problems().is_empty());
    }

    #[test]
    fn nested_variables_may_read_their_siblings() {
        let variables = variables(manifest!({ minio: { size: "5", total: "#{ minio.size }#0Gi" } }));
        assert_eq!(variables.get("minio.total").unwrap().as_str(), Some("50Gi"));
        assert!(variables.into_problems().is_empty());
    }

    #[test]
    fn a_cycle_is_told_and_ends() {
        let variables = variables(manifest!({ a: "#{ b }#", b: "#{ a }#" }));
        variables.check_all();
        assert_eq!(variables.into_problems()[0].code, "variables/cycle");
    }

    #[test]
    fn an_undefined_variable_names_the_nearest() {
        let variables = variables(manifest!({ minio_replicas: 4i64 }));
        variables.resolve(&manifest!({ a: "#{ minio_replica }#" }));
        let problems = variables.into_problems();
        assert_eq!(problems[0].code, "variables/undefined");
        assert!(problems[0].help.as_ref().unwrap().contains("`minio_replicas`"));
    }

    #[test]
    fn defaults_and_tests_may_look_at_what_is_not_set() {
        let variables = variables(manifest!({}));
        let made = variables.resolve(&manifest!({ a: "#{ no | default('yes it is') }#", b: "#{ no is defined }#" }));
        assert_eq!(made.to_json().to_string(), r#"{"a":"yes it is","b":false}"#);
        assert!(variables.into_problems().is_empty());
    }

    #[test]
    fn names_that_say_secret() {
        for name in ["password", "minio_root_password", "secret", "s3_secret_key", "api_token", "tls_private_key"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["secret_name", "passwords_file", "notsecret", "minio_root_user"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn maps_merge_and_all_else_is_replaced() {
        let (Node::Map(base), Node::Map(over)) =
            (manifest!({ a: { x: 1i64, y: 2i64 }, l: [1i64] }).node, manifest!({ a: { y: 3i64 }, l: [] }).node)
        else {
            panic!("maps")
        };
        assert_eq!(Value::new(merge(base, over)).to_json().to_string(), r#"{"a":{"x":1,"y":3},"l":[]}"#);
    }
}
