//! Which project, which key: what wins, what is refused, and that no key is ever shown.

use secrecy::ExposeSecret;

use crate::config::testing::Case;

const BLOCKS: &str = "
environments:
  dev: { project_id: '${DEV_ID}', management_key: '${DEV_KEY}', project_name: PCC Dev }
  prod: { project_id: '${PROD_ID}', management_key: '${PROD_KEY}' }
";

fn blocks() -> Case {
    Case::new(BLOCKS).variable("DEV_ID", "P2dev").variable("DEV_KEY", "Kdev")
}

#[test]
fn the_block_wins_and_other_blocks_are_not_expanded() {
    let case =
        blocks().variable("DESCOPE_MANAGEMENT_KEY", "Kother").variable("DESCOPE_BASE_URI", "https://x.test");
    let target = case.config().target;
    assert_eq!(target.project_id.as_deref(), Some("P2dev"));
    assert_eq!(target.key.unwrap().expose_secret(), "Kdev");
    assert_eq!(target.base_url.unwrap().as_str(), "https://x.test/");
    assert_eq!(target.project_name.as_deref(), Some("PCC Dev"));
}

#[test]
fn the_variables_fill_what_the_block_leaves_open() {
    let case = Case::new("environments: { dev: { base_url: 'https://a.test' } }")
        .variable("DESCOPE_PROJECT_ID", "P2v")
        .variable("DESCOPE_MANAGEMENT_KEY", "Kv\n")
        .variable("DESCOPE_BASE_URL", "https://b.test");
    let config = case.config();
    assert_eq!(config.target.project_id.as_deref(), Some("P2v"));
    assert_eq!(config.target.key.unwrap().expose_secret(), "Kv");
    assert_eq!(config.target.base_url.unwrap().as_str(), "https://a.test/");
    let origins: Vec<_> =
        config.origins.iter().map(|origin| (&*origin.name, &*origin.value, &*origin.from)).collect();
    assert!(origins.contains(&("management_key", "(set)", "variable DESCOPE_MANAGEMENT_KEY")));
    assert!(origins.contains(&("environment", "dev", "the only environment")));
}

#[test]
fn two_different_projects_are_a_wrong_target() {
    let error = blocks().variable("DESCOPE_PROJECT_ID", "P2other").error();
    assert_eq!(error.code(), "wrong_target");
    assert_eq!(
        error.to_string(),
        "environment 'dev' is project 'P2dev', but DESCOPE_PROJECT_ID is 'P2other'"
    );
    assert_eq!(blocks().variable("DESCOPE_PROJECT_ID", "P2dev").problems(), "");
}

