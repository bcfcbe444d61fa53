use std::{fs, os::unix::fs::PermissionsExt};

use descope_mgmt::state::AuditEvent;
use serde_json::{Value, json};

use super::Records;

const TRAIL: &str = "audit/P2records.jsonl";

/// Two runs: six lines of one, two of another.
fn two_runs() -> (Records, String) {
    let records = Records::new();
    let change = |id: &str, outcome: &str| AuditEvent::concluded("update", &format!("tenant.{id}"), outcome);
    records.audit(
        "01KAAA1",
        "ada",
        vec![
            AuditEvent::run_started(),
            AuditEvent::intended("update", "tenant.acme"),
            change("acme", "succeeded"),
            AuditEvent::intended("update", "tenant.globex"),
            change("globex", "failed"),
            AuditEvent::run_ended("partly"),
        ],
    );
    let head = records.audit("01KAAB2", "=bob", vec![AuditEvent::run_started(), change("acme", "succeeded")]);
    (records, head)
}

fn lines(records: &Records) -> Vec<String> {
    fs::read_to_string(records.file(TRAIL)).unwrap().lines().map(str::to_owned).collect()
}

/// The `seq` of every line that the list shows, in its order.
fn listed(records: &Records, flags: &str) -> Vec<u64> {
    let list = records.sh(&format!("audit list -o json {flags}")).exits(0).json();
    list["items"].as_array().unwrap().iter().map(|item| item["seq"].as_u64().unwrap()).collect()
}

#[test]
fn a_trail_edited_by_hand_is_found_out_whatever_was_done_to_it() {
    let (records, head) = two_runs();
    let good = lines(&records);
    let inserted = {
        // Somebody who knows how lines are made: a line of its own with a number, a predecessor and a fitting hash.
        let before: Value = serde_json::from_str(&good[1]).unwrap();
        let mut forged: Value = serde_json::from_str(&good[2]).unwrap();
        (forged["address"], forged["prev"]) = (json!("tenant.evil"), before["hash"].clone());
        forged.as_object_mut().unwrap().shift_remove("hash");
        let hash = descope_mgmt::state::digest(&forged.to_string()).unwrap();
        forged["hash"] = json!(hash);
        forged.to_string()
    };
    let with = |change: &dyn Fn(&mut Vec<String>)| {
        let mut changed = good.clone();
        change(&mut changed);
        changed.join("\n") + "\n"
    };
    let torn = |text: String| text[..text.len() - 40].to_owned();
    let named = format!("the line with hash {head} is missing: the end was cut off or rewritten");
    for (what, text, codes, said) in [
        (
            "an edited value",
            with(&|lines| lines[4] = lines[4].replace("failed", "succeeded")),
            vec!["edited"],
            "line 5 (seq 5) was edited",
        ),
        (
            "a removed line",
            with(&|lines| drop(lines.remove(3))),
            vec!["dropped"],
            "the line with seq 4 was dropped",
        ),
        (
            "two lines swapped",
            with(&|lines| lines.swap(1, 2)),
            vec!["reordered"],
            "line 3 (seq 2) is out of order",
        ),
        ("a cut-off tail", with(&|lines| lines.truncate(6)), vec!["cut_off", "cut_off"], named.as_str()),
        (
            "an inserted line",
            with(&|lines| lines.insert(2, inserted.clone())),
            vec!["repeated", "unchained"],
            "line 4 repeats seq 3",
        ),
        (
            "a torn last line",
            torn(with(&|_| {})),
            vec!["torn", "cut_off", "cut_off"],
            "line 8 was cut short by a crash; the next run repairs it",
        ),
    ] {
        fs::write(records.file(TRAIL), text).unwrap();
        records.sh(&format!("audit verify --head {head}")).exits(1).says("✗").says(said);
        let document = records.sh(&format!("audit verify -o json --head {head}")).exits(1).json();
        assert_eq!(document["valid"], json!(false), "{what}");
        let problems = document["problems"].as_array().unwrap();
        let found: Vec<_> = problems.iter().map(|problem| problem["code"].as_str().unwrap()).collect();
        assert_eq!(found, codes, "{what}: {problems:?}");
    }
    fs::write(records.file(TRAIL), with(&|_| {})).unwrap();
    records.sh(&format!("audit verify --head {head}")).exits(0).says("8 lines, each intact and in its place");
}

#[test]
fn a_head_file_that_was_deleted_emptied_or_edited_is_found_out() {
    let (records, head) = two_runs();
    let file = records.file("audit/P2records.head");
    let good = fs::read_to_string(&file).unwrap();
    let first: Value = serde_json::from_str(&lines(&records)[0]).unwrap();
    let missing = "the head file is missing or unreadable";
    let cut_off = "the end was cut off or rewritten";
    for (text, code, said) in [
        (None, "no_head", missing),
        (Some(String::new()), "no_head", missing),
        (Some(good.replace("\"seq\":8", "\"seq\":9")), "cut_off", cut_off),
        (Some(good.replace(&head, &"ab".repeat(32))), "cut_off", cut_off),
        (Some(good.replace(&head, first["hash"].as_str().unwrap())), "cut_off", cut_off),
    ] {
        match &text {
            None => fs::remove_file(&file).unwrap(),
            Some(text) => fs::write(&file, text).unwrap(),
        }
        records.sh("audit verify").exits(1).says(said);
        let document = records.sh("audit verify -o json").exits(1).json();
        assert_eq!(document["problems"][0]["code"], code, "{text:?}");
        fs::write(&file, &good).unwrap();
    }
    records.sh("audit verify").exits(0);
}

