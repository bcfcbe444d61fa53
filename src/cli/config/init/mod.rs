mod ask;
mod folder;
mod live;
mod put;

use std::path::{Path, PathBuf};

use crate::{
    cli::{Error, Exit, globals::Globals},
    config::{Starter, StarterEnvironment, StarterTenant, key_variable, project_variable},
    render::Ui,
};

use put::Files;

/// Write a first configuration: asked for on a terminal, from flags, from a live project, or from an exported folder
///
/// Nothing is ever overwritten, and nothing is written to Descope. With --from-live the configuration says what the
/// project has now, so that a plan is empty: flows go into flows/, the theme into theme.json beside the file.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt config init\n  \
                        descope-mgmt config init -e dev,staging,prod --tenant acme='Acme Corp'\n  \
                        descope-mgmt config init --from-live --out descope/descope.yaml\n  \
                        descope-mgmt config init --from-folder project-P2abc -e dev")]
pub(in crate::cli) struct Args {
    /// Write what the live project has
    #[arg(long, conflicts_with_all = ["from_folder", "tenant"])]
    from_live: bool,
    /// Write what a folder has that Descope's own command line exported
    #[arg(long, value_name = "DIR", conflicts_with = "tenant")]
    from_folder: Option<PathBuf>,
    /// The project's id, where there is one environment [default: a variable]
    #[arg(long, value_name = "ID")]
    project_id: Option<String>,
    /// A first tenant
    #[arg(long, value_name = "ID[=NAME]")]
    tenant: Vec<String>,
    /// The file to write
    #[arg(long, value_name = "FILE", default_value = "descope.yaml")]
    out: PathBuf,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        put::must_be_new(&self.out)?;
        let files = if self.from_live {
            live::files(&self, globals, ui).await?
        } else if let Some(folder) = &self.from_folder {
            folder::files(&self, folder, globals)?
        } else {
            self.asked(globals, ui)?
        };
        files.prove(globals)?;
        files.write(globals, ui)?;
        Ok(if files.left().is_empty() { Exit::Done } else { Exit::Partly })
    }

    /// What flags say, and where they say nothing somebody on a terminal.
    fn asked(&self, globals: &Globals, ui: &Ui) -> Result<Files, Error> {
        let mut environments = self.environments(globals);
        let mut tenants: Vec<StarterTenant> = self.tenant.iter().map(|text| new_tenant(text)).collect();
        if environments.is_empty() {
            if !ui.is_interactive() {
                let message = "nobody to ask: name the environments, as in -e dev,staging,prod";
                return Err(Error::Usage(message.to_owned()));
            }
            environments = ask::environments(ui)?;
            if tenants.is_empty() {
                tenants.extend(ask::tenant(ui)?);
            }
        }
        let mut next: Vec<String> = Vec::new();
        for StarterEnvironment { name, project_id } in &environments {
            let id = project_id.is_none().then(|| format!("export {}=P…", project_variable(name)));
            next.extend(id);
            next.push(format!("export {}=K…", key_variable(name)));
        }
        let starter = Starter { environments, tenants: Some(tenants), ..Starter::default() };
        Ok(Files::new(&self.out, &starter, Vec::new(), next))
    }

    /// The environments of `-e`, which takes several here.
    fn environments(&self, globals: &Globals) -> Vec<StarterEnvironment> {
        let names = globals.environment.iter().flat_map(|names| names.split(','));
        let mut names: Vec<&str> = names.map(str::trim).filter(|name| !name.is_empty()).collect();
        names.dedup();
        let project_id = self.project_id.clone().filter(|_| names.len() == 1);
        let made = |name: &str| StarterEnvironment { name: name.to_owned(), project_id: project_id.clone() };
        names.into_iter().map(made).collect()
    }

    /// A path as the file names it: relative to its own folder where it lies below.
    fn relative(&self, path: &Path) -> String {
        let folder = self.out.parent().unwrap_or(Path::new(""));
        let below = path.strip_prefix(folder).ok().map(Path::to_owned);
        let path = below.or_else(|| std::path::absolute(path).ok()).unwrap_or_else(|| path.to_owned());
        path.display().to_string()
    }
}

/// `ID=NAME`, or an id that is a name as well.
fn new_tenant(text: &str) -> StarterTenant {
    let (id, name) = text.split_once('=').unwrap_or((text, text));
    StarterTenant::New { id: id.to_owned(), name: name.to_owned() }
}
