//! Tenants as the service lists them, and the configuration that is theirs but for some edits.

use serde_json::{Value, json};

/// A project and its configuration.
pub(crate) struct Made {
    /// The tenants that are live.
    pub(crate) tenants: Vec<Value>,
    /// The configuration, in which every so manyth tenant differs by one attribute.
    pub(crate) yaml: String,
}

/// So many tenants, of which every `every`th is edited in the configuration.
pub(crate) fn made(count: usize, every: usize) -> Made {
    let live = |n: usize| {
        json!({
            "id": format!("tenant-{n:06}"), "name": format!("Tenant {n}"), "selfProvisioningDomains": [format!("t{n}.example")],
            "customAttributes": {"plan": "gold", "seats": n % 90, "active": true}, "authType": "none",
        })
    };
    let mut yaml = "version: 1\ntenants:\n".to_owned();
    for n in 0..count {
        let plan = if n % every == 0 { "silver" } else { "gold" };
        yaml += &format!(
            "  - id: tenant-{n:06}\n    name: Tenant {n}\n    domains: [t{n}.example]\n    attributes:\n      plan: {plan}\n      seats: {}\n      active: true\n",
            n % 90
        );
    }
    Made { tenants: (0..count).map(live).collect(), yaml }
}

/// A count as people write it.
pub(crate) fn thousands(count: usize) -> String {
    if count < 1000 { count.to_string() } else { format!("{},{:03}", count / 1000, count % 1000) }
}
