//! Findings in the look of rustc: the user's lines with carets, who decided, and the remedy.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use super::Look;
use super::excerpt::{Excerpts, lines_of, tame};
use crate::diagnostic::{Diagnostic, Diagnostics, Label, Severity};
use crate::source::{FileId, Sources, Span};

/// Returns `diagnostics` as text with a closing line, or nothing where there are none. What `secrets` cover is starred
/// in every excerpt.
#[must_use]
pub fn render(diagnostics: &Diagnostics, sources: &Sources, secrets: &[Span], look: Look) -> String {
    let excerpts = Excerpts::new(sources, secrets);
    let renderer = if look.color { Renderer::styled() } else { Renderer::plain() }.term_width(look.width);
    let mut text = String::new();
    for diagnostic in diagnostics.iter() {
        text += &render_one(diagnostic, sources, &excerpts, &renderer);
        text += "\n\n";
    }
    if !diagnostics.is_empty() {
        text += &closing_line(diagnostics);
        text.push('\n');
    }
    text
}

/// Returns how many findings there are: `2 errors, 1 warning`.
#[must_use]
pub fn closing_line(diagnostics: &Diagnostics) -> String {
    let kinds = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
    let counts = kinds.into_iter().map(|(severity, name)| (diagnostics.count(severity), name));
    let told = counts.filter(|&(count, _)| count > 0);
    told.map(|(count, name)| format!("{count} {name}{}", if count == 1 { "" } else { "s" }))
        .collect::<Vec<_>>()
        .join(", ")
}

fn render_one(one: &Diagnostic, sources: &Sources, excerpts: &Excerpts<'_>, renderer: &Renderer) -> String {
    let level = match one.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    if one.labels.is_empty() {
        return without_place(one, excerpts, &level, renderer);
    }
    let title = level.primary_title(excerpts.sentence(&one.message)).id(tame(&one.code).into_owned());
    let snippets = files_of(&one.labels).into_iter().map(|file| snippet(file, &one.labels, sources, excerpts));
    let mut group = Group::with_title(title).elements(snippets);
    if one.clusters > 1 {
        group = group.element(Level::NOTE.message(format!("in {} clusters", one.clusters)));
    }
    if let Some(help) = &one.help {
        group = group.element(Level::HELP.message(excerpts.sentence(help)));
    }
    renderer.render(&[group])
}

/// Returns a finding that has no place in the input: no empty excerpt stands between it and its remedy.
fn without_place(one: &Diagnostic, excerpts: &Excerpts<'_>, level: &Level<'_>, renderer: &Renderer) -> String {
    let title = level.clone().primary_title(excerpts.sentence(&one.message)).id(tame(&one.code).into_owned());
    let mut text = renderer.render(&[Group::with_title(title)]);
    if let Some(help) = &one.help {
        text += "\n";
        text += &renderer.render(&[Group::with_title(Level::HELP.primary_title(excerpts.sentence(help)))]);
    }
    text
}

/// Returns the files that the labels point into, the culprit's first.
fn files_of(labels: &[Label]) -> Vec<FileId> {
    let mut files = Vec::new();
    for label in labels {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    files
}

/// Returns the lines of `file` that `labels` point at. Only they are handed on: the file may be large.
fn snippet<'a>(
    file: FileId,
    labels: &[Label],
    sources: &Sources,
    excerpts: &'a Excerpts<'_>,
) -> Snippet<'a, Annotation<'a>> {
    let text = excerpts.text(file);
    let shown = |span: Span| on_one_line(text, span.range());
    let here = || labels.iter().filter(|label| label.span.file == file);
    let start = here().map(|label| shown(label.span).start).min().unwrap_or(0);
    let end = here().map(|label| shown(label.span).end).max().unwrap_or(0);
    let region = lines_of(text, start..end);
    let line = text[..region.start].bytes().filter(|&byte| byte == b'\n').count() + 1;
    let annotations = labels.iter().enumerate().filter(|(_, label)| label.span.file == file).map(|(index, label)| {
        let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let range = shown(label.span);
        let text = Some(excerpts.sentence(&label.text)).filter(|text| !text.is_empty());
        kind.span(range.start - region.start..range.end - region.start).label(text)
    });
    let name = tame(sources.get(file).name()).into_owned();
    Snippet::source(&text[region.clone()]).line_start(line).path(name).annotations(annotations)
}

