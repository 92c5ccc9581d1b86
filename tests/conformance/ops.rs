//! Ops: what the lines of a script say, read into types.

use std::sync::{Mutex, PoisonError};

use mooncake_trace::{MooncakeRequestStage, Stage, ThreadInfo, Timestamp, Value};

use crate::fields::{Fields, Result};
use crate::json::Json;

pub(crate) type Attrs = Vec<(String, Value<'static>)>;

/// One op: who makes it, when, and what it does.
#[derive(Debug)]
pub(crate) struct Op {
    /// The index in the script, inside a body behind that of the function: `3`, `3.0`.
    pub(crate) path: String,
    pub(crate) thread: String,
    pub(crate) now: Timestamp,
    pub(crate) call: Call,
}

#[derive(Debug)]
pub(crate) enum Call {
    NewCtx(NewCtx),
    NewNull {
        ctx: String,
    },
    ReqStart {
        ctx: String,
        ts: Timestamp,
    },
    ReqFinish {
        ctx: String,
        ts: Timestamp,
        attrs: Attrs,
    },
    SliceStart {
        ctx: String,
        stage: &'static Stage,
        ts: Timestamp,
    },
    SliceEnd(SliceEnd),
    Slice(Slice),
    Event(Event, String, u8),
    Copy {
        src: String,
        dst: String,
    },
    Rebuild {
        ctx: String,
        ts: Timestamp,
    },
    Serialize {
        ctx: String,
        state: String,
    },
    Deserialize {
        state: String,
        dst: String,
    },
    Pickle {
        src: String,
        dst: String,
    },
    RootAttrs {
        ctx: String,
        attrs: Attrs,
    },
    ThreadAttrs {
        ctx: String,
        attrs: Attrs,
    },
    Abort {
        ctx: String,
        ts: Option<Timestamp>,
        info: Attrs,
    },
    Drop {
        ctx: String,
    },
    SetThreadInfo(ThreadInfo),
    SetGlobalLevel(u8),
    SetModules(Option<String>),
    SetInitialized(bool),
    Query {
        ctx: String,
    },
    MooncakeSlice(MooncakeSlice),
    MooncakeFunc(MooncakeFunc),
}

#[derive(Debug)]
pub(crate) struct NewCtx {
    pub(crate) ctx: String,
    pub(crate) rid: String,
    pub(crate) room: Option<u64>,
    pub(crate) role: Option<String>,
    pub(crate) module: Option<String>,
    pub(crate) level: Option<u8>,
    pub(crate) headers: Vec<(String, String)>,
}

#[derive(Debug)]
pub(crate) struct SliceEnd {
    pub(crate) ctx: String,
    pub(crate) stage: &'static Stage,
    pub(crate) ts: Timestamp,
    pub(crate) attrs: Attrs,
    pub(crate) thread_finish: bool,
}

#[derive(Debug)]
pub(crate) struct Slice {
    pub(crate) ctx: String,
    pub(crate) stage: &'static Stage,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) attrs: Attrs,
    pub(crate) events: Vec<Event>,
    pub(crate) thread_finish: bool,
}

#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) ts: Timestamp,
    pub(crate) attrs: Attrs,
}

#[derive(Debug)]
pub(crate) struct MooncakeSlice {
    pub(crate) ctx: Option<String>,
    pub(crate) stage: MooncakeStage,
    pub(crate) start: Timestamp,
    pub(crate) thread_finish: bool,
}

#[derive(Debug)]
pub(crate) struct MooncakeFunc {
    pub(crate) ctx: Option<String>,
    pub(crate) stage: MooncakeStage,
    pub(crate) start: Timestamp,
    pub(crate) body: Vec<Op>,
    pub(crate) raises: bool,
}

/// A stage of the table that the runtime ships: annotated functions name a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MooncakeStage {
    Send,
    Recv,
    WorkerSend,
    WorkerSendSession,
    WorkerRecv,
}

impl MooncakeStage {
    pub(crate) const fn stage(self) -> &'static Stage {
        match self {
            Self::Send => &MooncakeRequestStage::MOONCAKE_SEND,
            Self::Recv => &MooncakeRequestStage::MOONCAKE_RECV,
            Self::WorkerSend => &MooncakeRequestStage::MOONCAKE_WORKER_SEND,
            Self::WorkerSendSession => &MooncakeRequestStage::MOONCAKE_WORKER_SEND_SESSION,
            Self::WorkerRecv => &MooncakeRequestStage::MOONCAKE_WORKER_RECV,
        }
    }

    fn read(fields: &mut Fields<'_>) -> Result<Self> {
        let name = fields.text("stage")?;
        Ok(match name.as_str() {
            "MOONCAKE_SEND" => Self::Send,
            "MOONCAKE_RECV" => Self::Recv,
            "MOONCAKE_WORKER_SEND" => Self::WorkerSend,
            "MOONCAKE_WORKER_SEND_SESSION" => Self::WorkerSendSession,
            "MOONCAKE_WORKER_RECV" => Self::WorkerRecv,
            _ => return Err(format!("{}.stage: unknown stage `{name}`", fields.path())),
        })
    }
}

