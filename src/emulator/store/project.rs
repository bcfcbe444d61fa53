//! A project: what it holds now, and what its reads see, which may lag behind.

use std::{collections::VecDeque, mem, sync::Arc, time::Duration};

use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::{
    audit::Record,
    flow::StoredTheme,
    settings::fresh_files,
    tables::{Effect, Permission, Role, Tables},
    tenant::{Stored, Tenant, epoch_seconds},
};
use crate::emulator::options::ProjectSpec;

/// A project with its contents.
#[derive(Debug)]
pub(in crate::emulator) struct Project {
    now: Tables,
    past: Option<Past>,
    unwritten: Vec<Effect>,
    /// Calls that are still refused, for the project is too young.
    pub(in crate::emulator) unsettled: u32,
    /// When its deletion was asked for.
    pub(in crate::emulator) deleted: Option<Instant>,
}

/// The contents as reads see them.
#[derive(Debug)]
struct Past {
    tables: Tables,
    lag: Duration,
    coming: VecDeque<(Instant, Effect)>,
}

impl Project {
    /// A project with these contents, its reads lagging by this long behind its writes.
    pub(in crate::emulator) fn new(contents: Tables, lag: Duration) -> Self {
        let past = (!lag.is_zero()).then(|| Past { tables: contents.clone(), lag, coming: VecDeque::new() });
        Self { now: contents, past, unwritten: Vec::new(), unsettled: 0, deleted: None }
    }

    /// Its id.
    pub(in crate::emulator) fn id(&self) -> &str {
        &self.now.spec.id
    }

    /// What it holds now: what writes are checked against.
    pub(in crate::emulator) fn now(&self) -> &Tables {
        &self.now
    }

    /// What a read sees.
    pub(in crate::emulator) fn seen(&mut self) -> &mut Tables {
        let Some(past) = &mut self.past else { return &mut self.now };
        while past.coming.front().is_some_and(|(visible, _)| *visible <= Instant::now()) {
            if let Some((_, effect)) = past.coming.pop_front() {
                past.tables.apply(&effect);
            }
        }
        &mut past.tables
    }

    /// A write: in force at once, seen by reads after the lag.
    pub(in crate::emulator) fn write(&mut self, effect: Effect) {
        self.now.apply(&effect);
        if let Some(past) = &mut self.past {
            past.coming.push_back((Instant::now() + past.lag, effect.clone()));
        }
        self.unwritten.push(effect);
    }

    /// A write that has always been there: reads see it at once.
    pub(in crate::emulator) fn plant(&mut self, effect: Effect) {
        self.now.apply(&effect);
        if let Some(past) = &mut self.past {
            past.tables.apply(&effect);
        }
        self.unwritten.push(effect);
    }

    /// Stores raw tenants as they are, over those of the same ids; their attributes count as defined. All or
    /// none. Where the time of creation is not given, it stays, or is now.
    pub(in crate::emulator) fn seed(
        &mut self,
        raws: Vec<Map<String, Value>>,
    ) -> Result<(), serde_json::Error> {
        let tenants = raws.into_iter().map(Stored::seed).collect::<Result<Vec<_>, _>>()?;
        let mut attributes = self.now.attributes.clone();
        attributes.extend(tenants.iter().flat_map(|stored| stored.tenant.custom_attributes.keys().cloned()));
        if attributes != self.now.attributes {
            self.plant(Effect::Attributes(attributes));
        }
        for mut stored in tenants {
            let Tenant { id, created_time, .. } = &mut stored.tenant;
            if *created_time == 0 {
                let before = self.now.tenant(id).map(|before| before.tenant.created_time);
                *created_time = before.unwrap_or_else(epoch_seconds);
            }
            self.plant(Effect::Tenant(Arc::new(stored)));
        }
        Ok(())
    }

    /// Notes what was done. The audit has a lag of its own.
    pub(in crate::emulator) fn note(&mut self, record: Record) {
        let effect = Effect::Audit(Arc::new(record));
        self.now.apply(&effect);
        self.unwritten.push(effect);
    }

