//! Any value → text, JSON, Markdown: the only place that prints or names a colour.

mod comparison;
mod conflict;
mod csv;
mod failure;
mod github;
mod header;
mod json;
mod jsonl;
mod markdown;
mod orphan;
mod pager;
mod plan_text;
mod progress;
mod prompt;
mod properties;
mod quote;
mod report_text;
mod results;
mod style;
mod table;
#[cfg(test)]
mod tests;
mod told;
mod ui;
mod unified;
mod words;

pub use conflict::Conflict;
pub use csv::{csv_heading, csv_row};
pub use failure::Failure;
pub use header::Header;
pub use orphan::OrphanAnswer;
pub use progress::Progress;
pub(crate) use prompt::ask_how_to_go_on;
pub use prompt::{Answer, Question};
pub use properties::Properties;
pub use quote::{masked, pretty};
pub use results::{plan_as_json, plan_as_text};
pub use style::ColorChoice;
pub use table::Table;
pub use ui::{Format, Telling, Ui, UiOptions};
pub use unified::unified;
