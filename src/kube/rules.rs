//! What a text can have against being what Kubernetes takes it for, for `bayplan explain`.

use crate::diagnostic::Rule;

/// All of them.
pub const RULES: &[Rule] = &[
    INVALID_NAME,
    INVALID_LABEL_KEY,
    INVALID_LABEL_VALUE,
    INVALID_ANNOTATION_KEY,
    INVALID_API_VERSION,
    INVALID_QUANTITY,
    INVALID_IMAGE,
    INVALID_BUCKET_NAME,
    INVALID_DATA_KEY,
    INVALID_DURATION,
    INVALID_DAY,
    INVALID_ENDPOINT,
    INVALID_URL,
    INVALID_HOST_AND_PORT,
    INVALID_CIDR,
    INVALID_HOST,
    INVALID_BASE64,
];

pub(super) const INVALID_NAME: Rule = Rule::refusal(
    "shape/invalid-name",
    "a text cannot be the name of an object",
    "Names become parts of host names, paths and labels; the API server refuses what fits into none of them.",
    "use lower-case letters, digits and `-`, with a letter or digit at both ends, 63 characters at most",
);

pub(super) const INVALID_LABEL_KEY: Rule = Rule::refusal(
    "shape/invalid-label-key",
    "a text cannot be the key of a label",
    "The API server refuses the object.",
    "use letters, digits, `-`, `_` and `.`, 63 characters at most; a prefix `example.org/` may come before",
);

pub(super) const INVALID_LABEL_VALUE: Rule = Rule::refusal(
    "shape/invalid-label-value",
    "a text cannot be the value of a label",
    "The API server refuses the object; longer texts belong in annotations.",
    "use letters, digits, `-`, `_` and `.`, with a letter or digit at both ends, 63 characters at most",
);

pub(super) const INVALID_ANNOTATION_KEY: Rule = Rule::refusal(
    "shape/invalid-annotation-key",
    "a text cannot be the key of an annotation",
    "The API server refuses the object.",
    "use letters, digits, `-`, `_` and `.`, 63 characters at most; a prefix `example.org/` may come before",
);

pub(super) const INVALID_API_VERSION: Rule = Rule::refusal(
    "shape/invalid-api-version",
    "a text is no group and version",
    "The API server finds no kind by it.",
    "write `GROUP/VERSION`, or the version alone for the core's kinds: `apps/v1`, `v1`",
);

pub(super) const INVALID_QUANTITY: Rule = Rule::refusal(
    "shape/invalid-quantity",
    "a text is no quantity",
    "Amounts of memory, storage and processors have one grammar; the API server refuses others.",
    "write a number with one of its suffixes: `500m`, `2Gi`",
);

pub(super) const INVALID_IMAGE: Rule = Rule::refusal(
    "shape/invalid-image",
    "a text is no image",
    "No node can pull it: the pods stay in InvalidImageName.",
    "write `REGISTRY/REPOSITORY:TAG`, with the repository in lower case",
);

pub(super) const INVALID_BUCKET_NAME: Rule = Rule::refusal(
    "shape/invalid-bucket-name",
    "a text cannot be the name of a bucket",
    "Bucket names become host names; the store refuses others.",
    "use 3 to 63 lower-case letters, digits, `-` and `.`, with a letter or digit at both ends",
);

pub(super) const INVALID_DATA_KEY: Rule = Rule::refusal(
    "shape/invalid-data-key",
    "a text cannot be a key of a Secret",
    "The API server refuses the Secret.",
    "use letters, digits, `-`, `_` and `.`",
);

pub(super) const INVALID_DURATION: Rule = Rule::refusal(
    "shape/invalid-duration",
    "a text is no duration",
    "Whoever reads it falls back to something else, or does not start.",
    "write numbers with units: `7d`, `1h30m`",
);

pub(super) const INVALID_DAY: Rule = Rule::refusal(
    "shape/invalid-day",
    "a text is no day",
    "Whoever reads it does not start.",
    "write the year, the month and the day, between quotes: `\"2026-01-31\"`",
);

pub(super) const INVALID_ENDPOINT: Rule = Rule::refusal(
    "shape/invalid-endpoint",
    "a text is no endpoint",
    "Clients would look for it at another place, or nowhere.",
    "write scheme, host and perhaps a port: `https://s3.example.org`",
);

pub(super) const INVALID_URL: Rule = Rule::refusal(
    "shape/invalid-url",
    "a text is no URL",
    "Whoever is configured with it would fail to read it, or ask somebody else.",
    "write the whole of it, like `https://metrics.example.org/api/v1/write`",
);

pub(super) const INVALID_HOST_AND_PORT: Rule = Rule::refusal(
    "shape/invalid-host-and-port",
    "a text is no host with its port",
    "Whoever is configured with it takes the two without a scheme, and would not find the host.",
    "write both, like `kafka.kafka.svc:9092`",
);

pub(super) const INVALID_CIDR: Rule = Rule::refusal(
    "shape/invalid-cidr",
    "a text is no block of addresses",
    "The API server refuses a policy with it.",
    "write an address and a length: `192.0.2.0/24`",
);

pub(super) const INVALID_HOST: Rule = Rule::refusal(
    "shape/invalid-host",
    "a text is no name of a host",
    "Routes, rules of an Ingress and certificates go by names alone; the API server refuses others.",
    "write the name without scheme, port and path: `s3.example.org`",
);

pub(super) const INVALID_BASE64: Rule = Rule::refusal(
    "shape/invalid-base64",
    "a text is no base64",
    "The API server refuses the object.",
    "encode the value, or write it as it is below `stringData` or `data` where the kind has one for text",
);
