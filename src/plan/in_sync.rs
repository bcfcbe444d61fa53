//! What was as desired from the start → what the baseline does not know of it yet.

use std::collections::HashSet;

use super::{Owner, Plan, whole_baseline};
use crate::{
    resource::{
        Address, Attributes, Desired, Live, Path, flow, lay_over, project, remove,
        tenant::{self, Tenant},
        theme,
    },
    state::Baseline,
};

/// What the baseline does not know yet of the objects that are as desired without our doing: their managed attributes,
/// or that they are gone and nobody misses them.
///
/// Without it, whatever somebody changes in them later would have no known cause, or a wrong one.
pub fn in_sync(plan: &Plan, desired: &Desired, live: &Live, baseline: &Baseline) -> Vec<InSync> {
    let Desired { tenants, flows, theme, project, doomed_flows: _, sensitive: _, by: _, protect: _ } =
        desired;
    let unchanged: HashSet<&Address> = plan.unchanged.iter().collect();
    let tenants = tenants.iter().flatten().map(|it| (it.address(), Part::Tenant(it)));
    let flows = flows.iter().flatten().map(|it| (it.address(), Part::Flow(it)));
    let look = theme.iter().map(|it| (Address::new(theme::KIND, theme::ID), Part::Theme(it)));
    let own = project.iter().map(|it| (Address::new(project::KIND, project::ID), Part::Project(it)));
    let all = tenants.chain(flows).chain(look).chain(own).filter(|(address, _)| unchanged.contains(address));
    let noted = all.filter_map(|(address, part)| {
        let known: Option<Attributes> = baseline.attributes(address.as_str()).ok().flatten();
        let now =
            part.kept(Owner { project: &baseline.project_id, address: &address }, live, known.as_ref())?;
        (known.as_ref() != Some(&now)).then_some((address, Some(now)))
    });
    noted.chain(forgotten(desired, live, baseline)).collect()
}

/// Tenants that the baseline knows and that are neither desired nor live any more: their delete was not ours to see.
fn forgotten(desired: &Desired, live: &Live, baseline: &Baseline) -> Vec<InSync> {
    let Some(tenants) = &desired.tenants else { return Vec::new() };
    let wanted = tenants.iter().map(|tenant| tenant.id.as_str());
    let known: HashSet<&str> =
        wanted.chain(live.tenants.iter().map(|tenant| tenant.object.id.as_str())).collect();
    let addresses = baseline.addresses().filter_map(|address| address.parse::<Address>().ok());
    let lost = addresses.filter(|it| it.kind() == tenant::KIND && !known.contains(it.id()));
    lost.map(|address| (address, None)).collect()
}

/// An object, and what the baseline shall keep of it; none where it shall forget it.
pub type InSync = (Address, Option<Attributes>);

