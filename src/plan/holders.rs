//! Domains and names that belong to one tenant at a time: who has what others take, and who gives it up first.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::{Action, Change, Need, Plan, Withheld};
use crate::resource::{
    Address, Desired, Live, Path,
    tenant::{self, LiveTenant, Names},
};

/// What can belong to one tenant only.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Claim {
    Domain(String),
    Name(String),
}

/// Who has what others take, and what of it is masked in every output.
#[derive(Clone, Copy)]
struct Holder<'a> {
    tenant: &'a LiveTenant,
    sensitive: &'a [Path],
}

/// Makes each change wait for whoever gives up what it takes, or withholds it where nobody does.
pub(super) fn settle(plan: &mut Plan, live: &Live, desired: &Desired) {
    let wanted: HashSet<Claim> = plan.runnable().flat_map(taken).collect();
    if wanted.is_empty() {
        return;
    }
    let holders = find_holders(live, desired, &wanted);
    loop {
        let by_address: HashMap<&Address, &Change> =
            plan.runnable().map(|change| (&change.address, change)).collect();
        let verdicts: Vec<_> =
            plan.changes.iter().map(|change| settle_one(change, &holders, &by_address)).collect();
        let mut again = false;
        for (change, verdict) in plan.changes.iter_mut().zip(verdicts) {
            match verdict {
                Ok(needs) => change.needs.extend(needs),
                Err(withheld) => {
                    change.withheld = Some(withheld);
                    // What it would have given up, others can't take now.
                    again = true;
                }
            }
        }
        if !again {
            break;
        }
        for change in &mut plan.changes {
            change.needs.retain(|need| !matches!(need, Need::Freed(_)));
        }
    }
    break_circles(plan);
}

fn settle_one(
    change: &Change,
    holders: &HashMap<Claim, Holder<'_>>,
    by_address: &HashMap<&Address, &Change>,
) -> Result<Vec<Need>, Withheld> {
    if change.withheld.is_some() {
        return Ok(Vec::new());
    }
    let mut needs = BTreeSet::new();
    for claim in taken(change) {
        let Some(holder) = holders.get(&claim).filter(|holder| holder.tenant.id != change.address.id())
        else {
            continue;
        };
        let address = Address::new(tenant::KIND, &holder.tenant.id);
        if by_address.get(&address).is_some_and(|giver| gives_up(giver, &claim)) {
            needs.insert(Need::Freed(address));
        } else {
            return Err(Withheld::Held(held_by(&claim, change, &address, *holder)));
        }
    }
    Ok(needs.into_iter().collect())
}

fn held_by(claim: &Claim, change: &Change, address: &Address, holder: Holder<'_>) -> String {
    let hides = |word: &str| [&change.sensitive, holder.sensitive].iter().any(|it| tenant::hides(it, word));
    let what = match claim {
        Claim::Domain(_) if hides("domains") => "a domain that is sensitive".to_owned(),
        Claim::Domain(domain) => format!("domain '{domain}'"),
        Claim::Name(_) if hides("name") => "its name, which is sensitive,".to_owned(),
        Claim::Name(name) => format!("name '{name}'"),
    };
    // Where the two names are one, what hides one of them hides both.
    let is_claimed = matches!(claim, Claim::Name(_)) && hides("name");
    let called = if is_claimed || tenant::hides(holder.sensitive, "name") {
        String::new()
    } else {
        format!(" \"{}\"", holder.tenant.name)
    };
    format!("{what} is held by the live tenant {address}{called}")
}

/// What a change takes that its object does not have yet.
fn taken(change: &Change) -> Vec<Claim> {
    let Some(after) = change.action.after().filter(|_| change.address.kind() == tenant::KIND) else {
        return Vec::new();
    };
    let fresh = !matches!(change.action, Action::Update { .. });
    let differs = |word: &str| fresh || change.fields.iter().any(|field| field.path.words() == [word]);
    let mut claims = Vec::new();
    if let Some(Value::String(name)) = after.get("name").filter(|_| differs("name")) {
        claims.push(Claim::Name(name.clone()));
    }
    if let Some(Value::Array(domains)) = after.get("domains").filter(|_| differs("domains")) {
        claims.extend(
            domains.iter().filter_map(Value::as_str).map(|domain| Claim::Domain(domain.to_lowercase())),
        );
    }
    claims
}

