//! An answer that isn't what was hoped for → a few words of it that can stand in an error.

/// How much of a foreign text an error repeats.
const EXCERPT: usize = 160;

/// Whether `body` is a web page.
pub(crate) fn is_html(body: &str) -> bool {
    let start = body.trim_start().get(..9).unwrap_or(body.trim_start()).to_ascii_lowercase();
    start.starts_with("<!doctype") || start.starts_with("<html") || start.starts_with("<head")
}

/// The title of a page, or how a text begins: one line, nothing that moves a terminal's cursor.
pub(crate) fn excerpt(body: &str) -> String {
    let text = if is_html(body) { title(body).unwrap_or(body) } else { body };
    one_line(text, EXCERPT)
}

/// What stands around byte `at` of `body`.
pub(crate) fn around(body: &str, at: usize) -> String {
    let start = floor(body, at.saturating_sub(EXCERPT / 2));
    let end = floor(body, at.saturating_add(EXCERPT / 2));
    one_line(body.get(start..end).unwrap_or_default(), EXCERPT)
}

/// `text` with its white space and control characters as single spaces, at most `most` characters of it.
pub(crate) fn one_line(text: &str, most: usize) -> String {
    let is_gap = |letter: char| letter.is_whitespace() || letter.is_control();
    // Not the whole of a long text: a list of everything may be megabytes.
    let head = text.get(..floor(text, most.saturating_mul(8))).unwrap_or_default();
    let words: Vec<&str> = head.split(is_gap).filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    if line.chars().count() <= most && head.len() == text.len() {
        return line;
    }
    line.chars().take(most).chain(['…']).collect()
}

fn title(page: &str) -> Option<&str> {
    let lower = page.to_ascii_lowercase();
    let tag = lower.find("<title")?;
    let start = tag + lower.get(tag..)?.find('>')? + 1;
    let end = start + lower.get(start..)?.find("</title")?;
    page.get(start..end).filter(|title| !title.trim().is_empty())
}

/// The nearest character boundary at or before byte `at`.
fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_told_by_its_title() {
        let page = "\n<!DOCTYPE html><html><head><TITLE>Access\n denied</TITLE></head>…";
        assert!(is_html(page));
        assert_eq!(excerpt(page), "Access denied");
        assert!(!is_html("{\"a\": \"<html>\"}"));
        assert!(!is_html("é<html"));
    }

    #[test]
    fn an_excerpt_is_one_short_line_without_control_characters() {
        assert_eq!(excerpt("a\u{1b}[31m\n\tb"), "a [31m b");
        let long = excerpt(&"é ".repeat(10_000));
        assert_eq!(long.chars().count(), 161);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn any_place_in_any_text_has_surroundings() {
        let text = "é".repeat(200);
        for at in [0, 1, 199, 200, 399, 400, 9_999] {
            assert!(around(&text, at).chars().count() <= 161);
        }
        assert_eq!(around("{\"a\": tru", 6), "{\"a\": tru");
    }
}
