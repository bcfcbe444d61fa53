//! The templates that come with this tool.

/// The two files of a built-in template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The text of `template.yaml`.
    pub manifest: &'static str,
    /// The text of `flow.json`.
    pub flow: &'static str,
}

macro_rules! files {
    ($name:literal, $version:literal) => {
        BuiltIn {
            name: $name,
            version: $version,
            manifest: include_str!(concat!(
                "../../../../configs/templates/",
                $name,
                "/",
                $version,
                "/template.yaml"
            )),
            flow: include_str!(concat!("../../../../configs/templates/", $name, "/", $version, "/flow.json")),
        }
    };
}

const BUILT_IN: [BuiltIn; 4] = [
    files!("login", "1.0.0"),
    files!("mfa-login", "1.0.0"),
    files!("mfa-login", "2.0.0"),
    files!("sign-up", "1.0.0"),
];

/// The built-in templates, by name and version.
pub fn built_in() -> &'static [BuiltIn] {
    &BUILT_IN
}
