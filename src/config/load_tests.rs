//! Whole configurations: the starter file, many tenants, any text at all.

use std::{fmt::Write, fs, time::Duration};

use proptest::prelude::*;

use super::testing::Case;

const STARTER: &str = include_str!("../../configs/descope.yaml");

fn starter() -> Case {
    variables(Case::new(STARTER))
}

fn variables(case: Case) -> Case {
    ["DEV", "STAGING", "PROD"].iter().fold(case, |case, name| {
        case.variable(&format!("DESCOPE_{name}_PROJECT_ID"), &format!("P2{name}"))
            .variable(&format!("DESCOPE_{name}_KEY"), &format!("K{name}"))
    })
}

#[test]
fn the_starter_file_loads_in_every_environment() {
    for environment in ["dev", "staging", "prod"] {
        let config = starter().environment(environment).config();
        let tenants = config.desired.tenants.unwrap();
        assert_eq!(tenants[1].id, format!("{environment}-acme"));
        assert_eq!(tenants[1].parent.as_deref(), Some(&*format!("{environment}-portco")));
        assert_eq!(tenants[1].disabled, Some(false));
        let plan = tenants[1].attributes.as_ref().unwrap().value("plan").unwrap().clone();
        assert_eq!(plan, if environment == "prod" { "platinum" } else { "gold" });
        assert_eq!(config.desired.protect[0].as_str(), format!("tenant.{environment}-portco"));
    }
}

#[test]
fn without_a_file_the_variables_alone_are_enough() {
    let case =
        Case::empty().variable("DESCOPE_PROJECT_ID", "P2abc").variable("DESCOPE_MANAGEMENT_KEY", "Kabc");
    let config = case.config();
    assert_eq!(config.target.project_id.as_deref(), Some("P2abc"));
    assert!(config.target.key.is_some() && config.desired.tenants.is_none() && config.environment.is_none());
    assert_eq!(config.require_file().unwrap_err().code(), "no_configuration");
}

#[test]
fn with_nothing_at_all_the_error_names_the_places_looked_at() {
    let error = Case::empty().error();
    assert_eq!(error.to_string(), "no configuration file found");
    let hint = error.hint().unwrap();
    assert!(hint.starts_with("looked at descope.yaml, .descope/config.yaml, /home/me/.descope/config.yaml;"));
}

#[test]
fn no_tenants_key_means_unmanaged_and_an_empty_list_means_none() {
    assert_eq!(Case::new("version: 1").config().desired.tenants, None);
    assert_eq!(Case::new("tenants: []").config().desired.tenants, Some(vec![]));
    assert_eq!(Case::new("# only a comment\n").config().desired.tenants, None);
}

#[test]
fn thousands_of_tenants_load_fast_each_with_its_place() {
    let mut yaml = String::from("version: 1\ntenants:\n");
    for number in 0..5_000 {
        write!(
            yaml,
            "  - id: acme-{number}\n    name: \"Acme {number}\"\n    domains: [acme-{number}.com]\n    attributes:\n      \
             plan: gold\n      seats: {number}\n    disabled: false\n"
        )
        .unwrap();
    }
    let case = Case::new(&yaml);
    let before = std::time::Instant::now();
    let tenants = case.tenants();
    // Quadratic work would take minutes; the bound leaves room for a busy machine.
    assert!(before.elapsed() < Duration::from_secs(10));
    assert_eq!(tenants.len(), 5_000);
    let last = tenants.last().unwrap();
    assert_eq!(last.place.as_ref().unwrap().to_string(), format!("descope.yaml:{}:5", 3 + 4_999 * 7));
    assert_eq!(last.domains.as_ref().unwrap().iter().collect::<Vec<_>>(), ["acme-4999.com"]);
}

#[test]
fn several_files_are_one_configuration() {
    let case = Case::empty()
        .file("conf/a.yaml", "tenants: [{ id: acme, name: A }]\nsettings: { rate_limit: 10/1s }")
        .file("conf/b.yaml", "tenants: [{ id: globex, name: G }]\nsettings: { concurrency: 4 }")
        .with(|inputs| inputs.files = vec!["conf".into()]);
    let config = case.config();
    let ids: Vec<_> = config.desired.tenants.unwrap().into_iter().map(|tenant| tenant.id).collect();
    assert_eq!(ids, ["acme", "globex"]);
    assert_eq!((config.settings.parallelism, config.settings.rate.to_string().as_str()), (Some(4), "10/1s"));
    assert_eq!(config.files, ["conf/a.yaml", "conf/b.yaml"].map(std::path::PathBuf::from));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let case = Case::new("");
        fs::write(case.path("descope.yaml"), bytes).unwrap();
        let _ = case.load();
    }

    #[test]
    fn a_damaged_file_has_problems_with_snippets_and_never_panics(
        at in 0..STARTER.len(),
        length in 0..40_usize,
        word in any_word(),
    ) {
        let (start, end) = (STARTER.floor_char_boundary(at), STARTER.floor_char_boundary(at + length));
        let yaml = [&STARTER[..start], &word, &STARTER[end..]].concat();
        let result = variables(Case::new(&yaml)).environment("prod").load();
        for found in result.as_ref().err().map(super::error::Error::diagnostics).unwrap_or_default() {
            if let Some(snippet) = &found.snippet {
                prop_assert!(snippet.line.get(snippet.range.clone()).is_some(), "{found:?}");
            }
        }
    }

    #[test]
    fn no_text_made_of_yaml_makes_it_panic(words in proptest::collection::vec(any_word(), 0..60)) {
        let case = Case::new(&words.concat()).variable("A", "x: [").environment("dev");
        let _ = case.load();
    }
}

/// What configurations are made of, and what breaks them.
fn any_word() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "version: 1\n",
        "tenants:\n",
        "  - id: acme\n",
        "    id: ${A}\n",
        "    name: ",
        "environments:\n",
        "  dev:\n",
        "    tenants:\n",
        "      acme: {",
        "}",
        "[",
        "]",
        ",",
        "\n",
        "  ",
        "- ",
        ": ",
        "&a ",
        "*a",
        "<<: ",
        "? ",
        "!!str ",
        "\"",
        "'",
        "|\n",
        "${",
        "$${",
        "${environment}",
        "null",
        "~",
        "0x",
        "1e9",
        "¡\u{7f}",
        "\u{feff}",
        "\t",
        "#",
        "---\n",
        "...\n",
        "domains: [a.com]\n",
        "settings:\n",
        "attributes:\n",
        "lifecycle:\n",
        "protect: [tenant.a]\n",
        "parent: acme\n",
        "management_key: K1\n",
        "sensitive: [attributes.x]\n",
        "%YAML 1.2\n",
        "\r\n",
        "é",
    ];
    prop_oneof![9 => proptest::sample::select(WORDS).prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)]
}
