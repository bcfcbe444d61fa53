use clap_complete::Shell;

use super::{Exit, complete};
use crate::render::Ui;

/// Print the completions of a shell
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt completion bash > ~/.local/share/bash-completion/completions/descope-mgmt\n  \
                        descope-mgmt completion zsh > ~/.zfunc/_descope-mgmt"
)]
pub(super) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Args {
    pub(super) fn run(self, ui: &Ui, mut command: clap::Command) -> Exit {
        ui.write_out(&complete::script(self.shell, &mut command));
        Exit::Done
    }
}
