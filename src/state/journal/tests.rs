use std::fs;

use futures_util::future::join_all;

use super::{super::tests::state, *};

fn step(id: &str) -> JournalStep {
    JournalStep {
        step: id.into(),
        address: format!("tenant.{id}"),
        action: "update".into(),
        before_sha: Some("b".into()),
        desired_sha: Some("d".into()),
    }
}

#[tokio::test]
async fn an_unfinished_journal_tells_what_is_unknown() {
    let (_folder, state) = state();
    let journal = state.journal("P1", "01R", None).unwrap();
    for id in ["done", "failed", "unknown", "begun"] {
        journal.intend(step(id)).await.unwrap();
    }
    journal.conclude(step("unknown"), StepOutcome::Unknown).await.unwrap();
    journal.conclude(step("done"), StepOutcome::Succeeded).await.unwrap();
    journal.conclude(step("failed"), StepOutcome::Failed).await.unwrap();
    drop(journal);

    assert_eq!(state.unfinished_journals("P1").unwrap(), ["01R"]);
    let record = state.read_journal("P1", "01R").unwrap();
    assert!(!record.finished);
    assert_eq!(record.run_id, "01R");
    let ids = |steps: Vec<&JournalStep>| steps.into_iter().map(|step| step.step.clone()).collect::<Vec<_>>();
    assert_eq!(ids(record.unknown().collect()), ["unknown", "begun"]);
    assert_eq!(ids(record.unsucceeded().collect()), ["failed", "unknown", "begun"]);

    state.settle_journal("P1", "01R").unwrap();
    state.settle_journal("P1", "01R").unwrap();
    assert!(state.unfinished_journals("P1").unwrap().is_empty());
    assert_eq!(state.read_journal("P1", "01R").unwrap_err().code(), "journal_not_found");
}

#[tokio::test]
async fn a_run_that_went_well_leaves_no_journal_and_one_that_failed_leaves_its_own() {
    let (_folder, state) = state();
    for (run, outcome) in [("01R", StepOutcome::Succeeded), ("01S", StepOutcome::Failed)] {
        let journal = state.journal("P1", run, None).unwrap();
        journal.intend(step("a")).await.unwrap();
        journal.conclude(step("a"), outcome).await.unwrap();
        journal.finish().await.unwrap();
    }
    assert!(state.unfinished_journals("P1").unwrap().is_empty());
    assert!(state.read_journal("P1", "01R").is_err());
    let failed = state.read_journal("P1", "01S").unwrap();
    assert!(failed.finished);
    assert_eq!(failed.unsucceeded().count(), 1);
}

#[tokio::test]
async fn a_step_that_is_tried_again_is_unknown_again() {
    let (_folder, state) = state();
    let journal = state.journal("P1", "01R", None).unwrap();
    journal.intend(step("a")).await.unwrap();
    journal.conclude(step("a"), StepOutcome::Failed).await.unwrap();
    journal.intend(step("a")).await.unwrap();
    assert_eq!(state.read_journal("P1", "01R").unwrap().steps, [(step("a"), StepOutcome::Unknown)]);
}

#[tokio::test]
async fn an_intent_is_in_the_file_before_the_step_may_run() {
    let (_folder, state) = state();
    let journal = state.journal("P1", "01R", None).unwrap();
    join_all((0..256).map(|id| {
        let (journal, state) = (&journal, &state);
        async move {
            journal.intend(step(&id.to_string())).await.unwrap();
            let text = fs::read_to_string(state.root().join("journal/P1/01R.jsonl")).unwrap();
            assert!(text.contains(&format!("\"step\":\"{id}\"")));
        }
    }))
    .await;
    assert_eq!(state.read_journal("P1", "01R").unwrap().unknown().count(), 256);
}

#[tokio::test]
async fn a_crash_anywhere_leaves_a_journal_that_can_be_read() {
    let (_folder, state) = state();
    let journal = state.journal("P1", "01R", None).unwrap();
    journal.intend(step("a")).await.unwrap();
    journal.conclude(step("a"), StepOutcome::Succeeded).await.unwrap();
    drop(journal);
    let path = state.root().join("journal/P1/01R.jsonl");
    let bytes = fs::read(&path).unwrap();
    let first = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for length in first..bytes.len() {
        fs::write(&path, &bytes[..length]).unwrap();
        let record = state.read_journal("P1", "01R").unwrap();
        assert!(record.steps.iter().all(|(_, outcome)| *outcome == StepOutcome::Unknown));
        assert_eq!(state.unfinished_journals("P1").unwrap(), ["01R"]);
    }
    fs::write(&path, [&bytes[..first], b"{}\n"].concat()).unwrap();
    assert_eq!(state.read_journal("P1", "01R").unwrap_err().code(), "state_file_malformed");
    fs::write(&path, b"").unwrap();
    assert_eq!(state.read_journal("P1", "01R").unwrap_err().code(), "state_file_malformed");
}

