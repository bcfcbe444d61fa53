use std::fs;

use chrono::DateTime;
use futures_util::future::join_all;
use proptest::prelude::*;
use serde_json::Value;

use super::{super::tests::state, *};

fn context(run: &str) -> AuditContext {
    AuditContext {
        run_id: run.into(),
        user: "ada".into(),
        host: "build-7".into(),
        git: None,
        environment: Some("staging".into()),
        project_id: "P1".into(),
    }
}

fn event(id: usize) -> AuditEvent {
    AuditEvent::intended("create", &format!("tenant.t{id}"))
}

fn lines(state: &State) -> Vec<String> {
    let text = fs::read_to_string(state.root().join("audit/P1.jsonl")).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn text_of(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

fn write(state: &State, lines: &[String]) {
    fs::write(state.root().join("audit/P1.jsonl"), text_of(lines)).unwrap();
}

fn problems(state: &State) -> Vec<AuditProblem> {
    state.verify_audit("P1", None).unwrap().problems
}

async fn trail(state: &State, count: usize) -> Audit {
    let audit = state.audit(context("01R")).unwrap();
    for result in join_all((0..count).map(|id| audit.append(event(id)))).await {
        result.unwrap();
    }
    audit
}

/// The same line with other words and the hash that goes with them.
fn rehashed(line: &str, from: &str, to: &str) -> String {
    let mut value: Value = serde_json::from_str(&line.replace(from, to)).unwrap();
    value["hash"] = super::super::canonical::digest_without(&value.to_string(), "hash").unwrap().into();
    value.to_string()
}

#[tokio::test]
async fn every_key_is_on_every_line() {
    let (_folder, state) = state();
    let audit = state.audit(context("01R")).unwrap();
    audit.append(AuditEvent::run_started()).await.unwrap();
    let done =
        AuditEvent { duration_ms: Some(7), ..AuditEvent::concluded("update", "tenant.a", "succeeded") };
    audit.append(done.with_digests(Some("b".into()), Some("a".into()))).await.unwrap();
    for line in lines(&state) {
        let value: Value = serde_json::from_str(&line).unwrap();
        let keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            keys.join(" "),
            "ts run_id seq user host git environment project_id action address before_sha after_sha request_id \
             duration_ms outcome prev hash"
        );
    }
    let entries: Vec<_> = state.audit_entries("P1").unwrap().map(Result::unwrap).collect();
    assert_eq!(entries[0].ts, DateTime::UNIX_EPOCH);
    assert_eq!((entries[0].seq, entries[0].prev.as_deref()), (1, None));
    assert_eq!(entries[1].prev.as_deref(), Some(entries[0].hash.as_str()));
    assert_eq!(entries[1].after_sha.as_deref(), Some("a"));
    assert_eq!(audit.head().as_ref(), Some(&entries[1].hash));
}

#[tokio::test]
async fn many_tasks_and_several_runs_make_one_chain() {
    let (_folder, state) = state();
    let audits = ["01R", "01S", "01T"].map(|run| state.audit(context(run)).unwrap());
    let all = (0..300).map(|id| audits[id % 3].append(event(id)));
    for result in join_all(all).await {
        result.unwrap();
    }
    let found = state.verify_audit("P1", audits[0].head().as_deref()).unwrap();
    assert_eq!((found.lines, found.problems), (300, vec![]));
    assert!(audits.iter().any(|audit| audit.head() == found.head));
}

#[tokio::test]
async fn opening_an_empty_trail_writes_no_line() {
    let (_folder, state) = state();
    let audit = state.audit(context("01R")).unwrap();
    assert_eq!(audit.head(), None);
    assert!(lines(&state).is_empty());
    assert!(problems(&state).is_empty());
}

#[tokio::test]
async fn each_way_to_change_a_trail_is_found_and_named() {
    let (_folder, state) = state();
    trail(&state, 6).await;
    let good = lines(&state);
    let after = |change: &dyn Fn(&mut Vec<String>)| {
        let mut changed = good.clone();
        change(&mut changed);
        write(&state, &changed);
        problems(&state)
    };
    assert_eq!(after(&|_| {}), []);
    assert_eq!(
        after(&|lines| lines[2] = lines[2].replace("ada", "bob")),
        [AuditProblem::Edited { line: 3, seq: 3 }]
    );
    assert_eq!(
        after(&|lines| lines[2] = rehashed(&lines[2], "ada", "bob")),
        [AuditProblem::Unchained { line: 4, seq: 4 }]
    );
    assert_eq!(after(&|lines| drop(lines.remove(0))), [AuditProblem::Dropped { first: 1, last: 1 }]);
    assert_eq!(after(&|lines| drop(lines.drain(1..4))), [AuditProblem::Dropped { first: 2, last: 4 }]);
    assert_eq!(after(&|lines| lines.swap(2, 3)), [AuditProblem::Reordered { line: 4, seq: 3 }]);
    assert_eq!(after(&|lines| lines.push(lines[1].clone())), [AuditProblem::Repeated { line: 7, seq: 2 }]);
    assert_eq!(after(&|lines| lines[3] = "{}".into())[0], AuditProblem::Unreadable { line: 4 });
    assert!(matches!(after(&|lines| lines.truncate(4))[..], [AuditProblem::CutOff { .. }]));
    assert!(matches!(after(&Vec::clear)[..], [AuditProblem::CutOff { .. }]));
    fs::remove_file(state.root().join("audit/P1.jsonl")).unwrap();
    assert!(matches!(problems(&state)[..], [AuditProblem::CutOff { .. }]));
}

#[tokio::test]
async fn a_head_from_a_summary_finds_what_the_head_file_was_made_to_hide() {
    let (_folder, state) = state();
    let audit = trail(&state, 5).await;
    let head = audit.head().unwrap();
    let good = lines(&state);
    let hash = serde_json::from_str::<Value>(&good[2]).unwrap()["hash"].as_str().unwrap().to_owned();
    write(&state, &good[..3]);
    let forged = format!(r#"{{"format_version":"1.0","seq":3,"hash":"{hash}"}}"#);
    fs::write(state.root().join("audit/P1.head"), forged).unwrap();
    assert!(state.verify_audit("P1", None).unwrap().is_intact());
    assert!(state.verify_audit("P1", Some(&hash)).unwrap().is_intact());
    let found = state.verify_audit("P1", Some(&head)).unwrap();
    assert_eq!(found.problems, [AuditProblem::CutOff { head }]);
}

#[tokio::test]
async fn a_cut_off_tail_stays_visible_when_the_trail_goes_on() {
    let (_folder, state) = state();
    drop(trail(&state, 5).await);
    write(&state, &lines(&state)[..3]);
    drop(trail(&state, 2).await);
    assert_eq!(problems(&state), [AuditProblem::Dropped { first: 4, last: 5 }]);
    let note = state.audit_entries("P1").unwrap().nth(3).unwrap().unwrap();
    assert_eq!((note.seq, note.action.as_str()), (6, "gap"));
    assert_eq!(note.outcome.as_deref(), Some("lines 4 to 5 are missing"));
}

#[tokio::test]
async fn a_last_line_with_another_hash_stays_visible_when_the_trail_goes_on() {
    let (_folder, state) = state();
    drop(trail(&state, 2).await);
    let mut changed = lines(&state);
    changed[1] = rehashed(&changed[1], "ada", "bob");
    write(&state, &changed);
    assert!(matches!(problems(&state)[..], [AuditProblem::CutOff { .. }]));
    drop(trail(&state, 1).await);
    assert_eq!(problems(&state), [AuditProblem::Unchained { line: 3, seq: 3 }]);
}

#[tokio::test]
async fn a_torn_line_is_repaired_with_a_note() {
    let (_folder, state) = state();
    drop(trail(&state, 2).await);
    let path = state.root().join("audit/P1.jsonl");
    let good = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{good}{{\"ts\":\"20")).unwrap();
    assert_eq!(problems(&state), [AuditProblem::Torn { line: 3 }]);
    drop(state.audit(context("01S")).unwrap());
    assert_eq!(problems(&state), []);
    let note = state.audit_entries("P1").unwrap().nth(2).unwrap().unwrap();
    assert_eq!((note.seq, note.action.as_str()), (3, "repair"));
    assert_eq!(note.outcome.as_deref(), Some("dropped a torn line of 9 bytes"));
    assert!(fs::read_to_string(&path).unwrap().starts_with(&good));
}

#[tokio::test]
async fn a_whole_last_line_without_its_end_is_kept() {
    let (_folder, state) = state();
    drop(trail(&state, 2).await);
    let path = state.root().join("audit/P1.jsonl");
    let good = fs::read_to_string(&path).unwrap();
    fs::write(&path, good.trim_end()).unwrap();
    let audit = state.audit(context("01S")).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), good);
    audit.append(event(3)).await.unwrap();
    audit.append(event(4)).await.unwrap();
    assert!(fs::read_to_string(&path).unwrap().starts_with(&good));
    assert_eq!((problems(&state), lines(&state).len()), (vec![], 4));
}