#[test]
fn unset_references_are_errors_online_fine_offline_and_untouched_in_the_sandbox() {
    insta::assert_snapshot!(Case::new(BLOCKS).problems(), @"
    descope.yaml:3:22: error: variable 'DEV_ID' is not set [unset_variable]
      hint: export DEV_ID, or give a default: ${DEV_ID:-…}
    descope.yaml:3:51: error: variable 'DEV_KEY' is not set [unset_variable]
      hint: export DEV_KEY: it holds the management key
    ");
    let offline =
        Case::new(BLOCKS).variable("DESCOPE_PROJECT_ID", "P2other").with(|inputs| inputs.offline = true);
    let target = offline.config().target;
    assert!(target.project_id.is_none() && target.key.is_none());
    let target = blocks().with(|inputs| inputs.sandbox = true).config().target;
    assert!(target.project_id.is_none() && target.key.is_none());
}

#[test]
fn a_key_in_a_file_is_refused_and_never_shown() {
    for value in ["Ksecretsecret", "x${DEV_KEY}", "${DEV_KEY:-Ksecretsecret}", "[Ksecretsecret]", "~"] {
        let yaml =
            format!("environments: {{ dev: {{ limts: 1, management_key: \"{value}\" }}, qa: {{}} }}\n");
        let yaml = yaml.replace("\"[", "[").replace("]\"", "]").replace("\"~\"", "~");
        for environment in ["dev", "qa"] {
            let error = Case::new(&yaml).environment(environment).error();
            let shown = format!("{error} {error:?} {:?}", error.hint());
            assert!(shown.contains("key_in_file") && !shown.contains("secretsecret"), "{shown}");
        }
    }
    let yaml = "environments: { dev: { management_key: Ksecretsecret } }\n";
    insta::assert_snapshot!(Case::new(yaml).problems(), @"
    descope.yaml:1:40: error: 'management_key' must be a reference to a variable, never the key itself [key_in_file]
      hint: write management_key: ${NAME_OF_A_VARIABLE}; if a real key stood here, revoke it in the console
    ");
}

#[test]
fn a_key_under_a_mistyped_name_is_not_shown_either() {
    let yaml = "environments:\n  dev:\n    managment_key: hunter2\n";
    let shown = format!("{:?}", Case::new(yaml).error());
    assert!(shown.contains("did you mean 'management_key'?") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_key_that_cannot_be_sent_is_an_error_and_an_unlikely_one_a_warning() {
    let case = blocks().variable("DEV_KEY", "K two words");
    insta::assert_snapshot!(case.problems(), @"
    descope.yaml:3:51: error: 'management_key' holds characters that no management key has [bad_key]
      hint: copy the key anew, without spaces and line breaks
    ");
    let case = blocks().variable("DEV_KEY", "P2dev");
    insta::assert_snapshot!(case.problems(), @"
    descope.yaml:3:51: warning: 'management_key' does not look like a management key [unlikely_key]
      hint: management keys start with 'K'
    ");
    assert!(!format!("{:?}", blocks().config()).contains("Kdev"));
}

#[cfg(unix)]
#[test]
fn a_key_file_is_trimmed_and_should_be_private() {
    use std::{fs, os::unix::fs::PermissionsExt};
    let case = Case::new("version: 1").file("key", "Kfile\n").variable("DESCOPE_MANAGEMENT_KEY_FILE", "key");
    fs::set_permissions(case.path("key"), fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(case.config().target.key.unwrap().expose_secret(), "Kfile");
    fs::set_permissions(case.path("key"), fs::Permissions::from_mode(0o644)).unwrap();
    insta::assert_snapshot!(case.problems(), @"
    warning: key file '<folder>/key' can be read by everybody [key_file_open]
      hint: chmod 600 '<folder>/key'
    ");
    let case = case.variable("DESCOPE_MANAGEMENT_KEY", "Kdirect");
    insta::assert_snapshot!(case.problems(), @"
    warning: variable 'DESCOPE_MANAGEMENT_KEY_FILE' is ignored: 'DESCOPE_MANAGEMENT_KEY' is set too [key_given_twice]
      hint: unset one of the two
    ");
    insta::assert_snapshot!(
        Case::new("version: 1").variable("DESCOPE_MANAGEMENT_KEY_FILE", "nope").problems().replace("(os error 2)", ""),
        @"
    error: key file '<folder>/nope' cannot be read: No such file or directory  [key_file]
      hint: see variable 'DESCOPE_MANAGEMENT_KEY_FILE'
    "
    );
}

#[test]
fn ids_names_and_addresses_of_projects_are_checked() {
    let yaml = "
environments:
  dev: { project_id: K2abc, project_name: 'a_b', base_url: 'http://api.descope.com' }
  a: { base_url: 'ftp://x' }
  b: { base_url: 'https://user:hunter2@x.test' }
";
    let problems = Case::new(yaml).problems();
    insta::assert_snapshot!(problems, @"
    descope.yaml:3:22: error: 'project_id' is not the id of a project [bad_project_id]
      hint: a project id is 'P' and letters and digits; the Descope Console shows it under Project
    descope.yaml:3:43: error: 'a_b' cannot be a project's name [bad_project_name]
      hint: use 1 to 100 letters, digits, spaces and hyphens
    descope.yaml:3:60: warning: the management key would travel unencrypted: the base URL is http [insecure_base_url]
      hint: use https://
    descope.yaml:4:18: error: 'base_url' must start with https:// [bad_base_url]
      hint: write it as https://api.descope.com
    descope.yaml:5:18: error: 'base_url' must not hold a user or a password [bad_base_url]
      hint: write it as https://api.descope.com
    ");
    assert!(!problems.contains("hunter2"));
    assert_eq!(Case::new("environments: { dev: { base_url: 'http://127.0.0.1:8080' } }").problems(), "");
}
