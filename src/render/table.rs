//! Rows → columns that fit the width.

use super::{quote::plain, style::Styles};

/// Rows under headings.
#[derive(Debug, Clone)]
pub struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    empty: &'static str,
}

/// No column gets narrower than the first of these, nor, where the row is too long all the same, than the second.
const NARROW: [usize; 2] = [8, 4];

impl Table {
    /// A table with these headings; `empty` is said where there are no rows.
    pub fn new(headings: &[&'static str], empty: &'static str) -> Self {
        Self { headings: headings.to_vec(), rows: Vec::new(), empty }
    }

    /// Adds a row.
    pub fn push(&mut self, row: &[String]) {
        self.rows.push(row.iter().map(|cell| plain(cell)).collect());
    }

    /// The headings and the rows.
    pub(super) fn parts(&self) -> (&[&'static str], &[Vec<String>]) {
        (&self.headings, &self.rows)
    }

    /// What is said where there are no rows.
    pub(super) fn empty(&self) -> &'static str {
        self.empty
    }

    pub(super) fn text(&self, styles: &Styles, width: usize) -> String {
        if self.rows.is_empty() {
            return format!("{}\n", self.empty);
        }
        let widths = self.widths(width);
        let heading = self.headings.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let mut out = format!("{}\n", styles.heading.apply_to(line(&heading, &widths)));
        for row in &self.rows {
            out += &line(row, &widths);
            out.push('\n');
        }
        out
    }

    /// The width of each column: what it needs, the widest ones cut until the row fits.
    fn widths(&self, width: usize) -> Vec<usize> {
        let longest = |at: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
            cells.chain(self.headings.get(at).map(|it| it.len())).max().unwrap_or(0)
        };
        let mut widths: Vec<usize> = (0..self.headings.len()).map(longest).collect();
        let gaps = 2 * widths.len().saturating_sub(1);
        for narrow in NARROW {
            while widths.iter().sum::<usize>() + gaps > width {
                let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > narrow) else { break };
                *widest -= 1;
            }
        }
        widths
    }
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let cells: Vec<_> =
        cells.iter().zip(widths).map(|(cell, width)| format!("{:<width$}", cut(cell, *width))).collect();
    cells.join("  ").trim_end().to_owned()
}

fn cut(cell: &str, width: usize) -> String {
    if cell.chars().count() <= width {
        return cell.to_owned();
    }
    cell.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_column_gives_way_when_the_row_is_too_long() {
        let mut table = Table::new(&["ID", "NAME"], "none");
        assert_eq!(table.text(&Styles::new(false), 80), "none\n");
        table.push(&["acme".into(), "A name that is far too long for this".into()]);
        table.push(&["b".into(), "B".into()]);
        assert_eq!(table.text(&Styles::new(false), 20), "ID    NAME\nacme  A name that i…\nb     B\n");
    }

    #[test]
    fn many_columns_stay_on_one_line_of_a_narrow_terminal() {
        let mut table = Table::new(&["ID", "NAME", "PARENT", "DOMAINS", "STATE"], "none");
        table.push(&["portco-emea", "PortCo EMEA", "portco", "emea.example", "disabled"].map(str::to_owned));
        let text = table.text(&Styles::new(false), 40);
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
    }
}
