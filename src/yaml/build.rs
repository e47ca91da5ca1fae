//! The tree that a parser's events make: places, aliases, and limits.

mod entries;
mod scalars;

use std::collections::BTreeMap;
use std::ops::Range;

use self::entries::{Merge, map_of};
use crate::diagnostic::{Diagnostic, nearest};
use crate::source::{FileId, Source, Span};
use crate::value::{Entry, Node, Origin, Text, Value};
use crate::yaml::rules;

/// Maps and lists inside one another: more than any Kubernetes object has, less than any stack.
const MAX_DEPTH: usize = 100;

/// Values of one file, those of aliases counted each time.
const MAX_NODES: usize = 1_000_000;

/// Bytes of text and places that aliases may multiply to.
const MAX_ALIASED_BYTES: usize = 64 << 20;

/// What must not be read on after an error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stop {
    /// This document.
    Document,
    /// The whole file.
    File,
}

/// What a tag of the core schema asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tag {
    Str,
    Int,
    Float,
    Bool,
    Null,
    Map,
    Seq,
    /// A tag that means nothing here.
    Unknown,
}

/// What a node brings along beside its content: where it stands, its anchor and its tag.
#[derive(Clone, Debug)]
pub(super) struct Properties {
    /// Bytes of the node in the file.
    pub(super) at: Range<usize>,
    /// The anchor's number, 0 without one.
    pub(super) anchor: usize,
    /// The tag, and where it stands.
    pub(super) tag: Option<(Tag, Range<usize>)>,
}

/// Builds the documents of one file.
pub(super) struct Builder<'source> {
    file: FileId,
    source: &'source Source,
    frames: Vec<Frame>,
    anchors: BTreeMap<usize, Anchor>,
    anchor_names: Vec<String>,
    root: Option<Value>,
    /// Values so far, in all documents.
    nodes: usize,
    /// Values kept for aliases.
    kept: usize,
    aliased_bytes: usize,
    /// What was found so far.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// A map or list that is still open.
struct Frame {
    at: Range<usize>,
    anchor: usize,
    weight: Weight,
    content: Content,
}

enum Content {
    List(Vec<Value>),
    Map { entries: Vec<Entry>, key: Option<Key>, merges: Vec<Merge> },
}

/// A key that waits for its value.
enum Key {
    Text(Text, Span),
    Merge(Span),
    /// Told already: its value is dropped.
    Bad,
}

/// The value of an anchor; none while it is open.
struct Anchor {
    value: Option<Value>,
    weight: Weight,
}

/// How much an alias repeats.
#[derive(Clone, Copy, Default)]
struct Weight {
    nodes: usize,
    bytes: usize,
    levels: usize,
}

impl<'source> Builder<'source> {
    pub(super) fn new(file: FileId, source: &'source Source) -> Self {
        Self {
            file,
            source,
            frames: Vec::new(),
            anchors: BTreeMap::new(),
            anchor_names: Vec::new(),
            root: None,
            nodes: 0,
            kept: 0,
            aliased_bytes: 0,
            diagnostics: Vec::new(),
        }
    }

    /// Begins a document; what was open is given up.
    pub(super) fn start_document(&mut self) {
        self.frames.clear();
        self.anchors.clear();
        self.anchor_names.clear();
        self.root = None;
    }

    /// Returns the document, if it holds anything.
    pub(super) fn end_document(&mut self) -> Option<Value> {
        self.root.take().filter(|root| !root.is_null())
    }

    /// Takes a scalar; `plain` if it has neither quotes nor a block's indicator.
    pub(super) fn scalar(&mut self, text: Text, plain: bool, properties: Properties) -> Result<(), Stop> {
        let Properties { at, anchor, tag } = properties;
        let span = self.span(at.clone());
        if self.wants_key() {
            let key = self.key(&text, plain, tag, span);
            if let (1.., Key::Text(text, _)) = (anchor, &key) {
                let value = Value { node: Node::String(text.clone()), origin: Origin::at(span) };
                self.keep_anchor(anchor, &value, Weight { nodes: 1, bytes: text.len(), levels: 0 }, span)?;
            }
            self.take_key(key, at);
            return Ok(());
        }
        // What is not there stands behind the colon of its key.
        let at = if plain && at.is_empty() { self.behind_colon(at.start) } else { at };
        let span = self.span(at.clone());
        let bytes = text.len();
        let value = Value { node: self.scalar_node(text, plain, tag, span), origin: Origin::at(span) };
        let weight = Weight { nodes: 1, bytes, levels: 0 };
        self.keep_anchor(anchor, &value, weight, span)?;
        self.place(value, at, weight, 1)
    }

