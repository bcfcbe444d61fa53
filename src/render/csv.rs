//! Lines of an audit trail → comma-separated values (RFC 4180, ended by a line feed).

use super::quote::plain;
use crate::state::AuditEntry;

/// The names of the columns: the keys of a line, its `git` in three.
const COLUMNS: [&str; 19] = [
    "ts",
    "run_id",
    "seq",
    "user",
    "host",
    "git_commit",
    "git_branch",
    "git_dirty",
    "environment",
    "project_id",
    "action",
    "address",
    "before_sha",
    "after_sha",
    "request_id",
    "duration_ms",
    "outcome",
    "prev",
    "hash",
];

/// The line that names the columns.
pub fn csv_heading() -> String {
    line(COLUMNS.map(str::to_owned))
}

/// One line of the trail.
pub fn csv_row(entry: &AuditEntry) -> String {
    let AuditEntry {
        ts,
        run_id,
        seq,
        user,
        host,
        git,
        environment,
        project_id,
        action,
        address,
        before_sha,
        after_sha,
        request_id,
        duration_ms,
        outcome,
        prev,
        hash,
    } = entry;
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    let git = git.as_ref();
    line([
        ts.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
        run_id.clone(),
        seq.to_string(),
        user.clone(),
        host.clone(),
        git.map(|git| git.commit.clone()).unwrap_or_default(),
        git.and_then(|git| git.branch.clone()).unwrap_or_default(),
        git.map(|git| git.dirty.to_string()).unwrap_or_default(),
        or_empty(environment),
        project_id.clone(),
        action.clone(),
        or_empty(address),
        or_empty(before_sha),
        or_empty(after_sha),
        or_empty(request_id),
        duration_ms.map(|millis| millis.to_string()).unwrap_or_default(),
        or_empty(outcome),
        or_empty(prev),
        hash.clone(),
    ])
}

fn line(cells: [String; COLUMNS.len()]) -> String {
    cells.map(|text| cell(&text)).join(",") + "\n"
}

/// One cell, on one line, that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let text = plain(text);
    let guard = if is_formula(&text) { "'" } else { "" };
    if guard.is_empty() && !text.contains([',', '"', ';', '\'']) && text.trim() == text {
        return text;
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// Whether a spreadsheet might run it: these signs begin a formula, full width ones in some languages, too.
fn is_formula(text: &str) -> bool {
    text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '|', '%'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::state::Git;

    fn entry() -> AuditEntry {
        AuditEntry {
            ts: "2026-07-01T12:00:00.250Z".parse().unwrap(),
            run_id: "01K".into(),
            seq: 3,
            user: "ada".into(),
            host: "build-7".into(),
            git: Some(Git { commit: "abc".into(), branch: Some("=1+1".into()), dirty: true }),
            environment: None,
            project_id: "P1".into(),
            action: "create".into(),
            address: Some("tenant.a,\"b\"".into()),
            before_sha: None,
            after_sha: Some("f0".into()),
            request_id: None,
            duration_ms: Some(7),
            outcome: Some("succeeded".into()),
            prev: None,
            hash: "ff".into(),
        }
    }

    #[test]
    fn a_line_has_a_cell_for_every_column_and_is_quoted_where_it_must_be() {
        let heading = csv_heading();
        assert_eq!(
            format!("{heading}{}", csv_row(&entry())),
            "ts,run_id,seq,user,host,git_commit,git_branch,git_dirty,environment,project_id,action,address,\
             before_sha,after_sha,request_id,duration_ms,outcome,prev,hash\n\
             2026-07-01T12:00:00.250Z,01K,3,ada,build-7,abc,\"'=1+1\",true,,P1,create,\"tenant.a,\"\"b\"\"\",,f0,,7,\
             succeeded,,ff\n"
        );
        let bare = csv_row(&AuditEntry { git: None, ..entry() });
        assert_eq!(bare.matches(',').count(), heading.matches(',').count() + 1);
    }

    #[test]
    fn nothing_begins_a_formula_and_nothing_leaves_its_line() {
        for (text, shown) in [
            ("plain", "plain"),
            ("", ""),
            ("build-7", "build-7"),
            ("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            (" =1", "\"' =1\""),
            ("＝1", "\"'＝1\""),
            ("\t=1", "\\u{9}=1"),
            ("a\r\nb", "a\\u{d}\\u{a}b"),
            ("a;b", "\"a;b\""),
            ("\u{1b}[31m", "\\u{1b}[31m"),
        ] {
            assert_eq!(cell(text), shown, "{text:?}");
        }
    }

    /// Cells as a reader takes them.
    fn read(line: &str) -> Vec<String> {
        let mut cells = vec![String::new()];
        let mut quoted = false;
        let mut signs = line.chars().peekable();
        while let Some(sign) = signs.next() {
            let cell = cells.last_mut().unwrap();
            match sign {
                '"' if quoted && signs.peek() == Some(&'"') => cell.push(signs.next().unwrap()),
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                sign => cell.push(sign),
            }
        }
        cells
    }

    proptest! {
        #[test]
        fn whatever_is_in_a_cell_stays_in_it(text in any::<String>(), other in "[-=+@,\"' a]{0,6}") {
            let found = read(&format!("{},{},x", cell(&text), cell(&other)));
            prop_assert_eq!(found.len(), 3);
            prop_assert!(found.iter().all(|cell| !is_formula(cell)));
            let guarded = format!("'{other}");
            prop_assert!([other, guarded].contains(&found[1]));
        }
    }
}
