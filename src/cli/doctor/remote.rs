//! What only Descope can tell: whether it is reached, what the key may do, the license, the clock, the rate limit.

use chrono::{DateTime, Utc};

use super::check::Check;
use crate::{
    api::{self, Client},
    cli::{
        connect::{Connection, reach},
        session::Session,
    },
    live,
    render::Ui,
    resource::{Observed, project::LiveProject},
};

/// A clock that is off by more makes times in audit and backups wrong.
const MOST_SKEW: i64 = 30;

const NAMES: [&str; 6] = ["descope", "license", "permissions", "flows", "clock", "rate limit"];

pub(super) async fn checks(session: &Session, ui: &Ui) -> Vec<Check> {
    let Ok(connection) = reach(session, ui).await else {
        return skipped("project and key are needed for it");
    };
    let checks = asked(session, &connection).await;
    // What a sandbox keeps is of no interest here.
    drop(connection.close().await);
    checks
}

fn skipped(why: &str) -> Vec<Check> {
    NAMES.map(|name| Check::skipped(name, why)).into()
}

async fn asked(session: &Session, connection: &Connection) -> Vec<Check> {
    let client = &connection.client;
    let mut checks = Vec::new();
    match live::projects(client).await {
        Ok(projects) => checks.push(project(session, client, &projects)),
        Err(error) if error.status() == Some(403) => {
            let message = "reached, but the key may not list projects: the project's name is not checked";
            checks.push(Check::warn("descope", message, "give the key the right to read projects"));
        }
        Err(error) => {
            let remedy = error.hint().unwrap_or_default();
            let mut checks = vec![Check::fail("descope", &error.to_string(), &remedy)];
            let others = NAMES.into_iter().skip(1);
            checks.extend(others.map(|name| Check::skipped(name, "Descope did not answer as it should")));
            return checks;
        }
    }
    let license = live::license(client).await;
    checks.push(match &license {
        Ok((tier, _)) if !tier.is_empty() => Check::pass("license", &format!("tier '{tier}'")),
        Ok(_) => Check::warn("license", "Descope names no tier", ""),
        Err(error) => Check::warn("license", &error.to_string(), "what needs a license will say so"),
    });
    let read = live::one_tenant(client, "doctor-looks-for-nobody").await.map(drop);
    checks.push(permission("permissions", "tenants", read));
    checks.push(permission("flows", "flows", live::flows(client).await.map(drop)));
    checks.push(clock(license.ok().and_then(|(_, date)| date), Utc::now()));
    checks.push(headroom(client));
    checks
}

fn project(session: &Session, client: &Client, projects: &[Observed<LiveProject>]) -> Check {
    let id = client.project_id();
    let expected = session.config.target.project_name.as_deref();
    match projects.iter().map(|project| &project.object).find(|project| project.id == id) {
        None => Check::fail(
            "descope",
            &format!("reached, but the key does not see project {id}"),
            "take a key of this project or its company, or correct project_id",
        ),
        Some(project) if expected.is_some_and(|name| name != project.name) => Check::fail(
            "descope",
            &format!("project {id} is called \"{}\", and another name is expected", project.name),
            "correct project_id, or project_name if the project was renamed",
        ),
        Some(project) => {
            let production = if project.is_production() { ", a production project" } else { "" };
            Check::pass(
                "descope",
                &format!("reached at {}: \"{}\"{production}", client.base_url(), project.name),
            )
        }
    }
}

fn permission(name: &'static str, what: &str, read: Result<(), api::Error>) -> Check {
    match read {
        Ok(()) => {
            Check::pass(name, &format!("the key reads {what}; only an apply shows whether it may write them"))
        }
        Err(error) => Check::fail(name, &error.to_string(), &error.hint().unwrap_or_default()),
    }
}

fn clock(date: Option<String>, now: DateTime<Utc>) -> Check {
    let told = date.and_then(|date| DateTime::parse_from_rfc2822(&date).ok());
    let Some(told) = told else { return Check::skipped("clock", "the answer has no date") };
    let skew = now.signed_duration_since(told).num_seconds();
    if skew.abs() <= MOST_SKEW {
        return Check::pass("clock", "within half a minute of Descope's");
    }
    let side = if skew > 0 { "ahead of" } else { "behind" };
    let message = format!("{} s {side} Descope's: times in audit and backups are wrong", skew.abs());
    Check::warn("clock", &message, "let the host keep its time by NTP")
}

fn headroom(client: &Client) -> Check {
    let (rate, free) = (client.rate(), client.slots_free());
    let message = format!("{free} of {} requests are free in this window ({rate})", rate.requests);
    if free > 0 {
        return Check::pass("rate limit", &message);
    }
    Check::warn("rate limit", &message, "wait a minute, or expect runs to wait")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_off_is_told_with_its_side() {
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        let at = |date: &str| clock(Some(date.to_owned()), now).document().to_string();
        assert!(at("Tue, 24 Nov 2026 12:00:10 GMT").contains("pass"));
        assert!(at("Tue, 24 Nov 2026 11:58:00 GMT").contains("120 s ahead of"));
        assert!(at("Tue, 24 Nov 2026 12:02:00 GMT").contains("120 s behind"));
        assert!(at("yesterday").contains("not checked"));
    }
}