    /// Opens a list.
    pub(super) fn open_list(&mut self, properties: Properties) -> Result<(), Stop> {
        self.open(Content::List(Vec::new()), Tag::Seq, properties)
    }

    /// Opens a map.
    pub(super) fn open_map(&mut self, properties: Properties) -> Result<(), Stop> {
        self.open(Content::Map { entries: Vec::new(), key: None, merges: Vec::new() }, Tag::Map, properties)
    }

    /// Closes the innermost map or list, which `indicator`, the closing bracket, may end.
    pub(super) fn close(&mut self, indicator: Range<usize>) -> Result<(), Stop> {
        let Some(mut frame) = self.frames.pop() else { return Ok(()) };
        if !indicator.is_empty() {
            frame.at.end = frame.at.end.max(indicator.end);
        }
        let node = match frame.content {
            Content::List(items) => Node::List(items),
            Content::Map { entries, merges, .. } => Node::Map(map_of(entries, merges, &mut self.diagnostics)),
        };
        let span = self.span(frame.at.clone());
        let value = Value { node, origin: Origin::at(span) };
        let mut weight = frame.weight;
        weight.nodes += 1;
        weight.levels += 1;
        self.keep_anchor(frame.anchor, &value, weight, span)?;
        if self.wants_key() {
            self.diagnostics.push(
                rules::KEY_NOT_TEXT
                    .found(format!("{} cannot be a key", value.kind_name()))
                    .at(span, "a key of Kubernetes is text")
                    .refused(),
            );
            self.take_key(Key::Bad, frame.at);
            return Ok(());
        }
        self.place(value, frame.at, weight, 1)
    }

    /// Remembers the name of an anchor, for those who misspell it.
    pub(super) fn name_anchor(&mut self, name: &str) {
        self.anchor_names.push(name.to_owned());
    }

    /// Puts what stands at the anchor `id` here.
    pub(super) fn alias(&mut self, id: usize, at: Range<usize>) -> Result<(), Stop> {
        let span = self.span(at.clone());
        let Some(Anchor { value: Some(value), weight }) = self.anchors.get(&id) else {
            self.diagnostics.push(
                rules::CYCLIC_ALIAS
                    .found(format!("`{}` stands inside of what it repeats", self.text(span)))
                    .at(span, "would never end")
                    .refused(),
            );
            return self.place_or_key(None, at);
        };
        let mut weight = *weight;
        weight.bytes += size_of::<Span>() * weight.nodes;
        if self.frames.len() + weight.levels > MAX_DEPTH {
            return Err(self.too_deep(span));
        }
        self.aliased_bytes += weight.bytes;
        if self.nodes + weight.nodes > MAX_NODES || self.aliased_bytes > MAX_ALIASED_BYTES {
            return Err(self.too_many(span));
        }
        let mut value = value.clone();
        add_origin(&mut value, &Origin::at(span));
        self.place_or_key(Some((value, weight)), at)
    }

    /// Tells an alias whose anchor is not known.
    pub(super) fn unknown_alias(&mut self, name: &str, at: Range<usize>) -> Result<(), Stop> {
        let error = rules::UNKNOWN_ALIAS
            .found(format!("there is no anchor `&{name}` above"))
            .at(self.span(at.clone()), "repeats nothing")
            .refused();
        self.diagnostics.push(match nearest(name, self.anchor_names.iter().rev().take(100).map(String::as_str)) {
            Some(near) => error.help(format!("write `*{near}`, or set `&{name}` before its first use")),
            None => error.help(format!("set `&{name}` before its first use")),
        });
        self.place_or_key(None, at)
    }

    /// Tells that maps and lists lie too deep in one another.
    pub(super) fn too_deep(&mut self, span: Span) -> Stop {
        self.diagnostics.push(
            rules::TOO_DEEP
                .found(format!("more than {MAX_DEPTH} maps and lists lie in one another"))
                .at(span, "too deep")
                .refused(),
        );
        Stop::Document
    }

    /// Returns the span of these bytes of the file.
    pub(super) fn span(&self, at: Range<usize>) -> Span {
        Span::new(self.file, at)
    }