/// Whether the object no longer holds `claim` once `change` is done.
fn gives_up(change: &Change, claim: &Claim) -> bool {
    let Some(after) = change.action.after() else { return true };
    // What an update does not change, ignored attributes among them, stays with the tenant.
    let changes =
        |word: &str| change.action.destroys() || change.fields.iter().any(|it| it.path.words() == [word]);
    if !changes(if matches!(claim, Claim::Name(_)) { "name" } else { "domains" }) {
        return false;
    }
    match claim {
        Claim::Name(name) => after.get("name").is_some_and(|kept| kept.as_str() != Some(name)),
        Claim::Domain(domain) => match after.get("domains") {
            Some(kept) => !names(kept).iter().any(|kept| kept.to_lowercase() == *domain),
            // Unmanaged domains go with a replaced tenant and stay with an updated one.
            None => change.action.destroys(),
        },
    }
}

fn find_holders<'a>(
    live: &'a Live,
    desired: &'a Desired,
    wanted: &HashSet<Claim>,
) -> HashMap<Claim, Holder<'a>> {
    let configured: HashMap<&str, &[Path]> =
        desired.tenants.iter().flatten().map(|it| (it.id.as_str(), it.sensitive.as_slice())).collect();
    let sensitive = |id: &str| configured.get(id).copied().unwrap_or_else(|| desired.sensitive.of(id));
    let mut holders = HashMap::new();
    for tenant in live.tenants.iter().map(|observed| &observed.object) {
        let domains = tenant.domains.iter().map(|domain| Claim::Domain(domain.to_lowercase()));
        for claim in domains.chain([Claim::Name(tenant.name.clone())]).filter(|claim| wanted.contains(claim))
        {
            holders.insert(claim, Holder { tenant, sensitive: sensitive(&tenant.id) });
        }
    }
    holders
}

/// Where changes wait for each other in a circle (a swap), each first gives up what others wait for.
fn break_circles(plan: &mut Plan) {
    let circle = in_circles(plan, |need| matches!(need, Need::Freed(_)));
    for change in plan.changes.iter_mut().filter(|change| circle.contains(&change.address)) {
        change.release = release(change);
        change.undo = change.release.as_ref().map(|_| put_back(change)).into_iter().flatten().collect();
    }
    withhold_circles(plan);
}

/// The changes that wait in a circle, or behind one, where only these needs count.
fn in_circles(plan: &Plan, counts: impl Fn(&Need) -> bool) -> HashSet<Address> {
    let mut waiting: HashMap<&Address, Vec<&Address>> = plan
        .runnable()
        .map(|change| {
            let needs = change.needs.iter().filter(|need| counts(need)).map(Need::address).collect();
            (&change.address, needs)
        })
        .collect();
    // Whoever waits for nobody that waits can go first.
    loop {
        let free: Vec<&Address> = waiting
            .iter()
            .filter(|(_, needs)| !needs.iter().any(|need| waiting.contains_key(need)))
            .map(|(address, _)| *address)
            .collect();
        if free.is_empty() {
            return waiting.into_keys().cloned().collect();
        }
        for address in free {
            waiting.remove(address);
        }
    }
}

/// Withholds what still waits in a circle, since no release can break it.
fn withhold_circles(plan: &mut Plan) {
    let released: HashSet<Address> = plan
        .runnable()
        .filter(|change| change.release.is_some())
        .map(|change| change.address.clone())
        .collect();
    let stuck =
        in_circles(plan, |need| !(matches!(need, Need::Freed(_)) && released.contains(need.address())));
    for change in plan.changes.iter_mut().filter(|change| stuck.contains(&change.address)) {
        change.withheld = Some(Withheld::Circle);
    }
}

/// The write that takes back what a release gave up.
fn put_back(change: &Change) -> Option<crate::resource::Step> {
    let before = change.action.before()?;
    let differs = |word: &str| change.fields.iter().any(|field| field.path.words() == [word]);
    let domains = before
        .get("domains")
        .filter(|_| differs("domains"))
        .map(|domains| names(domains).into_iter().collect());
    let name = before.get("name").and_then(Value::as_str).filter(|_| differs("name"));
    Some(tenant::release(change.address.id(), domains.as_ref(), name))
}

/// The write that keeps only what the object has both before and after, under a name that nobody else has.
fn release(change: &Change) -> Option<crate::resource::Step> {
    let Action::Update { before, after } = &change.action else { return None };
    let differs = |word: &str| change.fields.iter().any(|field| field.path.words() == [word]);
    let kept = differs("domains").then(|| {
        let after: Vec<String> = after.get("domains").map(names).unwrap_or_default();
        let before = before.get("domains").map(names).unwrap_or_default();
        before.into_iter().filter(|domain| after.contains(domain)).collect::<Names>()
    });
    let id = change.address.id();
    // The id is unique, so this name is, too, but for somebody who means to get in the way.
    let name = differs("name").then(|| format!("{id} (being renamed)"));
    Some(tenant::release(id, kept.as_ref(), name.as_deref()))
}

fn names(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
