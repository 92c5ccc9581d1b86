//! The file of vectors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::value::RawValue;

use crate::json::Json;

/// Names the file to read instead of the one that comes with the tests.
const VARIABLE: &str = "CONFORMANCE_VECTORS";
const FORMAT: &str = "sglang-trace-golden/2";

/// A vector as the parent process sees it: what a child needs to replay it.
pub(crate) struct Entry {
    pub(crate) name: String,
    /// Value of `SGLANG_TRACE_LEVEL`.
    pub(crate) level_env: Option<String>,
    pub(crate) text: Box<RawValue>,
}

/// Reads all vectors of the file that the environment names.
pub(crate) fn read() -> Result<Vec<Entry>, String> {
    let path = path();
    let text =
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    parse(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Relative paths are meant from where the caller stands or from the root of the workspace.
fn path() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Some(given) = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) else {
        return package.join("vectors/public.json");
    };
    let given = PathBuf::from(given);
    // Cargo runs tests in the directory of their package and leaves the caller's in PWD.
    let bases = [
        std::env::var_os("PWD").map(PathBuf::from),
        package.parent().map(Path::to_owned),
    ];
    let mut candidates = bases.into_iter().flatten().map(|base| base.join(&given));
    candidates.find(|path| path.exists()).unwrap_or(given)
}

fn parse(text: &str) -> Result<Vec<Entry>, String> {
    let file: BTreeMap<String, Box<RawValue>> = json(text)?;
    let member = |key: &str| file.get(key).ok_or_else(|| format!("no `{key}`"));
    let format: String = json(member("format")?.get())?;
    if format != FORMAT {
        return Err(format!("expected the format `{FORMAT}`, found `{format}`"));
    }
    let vectors: Vec<Box<RawValue>> = json(member("vectors")?.get())?;
    if let Some(count) = file.get("count") {
        let count: usize = json(count.get())?;
        if count != vectors.len() {
            return Err(format!(
                "`count` is {count}, but there are {} vectors",
                vectors.len()
            ));
        }
    }
    vectors.into_iter().enumerate().map(entry).collect()
}

fn entry((index, text): (usize, Box<RawValue>)) -> Result<Entry, String> {
    let vector: Json = json(text.get())?;
    let name = vector.get("name").and_then(Json::as_str);
    let name = name
        .ok_or_else(|| format!("vectors[{index}]: no `name`"))?
        .to_owned();
    let level_env = match vector
        .get("config")
        .and_then(|config| config.get("trace_level_env"))
    {
        None | Some(Json::Null) => None,
        Some(Json::Str(value)) => Some(value.clone()),
        Some(other) => {
            return Err(format!(
                "{name}: trace_level_env: expected a string, found {other}"
            ));
        }
    };
    Ok(Entry {
        name,
        level_env,
        text,
    })
}

fn json<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}
