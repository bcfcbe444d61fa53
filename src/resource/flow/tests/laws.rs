//! What holds for every flow.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    content,
    edits::{any_edit, any_flow, edited, said_otherwise},
};
use crate::resource::flow::{Content, differences, same_key, to_go_json};

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_flow_said_otherwise_is_the_same(flow in any_flow()) {
        let other = said_otherwise(&flow);
        prop_assert!(flow.same(&other) && other.same(&flow));
        prop_assert_eq!(flow.digest(), other.digest());
        prop_assert_eq!(differences(&flow, &other), []);
    }

    #[test]
    fn flows_that_are_not_the_same_have_differences(
        flow in any_flow(), other in any_flow(), edits in proptest::collection::vec(any_edit(), 0..3),
    ) {
        let edited = edited(flow.clone(), &edits);
        prop_assert_eq!(differences(&flow, &edited).is_empty(), flow.same(&edited));
        prop_assert_eq!(differences(&edited, &flow).is_empty(), flow.same(&edited));
        prop_assert_eq!(differences(&flow, &other).is_empty(), flow.same(&other));
    }

    /// Equal digests are an equivalence, so being the same is one too.
    #[test]
    fn flows_are_the_same_where_their_digests_are(
        flow in any_flow(), edits in proptest::collection::vec(any_edit(), 0..3),
    ) {
        let other = edited(flow.clone(), &edits);
        prop_assert_eq!(flow.same(&other), flow.digest() == other.digest());
        prop_assert_eq!(flow.same(&other), other.same(&flow));
    }

    #[test]
    fn flows_with_the_same_references_are_the_same_where_their_keys_are(
        flow in any_flow(), edits in proptest::collection::vec(any_edit(), 0..3),
    ) {
        let (flow, other) = (without_references(flow.clone()), without_references(edited(flow, &edits)));
        let (left, right) = (flow.object(), other.object());
        let keys = left.keys().chain(right.keys());
        let by_key = keys.into_iter().all(|key| same_key(key, left.get(key), right.get(key)));
        prop_assert_eq!(flow.same(&other), by_key);
    }

    #[test]
    fn a_folder_holds_all_of_a_flow(flow in any_flow()) {
        let read = Content::from_folder(&flow.folder()).unwrap().named(flow.id());
        prop_assert!(flow.same(&read), "{}", to_go_json(&read.exported()));
        prop_assert_eq!(read.folder(), flow.folder());
    }

    #[test]
    fn the_consoles_form_holds_all_but_the_references(flow in any_flow()) {
        let flow = without_references(flow);
        let (read, _) = Content::from_json(flow.console()).unwrap();
        prop_assert!(flow.same(&read), "{}", to_go_json(&read.exported()));
    }

    #[test]
    fn what_is_written_is_read_again(flow in any_flow()) {
        let text = to_go_json(&flow.exported());
        let read: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read, &flow.exported());
        prop_assert_eq!(to_go_json(&read), text);
    }

    #[test]
    fn unknown_keys_survive_every_form(key in "[a-z]{8,12}X") {
        let mut value = super::sample("sign-up-or-in").exported();
        for place in ["", "/metadata", "/contents", "/contents/tasks/0", "/screens/0", "/screens/0/contents/ROOT"] {
            value.pointer_mut(place).unwrap()[&key] = json!({"kept": [1, "", null]});
        }
        let flow = without_references(content(value));
        let (console, _) = Content::from_json(flow.console()).unwrap();
        let folder = Content::from_folder(&flow.folder()).unwrap().named(flow.id());
        for read in [console, folder] {
            prop_assert_eq!(Value::Object(read.into_object()), flow.exported());
        }
    }
}

fn without_references(flow: Content) -> Content {
    let mut object = flow.into_object();
    object.shift_remove("references");
    content(Value::Object(object))
}
