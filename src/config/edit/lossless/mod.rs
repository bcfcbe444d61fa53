//! Whatever is written and whatever is live: adopting changes the lines of what is adopted and no others, leaves nothing
//! to adopt but what it names, and adopting again changes nothing. All of it as values: no file is read or written.

mod written;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use proptest::prelude::*;
use serde_json::{Value, json, value::RawValue};

use super::{Edited, Editor, LeftAlone};
use crate::{
    config::{Config, Inputs, load},
    resource::{
        FieldChange, Observed, Path,
        tenant::{self, LiveTenant, Tenant},
    },
};
use written::{Line, Written, written};

/// What became of a tenant in the console: numbers choose among values, 0 leaves it as the configuration has it.
#[derive(Debug, Clone)]
struct Became {
    gone: bool,
    name: usize,
    domains: usize,
    plan: usize,
    seats: usize,
    tags: usize,
    region: usize,
    old: usize,
    disabled: usize,
}

fn became() -> impl Strategy<Value = Became> {
    let often = || prop_oneof![2 => Just(0_usize), 1 => 1..8_usize];
    let parts = (often(), often(), often(), often(), often(), often(), often(), often());
    (prop::bool::weighted(0.1), parts).prop_map(
        |(gone, (name, domains, plan, seats, tags, region, old, disabled))| Became {
            gone,
            name,
            domains,
            plan,
            seats,
            tags,
            region,
            old,
            disabled,
        },
    )
}

/// Values that people and programs give attributes.
fn value(which: usize, number: usize) -> Option<Value> {
    match which {
        1 => None,
        2 => Some(json!(format!("plain {number}"))),
        3 => Some(json!("it's: \"${X}\" # no")),
        4 => Some(json!(["b", "a", "no", "1.10"])),
        5 => Some(json!(2.5)),
        6 => Some(json!("two\nlines\t\u{85}é")),
        _ => Some(json!(true)),
    }
}

/// The live tenant; `None` where it is gone.
fn live(desired: &Tenant, number: usize, became: &Became) -> Option<Observed<LiveTenant>> {
    if became.gone {
        return None;
    }
    let mut attributes = desired.attributes.as_ref().map(tenant::Bag::to_json).unwrap_or_default();
    let kinds =
        [("plan", became.plan), ("seats", became.seats), ("tags", became.tags), ("region", became.region)];
    for (name, which) in kinds.into_iter().filter(|(_, which)| *which > 0) {
        match value(which, number) {
            Some(value) => drop(attributes.insert(name.to_owned(), value)),
            None => drop(attributes.shift_remove(name)),
        }
    }
    if became.old > 4 {
        attributes.insert("old".to_owned(), json!("back"));
    }
    let own = desired.domains.as_ref().map_or(json!([]), tenant::Names::to_json);
    let domain = |n: usize| format!("D{number}-{n}.Example");
    let domains = match became.domains {
        0 => own,
        1 => json!([]),
        2 => json!([domain(0)]),
        3 => json!([domain(1), domain(2)]),
        _ => json!([domain(0), domain(1), domain(7)]),
    };
    let name = match became.name {
        0 => desired.name.clone().unwrap_or_default(),
        1 => format!("Console: #{number}"),
        2 => format!("it's ${{X}} {number}"),
        3 => format!("{number}"),
        _ => format!("Other {number}"),
    };
    let disabled =
        if became.disabled == 0 { desired.disabled.unwrap_or_default() } else { became.disabled > 3 };
    let body = json!({"id": desired.id, "name": name, "selfProvisioningDomains": domains,
                      "customAttributes": attributes, "disabled": disabled});
    Some(observed(&body))
}

fn observed(body: &Value) -> Observed<LiveTenant> {
    Observed {
        object: serde_json::from_value(body.clone()).unwrap(),
        raw: RawValue::from_string(body.to_string()).unwrap(),
    }
}

/// The files as values.
fn inputs(texts: &BTreeMap<&'static str, String>) -> Inputs {
    let directory = PathBuf::from("/nowhere");
    Inputs {
        files: texts.keys().map(PathBuf::from).collect(),
        environment: Some("dev".to_owned()),
        overlay: texts.iter().map(|(name, text)| (directory.join(name), text.clone())).collect(),
        offline: true,
        directory,
        ..Inputs::default()
    }
}