#[tokio::test]
async fn a_head_that_lags_behind_is_no_harm_and_a_missing_one_is_told() {
    let (_folder, state) = state();
    let head = state.root().join("audit/P1.head");
    drop(trail(&state, 2).await);
    let former = fs::read(&head).unwrap();
    drop(trail(&state, 2).await);
    fs::write(&head, former).unwrap();
    assert_eq!(problems(&state), []);
    drop(trail(&state, 1).await);
    assert_eq!((problems(&state), lines(&state).len()), (vec![], 5));
    for damaged in [None, Some("")] {
        match damaged {
            None => fs::remove_file(&head).unwrap(),
            Some(text) => fs::write(&head, text).unwrap(),
        }
        assert_eq!(problems(&state), [AuditProblem::NoHead]);
        drop(trail(&state, 1).await);
        assert_eq!(problems(&state), []);
    }
}

#[tokio::test]
async fn a_trail_that_cannot_be_written_is_told_before_anything_is() {
    let (_folder, state) = state();
    fs::create_dir_all(state.root().join("audit/P1.jsonl")).unwrap();
    let error = state.audit(context("01R")).unwrap_err();
    assert_eq!(error.code(), "state_io");
    assert!(error.to_string().contains("P1.jsonl"), "{error}");
}

#[tokio::test]
async fn a_failed_append_is_told_to_everyone_who_waits() {
    let (_folder, state) = state();
    let audit = trail(&state, 1).await;
    fs::remove_file(state.root().join("audit/P1.jsonl")).unwrap();
    fs::create_dir(state.root().join("audit/P1.jsonl")).unwrap();
    for result in join_all((0..10).map(|id| audit.append(event(id)))).await {
        assert_eq!(result.unwrap_err().code(), "state_io");
    }
}

