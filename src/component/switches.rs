//! Switches: flat variables that imply a declaration.

use std::cell::RefCell;

use super::KINDS;
use crate::diagnostic::{Diagnostic, Rule};
use crate::project::{Enforcement, Project};
use crate::value::{self, Origin, Traced, Value};
use crate::variables::Variables;

/// The rules about switches.
pub(crate) const RULES: &[Rule] = &[NOT_BOOLEAN, UNKNOWN_MODE, IDLE];

/// The switches that decide settings of the project.
const OF_PROJECT: &[Switch] =
    &[Switch::new(POLICIES_MODE, "enforce", "what network policies do: `enforce`, `audit` (Cilium alone) or `off`")];

const POLICIES_MODE: &str = "network_policies_mode";

const UNKNOWN_MODE: Rule = Rule::refusal(
    "switches/unknown-policies-mode",
    "a switch names no mode of network policies",
    "Whether policies deny anything must not depend on a guess.",
    "write `enforce`, `audit` or `off`, the last one in quotes",
);

const NOT_BOOLEAN: Rule = Rule::refusal(
    "switches/not-boolean",
    "a switch is neither true nor false",
    "A text such as `\"false\"` would switch on what it says to switch off.",
    "write `true` or `false`, without quotes",
);

/// Told by the compile step where a written declaration takes the place of an implied one.
pub(crate) const IDLE: Rule = Rule::note(
    "switches/idle",
    "a written declaration takes the place of the one that switches imply",
    "The switches then decide nothing; whoever changes one waits for an effect that never comes.",
    "delete the switches, or the declaration",
);

/// A variable that takes part in implying a declaration.
#[derive(Clone, Copy, Debug)]
pub struct Switch {
    /// The variable's name.
    pub name: &'static str,
    /// What it decides, for the table in the README.
    pub about: &'static str,
    /// What holds without it.
    pub default: &'static str,
    /// Whether its value is a secret.
    pub secret: bool,
}

impl Switch {
    pub(crate) const fn new(name: &'static str, default: &'static str, about: &'static str) -> Self {
        Self { name, about, default, secret: false }
    }

    pub(crate) const fn secret(name: &'static str, about: &'static str) -> Self {
        Self { name, about, default: "", secret: true }
    }
}

impl Switch {
    /// Whether several kinds read it.
    pub(crate) fn is_shared(&self) -> bool {
        KINDS.iter().filter(|kind| kind.switches.iter().any(|switch| switch.name == self.name)).count() > 1
    }
}

/// Returns every switch, those that several kinds read as often.
pub fn switches() -> impl Iterator<Item = &'static Switch> {
    KINDS.iter().flat_map(|kind| kind.switches).chain(OF_PROJECT)
}

/// The variables as switches, and what is wrong with them.
pub(crate) struct Switches<'variables> {
    variables: &'variables Variables,
    problems: RefCell<Vec<Diagnostic>>,
    off: RefCell<Origin>,
}

impl<'variables> Switches<'variables> {
    pub(crate) fn new(variables: &'variables Variables) -> Self {
        Self { variables, problems: RefCell::default(), off: RefCell::default() }
    }

    /// Returns the value of the switch `name`.
    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        self.variables.get(name)
    }

    /// Whether the switch `name` is on; off where it is not set.
    pub(crate) fn is_on(&self, name: &str) -> Traced<bool> {
        let Some(value) = self.get(name) else { return Traced::literal(false) };
        if let Some(on) = value.as_bool() {
            if !on {
                self.off.borrow_mut().add(&value.origin);
            }
            return Traced::new(on, value.origin);
        }
        let found = NOT_BOOLEAN.found(format!("`{name}` is {}, not a boolean", value.kind_name()));
        self.problems.borrow_mut().push(found.decided_at(value.origin.spans(), ""));
        Traced::new(false, value.origin)
    }

    /// Returns the places of the switches that were found to be off since this was asked last: they decide that
    /// something is not there.
    pub(crate) fn take_off(&self) -> Origin {
        self.off.take()
    }

    /// Sets what the switches say of the project and the project does not say itself.
    pub(crate) fn apply(&self, project: &mut Project) {
        let Some(mode) = self.get(POLICIES_MODE).filter(|mode| !mode.is_null()) else { return };
        if let Ok(mode) = value::from_value::<Traced<Enforcement>>(&mode) {
            project.imply_policies(mode);
        } else {
            let found = UNKNOWN_MODE.found(format!("`{POLICIES_MODE}` is none of the modes"));
            self.problems.borrow_mut().push(found.decided_at(mode.origin.spans(), ""));
        }
    }

    pub(crate) fn into_problems(self) -> Vec<Diagnostic> {
        self.problems.into_inner()
    }
}
