//! Markdown that never gets longer than a comment may be, and says so where something was left out.

use crate::render::{quote::plain, told::plural};

/// A page may have fewer characters than this.
pub(super) const MOST: usize = 60_000;

/// Characters that are kept free for saying what was left out.
const CLOSING: usize = 300;

/// Lines of one entry that are shown, and characters of one line.
const LINES: usize = 120;
const COLUMNS: usize = 400;

/// Markdown of a bounded length.
pub(super) struct Page {
    text: String,
    most: usize,
    left: usize,
    cut: usize,
}

/// A part that can be folded: entries of one or more lines, coloured as a difference.
pub(super) struct Section {
    /// What it is called, counts included.
    pub(super) title: String,
    /// Whether it is shown unfolded.
    pub(super) open: bool,
    /// Its entries, each of one or more lines.
    pub(super) entries: Vec<Vec<String>>,
}

impl Page {
    pub(super) fn new() -> Self {
        Self::sharing(1)
    }

    /// One of so many pages that stand in one comment, with what closes them.
    pub(super) fn sharing(pages: usize) -> Self {
        let most = if pages < 2 { MOST } else { MOST / (pages + 1) };
        Self { text: String::new(), most, left: most.saturating_sub(CLOSING + 1), cut: 0 }
    }

    /// Adds a paragraph; what does not fit is left out.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.add(&format!("{text}\n\n"));
    }

    /// Adds a section with as many of its entries as fit.
    pub(super) fn section(&mut self, section: &Section) {
        if section.entries.is_empty() {
            return;
        }
        let state = if section.open { " open" } else { "" };
        let head = format!("<details{state}><summary>{}</summary>\n\n```diff\n", html(&section.title));
        let tail = "```\n\n</details>\n\n";
        let around = head.chars().count() + tail.chars().count();
        let whole = self.left;
        self.left = self.left.saturating_sub(around);
        let shown: Vec<String> = section.entries.iter().map_while(|entry| self.take(entry)).collect();
        self.cut += section.entries.len() - shown.len();
        if shown.is_empty() {
            self.left = whole;
            return;
        }
        self.text += &format!("{head}{}{tail}", shown.concat());
    }

    /// Adds a block that is shown as it is, cut at its end where it is too long.
    pub(super) fn block(&mut self, text: &str) {
        self.fenced("text", text);
    }

    /// The same in this language.
    pub(super) fn fenced(&mut self, language: &str, text: &str) {
        let fence = fence(text);
        let room = self.left.saturating_sub(2 * fence.len() + "text\n\n\n\n".len());
        let text: Vec<String> = text.trim_end().lines().map(plain).collect();
        let text = text.join("\n");
        let shown: String = text.chars().take(room).collect();
        self.cut += usize::from(shown.len() < text.len());
        self.add(&format!("{fence}{language}\n{shown}\n{fence}\n\n"));
    }

    /// Adds a part that is folded, and shown as it is; all of it, or nothing.
    pub(super) fn folded(&mut self, title: &str, text: &str) {
        let fence = fence(text);
        let lines: String = text.lines().map(|line| plain(line) + "\n").collect();
        let part = format!(
            "<details><summary>{}</summary>\n\n{fence}text\n{lines}{fence}\n\n</details>\n\n",
            html(title),
        );
        self.cut += usize::from(!self.add(&part));
    }

    /// Adds rows under their head, as many as fit.
    pub(super) fn table(&mut self, head: &str, rows: &[String]) {
        let fits = self.add(head);
        let shown = rows.iter().take_while(|row| fits && self.add(row)).count();
        self.cut += rows.len() - shown;
        self.add("\n");
    }

    /// The page, with a word on what is not in it.
    pub(super) fn finish(self) -> String {
        let text = self.text.trim_end();
        if self.cut == 0 {
            return format!("{text}\n");
        }
        let (cut, s, most) = (self.cut, plural(self.cut), self.most);
        format!(
            "{text}\n\n_Cut to {most} characters: {cut} more item{s} not shown; `-o json` has them all._\n"
        )
    }

    /// Adds all of it or nothing, and says whether it did.
    fn add(&mut self, text: &str) -> bool {
        let length = text.chars().count();
        let fits = length <= self.left;
        if fits {
            self.text += text;
            self.left -= length;
        }
        fits
    }

    /// An entry as it is written, its room taken; `None` where there is not enough.
    fn take(&mut self, entry: &[String]) -> Option<String> {
        let mut text: String = entry.iter().take(LINES).map(|line| shortened(line) + "\n").collect();
        if entry.len() > LINES {
            text += &format!("      … {} more lines\n", entry.len() - LINES);
        }
        self.left = self.left.checked_sub(text.chars().count())?;
        Some(text)
    }
}

