use clap_complete::Shell;

use super::Exit;
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
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "descope-mgmt", &mut script);
        // clap_complete 4.6 gives commands below a hyphenated name two names in bash, and so finds none of them.
        let script = String::from_utf8_lossy(&script).replace("descope__subcmd__mgmt", "descope__mgmt");
        ui.write_out(&script);
        Exit::Done
    }
}