fn config(texts: &BTreeMap<&'static str, String>) -> Config {
    load(&inputs(texts)).unwrap_or_else(|error| panic!("{error}: {:#?}\n{texts:#?}", error.diagnostics()))
}

/// What differs of each tenant; `None` where it is not live.
type Differences = BTreeMap<String, Option<Vec<FieldChange>>>;

fn differences(config: &Config, live: &BTreeMap<String, Option<Observed<LiveTenant>>>) -> Differences {
    let tenants = config.desired.tenants.iter().flatten();
    let compared = tenants.filter_map(|tenant| match live.get(&tenant.id)? {
        None => Some((tenant.id.clone(), None)),
        Some(live) => {
            let fields = tenant::compare(tenant, live, None)?.fields;
            Some((tenant.id.clone(), Some(fields)))
        }
    });
    compared.collect()
}

/// What adopting leaves: of a whole tenant, or of one of its attributes.
type Left = BTreeSet<(String, Path)>;

/// Adopts what differs, once; returns what is left alone.
fn adopt(texts: &mut BTreeMap<&'static str, String>, differences: &Differences, left: &Left) -> Left {
    let mut found = Left::new();
    loop {
        let mut editor = Editor::open(&inputs(texts), Some("dev")).unwrap();
        let is_out = |id: &String, found: &Left| found.contains(&(id.clone(), Path::new([""; 0])));
        for (id, fields) in differences {
            if is_out(id, &found) {
                continue;
            }
            let open = |field: &&FieldChange| !left.contains(&(id.clone(), field.path.clone()));
            let alone: Vec<LeftAlone> = match fields {
                None => editor.remove(id).into_iter().collect(),
                Some(fields) => editor.adopt(id, &fields.iter().filter(open).cloned().collect::<Vec<_>>()),
            };
            found.extend(alone.into_iter().map(|alone| {
                assert!(alone.place.is_some(), "it says where: {alone:?}");
                (id.clone(), alone.path)
            }));
        }
        match editor.finish() {
            Ok(edited) => {
                take(texts, edited);
                return found;
            }
            Err(refused) => {
                assert!(!refused.is_empty());
                found.extend(refused.into_iter().map(|(id, alone)| {
                    assert!(alone.place.is_some(), "it says where: {alone:?}");
                    (id, alone.path)
                }));
            }
        }
    }
}

/// Adopts until nothing is left to be done; returns what is left alone.
fn adopt_all(
    texts: &mut BTreeMap<&'static str, String>,
    live: &BTreeMap<String, Option<Observed<LiveTenant>>>,
) -> Left {
    let mut left = Left::new();
    for _ in 0..3 {
        let differences = differences(&config(texts), live);
        let is_open = |(id, fields): (&String, &Option<Vec<FieldChange>>)| {
            let known = |path: &Path| left.contains(&(id.clone(), path.clone()));
            !known(&Path::new([""; 0]))
                && fields.as_ref().is_none_or(|fields| !fields.iter().all(|it| known(&it.path)))
        };
        if !differences.iter().any(is_open) {
            break;
        }
        left.extend(adopt(texts, &differences, &left));
    }
    left
}

/// Writes live tenants that no file has.
fn add(texts: &mut BTreeMap<&'static str, String>, strays: &BTreeMap<String, Observed<LiveTenant>>) {
    let mut editor = Editor::open(&inputs(texts), Some("dev")).unwrap();
    let items = strays.iter().map(|(id, live)| (id.clone(), tenant::tidy_attributes(&live.object, None)));
    editor.add(&items.collect::<Vec<_>>(), None).unwrap();
    take(texts, editor.finish().unwrap());
}

fn take(texts: &mut BTreeMap<&'static str, String>, edited: Vec<Edited>) {
    for file in edited {
        let name = texts.keys().find(|name| file.path.ends_with(name)).copied().unwrap();
        texts.insert(name, file.after);
    }
}

/// The lines of `before` that are gone, each with its owner.
fn lost<'l>(before: &'l [Line], after: &str) -> Vec<&'l Line> {
    let old: Vec<&str> = before.iter().map(|(line, _)| line.as_str()).collect();
    let new: Vec<&str> =
        after.trim_start_matches('\u{feff}').split('\n').map(|line| line.trim_end_matches('\r')).collect();
    let diff = similar::TextDiff::from_slices(&old, &new);
    let gone = diff.iter_all_changes().filter(|change| change.tag() == similar::ChangeTag::Delete);
    gone.filter_map(|change| before.get(change.old_index()?)).collect()
}

