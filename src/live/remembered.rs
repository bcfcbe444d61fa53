//! Objects as a backup keeps them → `Live`, without a request.

use serde_json::value::RawValue;

use super::{Live, LiveSettings, Object, Observed};
use crate::resource::{
    Address,
    flow::{self, Content},
    project,
    tenant::{self, SETTINGS_KIND},
    theme::{self, Theme},
};

/// Why an object can't be what it says it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{address}: {why}")]
pub struct Unfit {
    /// The object.
    pub address: Address,
    /// What is wrong with it.
    pub why: String,
}

/// A project as these objects say it was.
pub fn remembered<'a>(objects: impl Iterator<Item = (Address, &'a RawValue)>) -> Result<Live, Unfit> {
    let mut live = Live::default();
    for (address, raw) in objects {
        take_in(&mut live, &address, raw).map_err(|why| Unfit { address, why })?;
    }
    live.flow_ids = live.flows.keys().cloned().collect();
    Ok(live)
}

fn take_in(live: &mut Live, address: &Address, raw: &RawValue) -> Result<(), String> {
    let (raw, id) = (raw.to_owned(), address.id().to_owned());
    match address.kind() {
        tenant::KIND => live.tenants.push(Observed { object: parsed(&raw)?, raw }),
        SETTINGS_KIND => {
            let object = LiveSettings::from_object(&parsed::<Object>(&raw)?);
            live.settings.insert(id, Observed { object, raw });
        }
        flow::KIND => {
            let (content, _) = Content::from_json(parsed(&raw)?).map_err(|error| error.to_string())?;
            let object = content.named(&id);
            live.flows.insert(id, Observed { object, raw });
        }
        theme::KIND => {
            let object = Theme::from_json(parsed(&raw)?).map_err(|error| error.to_string())?;
            live.theme = Some(Observed { object, raw });
        }
        project::KIND if id == project::ID => {
            live.project = Some(Observed { object: parsed(&raw)?, raw });
        }
        // A newer version may keep more.
        _ => {}
    }
    Ok(())
}

fn parsed<T: serde::de::DeserializeOwned>(raw: &RawValue) -> Result<T, String> {
    serde_json::from_str(raw.get()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_what_was_live_and_what_can_not_be_that_is_told() {
        let raw = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
        let objects = [
            ("tenant.acme", raw(r#"{"id":"acme","name":"Acme","new":1}"#)),
            ("tenant_settings.acme", raw(r#"{"enabled":true}"#)),
            ("later.x", raw("[]")),
        ];
        let of = |objects: &[(&str, Box<RawValue>)]| {
            let all = objects.iter().map(|(address, raw)| (address.parse().unwrap(), &**raw));
            remembered(all)
        };
        let live = of(&objects).unwrap();
        assert_eq!(
            (live.tenants[0].object.name.as_str(), live.settings["acme"].object.enabled),
            ("Acme", true)
        );
        let error = of(&[("tenant.acme", raw("[1]"))]).unwrap_err();
        assert!(error.to_string().starts_with("tenant.acme: "), "{error}");
        assert!(of(&[("flow.x", raw("{}"))]).is_err());
    }
}