/// Words inside of HTML, where Markdown means nothing.
fn html(text: &str) -> String {
    plain(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A fence that is longer than any in the text.
fn fence(text: &str) -> String {
    let longest = text.split(|sign| sign != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

fn shortened(line: &str) -> String {
    if line.chars().count() <= COLUMNS {
        return line.to_owned();
    }
    line.chars().take(COLUMNS - 1).chain(['…']).collect()
}

/// Somebody else's words in a sentence: nothing in them is obeyed, nobody is notified.
pub(super) fn code(text: &str) -> String {
    let text = plain(text);
    if !text.contains('`') {
        return format!("`{text}`");
    }
    let longest = text.split(|sign| sign != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

/// A cell of a table: as it is where it is but words, else as code.
pub(super) fn cell(text: &str) -> String {
    let text = shortened(text);
    if is_words(&text) { text } else { code(&text).replace('|', "\\|") }
}

/// A line that is said: as it is where it is but words, else as code.
pub(super) fn sentence(line: &str) -> String {
    let line = line.trim();
    // What starts like the item of a list would become one.
    let item = line.starts_with(|sign: char| !sign.is_alphabetic() && !matches!(sign, '✓' | '⚠' | '✗' | '"'));
    if is_words(line) && !item { line.to_owned() } else { code(line) }
}

/// Whether nothing in a text is markup, or becomes a link by itself.
fn is_words(text: &str) -> bool {
    let harmless = |sign: char| {
        sign.is_alphanumeric()
            || matches!(
                sign,
                ' ' | '-' | '.' | ',' | ':' | ';' | '/' | '"' | '\'' | '(' | ')' | '✓' | '⚠' | '✗'
            )
    };
    text.chars().all(harmless) && !text.contains("://") && !text.contains("www.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_never_longer_than_a_comment_may_be_and_says_what_is_missing() {
        let mut page = Page::new();
        page.paragraph("### Title");
        let entries = (0..5_000).map(|n| vec![format!("+ tenant.{n}"), "ä".repeat(50)]).collect();
        page.section(&Section { title: "5000 to create".into(), open: false, entries });
        page.section(&Section { title: "late".into(), open: false, entries: vec![vec!["x".repeat(399)]] });
        page.block(&"long\n".repeat(20_000));
        let text = page.finish();
        assert!(text.chars().count() < MOST && text.chars().count() > MOST - 1_000, "{}", text.len());
        assert!(text.contains("more items not shown"), "{}", &text[text.len() - 200..]);
        assert_eq!(text.matches("<details").count(), text.matches("</details>").count());
        assert_eq!(text.matches("```").count() % 2, 0);
    }

    #[test]
    fn one_huge_entry_leaves_room_for_the_others() {
        let mut page = Page::new();
        let huge = (0..10_000).map(|n| format!("+     {n}: {}", "x".repeat(1_000))).collect();
        let entries = vec![huge, vec!["+ tenant.small".to_owned()]];
        page.section(&Section { title: "2 to create".into(), open: true, entries });
        let text = page.finish();
        assert!(text.contains("… 9880 more lines\n+ tenant.small\n"), "{text}");
    }

    #[test]
    fn foreign_words_stay_words() {
        assert_eq!(code("@team <b>"), "`@team <b>`");
        assert_eq!(code("a `b`` c"), "``` a `b`` c ```");
        assert_eq!(cell("Acme Corp"), "Acme Corp");
        assert_eq!(cell("a|b"), "`a\\|b`");
        let mut page = Page::new();
        page.block("```\nnot the end\n```");
        assert_eq!(page.finish(), "````text\n```\nnot the end\n```\n````\n");
    }
}