enum Part<'a> {
    Tenant(&'a Tenant),
    Flow(&'a flow::Flow),
    Theme(&'a theme::DesiredTheme),
    Project(&'a project::DesiredProject),
}

impl Part<'_> {
    /// What the baseline keeps of it; none where that can't be told.
    fn kept(&self, owner: Owner<'_>, live: &Live, known: Option<&Attributes>) -> Option<Attributes> {
        match self {
            Self::Tenant(tenant) => Some(managed(owner, tenant, known)),
            Self::Project(project) => {
                let mut kept = known.cloned().unwrap_or_default();
                lay_over(&mut kept, &project::desired_attributes(project));
                Some(kept)
            }
            Self::Flow(flow) => {
                let returned = live.flows.get(&flow.id)?.object.digest();
                Some(whole_baseline(
                    &flow::summary(&flow.content, Some(&flow.origin), &flow.content.digest()),
                    Some(returned),
                ))
            }
            Self::Theme(wanted) => {
                let returned = live.theme.as_ref()?.object.digest();
                let digest = [("sha256".to_owned(), wanted.theme.digest().into())];
                Some(whole_baseline(&digest.into_iter().collect(), Some(returned)))
            }
        }
    }
}

/// The managed attributes as the configuration has them; what is ignored is left out.
fn managed(owner: Owner<'_>, tenant: &Tenant, known: Option<&Attributes>) -> Attributes {
    let mut after = tenant::desired_attributes(tenant);
    tenant.lifecycle.ignore_changes.iter().for_each(|path| remove(&mut after, path));
    let gone: Vec<Path> =
        tenant.remove_attributes.iter().map(|name| Path::new(["attributes", name])).collect();
    owner.kept(known.cloned(), &after, gone.iter(), &tenant.sensitive)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        plan::{
            Scope,
            tests::{desired, live, plan_in, tenant, there},
        },
        resource::tenant::{Bag, Lifecycle},
    };

    fn noted(tenants: &[Tenant], now: &[Value], baseline: &Baseline) -> Vec<(String, Option<Value>)> {
        let (desired, live) = (desired(tenants), live(now));
        let plan = plan_in(&desired, &live, &Scope::default());
        let told = in_sync(&plan, &desired, &live, baseline).into_iter();
        told.map(|(at, kept)| (at.as_str().to_owned(), kept.map(Value::Object))).collect()
    }

    #[test]
    fn what_is_as_desired_is_remembered_once_and_what_differs_is_not() {
        let mut baseline = Baseline::empty("P2");
        let (wanted, now) = (
            [tenant("acme", &["a.com"]), tenant("other", &["b.com"])],
            [there("acme", &["a.com"]), there("other", &[])],
        );
        let kept = json!({"name": "ACME", "domains": ["a.com"]});
        assert_eq!(noted(&wanted, &now, &baseline), [("tenant.acme".to_owned(), Some(kept.clone()))]);
        baseline.set("tenant.acme", &kept).unwrap();
        assert_eq!(noted(&wanted, &now, &baseline), []);
    }

    #[test]
    fn whom_nobody_wants_and_nobody_has_is_forgotten() {
        let mut baseline = Baseline::empty("P2");
        for at in ["tenant.gone", "tenant.wanted", "tenant.live", "flow.gone", "no address"] {
            baseline.set(at, &json!({})).unwrap();
        }
        assert_eq!(
            noted(&[tenant("wanted", &[])], &[there("live", &[])], &baseline),
            [("tenant.gone".to_owned(), None)]
        );
        // Where tenants are not managed nobody can miss one.
        let (nothing, live) = (Desired::default(), live(&[]));
        let plan = plan_in(&nothing, &live, &Scope::default());
        assert_eq!(in_sync(&plan, &nothing, &live, &baseline), []);
    }

    #[test]
    fn what_is_sensitive_ignored_or_removed_is_not_kept_and_what_was_known_beside_it_is() {
        let bag = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), json!("x"))).collect::<Bag>();
        let wanted = Tenant {
            attributes: Some(bag(&["plain", "secret", "loose"])),
            remove_attributes: ["old"].into_iter().collect(),
            sensitive: vec![Path::new(["attributes", "secret"])],
            lifecycle: Lifecycle {
                prevent_destroy: false,
                ignore_changes: vec![Path::new(["attributes", "loose"])],
            },
            ..Tenant { domains: None, ..tenant("acme", &[]) }
        };
        let mut now = there("acme", &[]);
        now["customAttributes"] = json!({"plain": "x", "secret": "x", "loose": "by hand"});
        let mut baseline = Baseline::empty("P2");
        let known = json!({"disabled": true, "attributes": {"old": 1, "before": 2, "secret": "leaked once"}});
        baseline.set("tenant.acme", &known).unwrap();
        let noted = noted(&[wanted], &[now], &baseline);
        let [(at, Some(Value::Object(kept)))] = noted.as_slice() else { panic!("{noted:?}") };
        let mut kept = kept.clone();
        let digests = kept.shift_remove("sensitive").unwrap();
        assert_eq!(digests.as_object().unwrap().keys().collect::<Vec<_>>(), ["attributes.secret"]);
        let open = json!({"name": "ACME", "disabled": true, "attributes": {"plain": "x", "before": 2}});
        assert_eq!((at.as_str(), Value::Object(kept)), ("tenant.acme", open));
    }
}
