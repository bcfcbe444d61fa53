//! Four layers of settings, each read whole so that every mistake is seen; then the first that says a thing wins.

use std::{fmt::Display, path::PathBuf, time::Duration};

use super::{
    Origin, Rates, Retention, Settings,
    values::{self, Concurrency},
};
use crate::{
    config::{
        Inputs,
        expand::References,
        fields::Fields,
        paths::{path, resolve},
        problems::Problem,
        sections::Sections,
        tree::Node,
    },
    units::{RateLimit, format_duration, parse_duration},
};

/// Settings that an environment block may hold too.
pub(in crate::config) const ENVIRONMENT_SETTINGS: &[&str] =
    &["rate_limit", "concurrency", "state_dir", "state_group", "backup_dir", "retention", "templates_dir"];
/// A setting over all environments.
pub(in crate::config) const SHARED_IDS: &str = "allow_shared_tenant_ids";

/// A value and who gave it.
struct Given<T> {
    value: T,
    from: String,
}

/// What one place says.
#[derive(Default)]
struct Layer {
    rate: Option<Given<Rates>>,
    parallelism: Option<Given<Concurrency>>,
    timeout: Option<Given<Duration>>,
    max_wait: Option<Given<Duration>>,
    lock_timeout: Option<Given<Duration>>,
    state_dir: Option<Given<PathBuf>>,
    state_group: Option<Given<Option<String>>>,
    backup_dir: Option<Given<Option<PathBuf>>>,
    retention: Option<Given<Retention>>,
    templates_dir: Option<Given<PathBuf>>,
    allow_shared_tenant_ids: Option<Given<bool>>,
}

/// The effective settings and where each came from.
pub(in crate::config) fn read(
    inputs: &Inputs,
    sections: &Sections<'_>,
    selected: Option<&str>,
    fields: &mut Fields<'_, '_>,
) -> (Settings, Vec<Origin>) {
    let mut layers = vec![flags(inputs, fields), variables(inputs, fields)];
    let scope = fields.scope;
    for block in &sections.environments {
        let is_selected = selected == Some(block.name);
        fields.scope = if is_selected { scope } else { scope.with(References::Skip) };
        let mut layer = Layer::default();
        for (key, value) in block.keys.iter().filter(|(key, _)| ENVIRONMENT_SETTINGS.contains(&key.text())) {
            layer.take(key.text(), value, inputs, fields);
        }
        if is_selected {
            layers.push(layer);
        }
    }
    fields.scope = scope;
    layers.push(shared(inputs, sections, fields));
    combine(layers, inputs, sections)
}

fn shared(inputs: &Inputs, sections: &Sections<'_>, fields: &mut Fields<'_, '_>) -> Layer {
    let known: Vec<&str> = ENVIRONMENT_SETTINGS.iter().copied().chain([SHARED_IDS]).collect();
    let mut layer = Layer::default();
    for (key, value) in sections.settings.iter() {
        if known.contains(&key.text()) {
            layer.take(key.text(), value, inputs, fields);
        } else {
            fields.unknown_key(key, "'settings'", &known);
        }
    }
    layer
}

fn flags(inputs: &Inputs, fields: &mut Fields<'_, '_>) -> Layer {
    let flags = &inputs.flags;
    let mut layer = Layer::default();
    for (name, value) in [
        ("rate-limit", &flags.rate_limit),
        ("parallelism", &flags.parallelism),
        ("state-dir", &flags.state_dir),
        ("backup-dir", &flags.backup_dir),
        ("timeout", &flags.timeout),
        ("max-wait", &flags.max_wait),
        ("lock-timeout", &flags.lock_timeout),
    ] {
        if let Some(value) = value {
            layer.take_text(name, value, &format!("flag --{name}"), inputs, fields);
        }
    }
    layer
}

fn variables(inputs: &Inputs, fields: &mut Fields<'_, '_>) -> Layer {
    let mut layer = Layer::default();
    for flag in
        ["rate-limit", "parallelism", "state-dir", "backup-dir", "timeout", "max-wait", "lock-timeout"]
    {
        let name = format!("DESCOPE_MGMT_{}", flag.replace('-', "_").to_uppercase());
        if let Some(value) = inputs.variables.filled(&name) {
            layer.take_text(flag, value.trim(), &format!("variable {name}"), inputs, fields);
        }
    }
    layer
}

impl Layer {
    /// Takes what a file says.
    fn take(&mut self, key: &str, value: Node<'_>, inputs: &Inputs, fields: &mut Fields<'_, '_>) {
        let from = || value.place().to_string();
        match key {
            "rate_limit" => self.rate = given(values::rates(value, fields), from),
            "concurrency" => self.parallelism = given(concurrency(value, fields), from),
            "state_dir" => self.state_dir = given(path(value, key, inputs, fields), from),
            "templates_dir" => self.templates_dir = given(path(value, key, inputs, fields), from),
            "backup_dir" if value.is_null() => self.backup_dir = given(Some(None), from),
            "backup_dir" => self.backup_dir = given(path(value, key, inputs, fields).map(Some), from),
            "state_group" if value.is_null() => self.state_group = given(Some(None), from),
            "state_group" => {
                let group = fields.filled(value, key).map(|group| Some(group.into_owned()));
                self.state_group = given(group, from);
            }
            "retention" => self.retention = given(values::retention(value, fields), from),
            _ => self.allow_shared_tenant_ids = given(fields.boolean(value, key), from),
        }
    }

