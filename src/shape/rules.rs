//! What a value can have against the schema of its kind, for `bayplan explain`.

use crate::diagnostic::Rule;

/// All of them.
pub(crate) const RULES: &[Rule] = &[
    UNKNOWN_FIELD,
    MISSING_FIELD,
    WRONG_TYPE,
    UNKNOWN_VALUE,
    OUT_OF_RANGE,
    DUPLICATE_ITEM,
    TOO_MANY_CHOICES,
    UNKNOWN_KIND,
    GENERATED_NAME,
];

pub(super) const UNKNOWN_FIELD: Rule = Rule::refusal(
    "shape/unknown-field",
    "a kind has no such field",
    "The API server drops fields that it does not know, most often without a word: what was asked for never happens.",
    "correct the name, or remove the field",
);

pub(super) const MISSING_FIELD: Rule = Rule::refusal(
    "shape/missing-field",
    "a field that must be there is missing",
    "The API server, or whoever reads the declaration, refuses it without the field.",
    "add the field",
);

pub(super) const WRONG_TYPE: Rule = Rule::refusal(
    "shape/wrong-type",
    "a value is of another type than its field",
    "The API server refuses it, mostly when everything else is applied already.",
    "write a value of the type that the message names; a text is a text by its quotes",
);

pub(super) const UNKNOWN_VALUE: Rule = Rule::refusal(
    "shape/unknown-value",
    "a value is none of those that its field takes",
    "The API server refuses it.",
    "use one of the values that the message names",
);

pub(super) const OUT_OF_RANGE: Rule = Rule::refusal(
    "shape/out-of-range",
    "a value is too small, too large, too short or too long",
    "The API server refuses it.",
    "choose a value within the bounds that the message names",
);

pub(super) const DUPLICATE_ITEM: Rule = Rule::refusal(
    "shape/duplicate-item",
    "a list has an item twice whose items are told apart by a key",
    "Server-side apply goes by the key and refuses the list, or one of the two items wins.",
    "remove one of the two",
);

pub(super) const TOO_MANY_CHOICES: Rule = Rule::refusal(
    "shape/too-many-choices",
    "fields stand together of which only one may be chosen",
    "The API server refuses it, since it cannot know which one was meant.",
    "keep one of them",
);

pub(super) const UNKNOWN_KIND: Rule = Rule::warning(
    "shape/unknown-kind",
    "Kubernetes has the group, but no such kind in it",
    "The cluster refuses a kind that it does not serve, and none of the object's fields can be checked here.",
    "correct `kind` or `apiVersion`",
);

pub(super) const GENERATED_NAME: Rule = Rule::refusal(
    "shape/generated-name",
    "an object leaves its name to the cluster",
    "Each reconciliation would make another one.",
    "write a fixed `name`",
);