/// Returns the part of `range` on its first line: a caret below a whole document says nothing. Whole characters.
fn on_one_line(text: &str, range: Range<usize>) -> Range<usize> {
    let mut start = range.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = range.end.clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let line = text[start..end].find('\n').map_or(end, |at| start + at);
    start..start + text[start..line].trim_end().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn sources(files: &[(&str, &str)]) -> Sources {
        Sources::new(files.iter().map(|(name, text)| Source::new(*name, text.as_bytes().to_vec())).collect())
    }

    fn span(sources: &Sources, file: usize, piece: &str) -> Span {
        let file = FileId::from_index(file);
        let at = sources.get(file).text().find(piece).unwrap();
        Span::new(file, at..at + piece.len())
    }

    fn told(one: Diagnostic, sources: &Sources, secrets: &[Span]) -> String {
        render(&Diagnostics::new(vec![one]), sources, secrets, Look::default())
    }

    #[test]
    fn looks_like_rustc() {
        let sources = sources(&[
            ("cluster.yaml", "storage: x\nminio_replicas: 2\n"),
            ("declarations/minio.yaml", "kind: MinIO\nspec:\n  servers: \"#{ minio_replicas }#\"\n"),
        ]);
        let mut one = Diagnostic::error("minio/too-few-drives", "2 servers cannot form an erasure set")
            .at(span(&sources, 1, "\"#{ minio_replicas }#\""), "2 servers")
            .at(span(&sources, 0, "2"), "decided here")
            .help("use 4 or more servers");
        one.clusters = 100;
        let expected = "\
error[minio/too-few-drives]: 2 servers cannot form an erasure set
 --> declarations/minio.yaml:3:12
  |
3 |   servers: \"#{ minio_replicas }#\"
  |            ^^^^^^^^^^^^^^^^^^^^^^ 2 servers
  |
 ::: cluster.yaml:2:17
  |
2 | minio_replicas: 2
  |                 - decided here
  |
  = note: in 100 clusters
  = help: use 4 or more servers

1 error
";
        assert_eq!(told(one, &sources, &[]), expected);
    }

    #[test]
    fn two_places_in_one_file_share_an_excerpt() {
        let sources = sources(&[("x.yaml", "1: a\n2: b\n3: c\n4: d\n5: e\n6: f\n")]);
        let one = Diagnostic::warning("yaml/key-twice", "the key stands twice")
            .at(span(&sources, 0, "6"), "again")
            .at(span(&sources, 0, "2"), "");
        let expected = "\
warning[yaml/key-twice]: the key stands twice
 --> x.yaml:6:1
  |
2 | 2: b
  | -
...
6 | 6: f
  | ^ again

1 warning
";
        assert_eq!(told(one, &sources, &[]), expected);
    }

    #[test]
    fn a_finding_without_a_place() {
        let one = Diagnostic::note("tree/x", "nothing to see").help("go on");
        assert_eq!(told(one, &Sources::default(), &[]), "note[tree/x]: nothing to see\nhelp: go on\n\n1 note\n");
    }

    #[test]
    fn secrets_are_starred_and_the_carets_stay() {
        let sources = sources(&[("x.yaml", "a: {p: hüsh, q: no}\ntext: |\n  hush\n  hush\n")]);
        let secrets = [span(&sources, 0, "hüsh"), span(&sources, 0, "|\n  hush\n  hush\n")];
        let no = told(Diagnostic::error("a/b", "bad `no`").at(span(&sources, 0, "no"), ""), &sources, &secrets);
        assert!(no.contains("1 | a: {p: *****, q: no}\n  |                  ^^"), "{no}");
        let one = Diagnostic::error("a/b", "`hüsh` is bad").at(secrets[1], "here").at(secrets[0], "`hüsh`");
        let hidden = told(one, &sources, &secrets);
        assert!(!hidden.contains("üsh") && !hidden.contains("hush"), "{hidden}");
    }

    #[test]
    fn long_lines_are_cut_around_the_caret() {
        let long = format!("a: {} HERE {}\n", "x".repeat(5000), "y".repeat(5000));
        let sources = sources(&[("x.yaml", &long)]);
        let text = told(Diagnostic::error("a/b", "c").at(span(&sources, 0, "HERE"), "label"), &sources, &[]);
        assert!(text.contains("x HERE y") && text.contains("x.yaml:1:5005"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() < 160), "{text}");
    }

    #[test]
    fn no_text_of_the_user_commands_the_terminal() {
        let wild = "a: \u{1b}[31m \u{9b}31m \u{202e}x\r\n";
        let sources = sources(&[("\u{1b}x.yaml", wild)]);
        let one = Diagnostic::error("a/b", "bad `\u{1b}[2J`").at(span(&sources, 0, "x"), "\u{7}").help("\u{9b}");
        let text = told(one, &sources, &[]);
        assert!(!text.contains(|letter: char| letter.is_control() && letter != '\n'), "{text:?}");
        assert!(!text.contains('\u{202e}'));
    }

    #[test]
    fn any_span_is_shown_somehow() {
        let text = "ä: 1\n\nb: ü";
        let sources = sources(&[("x.yaml", text), ("y.yaml", "")]);
        for start in 0..=text.len() + 2 {
            for end in start..=text.len() + 2 {
                let one = Diagnostic::error("a/b", "c").at(Span::new(FileId::from_index(0), start..end), "here");
                assert!(told(one, &sources, &[]).contains("here"));
            }
        }
        let empty = Diagnostic::error("a/b", "c").at(Span::new(FileId::from_index(1), 0..0), "empty");
        assert!(told(empty, &sources, &[]).contains("y.yaml:1:1"));
    }

    #[test]
    fn the_places_are_those_that_others_name() {
        let sources = sources(&[("x.yaml", "ä: {ö: 1, ü: 2}\n\tb: 3\n")]);
        for piece in ["1", "2", "3"] {
            let span = span(&sources, 0, piece);
            let text = told(Diagnostic::error("a/b", "c").at(span, ""), &sources, &[]);
            assert!(text.contains(&format!("--> {}\n", sources.place(span))), "{text}");
        }
    }

    #[test]
    fn colours_are_there_only_where_asked_for() {
        let all = Diagnostics::new(vec![Diagnostic::error("a/b", "c"), Diagnostic::warning("a/c", "d")]);
        let sources = Sources::default();
        assert!(render(&all, &sources, &[], Look { color: true, width: 80 }).contains("\u{1b}["));
        assert!(render(&all, &sources, &[], Look::default()).ends_with("\n1 error, 1 warning\n"));
        assert_eq!(render(&Diagnostics::default(), &sources, &[], Look::default()), "");
    }
}
