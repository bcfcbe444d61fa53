//! What can be wrong with the variables of a template, in words that name what it expects.

use crate::resource::flow::NotAFlow;

/// What is wrong with the values given to a template, or with the template itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VariableProblem {
    /// A value for a variable that the template does not have.
    #[error("there is no variable '{name}'; the template takes {schema}")]
    Unknown {
        /// The variable.
        name: String,
        /// All that the template takes.
        schema: String,
    },
    /// No value for a variable without a default.
    #[error("the variable '{name}' has no value; it takes {schema}")]
    Missing {
        /// The variable.
        name: String,
        /// What it takes.
        schema: String,
    },
    /// A value that the variable does not take.
    #[error("the variable '{name}' cannot be {found}; it takes {schema}")]
    Wrong {
        /// The variable.
        name: String,
        /// The value given.
        found: String,
        /// What it takes.
        schema: String,
    },
    /// Two variables with one value that must differ.
    #[error("'{name}' and '{other}' are both {found}; they must differ")]
    Equal {
        /// A variable.
        name: String,
        /// The other one.
        other: String,
        /// The value of both.
        found: String,
    },
    /// A value for a variable that stands nowhere in the flow.
    #[error("the variable '{name}' is used nowhere in the template's flow.json")]
    Unused {
        /// The variable.
        name: String,
    },
    /// A placeholder that no variable and no choice stands behind.
    #[error("flow.json has the placeholder '{name}', and template.yaml has no such variable")]
    Undeclared {
        /// What stands between the braces.
        name: String,
    },
    /// A placeholder inside of a text whose value has no text.
    #[error("the placeholder '{name}' stands inside of a text, and its value is an object or null")]
    NoText {
        /// What stands between the braces.
        name: String,
    },
    /// What comes out is no flow.
    #[error("the template's flow.json gives no flow")]
    NoFlow(#[source] NotAFlow),
}

impl VariableProblem {
    /// The variable that it is about, where it is one that was given or should be.
    pub fn variable(&self) -> Option<&str> {
        match self {
            Self::Unknown { name, .. }
            | Self::Missing { name, .. }
            | Self::Wrong { name, .. }
            | Self::Equal { name, .. }
            | Self::Unused { name } => Some(name),
            Self::Undeclared { .. } | Self::NoText { .. } | Self::NoFlow(_) => None,
        }
    }
}