    /// The effects that are not kept yet, in order.
    pub(in crate::emulator) fn unwritten(&self) -> &[Effect] {
        &self.unwritten
    }

    /// The effects since the last call, in order.
    pub(in crate::emulator) fn take_unwritten(&mut self) -> Vec<Effect> {
        mem::take(&mut self.unwritten)
    }
}

/// What every new project holds: the built-in permissions and OAuth providers, the tenant administrator's role,
/// and a theme without a style.
pub(in crate::emulator) fn fresh_contents(spec: ProjectSpec) -> Tables {
    let names = ["User Admin", "SSO Admin", "Impersonate"];
    let permissions = names.iter().zip(1_u32..).map(|(name, number)| Permission {
        id: format!("PER2Emulator{number:018}"),
        name: (*name).to_owned(),
        description: format!("Built in: {name}"),
        system_default: true,
    });
    let admin = Role {
        id: format!("ROL2Emulator{:018}", 1),
        name: "Tenant Admin".to_owned(),
        description: "Administers a tenant".to_owned(),
        permission_names: names.map(str::to_owned).to_vec(),
        created_time: epoch_seconds(),
        ..Role::default()
    };
    let mut tables = Tables::default();
    tables.apply(&Effect::Permissions(permissions.collect()));
    tables.apply(&Effect::Roles(vec![admin]));
    tables.apply(&Effect::Files(Arc::new(fresh_files())));
    tables.apply(&Effect::Theme(Arc::new(fresh_theme())));
    tables.apply(&Effect::Spec(spec));
    tables
}

/// A theme without a style.
pub(in crate::emulator) fn fresh_theme() -> StoredTheme {
    let plain = json!({"components": {}, "globals": {}});
    let theme = json!({
        "styles": {"dark": plain, "light": plain},
        "componentsVersion": "2.0.291",
        "references": {},
    });
    StoredTheme { theme: theme.as_object().cloned().unwrap_or_default(), version: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(id: &str) -> Map<String, Value> {
        json!({"id": id, "name": id, "customAttributes": {"plan": "gold"}}).as_object().unwrap().clone()
    }

    fn project(lag: Duration) -> Project {
        Project::new(fresh_contents(ProjectSpec::made_up()), lag)
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_sees_a_write_after_the_lag_and_a_seed_at_once() {
        let mut project = project(Duration::from_secs(2));
        project.seed(vec![raw("a")]).unwrap();
        assert!(project.seen().tenant("a").is_some());
        project.write(Effect::NoTenant("a".to_owned()));
        assert!(project.now().tenant("a").is_none());
        tokio::time::advance(Duration::from_millis(1_999)).await;
        assert!(project.seen().tenant("a").is_some());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(project.seen().tenant("a").is_none());
    }

    #[tokio::test]
    async fn without_a_lag_a_read_sees_a_write_at_once() {
        let mut project = project(Duration::ZERO);
        project.seed(vec![raw("a")]).unwrap();
        project.write(Effect::NoTenant("a".to_owned()));
        assert!(project.seen().tenant("a").is_none());
    }

    #[test]
    fn one_wrong_seed_stores_none() {
        let mut project = project(Duration::ZERO);
        let wrong = json!({"id": 1}).as_object().unwrap().clone();
        assert!(project.seed(vec![raw("a"), wrong]).is_err());
        assert_eq!((project.now().tenants().count(), project.take_unwritten().len()), (0, 0));
    }

    #[test]
    fn a_seed_over_a_tenant_leaves_its_time_of_creation() {
        let mut project = project(Duration::ZERO);
        let mut old = raw("a");
        old.insert("createdTime".to_owned(), 7.into());
        project.seed(vec![old, raw("a"), raw("b")]).unwrap();
        let created = |id: &str| project.now().tenant(id).unwrap().tenant.created_time;
        assert_eq!(created("a"), 7);
        assert!(created("b") > 1_700_000_000);
    }

    #[test]
    fn the_attributes_of_a_seed_are_defined() {
        let mut project = project(Duration::ZERO);
        project.seed(vec![raw("a")]).unwrap();
        assert!(project.now().attributes.contains("plan"));
    }
}
