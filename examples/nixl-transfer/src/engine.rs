//! NIXL as one process sees it: an agent with the UCX backend and one registered pool of pages.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use mooncake_trace::mooncake_trace;
use nixl_sys::{
    Agent, MemType, NixlError, NotificationMap, OptArgs, RegistrationHandle, XferDescList, XferOp,
    XferRequest,
};

use crate::PATIENCE;
use crate::pages::{PAGE_BYTES, Pages};
use crate::stages::NixlStage;

/// The engine of a process.
pub(crate) struct Engine {
    agent: Agent,
    pages: Arc<Pages>,
    _registration: RegistrationHandle,
}

/// Why a write failed.
#[derive(Debug)]
pub(crate) enum WriteError {
    Engine(NixlError),
    TimedOut,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Engine(error) => error.fmt(f),
            Self::TimedOut => f.write_str("the write took too long"),
        }
    }
}

impl Error for WriteError {}

impl From<NixlError> for WriteError {
    fn from(error: NixlError) -> Self {
        Self::Engine(error)
    }
}

impl Engine {
    /// The engine of the process `name`, with `pages` registered.
    pub(crate) fn new(name: &str, pages: Arc<Pages>) -> Result<Self, NixlError> {
        let agent = Agent::new(name)?;
        let (_, params) = agent.get_plugin_params("UCX")?;
        let backend = agent.create_backend("UCX", &params)?;
        let mut with_backend = OptArgs::new()?;
        with_backend.add_backend(&backend)?;
        let registration = agent.register_memory(&*pages, Some(&with_backend))?;
        Ok(Self {
            agent,
            pages,
            _registration: registration,
        })
    }

    /// What the other process needs to know of this one.
    pub(crate) fn metadata(&self) -> Result<Vec<u8>, NixlError> {
        self.agent.get_local_md()
    }

    /// Gets to know the other process; returns its name.
    pub(crate) fn meet(&self, metadata: &[u8]) -> Result<String, NixlError> {
        self.agent.load_remote_md(metadata)
    }

    /// Writes own pages to the addresses of the process `peer`, which is told `notice` when they are there.
    pub(crate) fn write(
        &self,
        peer: &str,
        pages: &[usize],
        targets: &[usize],
        notice: &str,
    ) -> Result<(), WriteError> {
        let request = self.prepare(peer, pages, targets, notice)?;
        self.post(&request)
    }

    #[mooncake_trace(stage = NixlStage::NIXL_PREPARE, ctx = current, err)]
    fn prepare(
        &self,
        peer: &str,
        pages: &[usize],
        targets: &[usize],
        notice: &str,
    ) -> Result<XferRequest, NixlError> {
        let own = pages.iter().map(|page| self.pages.address(*page));
        let mut args = OptArgs::new()?;
        args.set_has_notification(true)?;
        args.set_notification_message(notice.as_bytes())?;
        let own = descriptors(own)?;
        let theirs = descriptors(targets.iter().copied())?;
        self.agent
            .create_xfer_req(XferOp::Write, &own, &theirs, peer, Some(&args))
    }

    #[mooncake_trace(stage = NixlStage::NIXL_WRITE, ctx = current, err)]
    fn post(&self, request: &XferRequest) -> Result<(), WriteError> {
        let deadline = Instant::now() + PATIENCE;
        let mut under_way = self.agent.post_xfer_req(request, None)?;
        while under_way {
            if Instant::now() > deadline {
                return Err(WriteError::TimedOut);
            }
            std::thread::yield_now();
            under_way = !self.agent.get_xfer_status(request)?.is_success();
        }
        Ok(())
    }

    /// What other processes have told since the last call.
    pub(crate) fn notices(&self) -> Result<Vec<String>, NixlError> {
        let mut notices = NotificationMap::new()?;
        self.agent.get_notifications(&mut notices, None)?;
        Ok(notices.take_notifs()?.into_values().flatten().collect())
    }
}

fn descriptors(addresses: impl Iterator<Item = usize>) -> Result<XferDescList<'static>, NixlError> {
    let mut list = XferDescList::new(MemType::Dram)?;
    for address in addresses {
        list.add_desc(address, PAGE_BYTES, 0);
    }
    Ok(list)
}
