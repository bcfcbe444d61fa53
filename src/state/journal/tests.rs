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
