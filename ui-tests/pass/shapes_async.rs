//! Every shape of a function that works when it is polled.
#![allow(dead_code)]

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures_core::Stream;
use futures_core::future::{BoxFuture, LocalBoxFuture};
use futures_core::stream::BoxStream;
use futures_util::{FutureExt, StreamExt, stream};
use mooncake_trace::{TraceContext, define_stages, mooncake_trace};

define_stages! {
    pub Stages(module = "ui") {
        SEND(level = 1),
    }
}

struct Sender {
    trace_ctx: TraceContext,
    data: Vec<u8>,
}

impl Sender {
    #[mooncake_trace(stage = Stages::SEND, attrs(len = self.data.len()))]
    async fn by_ref(&self) -> &u8 {
        std::future::ready(()).await;
        &self.data[0]
    }

    #[mooncake_trace(stage = Stages::SEND)]
    async fn by_mut(&mut self, index: usize) -> &mut u8 {
        drop(std::mem::take(&mut self.trace_ctx));
        std::future::ready(()).await;
        &mut self.data[index]
    }

    #[mooncake_trace(stage = Stages::SEND, err, ret(|r| ok = r.is_ok()))]
    async fn by_mut_err(&mut self, index: usize) -> Result<&mut u8, Box<dyn std::error::Error + Send + Sync>> {
        let _: u8 = "1".parse()?;
        std::future::ready(()).await;
        self.data.get_mut(index).ok_or("none".into())
    }

    #[mooncake_trace(stage = Stages::SEND)]
    async fn by_value(mut self, extra: u8) -> Vec<u8> {
        self.data.push(extra);
        self.data
    }

    #[mooncake_trace(stage = Stages::SEND)]
    async fn counted(self: Arc<Self>) -> usize {
        self.data.len()
    }

    #[mooncake_trace(stage = Stages::SEND)]
    async fn pinned(self: Pin<&mut Self>) -> &mut Vec<u8> {
        &mut Pin::get_mut(self).data
    }

    #[mooncake_trace(stage = Stages::SEND)]
    async fn opaque(&self) -> impl Iterator<Item = u8> {
        self.data.iter().copied()
    }

    #[mooncake_trace(stage = Stages::SEND, err)]
    async fn opaque_err(&self) -> Result<impl Iterator<Item = u8>, std::io::Error> {
        Ok(self.data.iter().copied())
    }

    #[mooncake_trace(stage = Stages::SEND)]
    async fn coerced(&self) -> Box<dyn Iterator<Item = u8> + '_> {
        if self.data.is_empty() {
            return Box::new(std::iter::empty());
        }
        Box::new(self.data.iter().copied())
    }

    #[mooncake_trace(stage = Stages::SEND)]
    async fn inferred(&self) -> Vec<u8> {
        let collected = self.data.iter().copied().collect();
        collected
    }

    #[mooncake_trace(stage = Stages::SEND)]
    async fn never(&self) -> ! {
        #![allow(unused_variables)]
        let unused = 1;
        std::future::pending::<()>().await;
        loop {}
    }

    #[mooncake_trace(stage = Stages::SEND)]
    fn made(&self, early: bool) -> impl Future<Output = usize> + Send + '_ {
        let len = self.data.len();
        assert!(!early);
        async move { len }
    }

    #[mooncake_trace(stage = Stages::SEND)]
    fn passed_on(&self) -> impl Future<Output = usize> + '_ {
        if self.data.is_empty() {
            return self.made(false);
        }
        self.made(false)
    }

    #[mooncake_trace(stage = Stages::SEND, err(Debug), attrs(early = early))]
    fn boxed(&self, early: bool) -> Pin<Box<dyn Future<Output = Result<usize, String>> + Send + '_>> {
        if early {
            return Box::pin(std::future::ready(Ok(0)));
        }
        Box::pin(async move { Ok(self.data.len()) })
    }

    #[mooncake_trace(stage = Stages::SEND)]
    fn plainly_boxed<'a>(&'a self) -> BoxFuture<'a, usize> {
        Box::pin(async move { self.data.len() })
    }

    #[mooncake_trace(stage = Stages::SEND)]
    fn boxed_by_method(&self) -> LocalBoxFuture<'_, usize> {
        async move { self.data.len() }.boxed_local()
    }

    #[mooncake_trace(stage = Stages::SEND)]
    fn unpinned(&self) -> Box<dyn Future<Output = usize> + Unpin + '_> {
        Box::new(std::future::ready(self.data.len()))
    }

    #[mooncake_trace(stage = Stages::SEND)]
    fn streamed(&self) -> impl Stream<Item = u8> + '_ {
        stream::iter(self.data.iter().copied())
    }

    #[mooncake_trace(stage = Stages::SEND)]
    fn boxed_stream(&self) -> BoxStream<'_, u8> {
        stream::iter(self.data.iter().copied()).boxed()
    }

    #[mooncake_trace(stage = Stages::SEND)]
    fn recursive(&self, depth: u8) -> BoxFuture<'_, u8> {
        Box::pin(async move { if depth == 0 { 0 } else { self.recursive(depth - 1).await + 1 } })
    }
}

