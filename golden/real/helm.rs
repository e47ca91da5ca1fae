//! What the real Helm makes of the values in a tree: it reads them as they are meant; and each chart that is at hand
//! renders with them.
//!
//! Charts are published in repositories that a build need not reach: a folder of archives, `loki-18.11.0.tgz`, is named
//! in `E2E_CHARTS`.

use std::path::Path;

use serde_json::Value as Json;

use super::programs::{End, HELM, Missing};
use super::server::{run, succeeded};

/// A release with the values of a tree.
pub(crate) struct Release {
    /// The file that it stands in.
    pub(crate) path: String,
    /// The chart with its version, `loki-18.11.0`.
    pub(crate) chart: String,
    name: String,
    namespace: String,
    values: Json,
}

impl Release {
    /// Returns the release that an object asks for.
    pub(crate) fn of(path: &str, object: &Json, objects: &[&Json]) -> Option<Self> {
        let spec = &object["spec"];
        let source = &spec["sources"][0];
        if object["kind"] == "Application" && source["chart"].is_string() {
            return Some(Self {
                path: path.to_owned(),
                chart: format!("{}-{}", text(&source["chart"]), text(&source["targetRevision"])),
                name: text(&source["helm"]["releaseName"]),
                namespace: text(&spec["destination"]["namespace"]),
                values: source["helm"]["valuesObject"].clone(),
            });
        }
        (object["kind"] == "HelmRelease").then(|| {
            let (name, version) = if spec["chart"].is_object() {
                (text(&spec["chart"]["spec"]["chart"]), text(&spec["chart"]["spec"]["version"]))
            } else {
                let is_source = |source: &&&Json| {
                    source["kind"] == spec["chartRef"]["kind"] && source["metadata"]["name"] == spec["chartRef"]["name"]
                };
                let source = objects.iter().find(is_source).map_or(&Json::Null, |source| &source["spec"]);
                let name = text(&source["url"]).rsplit('/').next().unwrap_or_default().to_owned();
                (name, text(&source["ref"]["tag"]))
            };
            Self {
                path: path.to_owned(),
                chart: format!("{name}-{version}"),
                name: text(&object["metadata"]["name"]),
                namespace: text(&object["metadata"]["namespace"]),
                values: spec["values"].clone(),
            }
        })
    }

    /// Helm reads the values as they stand in the tree: a chart of one template prints them.
    pub(crate) fn is_read(&self) -> Result<(), End> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let write = |file: &str, text: &str| {
            let path = folder.path().join("chart").join(file);
            std::fs::create_dir_all(path.parent().expect("it has a folder"))
                .and_then(|()| std::fs::write(path, text))
                .map_err(|error| error.to_string())
        };
        write("Chart.yaml", "apiVersion: v2\nname: mirror\nversion: 1.0.0\n")?;
        write("templates/values.yaml", "values: {{ toJson .Values }}\n")?;
        let rendered = self.template(&folder.path().join("chart"))?;
        let read: Json = serde_yaml::from_str(&rendered).map_err(|error| error.to_string())?;
        let wanted = without_nulls(&self.values);
        if read["values"] == wanted {
            return Ok(());
        }
        Err(format!("{}: Helm reads {}\nand not {wanted}", self.path, read["values"]).into())
    }

    /// The chart renders with the values.
    pub(crate) fn renders(&self) -> Result<(), End> {
        let Some(charts) = std::env::var_os("E2E_CHARTS") else {
            return Err(Missing(format!("{} is not at hand: E2E_CHARTS names no folder", self.chart)).into());
        };
        let archive = Path::new(&charts).join(format!("{}.tgz", self.chart));
        if !archive.is_file() {
            return Err(Missing(format!("{} is not there", archive.display())).into());
        }
        if self.template(&archive)?.trim().is_empty() {
            return Err(format!("{}: the chart makes nothing", self.path).into());
        }
        Ok(())
    }

    fn template(&self, chart: &Path) -> Result<String, End> {
        let home = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut command = HELM.command()?;
        command.args(["template", &self.name, "--namespace", &self.namespace, "--values", "-"]).arg(chart);
        command.env("HOME", home.path());
        succeeded(&self.path, &run(&mut command, &self.values.to_string())?)
    }
}

/// A null in values takes a default of the chart away: Helm drops it.
fn without_nulls(values: &Json) -> Json {
    match values {
        Json::Object(map) => map
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.clone(), without_nulls(value)))
            .collect(),
        Json::Null => Json::Object(serde_json::Map::new()),
        other => other.clone(),
    }
}

fn text(json: &Json) -> String {
    json.as_str().unwrap_or_default().to_owned()
}
