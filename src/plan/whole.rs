//! Objects that are compared as a whole, flows and themes: told apart by digests, since the service says them in other
//! words than it was told.

use serde::Deserialize;
use serde_json::Value;

use super::Cause;
use crate::{
    resource::{Address, Attributes},
    state::Baseline,
};

/// What was last applied of an object that is compared as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct AppliedWhole {
    /// The digest of what the configuration had.
    pub desired: String,
    /// The digest of what the service made of it.
    pub returned: String,
    /// The template and its version, where it was made from one.
    #[serde(default)]
    pub template: Option<String>,
}

impl AppliedWhole {
    /// What was last applied of `address`. An entry that can't be read is as good as none.
    pub fn of(baseline: &Baseline, address: &Address) -> Option<Self> {
        baseline.attributes(address.as_str()).ok().flatten()
    }

    /// The version that runs, for people: that of the template, or the beginning of a digest.
    pub fn version(&self) -> String {
        self.template.clone().unwrap_or_else(|| format!("sha256 {}", short(&self.desired)))
    }
}

/// Who made the difference, from the digests of both sides and those of what was last applied. `None`: nobody; the
/// service only says in other words what it was told.
pub(super) fn cause(applied: Option<&AppliedWhole>, desired: &str, live: &str) -> Option<Cause> {
    let Some(applied) = applied else { return Some(Cause::Unknown) };
    match (applied.desired == desired, applied.returned == live) {
        (true, true) => None,
        (false, true) => Some(Cause::Config),
        (true, false) => Some(Cause::Console),
        (false, false) => Some(Cause::Both),
    }
}

/// What was last applied, what the configuration has, what is live, for people.
pub(super) fn versions(applied: Option<&AppliedWhole>, desired: &str, live: &str) -> [String; 3] {
    let applied = applied.map(|applied| match &applied.template {
        Some(template) => format!("{template}, sha256 {}", short(&applied.returned)),
        None => format!("sha256 {}", short(&applied.returned)),
    });
    [
        applied.unwrap_or_else(|| "never".to_owned()),
        format!("sha256 {}", short(desired)),
        format!("sha256 {}", short(live)),
    ]
}

fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

/// What is kept of such an object, as the configuration has it, once the service has taken it.
pub fn whole_baseline(after: &Attributes, returned: Option<String>) -> Attributes {
    let after = |key: &str| after.get(key).cloned().unwrap_or_default();
    let kept = [
        ("desired", after("sha256")),
        ("returned", Value::from(returned.unwrap_or_default())),
        ("template", after("template")),
    ];
    kept.map(|(key, value)| (key.to_owned(), value)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_tell_who_made_the_difference() {
        let applied = AppliedWhole { desired: "d".into(), returned: "r".into(), template: None };
        let cause = |desired, live| cause(Some(&applied), desired, live);
        assert_eq!(cause("d", "r"), None);
        assert_eq!(cause("other", "r"), Some(Cause::Config));
        assert_eq!(cause("d", "other"), Some(Cause::Console));
        assert_eq!(cause("x", "y"), Some(Cause::Both));
        assert_eq!(super::cause(None, "d", "r"), Some(Cause::Unknown));
    }

    #[test]
    fn a_version_is_that_of_the_template_or_the_beginning_of_a_digest() {
        let digest = |letter: &str| letter.repeat(64);
        let bare = AppliedWhole { desired: digest("d"), returned: digest("r"), template: None };
        let made = AppliedWhole { template: Some("mfa@1.0.0".into()), ..bare.clone() };
        assert_eq!((bare.version().as_str(), made.version().as_str()), ("sha256 dddddddddddd", "mfa@1.0.0"));
        let told = |applied: Option<&AppliedWhole>| versions(applied, &digest("w"), "live");
        assert_eq!(told(Some(&bare)), ["sha256 rrrrrrrrrrrr", "sha256 wwwwwwwwwwww", "sha256 live"]);
        assert_eq!(told(Some(&made))[0], "mfa@1.0.0, sha256 rrrrrrrrrrrr");
        assert_eq!(told(None)[0], "never");
    }

    #[test]
    fn what_is_kept_reads_back_as_what_was_applied() {
        let after = Attributes::from_iter([
            ("sha256".to_owned(), "d".into()),
            ("template".to_owned(), "mfa@1.0.0".into()),
        ]);
        let kept = whole_baseline(&after, Some("r".into()));
        let back: AppliedWhole = serde_json::from_value(Value::Object(kept)).unwrap();
        let template = Some("mfa@1.0.0".to_owned());
        assert_eq!(back, AppliedWhole { desired: "d".into(), returned: "r".into(), template });
    }
}
