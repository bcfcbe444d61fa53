//! A file before and after → a unified diff, as `git diff` shows one.

use similar::TextDiff;

use super::{Format, Ui, markdown, quote::plain};

/// Lines that are shown around each part that differs.
const CONTEXT: usize = 3;

/// The difference as a unified diff, which `patch` can read.
pub fn unified(name: &str, before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let (old, new) = (format!("a/{name}"), format!("b/{name}"));
    diff.unified_diff().context_radius(CONTEXT).header(&old, &new).to_string()
}

impl Ui {
    /// Shows a unified diff among the results.
    pub fn show_diff(&self, diff: &str) {
        if self.format() == Format::Markdown {
            return self.write_out(&markdown::difference(self.title(), diff));
        }
        let mut text = String::with_capacity(diff.len());
        for line in diff.lines() {
            let line = plain(line);
            let styled = match line.as_bytes().first() {
                Some(b'+') => self.out_styles().create.apply_to(line).to_string(),
                Some(b'-') => self.out_styles().delete.apply_to(line).to_string(),
                Some(b'@') => self.out_styles().quiet.apply_to(line).to_string(),
                _ => line.clone(),
            };
            text += &styled;
            text.push('\n');
        }
        self.write_out(&text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_shows_what_changed_and_three_lines_around_it() {
        let before = "1\n2\n3\n4\n5\n6\n";
        let after = "1\n2\n3\n4\nfive\n6\n";
        assert_eq!(
            unified("x.yaml", before, after),
            "--- a/x.yaml\n+++ b/x.yaml\n@@ -2,5 +2,5 @@\n 2\n 3\n 4\n-5\n+five\n 6\n"
        );
    }
}