#[test]
fn only_the_head_from_a_summary_tells_of_a_tail_cut_off_together_with_the_head_file() {
    let (records, head) = two_runs();
    let good = lines(&records);
    let last: Value = serde_json::from_str(&good[5]).unwrap();
    fs::write(records.file(TRAIL), good[..6].join("\n") + "\n").unwrap();
    let forged = json!({"format_version": "1.0", "seq": last["seq"], "hash": last["hash"]});
    fs::write(records.file("audit/P2records.head"), forged.to_string()).unwrap();
    records.sh("audit verify").exits(0).says("Without --head, an end that was cut off").says("can't be told");
    records.sh(&format!("audit verify --head {head}")).exits(1).says("the end was cut off or rewritten");
    records.sh("audit verify --head latest").exits(64).says("64 hexadecimal digits");
}

#[test]
fn a_list_shows_the_newest_last_and_what_the_filters_leave() {
    let (records, _) = two_runs();
    for (flags, expected) in [
        ("", vec![1, 2, 3, 4, 5, 6, 7, 8]),
        ("--limit 3", vec![6, 7, 8]),
        ("--limit 0", vec![1, 2, 3, 4, 5, 6, 7, 8]),
        ("--limit 1 --user ada", vec![6]),
        ("--user =bob", vec![7, 8]),
        ("--address tenant.acme", vec![2, 3, 8]),
        ("--address tenant.*", vec![2, 3, 4, 5, 8]),
        ("--run 01kaab", vec![7, 8]),
        ("--outcome failed", vec![5]),
        ("--outcome succeeded --user ada", vec![3]),
        ("--since 1h", vec![1, 2, 3, 4, 5, 6, 7, 8]),
        ("--until 1h", vec![]),
        ("--since 2100-01-01T00:00:00Z", vec![]),
    ] {
        assert_eq!(listed(&records, flags), expected, "{flags}");
    }
    let ran = records.sh("audit list --limit 2").exits(0).says("6 older not shown");
    assert!(ran.out.starts_with("TIME (UTC)") && ran.out.contains("01KAAB2  =bob"), "{}", ran.out);
    records.sh("audit list --since yesterday").exits(64).says("such as 24h");
}

#[test]
fn a_run_is_shown_by_the_beginning_of_its_id_if_only_one_begins_like_it() {
    let (records, _) = two_runs();
    let ran = records.sh("audit show 01kaaa").exits(0).says("01KAAA1").says("c0ffee on =main, with changes");
    assert_eq!(ran.out.lines().filter(|line| line.contains("tenant.")).count(), 4, "{}", ran.out);
    let items = records.sh("audit show 01KAAB2 -o json").exits(0).json()["items"].clone();
    assert_eq!(items.as_array().unwrap().len(), 2);
    records.sh("audit show 01KAA").exits(1).says("01KAAA1, 01KAAB2").says("Give more of the id");
    let failure = records.sh("audit show 01KB -o json").exits(1).json();
    assert_eq!(failure["error"]["code"], "run_not_found");
}

#[test]
fn an_export_is_the_trail_byte_for_byte_or_a_table_that_runs_no_formula() {
    let (records, _) = two_runs();
    let trail = fs::read_to_string(records.file(TRAIL)).unwrap();
    assert_eq!(records.sh("audit export").exits(0).out, trail);
    let filtered = records.sh("audit export --run 01KAAB2").exits(0).out;
    assert_eq!(filtered.lines().count(), 2);

    let csv = records.sh("audit export --format csv").exits(0).out;
    assert_eq!(csv.lines().count(), 9);
    assert!(csv.contains(",\"'=bob\",build-7,c0ffee,\"'=main\",true,staging,P2records,"), "{csv}");

    let done = records.sh("audit export --format csv --out trail.csv -o json").exits(0).json();
    assert_eq!(done, json!({"format_version": "1.0", "file": "trail.csv", "written": 8, "unreadable": 0}));
    assert_eq!(fs::read_to_string(records.desk.path("trail.csv")).unwrap(), csv);
    let mode = fs::metadata(records.desk.path("trail.csv")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    records.sh("audit export -o json").exits(64).says("--out");
    records.sh("audit export --out nowhere/trail.csv").exits(1).says("nowhere/trail.csv can't be written");
}

#[test]
fn lines_that_cannot_be_read_are_left_out_and_said() {
    let (records, _) = two_runs();
    let trail = fs::read(records.file(TRAIL)).unwrap();
    fs::write(records.file(TRAIL), [b"\xff\n{}\n".as_slice(), &trail].concat()).unwrap();
    assert_eq!(listed(&records, "").len(), 8);
    records.sh("audit list").exits(0).says("2 lines of the trail are no audit line");
    records.sh("audit show 01KAAA1").exits(0).says("audit verify");
    let ran = records.sh("audit export").exits(1).says("2 lines of the trail are no audit line");
    assert_eq!(ran.out.as_bytes(), trail);
}
