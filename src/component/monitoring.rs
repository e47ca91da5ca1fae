//! What Grafana shows of something that Prometheus scrapes, and what Prometheus warns of.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::value::{Traced, Value, manifest, text};

/// How a dashboard reaches Grafana.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum DashboardForm {
    /// A ConfigMap, for the sidecar that the Helm chart of Grafana brings.
    ConfigMap,
    /// A GrafanaDashboard, for the operator of Grafana.
    GrafanaDashboard,
}

/// A graph of a dashboard.
#[derive(Debug)]
pub(crate) struct Panel {
    /// Its title.
    pub(crate) title: &'static str,
    /// The unit, as Grafana calls it.
    pub(crate) unit: &'static str,
    /// Queries, each with the legend of what it returns. `$series` stands for the labels of what is watched.
    pub(crate) queries: &'static [(&'static str, &'static str)],
}

/// Something to warn of.
#[derive(Debug)]
pub(crate) struct Alert {
    /// Its name.
    pub(crate) name: &'static str,
    /// What is true of it. `$series` stands for the labels of what is watched.
    pub(crate) expression: &'static str,
    /// How long that must be so.
    pub(crate) lasting: &'static str,
    /// `warning` or `critical`.
    pub(crate) severity: &'static str,
    /// What it means, in one line.
    pub(crate) summary: &'static str,
    /// What to do, for somebody woken at night.
    pub(crate) description: &'static str,
}

/// What is watched.
#[derive(Debug)]
pub(crate) struct Watched {
    /// The name of the objects.
    pub(crate) name: Traced<String>,
    /// Their namespace.
    pub(crate) namespace: Traced<String>,
    /// The labels that are wanted on every object.
    pub(crate) labels: Option<Value>,
    /// The title of the dashboard.
    pub(crate) title: Traced<String>,
    /// The labels of its series: `namespace="storage",service="minio"`.
    pub(crate) series: Traced<String>,
}

/// Width and height of a panel; a row is 24 wide.
const WIDTH: usize = 12;
const HEIGHT: usize = 8;

impl Watched {
    /// Returns the dashboard. `labels` are those by which a sidecar finds a ConfigMap, or those of the Grafana that a
    /// GrafanaDashboard is for.
    pub(crate) fn dashboard(
        &self,
        form: &Traced<DashboardForm>,
        labels: &BTreeMap<String, Traced<String>>,
        panels: &[Panel],
    ) -> Value {
        let json = self.title.zip(&self.series, |title, series| dashboard(title, series, panels));
        let by_default = |key: &str, value: &str| {
            let default = [(key.to_owned(), Traced::literal(value.to_owned()))].into();
            if labels.is_empty() { default } else { labels.clone() }
        };
        let name = text!("{}-dashboard", self.name);
        let manifest = match form.get() {
            DashboardForm::ConfigMap => {
                // The sidecar puts the files of all namespaces into one folder.
                let file = self.namespace.zip(&self.name, |namespace, name| format!("{namespace}-{name}.json"));
                manifest!({
                    apiVersion: "v1", kind: "ConfigMap",
                    metadata: {
                        name: name, namespace: self.namespace,
                        labels: { ..self.labels, ..by_default("grafana_dashboard", "1") },
                    },
                    data: { (file.get().clone()): json.because(file.origin()) },
                })
            }
            DashboardForm::GrafanaDashboard => manifest!({
                apiVersion: "grafana.integreatly.org/v1beta1", kind: "GrafanaDashboard",
                metadata: { name: name, namespace: self.namespace, labels: self.labels },
                spec: {
                    instanceSelector: { matchLabels: by_default("dashboards", "grafana") },
                    allowCrossNamespaceImport: true,
                    json: json,
                },
            }),
        };
        manifest.because(form.origin())
    }

