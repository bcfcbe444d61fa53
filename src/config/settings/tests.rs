//! Which of several places a setting comes from.

use std::{path::PathBuf, time::Duration};

use crate::config::{Config, Settings, testing::Case};

const BOTH: &str = "
environments: { dev: { rate_limit: 3/1s, state_dir: dev-state }, qa: { rate_limit: 9/1s } }
settings: { rate_limit: 4/1s, concurrency: 7, state_dir: ~/state, backup_dir: ./backups, state_group: devops }
";

fn origin(config: &Config, name: &str) -> String {
    config.origins.iter().find(|origin| origin.name == name).unwrap().from.clone()
}

#[test]
fn a_flag_wins_over_a_variable_the_block_over_settings_and_settings_over_the_default() {
    let config = Case::new(BOTH).config();
    assert_eq!(config.settings.rate.to_string(), "3/1s");
    assert_eq!(origin(&config, "settings.rate_limit"), "descope.yaml:2:36");
    assert_eq!(
        (config.settings.parallelism, origin(&config, "settings.concurrency").as_str()),
        (Some(7), "descope.yaml:3:44")
    );
    assert_eq!(config.settings.timeout, None);
    assert_eq!(
        (config.settings.max_wait, origin(&config, "settings.max_wait").as_str()),
        (Settings::MAX_WAIT, "default")
    );

    let case = Case::new(BOTH)
        .variable("DESCOPE_MGMT_RATE_LIMIT", "2/1s")
        .variable("DESCOPE_MGMT_MAX_WAIT", "1m")
        .variable("DESCOPE_MGMT_PARALLELISM", "auto");
    let config = case.config();
    assert_eq!((config.settings.rate.to_string(), config.settings.parallelism), ("2/1s".to_owned(), None));
    assert_eq!(origin(&config, "settings.rate_limit"), "variable DESCOPE_MGMT_RATE_LIMIT");
    assert_eq!(config.settings.max_wait, Duration::from_secs(60));

    let config = case.with(|inputs| inputs.flags.rate_limit = Some("1/1s".into())).config();
    assert_eq!(config.settings.rate.to_string(), "1/1s");
    assert_eq!(origin(&config, "settings.rate_limit"), "flag --rate-limit");
}

#[test]
fn folders_start_at_the_file_that_names_them_and_those_of_flags_at_the_working_folder() {
    let case = Case::empty()
        .file("conf/a.yaml", "settings: { state_dir: state, backup_dir: ~/b, templates_dir: ./t }")
        .with(|inputs| inputs.files = vec!["conf/a.yaml".into()]);
    let settings = case.config().settings;
    assert_eq!(settings.state_dir, case.path("conf/state"));
    assert_eq!(settings.backup_dir, Some(PathBuf::from("/home/me/b")));
    assert_eq!(settings.templates_dir, case.path("conf/t"));
    let case = case.with(|inputs| inputs.flags.state_dir = Some("here".into()));
    assert_eq!(case.config().settings.state_dir, case.path("here"));
    let settings = Case::new("version: 1").config().settings;
    assert_eq!(settings.state_dir, PathBuf::from("/home/me/.descope-mgmt"));
}

#[test]
fn null_is_an_answer_for_the_group_and_the_backup_folder_only() {
    let settings = Case::new("settings: { state_group: null, backup_dir: ~ }").config().settings;
    assert_eq!((settings.state_group, settings.backup_dir), (None, None));
    insta::assert_snapshot!(Case::new("settings: { state_dir: null, rate_limit: ~ }").problems(), @r#"
    descope.yaml:1:24: error: 'state_dir' has no value (null) [null_value]
      hint: take 'state_dir' out to leave it alone; [] is an empty list, {} an empty map
    descope.yaml:1:42: error: 'rate_limit' has no value (null) [null_value]
      hint: take 'rate_limit' out to leave it alone; [] is an empty list, {} an empty map
    "#);
}

#[test]
fn a_rate_may_differ_by_path() {
    let yaml = "settings: { rate_limit: { '*': 100/60s, '/v1/mgmt/user/*': 5/1s } }";
    let rate = Case::new(yaml).config().settings.rate;
    assert_eq!(rate.to_string(), "100/60s, /v1/mgmt/user/* 5/1s");
    insta::assert_snapshot!(Case::new("settings: { rate_limit: { users: 5/1s, '/x': 5 } }").problems(), @r#"
    descope.yaml:1:27: error: 'users' is not a glob of paths [bad_glob]
      hint: write "*" for all requests, or a path such as "/v1/mgmt/user/*"
    descope.yaml:1:46: error: 'rate_limit' must be a rate [wrong_type]
      hint: write requests per window, as in 200/60s
    "#);
}

#[test]
fn settings_that_cannot_be_read_are_errors_wherever_they_stand() {
    let yaml = "
environments: { dev: { concurrency: 65 }, qa: { rate_limit: fast } }
settings:
  concurency: 1
  retention: { keep_last: many, keep_year: 1 }
  allow_shared_tenant_ids: yes
";
    let case = Case::new(yaml)
        .variable("DESCOPE_MGMT_TIMEOUT", "60")
        .variable("DESCOPE_MGMT_PARALLELISM", "0x4")
        .with(|inputs| inputs.flags.rate_limit = Some("x".into()));
    insta::assert_snapshot!(case.problems(), @"
    descope.yaml:2:37: error: 'concurrency' must be auto or a number from 1 to 64 [wrong_type]
    descope.yaml:2:61: error: 'rate_limit' must be a rate [wrong_type]
      hint: write requests per window, as in 200/60s
    descope.yaml:4:3: error: unknown key 'concurency' in 'settings' [unknown_key]
      hint: did you mean 'concurrency'?
    descope.yaml:5:27: error: 'keep_last' must be a whole number [wrong_type]
    descope.yaml:6:28: error: 'allow_shared_tenant_ids' must be true or false [wrong_type]
      hint: write true
    error: flag --rate-limit: 'x' is not a rate such as 200/60s [bad_setting]
    error: variable DESCOPE_MGMT_PARALLELISM: '0x4' is not 'auto' or a number from 1 to 64 [bad_setting]
    error: variable DESCOPE_MGMT_TIMEOUT: '60' is not a duration such as 60s [bad_setting]
    ");
}

#[test]
fn retention_keeps_fifty_backups_and_ninety_days_unless_told_otherwise() {
    let retention = Case::new("settings: { retention: { keep_days: 7 } }").config().settings.retention;
    assert_eq!((retention.keep_last, retention.keep_days), (50, 7));
}
