//! The script of the Job, and the policies that it makes.

use std::sync::LazyLock;

use minijinja::Environment;
use serde::Serialize;

use crate::component::Access;
use crate::value::{Origin, Traced};

/// The script, read once.
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.add_template("buckets.sh", include_str!("buckets.sh.j2")).expect("the script is a template");
    templates
});

/// What the script is filled with.
#[derive(Serialize)]
struct Names<'access> {
    buckets: Vec<String>,
    users: Vec<User<'access>>,
}

/// A user with the buckets that it may use.
#[derive(Serialize)]
struct User<'access> {
    name: &'access str,
    buckets: Vec<String>,
}

/// Returns the script. Every name in it was parsed: nothing in it needs quoting.
pub(super) fn script(accesses: &[&Access]) -> Traced<String> {
    let names = |access: &Access| access.buckets.iter().map(ToString::to_string).collect();
    let users: Vec<_> =
        accesses.iter().map(|access| User { name: access.user.get(), buckets: names(access) }).collect();
    let mut buckets: Vec<_> = users.iter().flat_map(|user| user.buckets.iter().cloned()).collect();
    buckets.sort();
    buckets.dedup();
    let script = TEMPLATES
        .get_template("buckets.sh")
        .and_then(|template| template.render(minijinja::value::Serde(Names { buckets, users })))
        .expect("the template is there and reads only what it is given");
    let origins = accesses
        .iter()
        .flat_map(|access| std::iter::once(access.user.origin()).chain(access.buckets.iter().map(Traced::origin)));
    Traced::new(script + "\n", Origin::merged(origins))
}

/// Returns the policy of one user: its own buckets and nothing else.
pub(super) fn policy(access: &Access) -> Traced<String> {
    let resources =
        |suffix: &str| access.buckets.iter().map(|bucket| format!("arn:aws:s3:::{bucket}{suffix}")).collect::<Vec<_>>();
    let policy = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Action": access.permissions.bucket_actions(), "Resource": resources("") },
            { "Effect": "Allow", "Action": access.permissions.object_actions(), "Resource": resources("/*") },
        ],
    });
    let text = serde_json::to_string_pretty(&policy).expect("a policy is JSON") + "\n";
    // Its key is named after the user.
    let origins = std::iter::once(access.user.origin()).chain(access.buckets.iter().map(Traced::origin));
    Traced::new(text, Origin::merged(origins))
}