trait Relay {
    #[mooncake_trace(stage = Stages::SEND, ctx = current)]
    async fn relay(&self) -> u8 {
        1
    }

    fn future(&self) -> impl Future<Output = u8> + Send;
}

impl Relay for Sender {
    #[mooncake_trace(stage = Stages::SEND)]
    async fn relay(&self) -> u8 {
        2
    }

    #[mooncake_trace(stage = Stages::SEND)]
    async fn future(&self) -> u8 {
        3
    }
}

#[async_trait::async_trait]
trait Object {
    #[mooncake_trace(stage = Stages::SEND, ctx = current)]
    async fn default(&self) -> u8 {
        4
    }

    async fn object(&mut self, text: String) -> Result<String, std::io::Error>;
}

#[async_trait::async_trait]
impl Object for Sender {
    #[mooncake_trace(stage = Stages::SEND, err, attrs(text = text))]
    async fn object(&mut self, text: String) -> Result<String, std::io::Error> {
        self.default().await;
        Ok(text)
    }
}

#[mooncake_trace(stage = Stages::SEND, ctx = current)]
async fn generic<T: Send, const N: usize>(items: [T; N], (a, _): (u8, u8), _: &str) -> ([T; N], u8) {
    std::future::ready(()).await;
    (items, a)
}

/// Was `Send` without the attribute, and is with it, although its argument is not `Sync`.
fn send<T: Send>(value: T) -> T {
    value
}

fn main() {
    let mut sender = Sender {
        trace_ctx: TraceContext::null(),
        data: vec![1, 2],
    };
    futures_util::FutureExt::now_or_never(async {
        assert_eq!(*sender.by_ref().await, 1);
        *sender.by_mut(0).await = 5;
        assert_eq!(*sender.by_mut_err(0).await.unwrap(), 5);
        assert!(sender.by_mut_err(9).await.is_err());
        assert_eq!(Pin::new(&mut sender).pinned().await.len(), 2);
        assert_eq!(sender.opaque().await.count(), 2);
        assert_eq!(sender.opaque_err().await.unwrap().count(), 2);
        assert_eq!(sender.coerced().await.count(), 2);
        assert_eq!(sender.inferred().await.len(), 2);
        assert!(sender.never().now_or_never().is_none());
        assert_eq!(send(sender.made(false)).await, 2);
        assert_eq!(sender.passed_on().await, 2);
        assert_eq!(sender.boxed(true).await, Ok(0));
        assert_eq!(sender.boxed(false).await, Ok(2));
        assert_eq!(sender.plainly_boxed().await, 2);
        assert_eq!(sender.boxed_by_method().await, 2);
        assert_eq!(sender.unpinned().await, 2);
        assert_eq!(sender.streamed().count().await, 2);
        assert_eq!(sender.boxed_stream().count().await, 2);
        assert_eq!(sender.recursive(3).await, 3);
        assert_eq!((sender.relay().await, sender.future().await), (2, 3));
        assert_eq!(sender.object("x".into()).await.unwrap(), "x");
        let cell = std::cell::Cell::new(1);
        assert_eq!(send(generic([cell], (1, 2), "")).await.1, 1);
        assert_eq!(sender.by_value(3).await.len(), 3);
    })
    .expect("nothing waits");
}
