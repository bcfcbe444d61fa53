//! What differs → the write that makes it so: a theme is imported whole (Flows, themes and the rest).

use serde_json::{Value, json};

use super::{ID, KIND, Theme, same_key};
use crate::{
    api::{Lane, Request},
    resource::{Assign, Edit, Object, Place, Shape, Step},
};

/// Reads the theme (Flows, themes and the rest).
pub const EXPORT_PATH: &str = "/v2/mgmt/theme/export";
const IMPORT_PATH: &str = "/v2/mgmt/theme/import";

/// A theme as it should be.
#[derive(Debug, Clone, PartialEq)]
pub struct DesiredTheme {
    /// The theme itself.
    pub theme: Theme,
    /// The file that it was read from, or the backup.
    pub origin: String,
    /// Where the configuration defines it; `None` where no file does.
    pub place: Option<Place>,
}

/// The theme: imported whole, and said by the service in other words than it was told.
pub(in crate::resource) static THEME: Shape = Shape {
    envelope: Some("theme"),
    same: Some(same_key),
    lost: Some(lost),
    wrapper: Some("theme"),
    ..Shape::PLAIN
};

/// The step that puts a theme in the place of the live one.
pub fn replace(theme: &Theme) -> Step {
    let edits = theme.object().iter().map(|(key, value)| (key.clone().into(), Assign::Set(value.clone())));
    Step {
        label: "import",
        look: look(),
        path: IMPORT_PATH,
        id: ID.to_owned(),
        key: None,
        lane: Lane::Project,
        edit: Edit::Update(edits.collect()),
        shape: &THEME,
    }
}

/// Reads the theme.
pub fn look() -> Request {
    Request::search(EXPORT_PATH, json!({}))
}

/// What of a theme got lost on its way: a part of its styles.
fn lost(expected: &Object, found: &Object) -> Vec<String> {
    let read = |object: &Object| Theme::from_json(Value::Object(object.clone())).ok();
    let (Some(expected), Some(found)) = (read(expected), read(found)) else { return vec![KIND.to_owned()] };
    let gone = super::differences(&expected, &found).into_iter().filter(|it| it.after.is_none());
    gone.map(|it| it.path.to_string()).collect()
}
