//! Whether the modules of a list exist in this program.

use std::fmt;

/// What is wrong with a module list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModulesError {
    /// No stage table of this program has that module.
    Unknown {
        /// The name in the list.
        name: String,
        /// The module that was probably meant.
        similar: Option<&'static str>,
        /// All modules there are.
        known: Vec<&'static str>,
    },
    /// What follows `=` is no level.
    Level {
        /// The entry of the list.
        entry: String,
    },
}

impl fmt::Display for ModulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown {
                name,
                similar,
                known,
            } => {
                write!(f, "unknown trace module {name:?}")?;
                if let Some(similar) = similar {
                    write!(f, ", did you mean {similar:?}?")?;
                }
                write!(f, " (this program has: {})", known.join(", "))
            }
            Self::Level { entry } => {
                write!(
                    f,
                    "expected a level from 0 to 255 after `=`, found {entry:?}"
                )
            }
        }
    }
}

impl std::error::Error for ModulesError {}

/// Checks a list as `--trace-modules` takes it, `request,mooncake=2`, against the stage tables of this program.
///
/// # Errors
/// [`ModulesError`] for the first entry that is wrong.
pub fn check_modules(list: &str) -> Result<(), ModulesError> {
    let known = mooncake_trace::modules();
    for entry in list.split(',').map(str::trim).filter(|e| !e.is_empty()) {
        let (name, level) = match entry.split_once('=') {
            Some((name, level)) => (name.trim(), Some(level.trim())),
            None => (entry, None),
        };
        if !known.contains(&name) {
            return Err(ModulesError::Unknown {
                name: name.to_owned(),
                similar: similar(name, &known),
                known,
            });
        }
        if level.is_some_and(|l| l.parse::<u8>().is_err()) {
            let entry = entry.to_owned();
            return Err(ModulesError::Level { entry });
        }
    }
    Ok(())
}

/// The most similar name, if one is similar at all.
fn similar(name: &str, known: &[&'static str]) -> Option<&'static str> {
    let name = name.to_lowercase();
    let scored = known.iter().map(|k| (strsim::jaro_winkler(&name, k), *k));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(score, _)| *score > 0.7).map(|(_, k)| k)
}