#[tokio::test]
async fn words_of_the_next_minor_version_are_passed_over() {
    let (_folder, state) = state();
    drop(state.journal("P1", "01R", None).unwrap());
    let path = state.root().join("journal/P1/01R.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("1.0", "1.4") + "{\"event\":\"weather\",\"sun\":true}\n").unwrap();
    assert!(state.read_journal("P1", "01R").unwrap().steps.is_empty());
    fs::write(&path, text.replace("1.0", "2.0")).unwrap();
    assert_eq!(state.read_journal("P1", "01R").unwrap_err().code(), "state_format_unsupported");
}

#[test]
fn a_run_has_one_journal() {
    let (_folder, state) = state();
    let first = state.journal("P1", "01R", None).unwrap();
    assert_eq!(state.journal("P1", "01R", None).unwrap_err().code(), "state_io");
    drop(first);
}

#[tokio::test]
async fn what_a_run_left_is_what_it_set_out_to_do_and_did_not_come_to_the_end_of() {
    let (_folder, state) = state();
    let changes = [("tenant.one", 1), ("tenant.two", 2), ("tenant.three", 1), ("tenant.half", 2)];
    let plan = RunPlan {
        environment: Some("dev".into()),
        scope: StoredScope::default(),
        changes: changes.iter().map(|(at, writes)| ((*at).to_owned(), *writes)).collect(),
    };
    let journal = state.journal("P1", "01R", Some(plan.clone())).unwrap();
    let write = |id: &str, address: &str, action: &str| JournalStep {
        address: address.into(),
        action: action.into(),
        ..step(id)
    };
    for (id, address, action, outcome) in [
        ("1", "tenant.one", "update", StepOutcome::Succeeded),
        ("2", "tenant.two", "delete", StepOutcome::Succeeded),
        ("3", "tenant.two", "create", StepOutcome::Succeeded),
        ("4", "tenant.three", "update", StepOutcome::Failed),
        ("5", "tenant.half", "delete", StepOutcome::Succeeded),
    ] {
        journal.intend(write(id, address, action)).await.unwrap();
        journal.conclude(write(id, address, action), outcome).await.unwrap();
    }
    let record = state.read_journal("P1", "01R").unwrap();
    assert_eq!((record.plan.as_ref(), record.started_at), (Some(&plan), DateTime::UNIX_EPOCH));
    assert_eq!(record.left().collect::<Vec<_>>(), ["tenant.three", "tenant.half"]);
    assert_eq!(record.outcome_of("tenant.three", "update"), Some(StepOutcome::Failed));
    assert_eq!(record.outcome_of("tenant.two", "create"), Some(StepOutcome::Succeeded));
    assert_eq!(record.outcome_of("tenant.three", "create"), None);
    assert_eq!(record.outcome_of("tenant.none", "update"), None);
    // Of two writes of one kind the later one counts.
    journal.intend(write("6", "tenant.three", "update")).await.unwrap();
    let record = state.read_journal("P1", "01R").unwrap();
    assert_eq!(record.outcome_of("tenant.three", "update"), Some(StepOutcome::Unknown));
}

#[test]
fn a_run_is_found_by_the_beginning_that_no_other_has() {
    let (_folder, state) = state();
    for run in ["01RAB", "01RAC", "01S"] {
        drop(state.journal("P1", run, None).unwrap());
    }
    let found = |text: &str| state.find_journal("P1", text).map_err(|error| error.code());
    assert_eq!(found("01rab"), Ok("01RAB".to_owned()));
    assert_eq!(found("01S"), Ok("01S".to_owned()));
    assert_eq!(found("01RA"), Err("id_ambiguous"));
    assert_eq!(found("02"), Err("journal_not_found"));
    assert_eq!(found(""), Err("id_ambiguous"));
    assert_eq!(state.find_journal("P2", "01S").unwrap_err().code(), "journal_not_found");
    drop(state.journal("P3", "01S", None).unwrap());
    assert_eq!(state.find_journal("P3", "").unwrap_err().code(), "journal_not_found");
}

#[test]
fn a_journal_that_cannot_be_read_is_no_finished_one() {
    let (_folder, state) = state();
    fs::create_dir_all(state.root().join("journal/P1/01R.jsonl")).unwrap();
    assert_eq!(state.unfinished_journals("P1").unwrap_err().code(), "state_io");
    let circle = state.root().join("journal/P1/01T.jsonl");
    std::os::unix::fs::symlink(&circle, &circle).unwrap();
    assert_eq!(ended(&circle).unwrap_err().code(), "state_io");
    // One that goes while we look has ended.
    assert!(ended(&state.root().join("journal/P1/01S.jsonl")).unwrap());
}