    fn text(&self, span: Span) -> &'source str {
        self.source.text().get(span.range()).unwrap_or_default()
    }

    fn too_many(&mut self, span: Span) -> Stop {
        self.diagnostics.push(
            rules::TOO_MANY_VALUES
                .found("the file holds more than a million values, aliases repeated")
                .at(span, "too many from here on")
                .help("split the file, or repeat less by aliases")
                .refused(),
        );
        Stop::File
    }

    fn open(&mut self, content: Content, own: Tag, properties: Properties) -> Result<(), Stop> {
        let Properties { mut at, anchor, tag } = properties;
        if let Some((tag, tag_at)) = tag
            && tag != own
        {
            self.wrong_tag(tag, tag_at, if own == Tag::Seq { "a list" } else { "a map" });
        }
        // The parser puts a list that is not indented behind its first dash.
        let before = &self.source.text()[..at.start];
        if own == Tag::Seq && at.is_empty() && !self.source.text()[at.start..].starts_with('-') {
            at.start = before.trim_end().strip_suffix('-').map_or(at.start, str::len);
        }
        if self.frames.len() == MAX_DEPTH {
            let end = at.end.max(at.start);
            let span = self.span(at.start..end);
            return Err(self.too_deep(span));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, Anchor { value: None, weight: Weight::default() });
        }
        self.frames.push(Frame { at, anchor, weight: Weight::default(), content });
        Ok(())
    }

    /// Keeps a value for its aliases.
    fn keep_anchor(&mut self, anchor: usize, value: &Value, weight: Weight, span: Span) -> Result<(), Stop> {
        if anchor == 0 {
            return Ok(());
        }
        self.kept += weight.nodes;
        if self.kept > MAX_NODES {
            return Err(self.too_many(span));
        }
        self.anchors.insert(anchor, Anchor { value: Some(value.clone()), weight });
        Ok(())
    }

    /// Whether the next node is a key.
    fn wants_key(&self) -> bool {
        matches!(self.frames.last(), Some(Frame { content: Content::Map { key: None, .. }, .. }))
    }

    fn take_key(&mut self, taken: Key, at: Range<usize>) {
        if let Some(Frame { content: Content::Map { key, .. }, at: frame_at, weight, .. }) = self.frames.last_mut() {
            if let Key::Text(text, _) = &taken {
                weight.bytes += text.len();
            }
            *key = Some(taken);
            frame_at.end = frame_at.end.max(at.end);
        }
    }

    /// Puts what an alias stands for where a key or a value is wanted; nothing after an error.
    fn place_or_key(&mut self, found: Option<(Value, Weight)>, at: Range<usize>) -> Result<(), Stop> {
        let span = self.span(at.clone());
        if !self.wants_key() {
            let (value, weight) =
                found.unwrap_or_else(|| (Value { node: Node::Null, origin: Origin::at(span) }, Weight::default()));
            return self.place(value, at, weight, weight.nodes);
        }
        let key = match found {
            Some((Value { node: Node::String(text), .. }, _)) => Key::Text(text, span),
            Some((other, _)) => {
                self.diagnostics.push(
                    rules::KEY_NOT_TEXT
                        .found(format!("{} cannot be a key", other.kind_name()))
                        .at(span, "a key of Kubernetes is text")
                        .refused(),
                );
                Key::Bad
            }
            None => Key::Bad,
        };
        self.take_key(key, at);
        Ok(())
    }

    /// Puts a finished value, which takes up the bytes `at` and has `new` values not counted yet, into the innermost map
    /// or list.
    fn place(&mut self, value: Value, at: Range<usize>, weight: Weight, new: usize) -> Result<(), Stop> {
        self.nodes += new;
        if self.nodes > MAX_NODES {
            let span = self.span(at);
            return Err(self.too_many(span));
        }
        let span = self.span(at.clone());
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(value);
            return Ok(());
        };
        frame.at.end = frame.at.end.max(at.end);
        frame.weight.nodes += weight.nodes;
        frame.weight.bytes += weight.bytes;
        frame.weight.levels = frame.weight.levels.max(weight.levels);
        match &mut frame.content {
            Content::List(items) => items.push(value),
            Content::Map { entries, key, merges } => match key.take() {
                Some(Key::Text(key, key_span)) => entries.push(Entry { key, key_span: Some(key_span), value }),
                Some(Key::Merge(key)) => merges.push(Merge { key, value, at: span }),
                Some(Key::Bad) | None => {}
            },
        }
        Ok(())
    }

    /// Returns the place behind the colon that follows `at`, for a value that is not there.
    fn behind_colon(&self, at: usize) -> Range<usize> {
        let rest = &self.source.text()[at..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let at = if rest[blanks..].starts_with(':') { at + blanks + 1 } else { at };
        at..at
    }
}

/// Adds `origin` to the value and all values in it: an alias decides each of them.
fn add_origin(value: &mut Value, origin: &Origin) {
    value.origin.add(origin);
    match &mut value.node {
        Node::List(items) => items.iter_mut().for_each(|item| add_origin(item, origin)),
        Node::Map(map) => map.iter_mut().for_each(|entry| add_origin(&mut entry.value, origin)),
        _ => {}
    }
}