/// Reads a script, or the body of the function at `inside`.
pub(crate) fn read_all(items: &[Json], inside: Option<&str>) -> Result<Vec<Op>> {
    let read = |(index, json): (usize, &Json)| match inside {
        None => Op::read(index.to_string(), json),
        Some(path) => Op::read(format!("{path}.{index}"), json),
    };
    items.iter().enumerate().map(read).collect()
}

impl Op {
    fn read(path: String, json: &Json) -> Result<Self> {
        let mut fields = Fields::of(format!("op {path}"), json)?;
        let name = fields.text("op")?;
        let op = Self {
            thread: fields.text("thread")?,
            now: stamp(&mut fields, "now")?,
            call: Call::read(&name, &path, &mut fields)?,
            path,
        };
        fields.end()?;
        Ok(op)
    }
}

impl Call {
    fn read(name: &str, path: &str, f: &mut Fields<'_>) -> Result<Self> {
        Ok(match name {
            "new_ctx" => Self::NewCtx(NewCtx {
                ctx: f.text("ctx")?,
                rid: f.text("rid")?,
                room: f.opt_number("bootstrap_room")?,
                role: f.opt_text("role")?,
                module: f.opt_text("module")?,
                level: f.opt_number("level")?,
                headers: headers(f)?,
            }),
            "new_null" => Self::NewNull {
                ctx: f.text("ctx")?,
            },
            "req_start" => Self::ReqStart {
                ctx: f.text("ctx")?,
                ts: stamp(f, "ts")?,
            },
            "req_finish" => Self::ReqFinish {
                ctx: f.text("ctx")?,
                ts: stamp(f, "ts")?,
                attrs: attrs(f, "attrs")?,
            },
            "slice_start" => Self::SliceStart {
                ctx: f.text("ctx")?,
                stage: stage(f)?,
                ts: stamp(f, "ts")?,
            },
            "slice_end" => Self::SliceEnd(SliceEnd {
                ctx: f.text("ctx")?,
                stage: stage(f)?,
                ts: stamp(f, "ts")?,
                attrs: attrs(f, "attrs")?,
                thread_finish: f.flag("thread_finish")?,
            }),
            "slice" => Self::Slice(Slice {
                ctx: f.text("ctx")?,
                stage: stage(f)?,
                start: stamp(f, "start")?,
                end: stamp(f, "end")?,
                attrs: attrs(f, "attrs")?,
                events: events(f)?,
                thread_finish: f.flag("thread_finish")?,
            }),
            "event" => {
                let (ctx, level) = (f.text("ctx")?, f.number("level")?);
                Self::Event(Event::read(f)?, ctx, level)
            }
            "copy" => Self::Copy {
                src: f.text("src")?,
                dst: f.text("dst")?,
            },
            "rebuild" => Self::Rebuild {
                ctx: f.text("ctx")?,
                ts: stamp(f, "ts")?,
            },
            "serialize" => Self::Serialize {
                ctx: f.text("ctx")?,
                state: f.text("state")?,
            },
            "deserialize" => Self::Deserialize {
                state: f.text("state")?,
                dst: f.text("dst")?,
            },
            "pickle" => Self::Pickle {
                src: f.text("src")?,
                dst: f.text("dst")?,
            },
            "root_attrs" => Self::RootAttrs {
                ctx: f.text("ctx")?,
                attrs: attrs(f, "attrs")?,
            },
            "thread_attrs" => Self::ThreadAttrs {
                ctx: f.text("ctx")?,
                attrs: attrs(f, "attrs")?,
            },
            "abort" => Self::Abort {
                ctx: f.text("ctx")?,
                ts: f.opt_number("ts")?.map(Timestamp::from_unix_ns),
                info: attrs(f, "abort_info")?,
            },
            "drop" => Self::Drop {
                ctx: f.text("ctx")?,
            },
            "set_thread_info" => {
                let label = f.text("label")?;
                Self::SetThreadInfo(thread_info(label, f)?)
            }
            "set_global_level" => Self::SetGlobalLevel(f.number("level")?),
            "set_modules" => Self::SetModules(f.opt_text("modules")?),
            "set_initialized" => Self::SetInitialized(f.flag("value")?),
            "query" => Self::Query {
                ctx: f.text("ctx")?,
            },
            "mooncake_slice" => Self::MooncakeSlice(MooncakeSlice {
                ctx: f.opt_text("ctx")?,
                stage: MooncakeStage::read(f)?,
                start: stamp(f, "start_ns")?,
                thread_finish: f.flag("thread_finish")?,
            }),
            "mooncake_func" => Self::MooncakeFunc(MooncakeFunc {
                ctx: f.opt_text("ctx")?,
                stage: MooncakeStage::read(f)?,
                start: stamp(f, "start_ns")?,
                body: read_all(f.items("body")?, Some(path))?,
                raises: f.flag("raises")?,
            }),
            _ => return Err(format!("{}: unknown op `{name}`", f.path())),
        })
    }
}