#[tokio::test]
async fn a_trail_that_a_suspended_process_holds_is_told_and_can_be_read_all_the_same() {
    let (_folder, state) = state();
    let audit = trail(&state, 2).await;
    let held = fs::File::open(state.root().join("audit/P1.jsonl")).unwrap();
    held.lock().unwrap();
    let error = audit.append(event(3)).await.unwrap_err();
    assert_eq!((error.code(), lines(&state).len()), ("state_busy", 2));
    assert_eq!((problems(&state), state.audit_entries("P1").unwrap().count()), (vec![], 2));
    held.unlock().unwrap();
    audit.append(event(3)).await.unwrap();
    assert_eq!((problems(&state), lines(&state).len()), (vec![], 3));
}

#[derive(Debug, Clone)]
enum Tampering {
    Byte(prop::sample::Index, u8),
    Drop(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Repeat(prop::sample::Index, prop::sample::Index),
    Cut(prop::sample::Index),
}

fn tampering() -> impl Strategy<Value = Tampering> {
    use Tampering::{Byte, Cut, Drop, Repeat, Swap};
    let index = any::<prop::sample::Index>;
    prop_oneof![
        (index(), 32..127_u8).prop_map(|(at, byte)| Byte(at, byte)),
        index().prop_map(Drop),
        (index(), index()).prop_map(|(one, other)| Swap(one, other)),
        (index(), index()).prop_map(|(from, to)| Repeat(from, to)),
        index().prop_map(Cut),
    ]
}

fn tamper(good: &[String], how: &Tampering) -> String {
    let mut lines = good.to_vec();
    match how {
        Tampering::Drop(at) => drop(lines.remove(at.index(good.len()))),
        Tampering::Swap(one, other) => lines.swap(one.index(good.len()), other.index(good.len())),
        Tampering::Repeat(from, to) => {
            lines.insert(to.index(good.len() + 1), good[from.index(good.len())].clone());
        }
        Tampering::Byte(..) | Tampering::Cut(_) => {}
    }
    let mut bytes = text_of(&lines).into_bytes();
    match how {
        Tampering::Byte(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Tampering::Cut(at) => bytes.truncate(at.index(bytes.len())),
        _ => {}
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn no_edit_drop_reorder_or_cut_goes_unseen() {
    let (_folder, state) = state();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { drop(trail(&state, 8).await) });
    let good = lines(&state);
    let path = state.root().join("audit/P1.jsonl");
    let original = fs::read_to_string(&path).unwrap();
    proptest!(|(how in tampering())| {
        let changed = tamper(&good, &how);
        fs::write(&path, &changed).unwrap();
        prop_assert_eq!(problems(&state).is_empty(), changed == original, "{}", changed);
    });
}

#[tokio::test]
async fn a_line_whose_number_cannot_be_followed_stops_nobody_and_shows() {
    let (_folder, state) = state();
    drop(trail(&state, 1).await);
    let only = lines(&state).remove(0);
    write(&state, &[rehashed(&only, "\"seq\":1,", &format!("\"seq\":{},", u64::MAX))]);
    fs::remove_file(state.root().join("audit/P1.head")).unwrap();
    let audit = state.audit(context("02R")).unwrap();
    audit.append(event(7)).await.unwrap();
    assert_eq!(lines(&state).len(), 2);
    let repeated = |it: &AuditProblem| matches!(it, AuditProblem::Repeated { line: 2, seq: u64::MAX });
    assert!(problems(&state).iter().any(repeated), "{:?}", problems(&state));
}

#[tokio::test]
async fn an_unreadable_last_line_stops_a_run_unless_the_head_tells_where_it_was() {
    let (_folder, state) = state();
    drop(trail(&state, 2).await);
    let mut changed = lines(&state);
    changed[1] = "no line".into();
    write(&state, &changed);
    drop(trail(&state, 1).await);
    let found = problems(&state);
    assert!(found.contains(&AuditProblem::Unreadable { line: 2 }), "{found:?}");
    let last = state.audit_entries("P1").unwrap().last().unwrap().unwrap();
    assert_eq!(last.seq, 3);

    write(&state, &["no line".to_owned()]);
    fs::remove_file(state.root().join("audit/P1.head")).unwrap();
    assert_eq!(state.audit(context("01S")).unwrap_err().code(), "state_file_malformed");
}

#[test]
fn an_event_says_what_was_done_to_what_and_how_it_stands() {
    let told = |event: AuditEvent| {
        let AuditEvent { action, address, request_id, outcome, .. } = event;
        [Some(action), address, request_id, outcome].map(Option::unwrap_or_default).join("|")
    };
    assert_eq!(told(AuditEvent::run_started()), "run|||started");
    assert_eq!(told(AuditEvent::run_ended("failed")), "run|||failed");
    assert_eq!(told(AuditEvent::resumed("01R")), "resume||01R|started");
    assert_eq!(told(AuditEvent::intended("create", "tenant.a")), "create|tenant.a||intended");
    assert_eq!(told(AuditEvent::concluded("update", "tenant.a", "failed")), "update|tenant.a||failed");
    assert_eq!(told(AuditEvent::drift_seen("tenant.a", "console")), "drift|tenant.a||console");
    assert_eq!(told(AuditEvent::resolved("tenant.a", "live")), "resolve|tenant.a||live");
    assert_eq!(
        told(AuditEvent::run_started().ending("succeeded").about_run(Some("01S"))),
        "run||01S|succeeded"
    );
}

#[test]
fn a_problem_is_told_in_words_and_by_a_name_and_with_the_line_that_it_is_about() {
    use AuditProblem::{CutOff, Dropped, Edited, NoHead, Reordered, Repeated, Torn, Unchained, Unreadable};
    for (problem, code, line, words) in [
        (Unreadable { line: 1 }, "unreadable", Some(1), "line 1 is not"),
        (Torn { line: 2 }, "torn", Some(2), "line 2 was cut short"),
        (Edited { line: 3, seq: 13 }, "edited", Some(3), "line 3 (seq 13) was edited"),
        (Unchained { line: 4, seq: 14 }, "unchained", Some(4), "line 4 (seq 14) does not follow"),
        (Reordered { line: 5, seq: 15 }, "reordered", Some(5), "line 5 (seq 15) is out of order"),
        (Repeated { line: 6, seq: 16 }, "repeated", Some(6), "line 6 repeats seq 16"),
        (Dropped { first: 7, last: 7 }, "dropped", None, "the line with seq 7 was"),
        (Dropped { first: 7, last: 8 }, "dropped", None, "the lines with seq 7 to 8 were"),
        (CutOff { head: "abc".into() }, "cut_off", None, "hash abc is missing"),
        (NoHead, "no_head", None, "the head file is missing"),
    ] {
        assert_eq!((problem.code(), problem.line()), (code, line));
        assert!(problem.to_string().contains(words), "{problem}");
    }
}

async fn three_runs(state: &State) {
    for run in ["01RAB", "01RAC", "01RA"] {
        let audit = state.audit(context(run)).unwrap();
        audit.append(AuditEvent::run_started()).await.unwrap();
        audit.append(AuditEvent::run_ended("succeeded")).await.unwrap();
    }
    let mut all = lines(state);
    all.insert(3, "no line".into());
    all.insert(3, "none either".into());
    write(state, &all);
}

#[tokio::test]
async fn a_run_is_told_by_its_id_or_by_a_beginning_that_no_other_has() {
    let (_folder, state) = state();
    three_runs(&state).await;
    let found = |text: &str| {
        let run = state.audit_run("P1", text).map_err(|error| error.code())?;
        let numbers: Vec<u64> = run.lines.iter().map(|(line, _)| line.number).collect();
        Ok((run.id, numbers, run.unreadable))
    };
    assert_eq!(found("01rab"), Ok(("01RAB".to_owned(), vec![1, 2], 2)));
    assert_eq!(found("01RAC"), Ok(("01RAC".to_owned(), vec![3, 6], 2)));
    assert_eq!(
        found("01RA"),
        Ok(("01RA".to_owned(), vec![7, 8], 2)),
        "the whole id of one goes before all that begin so"
    );
    assert_eq!(found("01R"), Err("id_ambiguous"));
    assert_eq!(found("02"), Err("run_not_found"));
    let only = Ok(("01RAB".to_owned(), vec![1, 2], 0));
    write(&state, &lines(&state)[..2]);
    assert_eq!(found("01"), only);
}

#[tokio::test]
async fn an_excerpt_holds_the_newest_wanted_lines_and_counts_the_others() {
    let (_folder, state) = state();
    three_runs(&state).await;
    let excerpt = |filter: &AuditFilter, most| {
        let AuditExcerpt { lines, older, unreadable } = state.audit_excerpt("P1", filter, most).unwrap();
        (lines.iter().map(|(line, _)| line.number).collect::<Vec<_>>(), older, unreadable)
    };
    let all = AuditFilter::default();
    assert_eq!(excerpt(&all, 100), (vec![1, 2, 3, 6, 7, 8], 0, 2));
    assert_eq!(excerpt(&all, 6), (vec![1, 2, 3, 6, 7, 8], 0, 2));
    assert_eq!(excerpt(&all, 2), (vec![7, 8], 4, 2));
    assert_eq!(excerpt(&all, 0), (vec![], 6, 2));
    let ended = AuditFilter { outcome: Some("succeeded".into()), ..AuditFilter::default() };
    assert_eq!(excerpt(&ended, 2), (vec![6, 8], 1, 2));
}

#[tokio::test]
async fn what_is_our_own_doing_is_told_with_when_it_was_last_done() {
    let (_folder, state) = state();
    for (run, outcome) in [("01R", "failed"), ("01S", "succeeded")] {
        let audit = state.audit(context(run)).unwrap();
        audit.append(AuditEvent::concluded("update", &format!("tenant.{outcome}"), outcome)).await.unwrap();
    }
    let own = state.audit_own("P1").unwrap();
    assert_eq!(own.runs, ["01R", "01S"].map(str::to_owned).into());
    assert_eq!(own.written, [("tenant.succeeded".to_owned(), DateTime::UNIX_EPOCH)].into());
}

#[tokio::test]
async fn what_cannot_be_read_is_an_error_and_not_an_empty_trail() {
    let (_folder, state) = state();
    drop(trail(&state, 1).await);
    assert!(state.verify_audit("P1", None).unwrap().is_intact());
    let head = state.root().join("audit/P1.head");
    let kept = fs::read(&head).unwrap();
    fs::write(&head, "{\"format_version\":\"9.0\"}").unwrap();
    assert_eq!(state.verify_audit("P1", None).unwrap_err().code(), "state_format_unsupported");
    fs::write(&head, kept).unwrap();
    write(&state, &[]);
    assert!(!state.verify_audit("P1", None).unwrap().is_intact());
    // A name that goes round in a circle is there, and leads nowhere.
    let path = state.root().join("audit/P1.jsonl");
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&path, &path).unwrap();
    assert_eq!(state.verify_audit("P1", None).unwrap_err().code(), "state_io");
    assert_eq!(state.audit_lines("P1").err().unwrap().code(), "state_io");
}
