//! What holds for every case, whatever it makes.
//!
//! The result depends on neither the order and names of files nor the number of threads; no input makes it panic; and
//! what it writes reads back as what it meant, by us and by others.

use std::path::Path;

use bayplan::compile::{self, Compiled, Options};
use bayplan::source::{Source, Sources};
use bayplan::{disk, yaml};

use crate::case::{self, EXPAND};

/// Places at which each file is cut off, to see that no torn input makes the compiler panic.
const CUTS: usize = 12;

/// Returns the first law that the case in `fixture` breaks.
pub(crate) fn hold(fixture: &Path) -> Result<(), String> {
    if fixture.join(EXPAND).is_dir() {
        let sources = case::expand_inputs(fixture);
        for torn in torn(&sources) {
            let _ = compile::expand(&torn);
        }
        return Ok(());
    }
    // What the disk refuses never comes to the compiler.
    let Ok(sources) = disk::load(fixture) else { return Ok(()) };
    let compiled = compile::compile(&sources, &Options { cluster: None, keep_origins: true });
    let expected = Outcome::of(&compiled);
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| error.to_string())?;
        let again = pool.install(|| compile::compile(&sources, &Options::default()));
        expected.equals(&Outcome::of(&again), &format!("with {threads} threads and without origins"))?;
    }
    let renamed = compile::compile(&renamed(&sources), &Options::default());
    expected.equals(&Outcome::of(&renamed), "with the files in another order")?;
    for torn in torn(&sources) {
        let _ = compile::compile(&torn, &Options::default());
        let _ = compile::expand(&torn);
    }
    reads_back(&compiled)
}

/// What a compile came to, without places.
struct Outcome {
    files: Vec<(String, String)>,
    findings: Vec<String>,
}

impl Outcome {
    fn of(compiled: &Compiled) -> Self {
        // With an error nothing is written, so that the tree is nobody's business.
        let clusters = if compiled.diagnostics.has_errors() { &[] } else { &compiled.clusters[..] };
        let files = clusters.iter().flat_map(|cluster| cluster.tree.iter());
        let mut findings: Vec<_> =
            compiled.diagnostics.iter().map(|one| format!("{} {} ({})", one.code, one.message, one.clusters)).collect();
        findings.sort();
        Self { files: files.map(|(path, file)| (path.to_string(), file.text.to_string())).collect(), findings }
    }

    fn equals(&self, other: &Self, when: &str) -> Result<(), String> {
        if self.findings != other.findings {
            return Err(format!("other findings {when}:\n{:#?}\n{:#?}", self.findings, other.findings));
        }
        let differs = self.files.iter().zip(&other.files).find(|(a, b)| a != b);
        if let Some(((path, text), (other_path, other_text))) = differs {
            return Err(format!("{path} became {other_path} {when}:\n{text}\n{other_text}"));
        }
        if self.files.len() == other.files.len() { Ok(()) } else { Err(format!("another number of files {when}")) }
    }
}

/// Returns the sources with declarations named so that the last one comes first.
fn renamed(sources: &Sources) -> Sources {
    let count = sources.iter().count();
    let rename = |(index, (_, source)): (usize, (_, &Source))| {
        let name = source.name();
        let name = match name.split_once("declarations/") {
            Some((before, after)) => format!("{before}declarations/{:04}/{after}", count - index),
            None => name.to_owned(),
        };
        // Bytes that are not UTF-8 are gone here; one such byte is as good as another.
        let bytes = match source.not_utf8_at() {
            Some(_) => {
                source.text().replace('\u{fffd}', "\u{1}").bytes().map(|it| if it == 1 { 0xff } else { it }).collect()
            }
            None => source.text().as_bytes().to_vec(),
        };
        Source::new(name, bytes)
    };
    let mut files: Vec<_> = sources.iter().enumerate().map(rename).collect();
    files.reverse();
    Sources::new(files)
}

/// Returns the sources with one file cut off, at a few places of each.
fn torn(sources: &Sources) -> impl Iterator<Item = Sources> {
    sources.iter().flat_map(move |(torn, source)| {
        let length = source.text().len();
        (0..CUTS).map(move |cut| {
            let files = sources.iter().map(|(file, source)| {
                let bytes = source.text().as_bytes();
                let end = if file == torn { length * cut / CUTS } else { bytes.len() };
                Source::new(source.name(), bytes[..end].to_vec())
            });
            Sources::new(files.collect())
        })
    })
}

/// Checks that each YAML file is read as the value that it was made of, and that each line knows who decided it.
fn reads_back(compiled: &Compiled) -> Result<(), String> {
    for (path, file) in compiled.clusters.iter().flat_map(|cluster| cluster.tree.iter()) {
        if file.origins().len() != file.text.lines().count() {
            return Err(format!("{path} has origins for {} lines", file.origins().len()));
        }
        if path.as_str().rsplit('.').next() != Some("yaml") {
            continue;
        }
        let sources = Sources::new(vec![Source::new(path.as_str(), file.text.as_bytes().to_vec())]);
        let (id, source) = sources.iter().next().expect("there is one file");
        let parsed = yaml::parse(id, source);
        let [document] = &parsed.documents[..] else {
            return Err(format!("{path} is not one document for our own parser: {:#?}", parsed.diagnostics));
        };
        if !parsed.diagnostics.is_empty() {
            return Err(format!("our own parser does not like {path}: {:#?}", parsed.diagnostics));
        }
        let ours = document.to_json();
        let others: serde_json::Value =
            serde_yaml::from_str(&file.text).map_err(|error| format!("serde_yaml does not read {path}: {error}"))?;
        if ours != others {
            return Err(format!("serde_yaml reads {path} differently:\n{ours:#}\n{others:#}"));
        }
        match file.as_manifest() {
            Some(meant) if meant.to_json() != ours => {
                return Err(format!("{path} reads back as something else:\n{:#}\n{ours:#}", meant.to_json()));
            }
            _ => {}
        }
    }
    Ok(())
}
