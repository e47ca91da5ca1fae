//! One expression: its value by minijinja, with the places of every variable that it reads.

use std::collections::BTreeMap;

use minijinja::value::{Value as Jinja, ValueKind};
use minijinja::{Environment, ErrorKind, UndefinedBehavior};

use super::Variables;
use crate::diagnostic::Rule;
use crate::value::{Map, Node, Origin, Value};

pub(super) const FAILED: Rule = Rule::refusal(
    "variables/expression",
    "an expression cannot be evaluated",
    "Expressions are those of Jinja: variables, arithmetic, `if … else`, filters such as `default`, `upper`, `join`.",
    "correct the expression",
);

/// Steps that one expression may take: far more than any sensible one needs, and an end to those that run away.
const FUEL: u64 = 100_000;
/// Bytes that one expression may produce.
const MAX_OUTPUT: usize = 1 << 20;

/// Evaluates `expression`, which stands at `place`.
pub(super) fn evaluate(expression: &str, place: &Origin, variables: &Variables) -> Option<Value> {
    if is_path(expression) {
        variables.mark_read(expression);
        let found = variables.look_up(expression);
        if found.is_none() {
            variables.undefined(expression, place);
        }
        // Inner values keep their own places; the value itself stands here and was decided there.
        return found.map(|value| Value { origin: place.and(&value.origin), node: value.node });
    }
    let fail = |message: String| {
        variables.problem(FAILED.found(message).decided_at(place.spans(), ""));
        None
    };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    let compiled = match environment.compile_expression(expression) {
        Ok(compiled) => compiled,
        Err(error) => return fail(format!("`{expression}` is no expression: {}", told(&error))),
    };

    let mut names: Vec<String> = compiled.undeclared_variables(true).into_iter().collect();
    names.sort();
    let mut origin = place.clone();
    let mut context = Map::new();
    let mut missing = Vec::new();
    for name in names {
        variables.mark_read(&name);
        match variables.look_up(&name) {
            Some(value) if value.is_unknown() => return None,
            Some(value) => {
                value.walk(&mut |inner| origin.add(&inner.origin));
                put(&mut context, &name, value);
            }
            None if environment.globals().any(|(global, _)| global == name) => {}
            None => missing.push(name),
        }
    }
    let result = match compiled.eval(to_jinja(&Value::new(context))) {
        Ok(result) if result.is_undefined() => None,
        Ok(result) => Some(result),
        Err(error) if error.kind() == ErrorKind::UndefinedError && !missing.is_empty() => None,
        Err(error) => return fail(format!("`{expression}` fails: {}", told(&error))),
    };
    let Some(result) = result else {
        if missing.is_empty() {
            return fail(format!("`{expression}` has no value"));
        }
        for name in &missing {
            variables.undefined(name, place);
        }
        return None;
    };
    match from_jinja(&result, &mut MAX_OUTPUT.clone()) {
        Ok(node) => Some(Value { node, origin }),
        Err(message) => fail(format!("`{expression}` {message}")),
    }
}

/// Whether the expression is a plain name or a path of names, which needs no evaluation.
fn is_path(expression: &str) -> bool {
    const WORDS: &[&str] = &["true", "false", "none", "True", "False", "None", "not"];
    expression.split('.').all(|part| {
        !part.is_empty()
            && !part.starts_with(|first: char| first.is_ascii_digit())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    }) && !WORDS.contains(&expression)
}

/// Returns minijinja's message without its own places, which count inside the expression.
fn told(error: &minijinja::Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    }
}

/// Puts `value` at the path `name` (`minio.replicas`) of `context`.
fn put(context: &mut Map, name: &str, value: Value) {
    match name.split_once('.') {
        None => match (context.get_mut(name).and_then(Value::as_map_mut), value) {
            // A part of the same map may be there already: the whole holds the part.
            (Some(known), Value { node: Node::Map(whole), .. }) => *known = whole,
            (_, value) => context.insert(name.to_owned(), value),
        },
        Some((first, rest)) => {
            if context.get(first).is_none() {
                context.insert(first.to_owned(), Value::new(Map::new()));
            }
            if let Some(inner) = context.get_mut(first).and_then(Value::as_map_mut) {
                put(inner, rest, value);
            }
        }
    }
}

fn to_jinja(value: &Value) -> Jinja {
    match &value.node {
        Node::Null => Jinja::from(()),
        Node::Bool(truth) => Jinja::from(*truth),
        Node::Int(number) => Jinja::from(*number),
        Node::Float(text) => text.parse::<f64>().map_or_else(|_| Jinja::from(text.as_ref()), Jinja::from),
        Node::String(text) => Jinja::from(text.as_ref()),
        Node::List(items) => items.iter().map(to_jinja).collect(),
        Node::Map(map) => {
            let entries: BTreeMap<_, _> =
                map.iter().map(|entry| (entry.key.to_string(), to_jinja(&entry.value))).collect();
            Jinja::from(entries)
        }
    }
}

/// Returns our node of a minijinja value; `budget` is the number of bytes that may still be produced.
fn from_jinja(value: &Jinja, budget: &mut usize) -> Result<Node, String> {
    let mut spend = |bytes: usize| {
        *budget = budget.checked_sub(bytes).ok_or_else(|| format!("makes more than {MAX_OUTPUT} bytes"))?;
        Ok::<_, String>(())
    };
    spend(1)?;
    Ok(match value.kind() {
        ValueKind::None => Node::Null,
        ValueKind::Bool => Node::Bool(value.is_true()),
        ValueKind::Number if value.is_integer() => match value.as_i64() {
            Some(number) => Node::Int(number),
            None => return Err("makes a number that needs more than 64 bits".into()),
        },
        ValueKind::Number => {
            let number = f64::try_from(value.clone()).map_err(|error| error.to_string())?;
            if !number.is_finite() {
                return Err("makes a number that is not finite".into());
            }
            Node::Float(format!("{number:?}").into())
        }
        ValueKind::String => {
            let text = value.as_str().unwrap_or_default();
            spend(text.len())?;
            Node::from(text.to_owned())
        }
        ValueKind::Map => {
            let mut map = Map::new();
            for key in value.try_iter().map_err(|error| told(&error))? {
                let name = key.as_str().ok_or("makes a map whose keys are not texts")?.to_owned();
                let inner = value.get_item(&key).map_err(|error| told(&error))?;
                map.insert(name, Value::new(from_jinja(&inner, budget)?));
            }
            Node::Map(map)
        }
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter().map_err(|error| told(&error))?;
            Node::List(items.map(|item| from_jinja(&item, budget).map(Value::new)).collect::<Result<_, _>>()?)
        }
        other => return Err(format!("makes {other}, which is no value of YAML")),
    })
}
