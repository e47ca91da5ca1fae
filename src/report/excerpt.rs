//! Pieces of input that are safe to show: no secret, no control character.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::source::{FileId, Sources, Span};

/// Shorter secrets are common words; to hide them wherever they occur would hide the message.
const SHORTEST_HIDDEN: usize = 4;

/// The inputs as they may be shown.
#[derive(Debug)]
pub(super) struct Excerpts<'a> {
    sources: &'a Sources,
    secrets: &'a [Span],
    /// The texts of files as they may be shown, made when first asked for.
    shown: Vec<OnceCell<Cow<'a, str>>>,
}

impl<'a> Excerpts<'a> {
    pub(super) fn new(sources: &'a Sources, secrets: &'a [Span]) -> Self {
        Self { sources, secrets, shown: sources.iter().map(|_| OnceCell::new()).collect() }
    }

    /// Returns the text of `file` with the same offsets, its secrets starred.
    pub(super) fn text(&self, file: FileId) -> &str {
        self.shown[file.index()].get_or_init(|| {
            let secrets: Vec<_> = self.secrets.iter().filter(|span| span.file == file).collect();
            let text = self.sources.get(file).text();
            let is_secret = |at: usize| secrets.iter().any(|span| span.range().contains(&at));
            if secrets.is_empty() && !text.contains(is_hazard) {
                return Cow::Borrowed(text);
            }
            let mut shown = String::with_capacity(text.len());
            for (at, letter) in text.char_indices() {
                match letter {
                    '\n' | '\r' => shown.push(letter),
                    // Every byte of it gets a star, so that all offsets stay.
                    _ if (at..at + letter.len_utf8()).any(is_secret) => shown.extend(vec!['*'; letter.len_utf8()]),
                    _ if is_hazard(letter) => shown.push_str(stand_in(letter.len_utf8())),
                    _ => shown.push(letter),
                }
            }
            Cow::Owned(shown)
        })
    }

    /// Returns the line on which `span` begins, without the blanks around it, of at most `width` characters.
    pub(super) fn line(&self, span: Span, width: usize) -> String {
        let text = self.text(span.file);
        let line = text[lines_of(text, span.range().start..span.range().start)].trim();
        let line = tame(line);
        if line.chars().count() <= width {
            return line.into_owned();
        }
        line.chars().take(width.saturating_sub(1)).chain(['…']).collect()
    }

    /// Returns a sentence of ours without control characters, and without secrets where it quotes a value.
    pub(super) fn sentence(&self, text: &str) -> String {
        let secrets: Vec<_> = self.secrets.iter().filter_map(|&span| self.word(span)).collect();
        let pieces = text.split('`').enumerate().map(|(index, piece)| {
            let quoted = index % 2 == 1;
            let mut piece = tame(piece).into_owned();
            for &secret in secrets.iter().filter(|_| quoted) {
                if piece == secret || secret.len() >= SHORTEST_HIDDEN && piece.contains(secret) {
                    piece = piece.replace(secret, "***");
                }
            }
            piece
        });
        pieces.collect::<Vec<_>>().join("`")
    }

    /// Returns the secret at `span` without its quotes.
    fn word(&self, span: Span) -> Option<&'a str> {
        let text = self.sources.get(span.file).text().get(span.range())?.trim();
        let quoted = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
        Some(quoted('"').or_else(|| quoted('\'')).unwrap_or(text)).filter(|word| !word.is_empty())
    }
}

/// Returns the range of the lines in which `range` lies, without the last line end.
pub(super) fn lines_of(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let bytes = text.as_bytes();
    let end = range.end.min(bytes.len());
    let start = range.start.min(end);
    let first = bytes[..start].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let last = bytes[end..].iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |at| end + at);
    first..last
}

/// Returns `text` with control characters made visible, but for line ends and tabs.
pub(super) fn tame(text: &str) -> Cow<'_, str> {
    let is_wild = |letter: char| is_hazard(letter) || letter.is_control() && !matches!(letter, '\n' | '\t');
    if !text.contains(is_wild) {
        return Cow::Borrowed(text);
    }
    let show = |letter: char| if is_wild(letter) { letter.escape_default().to_string() } else { letter.to_string() };
    Cow::Owned(text.chars().map(show).collect())
}

/// Whether a terminal takes `letter` as a command or for a change of the writing direction, though it is no ASCII
/// control character: excerpts show those by themselves.
fn is_hazard(letter: char) -> bool {
    matches!(letter, '\u{80}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(letter, '\u{2066}'..='\u{2069}')
}

/// Returns a visible character that takes `bytes` bytes: hazards take two or three.
fn stand_in(bytes: usize) -> &'static str {
    if bytes == 2 { "¿" } else { "\u{fffd}" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn secrets_are_starred_byte_for_byte() {
        let text = "a: ü€x\nb: \u{9b}31m\nc: two\n  lines\n";
        let sources = Sources::new(vec![Source::new("x", text.as_bytes().to_vec())]);
        let file = FileId::from_index(0);
        let secrets = [Span::new(file, 3..9), Span::new(file, text.find("two").unwrap()..text.len())];
        let excerpts = Excerpts::new(&sources, &secrets);
        assert_eq!(excerpts.text(file), "a: ******\nb: ¿31m\nc: ***\n*******\n");
        assert_eq!(excerpts.text(file).len(), text.len());
        assert_eq!(excerpts.line(Span::new(file, 3..4), 80), "a: ******");
        assert_eq!(excerpts.line(Span::new(file, 0..1), 6), "a: **…");
    }

    #[test]
    fn sentences_do_not_quote_secrets_or_commands() {
        let sources = Sources::new(vec![Source::new("x", b"p: '12345678'\nq: abc".to_vec())]);
        let file = FileId::from_index(0);
        let secrets = [Span::new(file, 3..13), Span::new(file, 17..20)];
        let excerpts = Excerpts::new(&sources, &secrets);
        let shown = excerpts.sentence("`abc` and `abcd` and `x12345678` abc \u{1b}[31m");
        assert_eq!(shown, "`***` and `abcd` and `x***` abc \\u{1b}[31m");
    }
}
