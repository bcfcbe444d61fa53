use std::fs;

use serde_json::{Value, json};

use super::{
    super::tests::{file_of, state},
    *,
};

#[test]
fn a_baseline_reads_back_and_a_failed_write_keeps_the_former() {
    let (_folder, state) = state();
    let mut baseline = state.baseline("P1").unwrap();
    baseline.updated_at = Some(DateTime::UNIX_EPOCH);
    baseline.run_id = Some("01R".into());
    baseline.set("tenant.b", &json!({ "name": "B", "big": 18_446_744_073_709_551_615_u64 })).unwrap();
    baseline.set("tenant.a", &json!({ "name": "A" })).unwrap();
    baseline.set("tenant.gone", &json!({})).unwrap();
    assert!(baseline.forget("tenant.gone") && !baseline.forget("tenant.gone"));
    state.write_baseline(&baseline).unwrap();
    let found = state.baseline("P1").unwrap();
    assert!(!found.is_empty() && Baseline::empty("P1").is_empty());
    assert_eq!(found.addresses().collect::<Vec<_>>(), ["tenant.a", "tenant.b"]);
    assert_eq!(found.raw("tenant.b").unwrap().get(), r#"{"name":"B","big":18446744073709551615}"#);
    assert_eq!(found.attributes::<Value>("tenant.a").unwrap(), Some(json!({ "name": "A" })));
    assert_eq!(found.attributes::<Value>("tenant.c").unwrap(), None);
    assert_eq!(found.run_id.as_deref(), Some("01R"));
}

#[test]
fn a_damaged_or_foreign_baseline_is_an_error_not_an_empty_one() {
    let (_folder, state) = state();
    state.write_baseline(&Baseline::empty("P1")).unwrap();
    let path = file_of(&state, "baseline/P1.json");
    for (text, code) in [
        ("", "state_file_malformed"),
        ("{}", "state_file_malformed"),
        ("{\"format_version\":\"1.0\"}", "state_file_malformed"),
        ("{\"format_version\":\"2.0\"}", "state_format_unsupported"),
        ("{\"format_version\":\"1.0\",\"project_id\":\"P2\",\"resources\":{}}", "state_file_malformed"),
    ] {
        fs::write(&path, text).unwrap();
        let error = state.baseline("P1").unwrap_err();
        assert_eq!(error.code(), code, "{text}");
        assert!(error.hint().is_some());
    }
}
