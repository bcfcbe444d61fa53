//! What would be shown → a text, proved to be harmless.

use std::error::Error;

use descope_mgmt::{
    api, config,
    live::Reads,
    plan::{self, Plan, Scope},
    render::{ColorChoice, Failure, Header, Telling, Ui, UiOptions},
    resource::{Desired, Live},
    state::{self, Baseline},
    units::RateLimit,
};

fn ui() -> Ui {
    Ui::new(UiOptions { color: ColorChoice::Never, full: true, ..UiOptions::default() })
}

/// Fails where a terminal would do more than show the text.
pub(crate) fn harmless(text: &str) {
    let obeyed = |sign: char| {
        sign.is_control() && sign != '\n'
            || matches!(sign, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}')
            || matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(obeyed), "a terminal would obey {text:?}");
}

/// Tells an error.
pub(crate) fn failure(failure: &Failure) {
    harmless(&ui().failure_text(failure));
}

/// Tells an error of the state folder.
pub(crate) fn state(error: &state::Error) {
    failure(&told(error.code(), error, error.hint()));
}

/// Tells an error of the service.
pub(crate) fn service(error: &api::Error) {
    failure(&told(error.code(), error, error.hint()));
}

/// Tells an error of the configuration, all its problems at their places.
pub(crate) fn configuration(error: &config::Error) {
    let problems = match error {
        config::Error::Invalid(problems) => problems.as_slice(),
        _ => &[],
    };
    diagnostics(problems);
    failure(&told(error.code(), error, error.hint()).with_diagnostics(problems));
}

/// Tells problems that stop nothing.
pub(crate) fn diagnostics(problems: &[config::Diagnostic]) {
    for problem in problems {
        if let Some(snippet) = &problem.snippet {
            let shown = snippet.line.get(snippet.range.clone());
            assert!(shown.is_some(), "no part of its line: {problem:?}");
        }
    }
    failure(&Failure::new("warnings", "warnings", None).with_diagnostics(problems));
}

/// Tells why something is not as it should be.
pub(crate) fn causes(causes: impl Iterator<Item = String>) {
    failure(&Failure::new("causes", "not as it should be", None).with_causes(causes));
}

fn told(code: &str, error: &dyn Error, hint: Option<String>) -> Failure {
    Failure::new(code, &error.to_string(), hint.as_deref()).with_source(error)
}

/// Compares and tells the plan; `None` where there can be none.
pub(crate) fn plan(desired: &Desired, live: &Live, scope: &Scope) -> Option<Plan> {
    let baseline = Baseline::empty("P2abc");
    let inputs = plan::Inputs { desired, live, baseline: &baseline, scope };
    match plan::compute(inputs) {
        Ok(plan) => {
            let header = Header { project_id: "P2abc".to_owned(), ..Header::default() };
            for telling in [Telling::Plan, Telling::Drift] {
                harmless(&ui().plan_text(&plan, &header, RateLimit::DEFAULT, telling));
            }
            let _ = (plan.estimate(RateLimit::DEFAULT), plan.reads(), Reads::of(desired));
            Some(plan)
        }
        Err(problems) => {
            failure(&Failure::new("plan", "no plan", None).with_problems(&problems));
            None
        }
    }
}
