//! The look of a project's flows and screens: JSON → theme; (live, desired) → what differs. Pure.

mod steps;

use serde_json::Value;

use super::{
    FieldChange, Object, Path,
    flow::{Comparison, Place, digest_in},
};

pub(super) use steps::THEME;
pub use steps::{DesiredTheme, EXPORT_PATH, look, replace};

/// The kind, as addresses say it.
pub const KIND: &str = "theme";

/// The id of the one theme that a project has.
pub const ID: &str = "default";

/// The one theme of a project: `styles`, `componentsVersion` and `references`. Keys that we do not know stay in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme(Object);

/// Why something is no theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no theme: a theme is a JSON object with 'styles', bare or inside of 'theme'")]
pub struct NotATheme;

impl Theme {
    /// The theme in a JSON document, bare or as the service answers it.
    ///
    /// # Errors
    /// It has no styles.
    pub fn from_json(value: Value) -> Result<Self, NotATheme> {
        let Value::Object(mut object) = value else { return Err(NotATheme) };
        if let Some(Value::Object(theme)) = object.get_mut("theme") {
            object = std::mem::take(theme);
        }
        match object.get("styles") {
            Some(Value::Object(_)) => Ok(Self(object)),
            _ => Err(NotATheme),
        }
    }

    /// The theme without anything around it.
    pub fn object(&self) -> &Object {
        &self.0
    }

    /// The theme without anything around it.
    pub fn into_object(self) -> Object {
        self.0
    }

    /// A SHA-256 in lower-case hexadecimal digits that is equal for themes that are the same.
    pub fn digest(&self) -> String {
        digest_in(Place::Theme, &self.0)
    }

    /// Whether both mean the same: `componentsVersion` is a stamp, and empty references say nothing.
    pub fn same(&self, other: &Self) -> bool {
        differences(self, other).is_empty()
    }
}

/// Where the desired theme differs from the live one.
pub fn differences(live: &Theme, desired: &Theme) -> Vec<FieldChange> {
    let added = desired.0.keys().filter(|key| !live.0.contains_key(*key));
    let keys = live.0.keys().chain(added);
    keys.flat_map(|key| {
        let on = |theme: &'_ Theme| theme.0.get(key).cloned();
        same_key_leaves(key, on(live).as_ref(), on(desired).as_ref())
    })
    .collect()
}

/// Whether two values of one key of a theme mean the same.
pub fn same_key(key: &str, left: Option<&Value>, right: Option<&Value>) -> bool {
    same_key_leaves(key, left, right).is_empty()
}

fn same_key_leaves(key: &str, left: Option<&Value>, right: Option<&Value>) -> Vec<FieldChange> {
    let on = |value: Option<&'_ Value>| value.and_then(|value| Place::Theme.member(key, value));
    let (left, right) = (left.zip(on(left)), right.zip(on(right)));
    let leaves = Comparison::default().leaves_of_member(left, right);
    let change = |leaf: super::flow::Leaf| {
        let path = Path::new(std::iter::once(key.to_owned()).chain(leaf.path));
        FieldChange::new(path, leaf.before, leaf.after)
    };
    leaves.into_iter().map(change).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn theme(value: Value) -> Theme {
        Theme::from_json(value).unwrap()
    }

    #[test]
    fn stamps_and_empty_references_are_no_difference() {
        let bare = theme(json!({"styles": {"light": {"a": ""}}, "componentsVersion": "1"}));
        let answered = theme(json!({"theme": {
            "componentsVersion": "2", "version": 3, "references": {"logos": []}, "styles": {"light": {"a": ""}},
        }}));
        assert!(bare.same(&answered));
        assert!(!bare.same(&theme(json!({"styles": {"light": {}}}))));
    }

    #[test]
    fn differences_are_told_by_their_path() {
        let live = theme(json!({"styles": {"dark": {}, "light": {"color": {"primary": "#fff"}}}}));
        let desired = theme(json!({"styles": {"dark": {}, "light": {"color": {"primary": "#000"}}}, "x": 1}));
        let found = differences(&live, &desired);
        let paths: Vec<String> = found.iter().map(|it| it.path.to_string()).collect();
        assert_eq!(paths, ["styles.light.color.primary", "x"]);
        assert_eq!((&found[0].before, &found[0].after), (&Some(json!("#fff")), &Some(json!("#000"))));
    }

    #[test]
    fn without_styles_it_is_no_theme() {
        for wrong in [json!([]), json!({"theme": {}}), json!({"styles": 1})] {
            assert_eq!(Theme::from_json(wrong), Err(NotATheme));
        }
    }
}
