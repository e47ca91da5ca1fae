//! The rules that an `S3Access` is held against.

use super::{S3Access, secret};
use crate::component::{Authority, CA_FILE, Context};
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::text;

pub(super) const RULES: &[Rule] = &[SAME_KEY, SEVERAL_BUCKETS, EGRESS_OF_ALL, OWN_AUTHORITY];

const SAME_KEY: Rule = Rule::error(
    "s3access/same-key",
    "two keys of the Secret have one name",
    "The Secret would hold one of the two values, and which one would be chance.",
    "give each key a name of its own",
);

const SEVERAL_BUCKETS: Rule = Rule::error(
    "s3access/several-buckets",
    "a key of the Secret is to hold the bucket, and there are several",
    "The application would find one of them.",
    "use the key `buckets`, which holds all of them, or declare an `S3Access` for each bucket",
);

const EGRESS_OF_ALL: Rule = Rule::error(
    "s3access/egress-of-all",
    "an egress policy is wanted, and no labels say for which pods",
    "It would select every pod of the namespace and deny it all else, whatever application it belongs to.",
    "name the labels of the application's pods in `pods.labels`",
);

const OWN_AUTHORITY: Rule = Rule::note(
    "s3access/own-authority",
    "the store's certificate is of an authority that no system trusts by itself",
    "The application refuses the connection until it is told to trust that authority.",
    "mount the certificate into the application, and name it in its configuration",
);

pub(super) fn lint(access: &S3Access, context: &Context) -> Vec<Diagnostic> {
    let store = access.store(&context.offers);
    let mut found = same_keys(access, context);
    let spec = &access.spec;
    if let (Some(key), [first, second, ..]) = (&spec.secret.keys.bucket, &spec.buckets[..]) {
        let message = format!("`{key}` is to hold the bucket, and `{first}` and `{second}` are two");
        let place = key.origin().and(second.origin());
        found.push(SEVERAL_BUCKETS.found(message).decided_at(place.spans(), ""));
    }
    if let Some(wanted) = spec.egress_policy.as_ref().filter(|wanted| *wanted.get() && spec.pods.labels.is_empty()) {
        let message = format!("the policy of `{}` would select every pod of its namespace", access.metadata.name());
        found.push(EGRESS_OF_ALL.found(message).decided_at(wanted.origin().spans(), ""));
    }
    let authority = store.and_then(|store| Some((store, store.authority.as_ref().filter(|_| *store.tls.get())?)));
    if let Some((store, authority)) = authority {
        let lies = match authority {
            Authority::Cluster(_) => "ConfigMap `kube-root-ca.crt`, key `ca.crt`".to_owned(),
            Authority::Certificate(_) => {
                format!("ConfigMap `{}`, key `{CA_FILE}`", text!("{}-store-ca", access.metadata.name()))
            }
            Authority::Shared { secret, name, key } => {
                format!("{} `{name}`, key `{key}`", if *secret.get() { "Secret" } else { "ConfigMap" })
            }
        };
        let message = format!("the certificate that store `{}` is trusted by lies in {lies}", store.name);
        let place = access.claimant().and(&store.offered);
        found.push(OWN_AUTHORITY.found(message).decided_at(place.spans(), ""));
    }
    found
}

fn same_keys(access: &S3Access, context: &Context) -> Vec<Diagnostic> {
    let keys = secret::keys(access, access.store(&context.offers), &access.credential(&context.offers));
    let twice = |(index, key): (usize, &secret::Key)| {
        let first = keys[..index].iter().find(|known| known.name == key.name)?;
        let place = key.name.origin().and(first.name.origin());
        let message = format!("`{}` is to hold two things", key.name);
        Some(SAME_KEY.found(message).decided_at(place.spans(), ""))
    };
    keys.iter().enumerate().filter_map(twice).collect()
}
