//! One tenant by its flags, through the same engine as a whole configuration.

use crate::{
    cli::{
        Error, Exit,
        connect::connect,
        globals::{Globals, Selection},
        reconcile::{Goal, Kept, Kinds, Order, Wanted, reconcile},
        session::Session,
    },
    config::{parse_domain, parse_scalar},
    live::Reads,
    plan::Warning,
    render::Ui,
    resource::{
        Address, Desired, Live, Pattern,
        tenant::{self, Bag, LiveTenant, Names, Tenant},
    },
};

/// The flags that say how one tenant should be.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct TenantFlags {
    /// Self-provisioning domain; may be given several times
    #[arg(long = "domain", value_name = "DOMAIN", value_parser = parse_domain)]
    domains: Vec<String>,
    /// Custom attribute; the value is read as YAML does
    #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = attribute)]
    attributes: Vec<(String, serde_json::Value)>,
    /// Id of the parent
    #[arg(long, value_name = "ID")]
    parent: Option<String>,
    /// Name of a role that users get by default; may be given several times
    #[arg(long = "default-role", value_name = "ROLE")]
    default_roles: Vec<String>,
    /// Let nobody sign in; --disabled=false lets them again
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    disabled: Option<bool>,
}

fn attribute(text: &str) -> Result<(String, serde_json::Value), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    if name.is_empty() {
        return Err("the name is missing".to_owned());
    }
    Ok((name.to_owned(), parse_scalar(value)?))
}

/// What becomes of one tenant.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    Create {
        name: String,
        attributes: TenantFlags,
    },
    Update {
        name: Option<String>,
        attributes: TenantFlags,
        remove_domains: Vec<String>,
        remove_attributes: Vec<String>,
    },
    Delete,
}

/// Runs the deed on the tenant called `id`.
pub(super) async fn run(id: &str, deed: Deed, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
    let session = Session::open(globals)?;
    let connection = connect(&session, ui).await?;
    let address = Address::new(tenant::KIND, id);
    let only: Pattern = address.as_str().parse().map_err(|error| Error::Usage(format!("{error}")))?;
    let prune = matches!(deed, Deed::Delete);
    let selection = Selection { target: vec![only], exclude: Vec::new(), prune };
    let command = match &deed {
        Deed::Create { .. } => "tenant create",
        Deed::Update { .. } => "tenant update",
        Deed::Delete => "tenant delete",
    };
    let order = Order {
        wanted: Wanted::From {
            make: &|live| desired(id, &deed, live, &session),
            reads: Reads { tenants: true, ..Reads::default() },
        },
        scope: selection.scope(globals),
        goal: Goal::apply_unless(globals.dry_run),
        command,
        retry: None,
        warnings: strangers(&session, id, &deed),
        kinds: Kinds::Tenants,
        kept: Kept::No,
    };
    let result = reconcile(&session, &connection, order, globals, ui).await;
    connection.close().await?;
    result
}

/// A word about tenants that the configuration does not have: the next sync will find an orphan.
fn strangers(session: &Session, id: &str, deed: &Deed) -> Vec<Warning> {
    let known =
        session.config.desired.tenants.as_ref().map(|tenants| tenants.iter().any(|tenant| tenant.id == id));
    let (code, message) = match (known, deed) {
        (Some(false), Deed::Create { .. } | Deed::Update { .. }) => {
            ("not_in_configuration", "is not in the configuration: the next sync will list it as an orphan")
        }
        (Some(true), Deed::Delete) => {
            ("in_configuration", "is still in the configuration: the next sync will create it")
        }
        (Some(true), Deed::Update { .. }) => {
            ("in_configuration", "is in the configuration, too: the next sync takes back what differs there")
        }
        _ => return Vec::new(),
    };
    vec![Warning {
        code,
        message: format!("tenant '{id}' {message}"),
        address: Some(Address::new(tenant::KIND, id)),
    }]
}

/// How things should be after the deed, where they are so now.
fn desired(id: &str, deed: &Deed, live: &Live, session: &Session) -> Result<Desired, Error> {
    let found = live.tenants.iter().map(|tenant| &tenant.object).find(|tenant| tenant.id == id);
    let tenants = match (deed, found) {
        (Deed::Create { .. }, Some(_)) => return Err(Error::TenantExists { id: id.to_owned() }),
        (Deed::Update { .. } | Deed::Delete, None) => return Err(Error::NoTenant { id: id.to_owned() }),
        (Deed::Delete, Some(_)) => Vec::new(),
        (Deed::Create { name, attributes }, None) => {
            vec![Tenant { name: Some(name.clone()), ..attributes.laid_over(id, None, &[], &[]) }]
        }
        (Deed::Update { name, attributes, remove_domains, remove_attributes }, Some(found)) => {
            let tenant = attributes.laid_over(id, Some(found), remove_domains, remove_attributes);
            vec![Tenant { name: name.clone(), ..tenant }]
        }
    };
    Ok(session.desire(tenants))
}

impl TenantFlags {
    /// The tenant that these flags ask for, sets of domains laid over what is live.
    fn laid_over(
        &self,
        id: &str,
        live: Option<&LiveTenant>,
        remove_domains: &[String],
        remove_attributes: &[String],
    ) -> Tenant {
        let kept = live.into_iter().flat_map(|live| live.domains.iter());
        let gone = |domain: &&str| !remove_domains.iter().any(|other| other.eq_ignore_ascii_case(domain));
        let domains: Names = kept.filter(gone).chain(self.domains.iter().map(String::as_str)).collect();
        let named = !self.domains.is_empty() || !remove_domains.is_empty();
        Tenant {
            id: id.to_owned(),
            domains: named.then_some(domains),
            parent: self.parent.clone(),
            attributes: (!self.attributes.is_empty())
                .then(|| self.attributes.iter().cloned().collect::<Bag>()),
            remove_attributes: remove_attributes.iter().map(String::as_str).collect(),
            disabled: self.disabled,
            default_roles: (!self.default_roles.is_empty())
                .then(|| self.default_roles.iter().map(String::as_str).collect()),
            ..Tenant::default()
        }
    }
}
