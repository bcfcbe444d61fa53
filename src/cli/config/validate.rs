use crate::{
    cli::{Error, Exit, globals::Globals, session::inputs},
    config::{self, Severity},
    render::Ui,
};

/// Check the configuration, every problem in one run
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt config validate\n  descope-mgmt config validate -c descope.yaml -e prod -o json"
)]
pub(in crate::cli) struct Args {}

impl Args {
    #[expect(clippy::unused_self, reason = "every command has a run of this form")]
    pub(super) fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let loaded = config::load(&inputs(globals, true)?);
        let loaded = loaded.and_then(|config| config.require_file().map(|()| config));
        let (files, warnings) = match loaded {
            Ok(config) => (config.files, config.warnings),
            Err(config::Error::Invalid(problems)) => {
                ui.show_diagnostics(&problems);
                ui.show_validity(false, &problems, "");
                let errors = problems.iter().filter(|it| it.severity == Severity::Error).count();
                let warnings = problems.len() - errors;
                ui.note(&format!("Invalid: {errors} error(s), {warnings} warning(s)"));
                return Ok(Exit::Invalid);
            }
            Err(error) => {
                let failure = Error::from(error);
                if ui.is_json() {
                    ui.show_validity(false, &[failure.diagnostic()], "");
                    return Ok(failure.exit());
                }
                return Err(failure);
            }
        };
        ui.show_diagnostics(&warnings);
        let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        ui.show_validity(true, &warnings, &format!("Valid: {}\n", names.join(", ")));
        Ok(Exit::Done)
    }
}
