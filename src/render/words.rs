//! Two texts → one in which it can be seen what went and what came, word by word, also without colour.

use similar::{ChangeTag, TextDiff};

use super::{quote::plain, style::Styles};

/// Words that are shown before and behind each part that differs.
const CONTEXT: usize = 6;

/// Texts that have less in common than this are two texts, not one that was edited.
const ALIKE: f32 = 0.5;

/// The difference in lines of `width` columns: `[-gone-]`, `{+new+}`, and what stays around them. `None`: the two have
/// too little in common to be told as one.
pub(super) fn difference(before: &str, after: &str, width: usize, styles: &Styles) -> Option<Vec<String>> {
    let diff = TextDiff::from_words(before, after);
    if diff.ratio() < ALIKE {
        return None;
    }
    let mut pieces = Vec::new();
    for change in diff.iter_all_changes() {
        pieces.push((change.tag(), plain(change.value())));
    }
    Some(flow(&marked(&joined(pieces)), width, styles))
}

/// Neighbouring words of one sort as one piece.
fn joined(words: Vec<(ChangeTag, String)>) -> Vec<(ChangeTag, String)> {
    let mut pieces: Vec<(ChangeTag, String)> = Vec::new();
    for (tag, word) in words {
        match pieces.last_mut().filter(|(last, _)| *last == tag) {
            Some((_, text)) => text.push_str(&word),
            None => pieces.push((tag, word)),
        }
    }
    pieces
}

/// Pieces with their marks; long stretches that stay are cut to what stands next to a difference.
fn marked(pieces: &[(ChangeTag, String)]) -> Vec<(ChangeTag, String)> {
    let last = pieces.len().saturating_sub(1);
    let mark = |(at, (tag, text)): (usize, &(ChangeTag, String))| match tag {
        ChangeTag::Delete => (*tag, format!("[-{text}-]")),
        ChangeTag::Insert => (*tag, format!("{{+{text}+}}")),
        ChangeTag::Equal => (*tag, cut(text, at > 0, at < last)),
    };
    pieces.iter().enumerate().map(mark).collect()
}

fn cut(text: &str, has_before: bool, has_behind: bool) -> String {
    let words: Vec<&str> = text.split_inclusive(' ').collect();
    let (head, tail) = (if has_before { CONTEXT } else { 0 }, if has_behind { CONTEXT } else { 0 });
    if words.len() <= head + tail + 1 {
        return text.to_owned();
    }
    let first: String = words.iter().take(head).copied().collect();
    let rest: String = words.iter().skip(words.len() - tail).copied().collect();
    format!("{first}… {rest}")
}

/// Lays pieces into lines, broken at spaces, each piece in its own colour.
fn flow(pieces: &[(ChangeTag, String)], width: usize, styles: &Styles) -> Vec<String> {
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
    for (tag, text) in pieces {
        for word in text.split_inclusive(' ') {
            let length = word.trim_end().chars().count();
            if used > 0 && used + length > width {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                used = 0;
            }
            line += &match tag {
                ChangeTag::Delete => styles.delete.apply_to(word).to_string(),
                ChangeTag::Insert => styles.create.apply_to(word).to_string(),
                ChangeTag::Equal => word.to_owned(),
            };
            used += word.chars().count();
        }
    }
    lines.push(line.trim_end().to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str, width: usize) -> String {
        let lines = difference(before, after, width, &Styles::new(false));
        lines.unwrap_or_default().join("\n")
    }

    #[test]
    fn what_went_and_what_came_stand_side_by_side() {
        assert_eq!(
            shown("Enter the code we sent", "Enter the number we sent", 80),
            "Enter the [-code-]{+number+} we sent"
        );
        assert_eq!(shown("one", "two", 80), "", "nothing in common");
    }

    #[test]
    fn long_stretches_that_stay_are_cut_and_lines_are_broken() {
        let long = (0..40).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
        let text = shown(&format!("{long} old {long}"), &format!("{long} new {long}"), 30);
        assert_eq!(text, "… w34 w35 w36 w37 w38 w39\n[-old-]{+new+} w0 w1 w2 w3 w4\n…");
    }
}
