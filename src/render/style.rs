//! Roles that text plays, and the colours they have where colours are wanted.

use console::Style;

/// Whether to colour (`--color`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// On a terminal, unless the environment says no.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// Whether a stream is coloured, a terminal or not.
    pub(super) fn applies(self, is_terminal: bool, surroundings: Surroundings) -> bool {
        let Surroundings { no_color, forced, dumb } = surroundings;
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => !no_color && (forced || is_terminal && !dumb),
        }
    }
}

/// What the environment says of colours; it counts where nothing else is said.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Surroundings {
    /// `NO_COLOR` is set.
    pub(super) no_color: bool,
    /// `CLICOLOR_FORCE` is set.
    pub(super) forced: bool,
    /// The terminal can't do anything but text.
    pub(super) dumb: bool,
}

impl Surroundings {
    /// What the variables of this process say.
    pub(super) fn of_process() -> Self {
        let value = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            no_color: value("NO_COLOR").is_some(),
            forced: value("CLICOLOR_FORCE").is_some_and(|value| value != "0"),
            dumb: value("TERM").is_some_and(|term| term == "dumb"),
        }
    }
}

/// The colours of one stream, by role. Never the only sign: every role has a word or a mark, too.
#[derive(Debug, Clone)]
pub(super) struct Styles {
    pub(super) create: Style,
    pub(super) update: Style,
    pub(super) delete: Style,
    pub(super) orphan: Style,
    pub(super) heading: Style,
    pub(super) quiet: Style,
    pub(super) error: Style,
    pub(super) warning: Style,
    pub(super) hint: Style,
}

impl Styles {
    pub(super) fn new(coloured: bool) -> Self {
        let style = || Style::new().force_styling(coloured);
        Self {
            create: style().green(),
            update: style().yellow(),
            delete: style().red(),
            orphan: style().magenta(),
            heading: style().bold(),
            quiet: style().dim(),
            error: style().red().bold(),
            warning: style().yellow().bold(),
            hint: style().cyan(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_beat_variables_and_variables_beat_the_terminal() {
        let plain = Surroundings::default();
        let no_color = Surroundings { no_color: true, ..plain };
        let forced = Surroundings { forced: true, ..plain };
        assert!(ColorChoice::Auto.applies(true, plain) && !ColorChoice::Auto.applies(false, plain));
        assert!(!ColorChoice::Auto.applies(true, Surroundings { dumb: true, ..plain }));
        assert!(!ColorChoice::Auto.applies(true, Surroundings { forced: true, ..no_color }));
        assert!(ColorChoice::Auto.applies(false, forced));
        assert!(ColorChoice::Always.applies(false, no_color));
        assert!(!ColorChoice::Never.applies(true, forced));
    }
}