    /// Returns the rules by which Prometheus warns.
    pub(crate) fn rules(&self, alerts: &[Alert]) -> Value {
        let rule = |alert: &Alert| {
            let expression = self.series.map(|series| alert.expression.replace("$series", series));
            manifest!({
                alert: alert.name,
                expr: expression,
                for: alert.lasting,
                labels: { severity: alert.severity },
                annotations: { summary: alert.summary, description: alert.description },
            })
        };
        let rules: Vec<_> = alerts.iter().map(rule).collect();
        manifest!({
            apiVersion: "monitoring.coreos.com/v1", kind: "PrometheusRule",
            metadata: { name: self.name, namespace: self.namespace, labels: self.labels },
            spec: { groups: [{ name: self.name, rules: rules }] },
        })
    }
}

/// The datasource is a variable of the dashboard, written without braces: Flux would take `${…}` for one of its own.
fn dashboard(title: &str, series: &str, panels: &[Panel]) -> String {
    let datasource = json!({ "type": "prometheus", "uid": "$datasource" });
    let panel = |(index, panel): (usize, &Panel)| {
        let queries = panel.queries.iter().zip('A'..);
        let targets = queries.map(|((expression, legend), reference)| {
            json!({
                "datasource": datasource, "expr": expression.replace("$series", series),
                "legendFormat": legend, "refId": reference.to_string(),
            })
        });
        json!({
            "id": index + 1, "type": "timeseries", "title": panel.title, "datasource": datasource,
            "gridPos": { "x": index % 2 * WIDTH, "y": index / 2 * HEIGHT, "w": WIDTH, "h": HEIGHT },
            "fieldConfig": { "defaults": { "unit": panel.unit, "min": 0 }, "overrides": [] },
            "targets": targets.collect::<Vec<Json>>(),
        })
    };
    let dashboard = json!({
        "title": title,
        "schemaVersion": 39,
        "editable": false,
        "refresh": "1m",
        "time": { "from": "now-6h", "to": "now" },
        "templating": { "list": [{ "name": "datasource", "type": "datasource", "query": "prometheus" }] },
        "panels": panels.iter().enumerate().map(panel).collect::<Vec<Json>>(),
    });
    serde_json::to_string_pretty(&dashboard).expect("a dashboard is JSON") + "\n"
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Holds the metrics of panels and alerts against those that there are: words that begin with `prefix`.
    #[track_caller]
    pub(crate) fn metrics_exist(prefix: &str, panels: &[Panel], alerts: &[Alert], known: &[&str]) {
        let queries = panels.iter().flat_map(|panel| panel.queries).map(|(expression, _)| *expression);
        let mut count = 0;
        for expression in queries.chain(alerts.iter().map(|alert| alert.expression)) {
            let words = expression.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
            let metrics: BTreeSet<_> = words.filter(|word| word.starts_with(prefix)).collect();
            assert!(!metrics.is_empty(), "no metric in {expression}");
            for metric in metrics {
                assert!(known.contains(&metric), "there is no metric {metric}: {expression}");
                let selected = format!("{metric}{{$series");
                let bare = expression.matches(metric).count() - expression.matches(&selected).count();
                let longer = known.iter().filter(|other| other.starts_with(metric) && **other != metric);
                let of_longer: usize = longer.map(|other| expression.matches(other).count()).sum();
                assert_eq!(bare, of_longer, "{metric} of every store of the cluster: {expression}");
                count += 1;
            }
        }
        assert!(count > 0);
    }

    #[test]
    fn dashboards_are_json_with_a_query_for_each_series() {
        let panels = [Panel { title: "Load", unit: "short", queries: &[("max(a{$series})", "{{pod}}"), ("b", "")] }];
        let text = dashboard("A title", "namespace=\"x\"", &panels);
        let json: Json = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(json["panels"][0]["targets"][0]["expr"], "max(a{namespace=\"x\"})");
        assert_eq!(json["panels"][0]["targets"][1]["refId"], "B");
        assert!(!text.contains("${"));
    }
}
