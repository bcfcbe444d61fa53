use serde_json::json;

use crate::{
    cli::{Error, Exit, globals::Globals, session::inputs},
    config,
    render::{Table, Ui},
};

/// Show the settings in force, and with --origin where each comes from
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt config show\n  descope-mgmt config show --origin -e staging"
)]
pub(in crate::cli) struct Args {
    /// Also show where each value comes from
    #[arg(long)]
    origin: bool,
}

impl Args {
    pub(super) fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let config = config::load(&inputs(globals, true)?)?;
        let headings: &[&'static str] =
            if self.origin { &["NAME", "VALUE", "FROM"] } else { &["NAME", "VALUE"] };
        let mut table = Table::new(headings, "Nothing is set.");
        let mut items = Vec::new();
        for origin in &config.origins {
            let config::Origin { name, value, from } = origin;
            let mut row = vec![name.clone(), value.clone()];
            let mut item = json!({"name": name, "value": value});
            if self.origin {
                row.push(from.clone());
                if let Some(map) = item.as_object_mut() {
                    map.insert("from".to_owned(), json!(from));
                }
            }
            table.push(&row);
            items.push(item);
        }
        ui.show_list(&table, items);
        Ok(Exit::Done)
    }
}