    /// Takes what a flag or a variable says.
    fn take_text(
        &mut self,
        flag: &str,
        text: &str,
        from: &str,
        inputs: &Inputs,
        fields: &mut Fields<'_, '_>,
    ) {
        let directory = || resolve(text, &inputs.directory, inputs.home.as_deref());
        let duration = || parse_duration(text).ok();
        let giver = || from.to_owned();
        let mut wrong = |expected| {
            let message = format!("{from}: '{text}' is not {expected}");
            fields.problems.report(Problem::error("bad_setting", message));
        };
        if let Err(expected) = values::check_setting(flag, text) {
            return wrong(expected);
        }
        match flag {
            "rate-limit" => self.rate = given(text.parse::<RateLimit>().ok().map(Rates::from), giver),
            "parallelism" => self.parallelism = given(text.parse().ok(), giver),
            "timeout" => self.timeout = given(duration(), giver),
            "max-wait" => self.max_wait = given(duration(), giver),
            "lock-timeout" => self.lock_timeout = given(duration(), giver),
            _ => {
                let Some(folder) = directory() else {
                    return wrong("a folder: there is no home folder for '~'");
                };
                if flag == "state-dir" {
                    self.state_dir = given(Some(folder), giver);
                } else {
                    self.backup_dir = given(Some(Some(folder)), giver);
                }
            }
        }
    }
}

fn given<T>(value: Option<T>, from: impl FnOnce() -> String) -> Option<Given<T>> {
    value.map(|value| Given { value, from: from() })
}

fn concurrency(node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<Concurrency> {
    let text = fields.text(node, "concurrency")?;
    let expected = "auto or a number from 1 to 64";
    text.parse().ok().or_else(|| fields.wrong(node, "concurrency", expected, None))
}

fn combine(layers: Vec<Layer>, inputs: &Inputs, sections: &Sections<'_>) -> (Settings, Vec<Origin>) {
    let mut layers = layers;
    let mut origins = Origins(Vec::new());
    let home = inputs.home.as_deref().unwrap_or(&inputs.directory);
    let templates = inputs.directory.join(sections.folder.unwrap_or(std::path::Path::new("")));
    let settings = Settings {
        rate: origins.pick(
            "rate_limit",
            layers.iter_mut().map(|layer| layer.rate.take()),
            Rates::default(),
            show,
        ),
        parallelism: origins
            .pick(
                "concurrency",
                layers.iter_mut().map(|layer| layer.parallelism.take()),
                Concurrency::Auto,
                show,
            )
            .into(),
        timeout: origins.pick(
            "timeout",
            layers.iter_mut().map(|layer| layer.timeout.take().map(some)),
            None,
            |timeout| timeout.map_or("60s, snapshots 5m".to_owned(), format_duration),
        ),
        max_wait: origins.pick(
            "max_wait",
            layers.iter_mut().map(|layer| layer.max_wait.take()),
            Settings::MAX_WAIT,
            |time| format_duration(*time),
        ),
        lock_timeout: origins.pick(
            "lock_timeout",
            layers.iter_mut().map(|layer| layer.lock_timeout.take()),
            Settings::LOCK_TIMEOUT,
            |time| format_duration(*time),
        ),
        state_dir: origins.pick(
            "state_dir",
            layers.iter_mut().map(|layer| layer.state_dir.take()),
            home.join(".descope-mgmt"),
            |path| path.display().to_string(),
        ),
        state_group: origins.pick(
            "state_group",
            layers.iter_mut().map(|layer| layer.state_group.take()),
            None,
            |group| group.clone().unwrap_or_else(|| "null".to_owned()),
        ),
        backup_dir: origins.pick(
            "backup_dir",
            layers.iter_mut().map(|layer| layer.backup_dir.take()),
            None,
            |path| path.as_ref().map_or("<state_dir>/backups".to_owned(), |path| path.display().to_string()),
        ),
        retention: origins.pick(
            "retention",
            layers.iter_mut().map(|layer| layer.retention.take()),
            Retention::default(),
            show,
        ),
        templates_dir: origins.pick(
            "templates_dir",
            layers.iter_mut().map(|layer| layer.templates_dir.take()),
            templates.join("templates"),
            |path| path.display().to_string(),
        ),
        allow_shared_tenant_ids: origins.pick(
            SHARED_IDS,
            layers.iter_mut().map(|layer| layer.allow_shared_tenant_ids.take()),
            false,
            show,
        ),
    };
    (settings, origins.0)
}

fn show<T: Display>(value: &T) -> String {
    value.to_string()
}

fn some<T>(given: Given<T>) -> Given<Option<T>> {
    Given { value: Some(given.value), from: given.from }
}

/// Where each setting came from.
struct Origins(Vec<Origin>);

impl Origins {
    /// The first value that was given, else the default.
    fn pick<T>(
        &mut self,
        name: &str,
        layers: impl Iterator<Item = Option<Given<T>>>,
        default: T,
        show: impl Fn(&T) -> String,
    ) -> T {
        let otherwise = Given { value: default, from: "default".to_owned() };
        let Given { value, from } = layers.flatten().next().unwrap_or(otherwise);
        self.0.push(Origin::new(&format!("settings.{name}"), show(&value), from));
        value
    }
}