fn text_of(written: &Written) -> BTreeMap<&'static str, String> {
    written.files().into_iter().map(|(name, lines)| (name, written.text(&lines))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn adopting_is_lossless_and_leaves_nothing_to_adopt(
        written in written(),
        became in prop::collection::vec(became(), 7),
        strays in prop::collection::vec(became(), 0..4),
    ) {
        let before = text_of(&written);
        let mut texts = before.clone();
        let desired = config(&before).desired.tenants.unwrap_or_default();
        let strays: BTreeMap<String, Observed<LiveTenant>> = strays.iter().enumerate().filter_map(|(at, became)| {
            let stray = Tenant { id: format!("stray-{at}"), name: Some(format!("Stray {at}")), ..Tenant::default() };
            Some((stray.id.clone(), live(&stray, 70 + at, became)?))
        }).collect();
        let mut live: BTreeMap<_, _> = written.tenants.iter().map(|item| {
            let tenant = desired.iter().find(|tenant| tenant.id == item.id()).unwrap();
            (item.id(), live(tenant, item.number, &became[item.number]))
        }).collect();
        let concerned: BTreeSet<String> = differences(&config(&before), &live).into_keys().collect();
        add(&mut texts, &strays);
        live.extend(strays.into_iter().map(|(id, live)| (id, Some(live))));
        let left = adopt_all(&mut texts, &live);

        // No line of a tenant that is as it was, and none that is nobody's, is gone.
        for (name, lines) in written.files() {
            for (line, owner) in lost(&lines, &texts[name]) {
                let is_concerned = owner.is_some_and(|number| concerned.contains(&format!("tenant-{number}")));
                // What holds the last override goes with it; an empty list is filled or made one.
                let holds = ["    tenants:", "tenants:   # all of them", "  dev:   # ours"].contains(&line.as_str());
                prop_assert!(is_concerned || holds, "{line:?} of {name} is gone:\n{}\n{}", before[name], texts[name]);
            }
        }
        // A comment on a line of its own stays, whatever goes.
        let remarks = |texts: &BTreeMap<&str, String>| -> Vec<String> {
            let lines = texts.values().flat_map(|text| text.lines());
            lines.filter(|line| line.trim_start_matches('\u{feff}').trim_start().starts_with('#')).map(str::to_owned).collect()
        };
        prop_assert_eq!(remarks(&before), remarks(&texts));
        for (name, text) in &texts {
            prop_assert_eq!(text.contains('\r'), before[name].contains('\r'));
            prop_assert_eq!(text.matches('\n').count(), text.matches(if text.contains('\r') { "\r\n" } else { "\n" }).count());
            prop_assert!(text.ends_with('\n') || !before[name].ends_with('\n'));
        }
        // What is not left alone is as it is live, and nobody else became another one.
        for (id, fields) in differences(&config(&texts), &live) {
            let whole = left.contains(&(id.clone(), Path::new([""; 0])));
            let all = fields.iter().flatten().all(|field| left.contains(&(id.clone(), field.path.clone())));
            prop_assert!(whole || fields.is_some() && all, "{id} still differs: {fields:?}\nleft: {left:?}\n{texts:#?}");
        }
        let now = config(&texts).desired.tenants.unwrap_or_default();
        let others = |tenants: &[Tenant]| -> Vec<Tenant> {
            let is_other = |tenant: &&Tenant| tenant.id.starts_with("tenant-") && !concerned.contains(&tenant.id);
            let own = tenants.iter().filter(is_other).cloned();
            own.map(|tenant| Tenant { place: None, ..tenant }).collect()
        };
        prop_assert_eq!(others(&desired), others(&now));
        let added = now.iter().filter(|tenant| tenant.id.starts_with("stray-")).count();
        prop_assert_eq!(added, live.keys().filter(|id| id.starts_with("stray-")).count());
        // Once more changes nothing.
        let again = texts.clone();
        adopt_all(&mut texts, &live);
        prop_assert_eq!(again, texts);
    }
}
