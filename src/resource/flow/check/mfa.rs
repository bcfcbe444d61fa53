//! Whether a flow that asks for a second factor has another one to fall back on.
//!
//! - A flow *says* that it is MFA where its id or its name does. A description does not count: it may speak of another flow.
//! - A *second factor* is a method that can be asked for after another method has succeeded. A password, an OAuth
//!   login or SSO is none: what follows a code there sets a new password or links an account.
//! - A flow that says MFA needs two second factors; where no method follows another, it is meant to run after a
//!   login, and needs two methods. It is an error if it has fewer.
//! - A flow that does not say so, but asks for a second factor without enrolling people for it, needs two as well.
//!   That is only a warning, since it is concluded.
//! - A flow with sub-flows may have the other method there, so that nothing is said of it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Findings, graph::reach};
use crate::resource::flow::{
    Content, Method,
    content::{rules, text_at},
    methods,
};

const HINT: &str = "add a second method, so that people who cannot use the first can still sign in";

pub(super) fn check(content: &Content, found: &mut Findings) {
    if content.tasks().any(|(_, task)| text_at(task, "type") == "flow") {
        return;
    }
    let second = second_factors(content);
    let said = says_mfa(content);
    let offered = match (said, second.is_empty()) {
        (true, true) => methods(content),
        (true, false) => second,
        (false, _) => second.into_iter().filter(|method| !enrols(content, *method)).collect(),
    };
    let message = match (said, offered.first()) {
        (true, None) => "an MFA flow needs a primary and a fallback method, and this one has none".to_owned(),
        (true, Some(only)) if offered.len() == 1 => {
            format!("an MFA flow needs a primary and a fallback method, and this one has only {only}")
        }
        (false, Some(only)) if offered.len() == 1 => {
            format!("the second factor is {only}, and there is no other to fall back on")
        }
        _ => return,
    };
    if said {
        found.error("mfa_fallback", &["contents", "tasks"], message, HINT);
    } else {
        found.warning("mfa_fallback", &["contents", "tasks"], message, HINT);
    }
}

fn says_mfa(content: &Content) -> bool {
    [content.id(), content.name()].into_iter().any(|text| {
        let text = text.to_lowercase();
        let words: Vec<&str> = text.split(|sign: char| !sign.is_alphanumeric()).collect();
        words.iter().any(|word| ["mfa", "2fa", "multifactor"].contains(word))
            || words.windows(2).any(|pair| {
                pair.first().is_some_and(|word| ["multi", "two", "second"].contains(word))
                    && pair.last().is_some_and(|word| *word == "factor")
            })
    })
}

/// The methods that can be asked for after another one has succeeded.
fn second_factors(content: &Content) -> BTreeSet<Method> {
    let mut second = BTreeSet::new();
    for (id, task) in content.tasks() {
        let Some(first) = succeeds(content, id, task) else { continue };
        let onward =
            rules(task).filter(|(interaction, _)| *interaction == "success").map(|(_, target)| target);
        for task in reach(content, onward).into_iter().filter_map(|id| content.task(id)) {
            let method = Method::of_task(task).filter(|method| *method != first && is_factor(*method));
            second.extend(method);
        }
    }
    second
}

/// The method that has succeeded when this task has.
fn succeeds(content: &Content, id: &str, task: &Value) -> Option<Method> {
    let action = text_at(task, "action");
    let own = Method::of_action(action);
    let proves =
        action.starts_with("verify-") || action.starts_with("exchange-") || action.ends_with("-finish");
    match own {
        Some(Method::Password) => action.contains("sign-in").then_some(Method::Password),
        _ if !proves => None,
        // What finishes another task often does not say its method.
        None => Method::of_task(content.task(id.strip_suffix(".end")?)?),
        own => own,
    }
}

fn is_factor(method: Method) -> bool {
    !matches!(method, Method::Password | Method::OAuth | Method::Sso | Method::EmbeddedLink)
}

/// Whether the flow sets the method up for people, as it does where it completes their profile.
fn enrols(content: &Content, method: Method) -> bool {
    content.tasks().filter(|(_, task)| Method::of_task(task) == Some(method)).any(|(_, task)| {
        let action = text_at(task, "action");
        action.starts_with("update-user-") || action.starts_with("sign-up-")
    })
}