impl Event {
    fn read(fields: &mut Fields<'_>) -> Result<Self> {
        Ok(Self {
            name: fields.text("name")?,
            ts: stamp(fields, "ts")?,
            attrs: attrs(fields, "attrs")?,
        })
    }
}

fn stamp(fields: &mut Fields<'_>, key: &str) -> Result<Timestamp> {
    fields.number(key).map(Timestamp::from_unix_ns)
}

fn headers(fields: &mut Fields<'_>) -> Result<Vec<(String, String)>> {
    let path = fields.path().to_owned();
    let header = |(name, value): &(String, Json)| match value {
        Json::Str(text) => Ok((name.clone(), text.clone())),
        other => Err(format!(
            "{path}.headers.{name}: expected a string, found {other}"
        )),
    };
    fields.members("headers")?.iter().map(header).collect()
}

fn events(fields: &mut Fields<'_>) -> Result<Vec<Event>> {
    let path = fields.path().to_owned();
    let event = |(index, json)| {
        let mut fields = Fields::of(format!("{path}.events[{index}]"), json)?;
        let event = Event::read(&mut fields)?;
        fields.end()?;
        Ok(event)
    };
    fields
        .items("events")?
        .iter()
        .enumerate()
        .map(event)
        .collect()
}

fn attrs(fields: &mut Fields<'_>, key: &str) -> Result<Attrs> {
    let path = fields.path().to_owned();
    let attr = |(name, json): &(String, Json)| match value(json) {
        Some(value) => Ok((name.clone(), value)),
        None => Err(format!(
            "{path}.{key}.{name}: expected an attribute value, found {json}"
        )),
    };
    fields.members(key)?.iter().map(attr).collect()
}

fn value(json: &Json) -> Option<Value<'static>> {
    Some(match json {
        Json::Bool(value) => Value::Bool(*value),
        Json::Int(value) => Value::Int(i64::try_from(*value).ok()?),
        Json::Float(value) => Value::Float(*value),
        Json::Str(value) => Value::from(value.clone()),
        Json::Array(items) => Value::Array(items.iter().map(value).collect::<Option<_>>()?),
        Json::Null | Json::Object(_) => return None,
    })
}

/// Label and ranks, of an op or of the configuration.
pub(crate) fn thread_info(label: String, fields: &mut Fields<'_>) -> Result<ThreadInfo> {
    let mut info = ThreadInfo::new(label);
    if let Some(rank) = fields.opt_number("tp_rank")? {
        info = info.tp_rank(rank);
    }
    if let Some(rank) = fields.opt_number("dp_rank")? {
        info = info.dp_rank(rank);
    }
    if let Some(rank) = fields.opt_number("pp_rank")? {
        info = info.pp_rank(rank);
    }
    Ok(info)
}

/// The stage of that name and level. A script may name any; each is made once and stays.
fn stage(fields: &mut Fields<'_>) -> Result<&'static Stage> {
    static STAGES: Mutex<Vec<&'static Stage>> = Mutex::new(Vec::new());
    let (name, level) = (fields.text("name")?, fields.number("level")?);
    let mut stages = STAGES.lock().unwrap_or_else(PoisonError::into_inner);
    let known = stages
        .iter()
        .find(|stage| stage.name() == name && stage.level() == level);
    Ok(known.copied().unwrap_or_else(|| {
        let stage = Box::leak(Box::new(Stage::new("test", name.leak(), level)));
        stages.push(stage);
        stage
    }))
}
