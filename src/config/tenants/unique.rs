//! Ids, names and domains: each belongs to one tenant.

use std::{borrow::Cow, collections::HashMap};

use super::{Entry, List};
use crate::{
    config::{
        problems::{Problem, Problems},
        source::Site,
        suggest,
        tree::Node,
    },
    resource::tenant::Names,
};

pub(super) fn check(list: &List<'_>, problems: &mut Problems) {
    check_ids(&list.entries, problems);
    check_names(list, problems);
    check_domains(list, problems);
    check_attributes(list, problems);
}

/// Ids are unique over all environments: two entries of one id are a mistake even where they never meet.
fn check_ids(entries: &[Entry<'_>], problems: &mut Problems) {
    let mut first: HashMap<&str, &Entry<'_>> = HashMap::with_capacity(entries.len());
    let mut again: HashMap<&str, Vec<&Entry<'_>>> = HashMap::new();
    for entry in entries {
        if first.contains_key(entry.id.as_ref()) {
            again.entry(&entry.id).or_default().push(entry);
        } else {
            first.insert(&entry.id, entry);
        }
    }
    for (id, others) in again {
        let Some(first) = first.get(id) else { continue };
        problems.report(defined_again(id, first, &others));
    }
}

fn defined_again(id: &str, first: &Entry<'_>, others: &[&Entry<'_>]) -> Problem {
    let mut files: Vec<&str> = vec![first.node.source().name()];
    for entry in others {
        let name: &str = entry.node.source().name();
        if !files.contains(&name) {
            files.push(name);
        }
    }
    let message = if files.len() > 1 {
        format!("Tenant '{id}' defined in multiple configs: {}", files.join(", "))
    } else {
        format!("Tenant '{id}' is defined {} times", others.len() + 1)
    };
    let hint = format!(
        "use environment-specific ids, as in ${{environment}}-{id}, or merge the definitions into one"
    );
    let mut problem =
        Problem::error("duplicate_tenant", message).hint(hint).related(first, "the first definition");
    let mut others = others.iter();
    if let Some(second) = others.next() {
        problem = problem.at(*second);
    }
    others.fold(problem, |problem, other| problem.related(*other, "another definition"))
}

fn check_names(list: &List<'_>, problems: &mut Problems) {
    let mut owners: HashMap<&str, &Entry<'_>> = HashMap::with_capacity(list.tenants.len());
    for (entry, tenant) in list.pairs() {
        let Some(name) = tenant.name.as_deref() else { continue };
        let Some(owner) = owners.insert(name, entry) else { continue };
        if owner.id == entry.id {
            continue;
        }
        let message = format!("tenants '{}' and '{}' have the same name", owner.id, entry.id);
        let problem = Problem::error("duplicate_name", message).at(value_site(entry, "name"));
        let problem = problem.related(value_site(owner, "name"), format!("the name of '{}'", owner.id));
        problems.report(problem.hint("a name is unique in a project: change one of the two"));
    }
}

fn check_domains(list: &List<'_>, problems: &mut Problems) {
    let mut owners: HashMap<Cow<'_, str>, &Entry<'_>> = HashMap::with_capacity(list.tenants.len());
    // As with the lines of files: one tenant's word hides it everywhere.
    let is_hidden = list.sensitive.iter().any(|path| path.words() == ["domains"]);
    for (entry, tenant) in list.pairs() {
        for domain in tenant.domains.iter().flat_map(Names::iter) {
            match owners.insert(lower(domain), entry) {
                None => {}
                Some(owner) if std::ptr::eq(owner, entry) => {
                    let message = format!("tenant '{}' lists {} twice", entry.id, called(domain, is_hidden));
                    let problem = Problem::error("duplicate_domain", message).at(domain_site(entry, domain));
                    problems.report(problem.hint("upper and lower case are one: keep one of the two"));
                }
                // Said already, with the ids.
                Some(owner) if owner.id == entry.id => {}
                Some(owner) => problems.report(claimed_twice(domain, is_hidden, owner, entry)),
            }
        }
    }
}

fn called(domain: &str, is_hidden: bool) -> String {
    if is_hidden { "a domain that is sensitive".to_owned() } else { format!("domain '{domain}'") }
}

fn claimed_twice(domain: &str, is_hidden: bool, owner: &Entry<'_>, entry: &Entry<'_>) -> Problem {
    let what = called(domain, is_hidden);
    let message = format!("{what} is claimed by tenants '{}' and '{}'", owner.id, entry.id);
    Problem::error("duplicate_domain", message)
        .at(domain_site(entry, domain))
        .related(domain_site(owner, domain), format!("claimed by '{}'", owner.id))
        .hint("a domain belongs to one tenant: take it from one of the two")
}

/// An attribute can't be set and removed at once.
fn check_attributes(list: &List<'_>, problems: &mut Problems) {
    for (entry, tenant) in list.pairs() {
        let Some(attributes) = &tenant.attributes else { continue };
        let both: Vec<&str> =
            tenant.remove_attributes.iter().filter(|name| attributes.value(name).is_some()).collect();
        if !both.is_empty() {
            let message = format!("tenant '{}' sets and removes {}", entry.id, suggest::list(both));
            let problem =
                Problem::error("set_and_removed", message).at(value_site(entry, "remove_attributes"));
            problems.report(problem.hint("keep it in 'attributes' or in 'remove_attributes'"));
        }
    }
}

fn lower(domain: &str) -> Cow<'_, str> {
    if domain.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(domain.to_ascii_lowercase())
    } else {
        Cow::Borrowed(domain)
    }
}

/// Where an item says `key`; the item's id where an override or a default says it.
pub(super) fn value_site(entry: &Entry<'_>, key: &str) -> Site {
    entry.node.value(key).map_or_else(|| entry.into(), Site::from)
}

fn domain_site(entry: &Entry<'_>, domain: &str) -> Site {
    let is_it = |node: &Node<'_>| node.text().eq_ignore_ascii_case(domain);
    let list = entry.node.value("domains");
    list.and_then(|list| list.items().filter(is_it).last())
        .map_or_else(|| value_site(entry, "domains"), Site::from)
}
