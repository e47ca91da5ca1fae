//! What a YAML file can have against being read, for `bayplan explain`.

use crate::diagnostic::Rule;

/// All of them.
pub const RULES: &[Rule] = &[
    SYNTAX,
    NOT_UTF8,
    UNPRINTABLE_CHARACTER,
    KEY_TOO_LONG,
    KEY_NOT_TEXT,
    DUPLICATE_KEY,
    AMBIGUOUS_SCALAR,
    NOT_FINITE,
    EXPRESSION_IN_COMMENT,
    UNKNOWN_ALIAS,
    CYCLIC_ALIAS,
    MERGE_WITHOUT_MAP,
    UNKNOWN_TAG,
    TAG_DOES_NOT_FIT,
    TOO_DEEP,
    TOO_MANY_VALUES,
];

pub(super) const SYNTAX: Rule = Rule::refusal(
    "yaml/syntax",
    "a text is no YAML",
    "Where a document breaks off, nobody can say what the rest of it means; other documents of the file are still read.",
    "correct the text at the place shown, or just above it",
);

pub(super) const NOT_UTF8: Rule = Rule::refusal(
    "yaml/not-utf8",
    "a file is not UTF-8",
    "Readers would guess another encoding each, and the values would differ.",
    "save the file as UTF-8",
);

pub(super) const UNPRINTABLE_CHARACTER: Rule = Rule::refusal(
    "yaml/unprintable-character",
    "a character must not stand in YAML as it is",
    "YAML takes printable characters only; what cannot be seen cannot be reviewed either.",
    "remove it, or write it as an escape between double quotes",
);

pub(super) const KEY_TOO_LONG: Rule = Rule::refusal(
    "yaml/key-too-long",
    "a key is longer than readers look for its colon",
    "YAML ends the search for the `:` of a key after 1024 characters.",
    "write a `? ` before the key, and its `: ` on a line of its own",
);

pub(super) const KEY_NOT_TEXT: Rule = Rule::refusal(
    "yaml/key-not-text",
    "a key is no text",
    "Every key of Kubernetes is text; readers turn a number, a truth value or a list into different keys.",
    "quote the key",
);

pub(super) const DUPLICATE_KEY: Rule = Rule::refusal(
    "yaml/duplicate-key",
    "a key stands twice in one map",
    "Most readers silently keep the last one: a value that somebody wrote is lost, often after `cat >> cluster.yaml`.",
    "remove one of them",
);

pub(crate) const AMBIGUOUS_SCALAR: Rule = Rule::error(
    "yaml/ambiguous-scalar",
    "a value without quotes means different things to YAML 1.1 and 1.2",
    "kubectl, Helm, editors and scripts follow one or the other: `no` becomes false, `012` ten, and `12:30` 750.",
    "quote it, or write what is meant in the form that all readers share",
);

pub(super) const NOT_FINITE: Rule = Rule::refusal(
    "yaml/not-finite",
    "a number is infinite or none",
    "JSON, which the API server speaks, has no such numbers.",
    "write a number, or quote it if text is meant",
);

pub(super) const EXPRESSION_IN_COMMENT: Rule = Rule::refusal(
    "yaml/expression-in-comment",
    "an expression without quotes is a comment",
    "` #` begins a comment: the value would be empty, without a word from any reader.",
    "quote the whole value: `\"#{ name }#\"`",
);

pub(super) const UNKNOWN_ALIAS: Rule = Rule::refusal(
    "yaml/unknown-alias",
    "an alias repeats an anchor that is not there",
    "Anchors hold within one document, from where they stand on.",
    "set the anchor before its first use, in the same document",
);

pub(super) const CYCLIC_ALIAS: Rule = Rule::refusal(
    "yaml/cyclic-alias",
    "an alias stands inside of what it repeats",
    "The value would never end.",
    "write the value out, or move the anchor",
);

pub(super) const MERGE_WITHOUT_MAP: Rule = Rule::refusal(
    "yaml/merge-without-map",
    "`<<` is given something that is no map",
    "A merge takes the entries of maps; there is nothing to take from other values.",
    "merge an alias of a map: `<<: *name`",
);

pub(super) const UNKNOWN_TAG: Rule = Rule::refusal(
    "yaml/unknown-tag",
    "a tag has no meaning in Kubernetes",
    "Readers drop it, refuse it, or make an object of a programming language of it.",
    "leave the tag out",
);

pub(super) const TAG_DOES_NOT_FIT: Rule = Rule::refusal(
    "yaml/tag-does-not-fit",
    "a tag does not fit its value",
    "Some readers convert the value, and some refuse it.",
    "leave the tag out, or write a value of its type",
);

pub(super) const TOO_DEEP: Rule = Rule::refusal(
    "yaml/too-deep",
    "maps and lists lie too deep in one another",
    "Nothing in Kubernetes is that deep; readers overflow on it.",
    "write the document with fewer levels",
);

pub(super) const TOO_MANY_VALUES: Rule = Rule::refusal(
    "yaml/too-many-values",
    "a file holds more than a million values",
    "A few aliases of aliases make any number of values, which would fill the memory.",
    "split the file, or repeat less by aliases",
);
