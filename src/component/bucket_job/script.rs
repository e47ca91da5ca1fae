//! The script of the Job, and the policies that it makes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use minijinja::Environment;
use serde::Serialize;
use serde_json::Value as Json;

use super::{BucketJob, NamedPolicy};
use crate::component::{Access, BucketEvent, BucketSettings, Permissions, Retention};
use crate::kube::BucketName;
use crate::value::{Origin, Traced};

/// The script, read once.
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.add_template("buckets.sh", include_str!("buckets.sh.j2")).expect("the script is a template");
    templates
});

/// What the script is filled with.
#[derive(Serialize)]
struct Names {
    buckets: Vec<Bucket>,
    users: Vec<User>,
    /// Policies that no user has.
    policies: Vec<String>,
    /// Whether the store is a MinIO, which knows more than S3. Another one wants to be told where a bucket is.
    admin: bool,
}

/// A user with the buckets that it may use.
#[derive(Serialize)]
struct User {
    name: String,
    buckets: Vec<String>,
}

/// A bucket, and how it is set up where somebody declares that.
#[derive(Default, Serialize)]
struct Bucket {
    name: String,
    declared: bool,
    lock: bool,
    retention: Option<String>,
    versioning: Option<&'static str>,
    /// In bytes.
    quota: Option<String>,
    lifecycle: bool,
    /// What the client lists where all events are as declared, without blanks, in quotes.
    listed: String,
    events: Vec<Event>,
    anonymous: &'static str,
}

/// An event, in quotes where anything could stand there.
#[derive(Serialize)]
struct Event {
    arn: String,
    types: String,
    prefix: Option<String>,
    suffix: Option<String>,
}

/// Returns the script. Every name in it was parsed: nothing in it needs quoting.
pub(super) fn script(job: &BucketJob<'_>) -> Traced<String> {
    let names = |access: &Access| access.buckets.iter().map(ToString::to_string).collect();
    let users = job.users().map(|access| User { name: access.user.get().clone(), buckets: names(access) }).collect();
    let mut buckets: BTreeMap<String, Bucket> = BTreeMap::new();
    let mut origin = Origin::default();
    for access in &job.accesses {
        origin.add(access.user.origin());
        for bucket in &access.buckets {
            origin.add(bucket.origin());
            let name = bucket.to_string();
            buckets.insert(name.clone(), Bucket { name, ..Bucket::default() });
        }
    }
    for policy in &job.policies {
        origin.add(policy.name.origin());
        for bucket in &policy.buckets {
            origin.add(bucket.origin());
            let name = bucket.to_string();
            buckets.insert(name.clone(), Bucket { name, ..Bucket::default() });
        }
    }
    for settings in &job.buckets {
        let (bucket, because) = declared(settings);
        origin.add(&because);
        buckets.insert(bucket.name.clone(), bucket);
    }
    origin.add(job.store.maker.origin());
    let script = TEMPLATES
        .get_template("buckets.sh")
        .and_then(|template| {
            let buckets = buckets.into_values().collect();
            let policies = job.policies.iter().map(|policy| policy.name.get().clone()).collect();
            template.render(minijinja::value::Serde(Names { buckets, users, policies, admin: !job.only_s3() }))
        })
        .expect("the template is there and reads only what it is given");
    Traced::new(script + "\n", origin)
}

/// Returns how a bucket is set up, and who decides that.
fn declared(settings: &BucketSettings) -> (Bucket, Origin) {
    let BucketSettings { name, versioning, lock, quota, lifecycle, anonymous, .. } = settings;
    let quota_bytes = quota.as_ref().and_then(|quota| quota.get().bytes());
    let retention = lock.as_ref().and_then(|lock| *lock.get());
    let bucket = Bucket {
        name: name.to_string(),
        declared: true,
        lock: lock.is_some(),
        retention: retention.map(|Retention { mode, days }| format!("{mode} {days}d")),
        versioning: versioning.as_ref().map(|on| if *on.get() { "enable" } else { "suspend" }),
        quota: quota_bytes.map(|bytes| bytes.to_string()),
        lifecycle: lifecycle.is_some(),
        listed: quoted(&settings.events.iter().map(listed).collect::<Vec<_>>().join("\n")),
        events: settings.events.iter().map(event).collect(),
        anonymous: anonymous.get(),
    };
    let optional = [
        versioning.as_ref().map(Traced::origin),
        lock.as_ref().map(Traced::origin),
        quota.as_ref().map(Traced::origin),
    ];
    let events = settings.events.iter().map(|event| &event.origin);
    let origins =
        optional.into_iter().flatten().chain(events).chain([name.origin(), anonymous.origin(), &settings.claimant]);
    (bucket, Origin::merged(origins))
}

/// Returns an event as `mc event list` shows it, without blanks. Source: minio/mc, `cmd/event-list.go`.
fn listed(event: &BucketEvent) -> String {
    let filter = |name: &str, value: &Option<String>| {
        value.as_ref().filter(|value| !value.is_empty()).map(|value| format!("{name}=\"{value}\"")).unwrap_or_default()
    };
    let BucketEvent { arn, in_store, prefix, suffix, .. } = event;
    format!("{arn}{in_store}Filter:{}{}", filter("prefix", prefix), filter("suffix", suffix)).replace(' ', "")
}

fn event(event: &BucketEvent) -> Event {
    let quoted = |text: &Option<String>| text.as_deref().filter(|text| !text.is_empty()).map(quoted);
    Event {
        arn: self::quoted(&event.arn),
        types: event.types.clone(),
        prefix: quoted(&event.prefix),
        suffix: quoted(&event.suffix),
    }
}

/// Returns text as a shell takes it for one word, whatever it holds.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Returns the policy of one user: its own buckets and nothing else.
pub(super) fn policy(access: &Access) -> Traced<String> {
    // Its key is named after the user.
    let origins = std::iter::once(access.user.origin()).chain(access.buckets.iter().map(Traced::origin));
    let text = written(&document(&access.buckets, access.permissions));
    Traced::new(text, Origin::merged(origins))
}

/// Returns the text of a policy that no user has.
pub(super) fn named_policy(policy: &NamedPolicy) -> Traced<String> {
    let origins = [policy.name.origin(), policy.permissions.origin()].into_iter();
    let origins = origins.chain(policy.buckets.iter().map(Traced::origin));
    let text = written(&document(&policy.buckets, *policy.permissions.get()));
    Traced::new(text, Origin::merged(origins))
}

/// Returns the policy that allows `permissions` in `buckets`, and nothing else.
pub(super) fn document(buckets: &[Traced<BucketName>], permissions: Permissions) -> Json {
    let resources =
        |suffix: &str| buckets.iter().map(|bucket| format!("arn:aws:s3:::{bucket}{suffix}")).collect::<Vec<_>>();
    serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Action": permissions.bucket_actions(), "Resource": resources("") },
            { "Effect": "Allow", "Action": permissions.object_actions(), "Resource": resources("/*") },
        ],
    })
}

fn written(policy: &Json) -> String {
    serde_json::to_string_pretty(policy).expect("a policy is JSON") + "\n"
}
