//! A vector: a simulated process, its script, and what it must leave behind.

use mooncake_trace::ThreadInfo;

use crate::fields::{Fields, Result};
use crate::json::Json;
use crate::ops::{self, Call, Op};

#[derive(Debug)]
pub(crate) struct Vector {
    pub(crate) initialized: bool,
    pub(crate) modules: Option<String>,
    pub(crate) level: Option<u8>,
    pub(crate) host_id: String,
    pub(crate) threads: Vec<Thread>,
    pub(crate) ops: Vec<Op>,
    pub(crate) expected: Json,
}

/// A logical thread.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    pub(crate) name: String,
    pub(crate) pid: u64,
    /// What is registered before the script, if anything.
    pub(crate) info: Option<ThreadInfo>,
}

impl Vector {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let json: Json = serde_json::from_str(text).map_err(|e| format!("not JSON: {e}"))?;
        let mut fields = Fields::of("vector", &json)?;
        let mut config = Fields::of("config", fields.take("config"))?;
        let vector = Self {
            initialized: config.flag("initialized")?,
            modules: config.opt_text("trace_modules")?,
            level: config.opt_number("trace_level")?,
            host_id: config
                .opt_text("host_id")?
                .unwrap_or_else(|| "0123456789abcdef".repeat(2)),
            threads: threads(&mut config)?,
            ops: ops::read_all(fields.items("ops")?, None)?,
            expected: fields.take("expected").clone(),
        };
        // The process that makes the replay has it in its environment.
        config.take("trace_level_env");
        config.end()?;
        vector.check()?;
        Ok(vector)
    }

    /// Every thread must be known before one of them starts.
    fn check(&self) -> Result<()> {
        fn check(ops: &[Op], threads: &[Thread]) -> Result<()> {
            for op in ops {
                if !threads.iter().any(|thread| thread.name == op.thread) {
                    return Err(format!("op {}: unknown thread `{}`", op.path, op.thread));
                }
                if let Call::MooncakeFunc(func) = &op.call {
                    check(&func.body, threads)?;
                }
            }
            Ok(())
        }
        check(&self.ops, &self.threads)
    }

    /// The headers of all new contexts, in bodies too.
    pub(crate) fn headers(&self) -> Vec<&str> {
        fn collect<'a>(ops: &'a [Op], into: &mut Vec<&'a str>) {
            for op in ops {
                match &op.call {
                    Call::NewCtx(new) => {
                        into.extend(new.headers.iter().map(|(_, value)| value.as_str()))
                    }
                    Call::MooncakeFunc(func) => collect(&func.body, into),
                    _ => {}
                }
            }
        }
        let mut headers = Vec::new();
        collect(&self.ops, &mut headers);
        headers
    }
}

fn threads(config: &mut Fields<'_>) -> Result<Vec<Thread>> {
    let thread = |(name, json): &(String, Json)| {
        let mut fields = Fields::of(format!("config.threads.{name}"), json)?;
        let thread = Thread {
            name: name.clone(),
            pid: fields.number("pid")?,
            info: {
                let label = fields.opt_text("label")?;
                let registered = label.is_some();
                let info = ops::thread_info(label.unwrap_or_default(), &mut fields)?;
                registered.then_some(info)
            },
        };
        fields.end()?;
        Ok(thread)
    };
    config.members("threads")?.iter().map(thread).collect()
}
