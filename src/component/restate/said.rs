//! What the user says about a setting of the servers: in a variable of the pods, which wins, or in the configuration.

use super::RestateCluster;
use super::toml::{self, Config};
use crate::component::Context;
use crate::source::Span;
use crate::value::{Traced, Value};

/// Where a setting is set, and to what.
pub(super) enum Said<'declared> {
    /// An entry of `compute.env`.
    Env(&'declared Value),
    /// A value of the configuration.
    Config(&'declared Traced<String>, &'declared Value),
}

/// Returns the variable that overrides `key` in `table`: `__` leads into a table, `_` stands for `-`.
pub(super) fn variable(table: &str, key: &str) -> String {
    let path = if table.is_empty() { key.to_owned() } else { format!("{table}.{key}") };
    let mut name = String::from("RESTATE_");
    for letter in path.chars() {
        match letter {
            '.' => name.push_str("__"),
            '-' => name.push('_'),
            letter => name.push(letter.to_ascii_uppercase()),
        }
    }
    name
}

impl RestateCluster {
    /// Returns the configuration, read once.
    pub(super) fn toml(&self) -> &Config {
        self.toml.get_or_init(|| Config::read(self.spec.config.as_ref().map_or("", |config| config.get())))
    }

    /// Returns what the user says about `key` in `table`; the table of all tables is called `""`.
    pub(super) fn said(&self, table: &str, key: &str) -> Option<Said<'_>> {
        // Where there are no variables, none need be spelt.
        if self.spec.compute.env.is_some()
            && let Some(entry) = self.env(&variable(table, key))
        {
            return Some(Said::Env(entry));
        }
        let config = self.spec.config.as_ref()?;
        let path = if table.is_empty() { key.to_owned() } else { format!("{table}.{key}") };
        Some(Said::Config(config, self.toml().at(&path)?))
    }
}

impl Said<'_> {
    /// Returns the value of a scalar that is known.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Env(entry) => entry.get("value").and_then(Value::as_str).map(str::to_owned),
            Self::Config(_, value) => toml::scalar(value),
        }
    }

    /// Returns the Secret and key that a variable is read from.
    pub(super) fn secret(&self) -> Option<(&str, &str)> {
        let Self::Env(entry) = self else { return None };
        let reference = entry.at(&["valueFrom", "secretKeyRef"])?;
        Some((reference.get("name")?.as_str()?, reference.get("key")?.as_str()?))
    }

    /// Returns the places that decide it.
    pub(super) fn places(&self, context: &Context) -> Vec<Span> {
        match self {
            Self::Env(entry) => {
                let decisive = entry.get("value").or_else(|| entry.get("valueFrom")).unwrap_or(entry);
                let inner = decisive.as_map().and_then(|map| map.iter().find_map(|entry| entry.key_span));
                inner.into_iter().chain(decisive.origin.spans().iter().copied().filter(|_| inner.is_none())).collect()
            }
            Self::Config(config, value) => toml::place(config, toml::range(&value.origin), context.sources),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::variable;

    #[test]
    fn variables_are_spelt_as_the_server_reads_them() {
        assert_eq!(variable("worker.snapshots", "aws-region"), "RESTATE_WORKER__SNAPSHOTS__AWS_REGION");
        assert_eq!(variable("", "auto-provision"), "RESTATE_AUTO_PROVISION");
    }
}
