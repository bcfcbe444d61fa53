//! A shell → its script: what clap knows, and the names that the configuration has asked for while one types.

use clap::{Arg, Command};
use clap_complete::Shell;

use super::typed::kind;

/// The script of a shell.
pub(in crate::cli) fn script(shell: Shell, command: &mut Command) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, command, "descope-mgmt", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        // clap_complete 4.6 gives commands below a hyphenated name two names in bash, and so finds none of them.
        Shell::Bash => bash(&script.replace("descope__subcmd__mgmt", "descope__mgmt")),
        Shell::Zsh => script.replacen("_descope-mgmt() {\n", ZSH, 1),
        Shell::Fish => fish(&script, command),
        _ => script,
    }
}

/// Asked first; where the configuration has nothing to say, what clap knows is offered.
const BASH: &str = r#"
_descope_mgmt_known() {
    local IFS=$'\n' found
    found="$("$1" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null </dev/null)"
    if [[ -n $found ]]; then
        COMPREPLY=($found)
    else
        unset IFS
        _descope__mgmt "$@"
    fi
}

"#;

fn bash(script: &str) -> String {
    let end = script.rfind("if [[ \"${BASH_VERSINFO[0]}\"").unwrap_or(script.len());
    let (functions, registration) = script.split_at(end);
    let registration =
        registration.replace("complete -F _descope__mgmt ", "complete -F _descope_mgmt_known ");
    format!("{functions}{BASH}{registration}")
}

const ZSH: &str = r#"_descope-mgmt() {
    local found
    found="$("${(Q)words[1]}" complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null </dev/null)"
    if [[ -n $found ]]; then
        [[ ${words[CURRENT]} == --*=* ]] && compset -P '*='
        compadd -- ${(f)found}
        return
    fi
"#;

const FISH: &str = r"
function __fish_descope_mgmt_known
    set -l words (commandline -opc) (commandline -ct)
    command $words[1] complete -- $words[2..-1] 2>/dev/null </dev/null
end
complete -c descope-mgmt -n 'count (__fish_descope_mgmt_known) >/dev/null' -f -a '(__fish_descope_mgmt_known)'
";

/// In fish a flag offers what its own line says.
fn fish(script: &str, command: &Command) -> String {
    let flags = flags(command, &mut Vec::new());
    let asks =
        |line: &str| line.ends_with(" -r") && flags.iter().any(|flag| line.contains(&format!(" -l {flag} ")));
    let lines = script.lines().map(|line| {
        let more = if asks(line) { " -f -a '(__fish_descope_mgmt_known)'" } else { "" };
        format!("{line}{more}\n")
    });
    lines.collect::<String>() + FISH
}

/// The long names of the flags that take a name of the configuration.
fn flags<'a>(command: &'a Command, path: &mut Vec<&'a str>) -> Vec<&'a str> {
    let takes = |arg: &&Arg| kind(path, arg).is_some();
    let mut found: Vec<&str> = command.get_arguments().filter(takes).filter_map(Arg::get_long).collect();
    for next in command.get_subcommands() {
        path.push(next.get_name());
        found.extend(flags(next, path));
        path.pop();
    }
    found
}
