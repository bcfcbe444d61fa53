//! All stages in order: locate, parse, choose, expand, merge, check.

use super::{
    Config, Error, Inputs, Origin,
    environment::{self, Environment},
    expand::{References, Scope},
    fields::Fields,
    files, flows, hidden, locate,
    problems::{Problem, Problems},
    protect, sections, settings, target, tenants,
    tree::Tree,
    variables,
};
use crate::resource::{Desired, tenant::Sensitive};

/// Reads the configuration.
///
/// Without any file it is empty, if variables name a project or a key, or in the sandbox or offline.
///
/// # Errors
/// Files that are not there, an environment that can't be chosen, or all problems of the files at once.
pub fn load(inputs: &Inputs) -> Result<Config, Error> {
    let mut problems = Problems::default();
    let trees = match &inputs.embedded {
        Some(files) => files::embedded(&inputs.directory, files, &mut problems),
        None => from_disk(inputs, &mut problems)?,
    };
    variables::check(&inputs.variables, &mut problems);
    let mut extra = flows::Extra::behind(&trees);
    let outcome = build(inputs, &trees, &mut extra, &mut problems);
    let has_errors = problems.has_errors();
    if !has_errors && let Err(error) = outcome {
        return Err(error);
    }
    let sources: Vec<_> = trees.iter().map(Tree::source).chain(extra.sources()).collect();
    let hidden = if problems.is_empty() { Vec::new() } else { hidden::sites(&trees) };
    match outcome {
        Ok(config) if !has_errors => Ok(Config { warnings: problems.finish(&sources, &hidden), ..config }),
        outcome => {
            if let Err(error) = outcome {
                let problem = Problem::error(error.code(), error.to_string());
                problems.report(problem.maybe_hint(error.hint()));
            }
            Err(Error::Invalid(problems.finish(&sources, &hidden)))
        }
    }
}

/// The names of all environments that the files define, in their order, whatever else is wrong with the files.
///
/// # Errors
/// Files that are not there, or can't be read.
pub fn environments(inputs: &Inputs) -> Result<Vec<String>, Error> {
    let mut problems = Problems::default();
    let trees = files::read(inputs, locate(inputs)?, &mut problems)?;
    let scope = Scope { variables: &inputs.variables, environment: None, references: References::Skip };
    // A file that can't be read as YAML at all names no environment: then that is what is to be said.
    if problems.has_errors() {
        let sources: Vec<_> = trees.iter().map(Tree::source).collect();
        return Err(Error::Invalid(problems.finish(&sources, &hidden::sites(&trees))));
    }
    let sections = sections::read(&trees, &mut Fields { scope, problems: &mut problems });
    Ok(sections.environments.iter().map(|block| block.name.to_owned()).collect())
}

fn from_disk(inputs: &Inputs, problems: &mut Problems) -> Result<Vec<Tree>, Error> {
    let files = locate(inputs)?;
    if files.is_empty() && !works_without_files(inputs) {
        return Err(Error::NoFile { looked: locate::usual(inputs) });
    }
    files::read(inputs, files, problems)
}

fn works_without_files(inputs: &Inputs) -> bool {
    let credentials = ["DESCOPE_PROJECT_ID", "DESCOPE_MANAGEMENT_KEY", "DESCOPE_MANAGEMENT_KEY_FILE"];
    let asks = inputs.environment.is_some();
    inputs.sandbox
        || inputs.offline
        || asks
        || credentials.iter().any(|name| inputs.variables.filled(name).is_some())
}

fn build(
    inputs: &Inputs,
    trees: &[Tree],
    extra: &mut flows::Extra,
    problems: &mut Problems,
) -> Result<Config, Error> {
    let scope = Scope { variables: &inputs.variables, environment: None, references: References::Expand };
    let mut fields = Fields { scope, problems };
    let sections = sections::read(trees, &mut fields);
    let profiles = environment::profiles(&sections, &mut fields);
    // Without an environment the rest is checked all the same, so that every problem shows in one run.
    let (mut environment, unselected) = match environment::select(inputs, &profiles) {
        Ok(environment) => (environment, None),
        Err(error) => (None, Some(error)),
    };
    let selected = environment.as_ref().map(|environment| environment.name.clone());
    let selected = selected.as_deref();
    let stand_in = unselected.as_ref().and_then(|_| profiles.first()).map(|profile| profile.name);
    fields.scope.environment = selected.or(stand_in);
    let (limits, own) = environment::check_blocks(&profiles, selected, &mut fields);
    if let Some(environment) = &mut environment {
        environment.limits = limits;
    }
    let (settings, mut origins) = settings::read(inputs, &sections, selected, &mut fields);
    let target = target::read(inputs, &profiles, selected, &mut fields);
    let protect = protect::read(&sections, &mut fields);
    let frame = tenants::Frame {
        sections: &sections,
        profiles: &profiles,
        selected,
        scope: fields.scope,
        allow_shared_ids: settings.allow_shared_tenant_ids,
    };
    let around = flows::Surroundings { inputs, templates: &settings.templates_dir };
    let flows = flows::read(&frame, &around, extra, &mut fields);
    let theme = flows::read_theme(&sections, &around, extra, &mut fields);
    let tenants::Tenants { list: tenants, sensitive, defaults } = tenants::read(&frame, problems);
    if let Some(error) = unselected {
        return Err(error);
    }
    let (target, of_target) = target?;
    origins.splice(0..0, origin(environment.as_ref()).into_iter().chain(of_target));
    Ok(Config {
        files: trees.iter().map(|tree| tree.source().name().as_ref().into()).collect(),
        sources: trees.iter().filter(|_| inputs.keep_sources).map(|tree| tree.source().to_file()).collect(),
        environments: profiles.iter().map(|profile| profile.name.to_owned()).collect(),
        environment,
        target,
        settings,
        desired: Desired {
            tenants,
            flows,
            theme,
            project: own,
            protect,
            sensitive: Sensitive { others: sensitive.iter().cloned().collect(), ..Sensitive::default() },
            ..Desired::default()
        },
        sensitive,
        defaults,
        warnings: Vec::new(),
        origins,
        looked: locate::usual(inputs),
    })
}

fn origin(environment: Option<&Environment>) -> Option<Origin> {
    environment.map(|environment| Origin::new("environment", &*environment.name, environment.why.to_string()))
}
