//! Edits of a hand-written file, compared as a person would: line by line.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{
    path::{Op, Step},
    rewrite::rewrite,
};

fn steps(path: &str) -> Vec<Step> {
    let step = |word: &str| word.parse().map_or_else(|_| Step::Key(word.to_owned()), Step::Item);
    path.split('.').map(step).collect()
}

fn put(path: &str, value: Value) -> Op {
    Op::Put { path: steps(path), value }
}

fn remove(path: &str) -> Op {
    Op::Remove { path: steps(path) }
}

fn append(path: &str, items: Value) -> Op {
    let Value::Array(items) = items else { panic!("a list") };
    Op::Append { path: steps(path), items }
}

fn edited(text: &str, ops: &[Op]) -> Result<String, String> {
    rewrite("a.yaml", &PathBuf::from("a.yaml"), text, ops).map_err(|refused| {
        let place = refused.place.map(|place| format!("{place}: ")).unwrap_or_default();
        format!("{place}{}", refused.why)
    })
}

const FILE: &str = "\
# Our tenants.
version: 1
base: &base   # shared by two
  plan: gold
tenants:      # keep sorted
  - id: acme  # the first
    name: 'Acme'
    domains: [acme.com,  acme.net]  # two
    attributes:
      <<: *base
      seats: 50   # of 60

  # The second.
  - { id: globex, name: \"Globex\", parent: \"${environment}-top\" }
  -   id: wide
      domains:
        - a.com   # one
        - b.com
      name: >-
        Folded
        name
# end
";

#[track_caller]
fn differs(ops: &[Op], lines: &[&str]) {
    let after = edited(FILE, ops).unwrap();
    let diff = similar::TextDiff::from_lines(FILE, &after);
    let changes = diff.iter_all_changes().filter(|change| change.tag() != similar::ChangeTag::Equal);
    let found: Vec<String> =
        changes.map(|change| format!("{}{}", change.tag(), change.value().trim_end())).collect();
    assert_eq!(found, lines, "{after}");
}

#[test]
fn a_scalar_keeps_its_quotes_and_the_comment_behind_it() {
    differs(&[put("tenants.0.name", json!("Acme's"))], &["-    name: 'Acme'", "+    name: 'Acme''s'"]);
    differs(
        &[put("tenants.0.attributes.seats", json!(70))],
        &["-      seats: 50   # of 60", "+      seats: 70   # of 60"],
    );
}

#[test]
fn lists_get_and_lose_items_in_their_own_style() {
    differs(
        &[append("tenants.0.domains", json!(["acme.org"])), remove("tenants.0.domains.0")],
        &["-    domains: [acme.com,  acme.net]  # two", "+    domains: [acme.net, acme.org]  # two"],
    );
    differs(&[append("tenants.2.domains", json!(["c.com"]))], &["+        - c.com"]);
    differs(&[remove("tenants.2.domains.0")], &["-        - a.com   # one"]);
    differs(
        &[put("tenants.2.domains", json!([]))],
        &["-      domains:", "-        - a.com   # one", "-        - b.com", "+      domains: []"],
    );
}

#[test]
fn new_entries_come_last_and_as_their_neighbours_are_written() {
    differs(&[put("tenants.0.disabled", json!(true))], &["+    disabled: true"]);
    differs(
        &[put("tenants.1.attributes.plan", json!("free"))],
        &[
            "-  - { id: globex, name: \"Globex\", parent: \"${environment}-top\" }",
            "+  - { id: globex, name: \"Globex\", parent: \"${environment}-top\", attributes: { plan: free } }",
        ],
    );
    differs(
        &[put("tenants.0.attributes.a", json!(1)), put("tenants.0.attributes.b", json!("x"))],
        &["+      a: 1", "+      b: x"],
    );
}

#[test]
fn a_tenant_is_added_behind_the_last_and_removed_with_its_own_lines() {
    differs(
        &[append("tenants", json!([{"id": "new", "name": "New: one"}]))],
        &["+  -   id: new", "+      name: \"New: one\""],
    );
    differs(
        &[remove("tenants.1")],
        &["-  - { id: globex, name: \"Globex\", parent: \"${environment}-top\" }"],
    );
}

#[test]
fn a_comment_that_others_stand_beside_is_never_taken_along() {
    let last = edited("tenants:\n  - id: a\n  - id: b # last", &[remove("tenants.1")]);
    assert_eq!(last.unwrap(), "tenants:\n  - id: a\n");
    let first = "tenants:\n  - disabled: true # why\n    id: a\n  - id: b\n";
    let refused = edited(first, &[remove("tenants.0.disabled")]).unwrap_err();
    assert_eq!(refused, "a.yaml:2:15: a comment stands beside it");
    let within = edited("tenants: [{ id: a }, # why\n  { id: b }]\n", &[remove("tenants.0")]);
    assert_eq!(within.unwrap_err(), "a.yaml:1:11: a comment stands beside it");
}

#[test]
fn what_is_shared_or_made_by_a_variable_is_refused_with_its_place() {
    let parent = put("tenants.1.parent", json!("top"));
    assert_eq!(edited(FILE, &[parent]).unwrap_err(), "a.yaml:14:43: a variable makes its value");
    let shared = put("base.plan", json!("free"));
    assert_eq!(
        edited(FILE, &[shared]).unwrap_err(),
        "a.yaml:4:3: it carries an anchor that other places use"
    );
    let folded = put("tenants.2.name", json!("x"));
    assert_eq!(
        edited(FILE, &[folded]).unwrap_err(),
        "a.yaml:20:9: it is written as a block, or behind a tag"
    );
    let alias = put("tenants.0.domains", json!([]));
    let text = "x: &x [a.com]\ntenants:\n  - id: acme\n    domains: *x\n";
    assert_eq!(
        edited(text, &[alias]).unwrap_err(),
        "a.yaml:4:14: an alias stands there: what it names serves other places, too"
    );
}

#[test]
fn empty_lists_missing_keys_and_other_line_breaks_are_no_trouble() {
    let add = append("tenants", json!([{"id": "a-b", "name": "A"}]));
    let after = |text: &str| edited(text, std::slice::from_ref(&add)).unwrap();
    assert_eq!(after("tenants: []  # none\nx: 1\n"), "tenants:  # none\n  - id: a-b\n    name: A\nx: 1\n");
    assert_eq!(after("version: 1"), "version: 1\ntenants:\n  - id: a-b\n    name: A");
    assert_eq!(
        after("version: 1\r\ntenants:\r\n- id: x\r\n"),
        "version: 1\r\ntenants:\r\n- id: x\r\n- id: a-b\r\n  name: A\r\n"
    );
    assert_eq!(
        after("tenants:\n- { id: x } # x\nx: 1\n"),
        "tenants:\n- { id: x } # x\n- { id: a-b, name: A }\nx: 1\n"
    );
    assert_eq!(after("tenants: [{ id: x }]\n"), "tenants: [{ id: x }, { id: a-b, name: A }]\n");
}

mod laws {
    use proptest::prelude::*;

    use super::*;

    /// A tenant of a file: how its name is written, what stands behind it, and how its domains are.
    #[derive(Debug, Clone)]
    struct Written {
        quotes: usize,
        comment: String,
        domains: usize,
        inline: bool,
    }

    fn written() -> impl Strategy<Value = Written> {
        let parts = (0..3_usize, "[a-z #:'\"]{0,12}", 0..4_usize, any::<bool>());
        parts.prop_map(|(quotes, comment, domains, inline)| Written { quotes, comment, domains, inline })
    }

    /// The file of these tenants, full of what only people read.
    fn file(tenants: &[Written], line_break: &str, indent: usize) -> String {
        let gap = " ".repeat(indent);
        let mut text = "# Head.\nversion: 1\ntenants:   # all of them\n".to_owned();
        for (number, Written { quotes, comment, domains, inline }) in tenants.iter().enumerate() {
            let name = ["Plain name", "'Single name'", "\"Double name\""][*quotes];
            text += &format!("{gap}# {number}: {comment}\n{gap}- id: t-{number}\n");
            text += &format!("{gap}  name: {name}   # {comment}\n");
            let all: Vec<String> = (0..*domains).map(|n| format!("d{n}.example")).collect();
            if *inline || all.is_empty() {
                text += &format!("{gap}  domains: [{}] # {comment}\n\n", all.join(",  "));
            } else {
                let items = all.iter().map(|domain| format!("{gap}    - {domain}  # {comment}\n"));
                text += &format!("{gap}  domains:\n{}\n", items.collect::<String>());
            }
        }
        (text + "# End.\n").replace('\n', line_break)
    }

    /// The lines that differ, by number.
    fn differing(before: &str, after: &str) -> usize {
        let diff = similar::TextDiff::from_lines(before, after);
        diff.iter_all_changes().filter(|change| change.tag() == similar::ChangeTag::Insert).count()
    }

    fn comments(text: &str) -> Vec<&str> {
        text.lines().filter_map(|line| line.split_once('#').map(|(_, comment)| comment)).collect()
    }

    proptest! {
        #[test]
        fn an_edit_changes_its_own_line_and_loses_no_comment(
            tenants in prop::collection::vec(written(), 1..6),
            line_break in prop::sample::select(vec!["\n", "\r\n"]),
            indent in 0..4_usize,
            at in any::<prop::sample::Index>(),
            name in "[^\\p{Cc}#]{1,16}",
        ) {
            let before = file(&tenants, line_break, indent);
            let at = at.index(tenants.len());
            let ops = [
                put(&format!("tenants.{at}.name"), json!(name)),
                append(&format!("tenants.{at}.domains"), json!(["new.example"])),
                put(&format!("tenants.{at}.attributes.plan"), json!(name)),
            ];
            let after = edited(&before, &ops).unwrap();
            prop_assert_eq!(differing(&before, &after), 3, "{}", after);
            prop_assert_eq!(comments(&before), comments(&after));
        }

        #[test]
        fn a_value_that_is_put_back_leaves_the_file_as_it_was(
            tenants in prop::collection::vec(written(), 1..6),
            at in any::<prop::sample::Index>(),
        ) {
            let before = file(&tenants, "\n", 2);
            let at = at.index(tenants.len());
            let (path, was) = (format!("tenants.{at}.name"), ["Plain name", "Single name", "Double name"]);
            let there = edited(&before, &[put(&path, json!("Other"))]).unwrap();
            let back = edited(&there, &[put(&path, json!(was[tenants[at].quotes]))]).unwrap();
            prop_assert_eq!(&back, &before);
            let grown = edited(&before, &[append("tenants", json!([{"id": "new-one", "name": "New"}]))]).unwrap();
            let shrunk = edited(&grown, &[remove(&format!("tenants.{}", tenants.len()))]).unwrap();
            // The empty line that set it apart stays.
            let says = |text: &str| text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(says(&shrunk), says(&before));
        }
    }
}
