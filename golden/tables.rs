//! What is generated from the table of kinds: the schemas, and the tables of README.md.
#![expect(clippy::disallowed_methods, reason = "tests read and write files")]

use std::fs;
use std::path::Path;

use bayplan::diagnostic::Severity;
use bayplan::{component, rules};
use similar::TextDiff;

use crate::files::Files;

/// A table stands between this, its name and ` -->`, and [`END`].
const BEGIN: &str = "<!-- table: ";
const END: &str = "<!-- end of table -->";

/// Returns the files of `schemas/`.
pub(crate) fn schemas() -> Files {
    let text = |schema| serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
    let name = |kind: &str| format!("{}.schema.json", kind.to_lowercase());
    component::schemas().map(|(kind, schema)| (name(kind), text(schema).into_bytes())).collect()
}

/// Compares the tables in `readme` with what they are made of, or writes them. No README has no tables.
pub(crate) fn readme(readme: &Path, bless: bool) -> Result<(), String> {
    let Ok(text) = fs::read_to_string(readme) else { return Ok(()) };
    let fresh = fill(&text)?;
    if fresh == text {
        return Ok(());
    }
    if bless {
        return fs::write(readme, fresh).map_err(|error| error.to_string());
    }
    let diff = TextDiff::from_lines(&text, &fresh);
    Err(format!("{}\nrun `just bless`", diff.unified_diff().header("README.md", "made")))
}

/// Returns `text` with every table filled in.
fn fill(text: &str) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, from)) = rest.split_once(BEGIN) {
        let (name, from) = from.split_once(" -->").ok_or("a marker of a table has no end")?;
        let (_, after) = from.split_once(END).ok_or_else(|| format!("table `{name}` has no `{END}`"))?;
        let table = table(name).ok_or_else(|| format!("there is no table `{name}`"))?;
        filled.extend([before, BEGIN, name, " -->\n", &table, END]);
        rest = after;
    }
    Ok(filled + rest)
}

fn table(name: &str) -> Option<String> {
    let (head, rows): (_, Vec<_>) = match name {
        "kinds" => {
            let row = |(api_version, kind, about)| row(&[&code(kind), &code(api_version), about]);
            (["kind", "apiVersion", "what it stands for"].as_slice(), component::kinds().map(row).collect())
        }
        "switches" => (["variable", "default", "what it decides"].as_slice(), switches()),
        "rules" => {
            let weight = |severity| match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "note",
            };
            let rows = rules::all().map(|rule| row(&[&code(rule.code), weight(rule.severity), rule.what]));
            (["code", "weight", "what"].as_slice(), rows.collect())
        }
        _ => return None,
    };
    let lines = row(&vec!["---"; head.len()]);
    Some(row(head) + &lines + &rows.concat())
}

/// A switch that several kinds know stands here once.
fn switches() -> Vec<String> {
    let mut rows: Vec<(&str, String)> = Vec::new();
    for switch in component::switches() {
        if !rows.iter().any(|(name, _)| *name == switch.name) {
            let default = if switch.secret { "(secret)" } else { switch.default };
            rows.push((switch.name, row(&[&code(switch.name), default, switch.about])));
        }
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

fn row(cells: &[&str]) -> String {
    let cells: Vec<_> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}

fn code(text: &str) -> String {
    format!("`{text}`")
}
