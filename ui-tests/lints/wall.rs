//! A crate under nearly every lint there is, with the attribute on functions of every kind.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    future_incompatible,
    keyword_idents,
    let_underscore,
    nonstandard_style,
    refining_impl_trait,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    unused,
    absolute_paths_not_starting_with_crate,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_abi,
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    non_ascii_idents,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    unused_results,
    variant_size_differences,
    clippy::all,
    clippy::cargo,
    clippy::complexity,
    clippy::correctness,
    clippy::nursery,
    clippy::pedantic,
    clippy::perf,
    clippy::style,
    clippy::suspicious
)]
// The crate is made up for the test, and its functions do nothing with what they get.
#![allow(
    clippy::cargo_common_metadata,
    clippy::multiple_crate_versions,
    clippy::unused_async,
    clippy::unnecessary_wraps,
    clippy::missing_errors_doc,
    clippy::missing_const_for_fn,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    clippy::unused_self,
    clippy::needless_pass_by_ref_mut,
    clippy::needless_pass_by_value,
    clippy::future_not_send,
    clippy::elidable_lifetime_names,
    impl_trait_redundant_captures
)]

use core::future::Future;
use core::pin::Pin;
use std::sync::{Arc, Mutex};

use mooncake_trace::{TraceContext, define_stages, mooncake_trace};

define_stages! {
    /// Stages of the wall.
    pub WallStage(module = "wall") {
        /// One.
        ONE(level = 1),
        /// Two.
        TWO(level = 2, name = "zwei", metrics),
    }

    pub(crate) InnerStage(module = "wall") {
        INNER(level = 1),
        #[deprecated]
        OLD(level = 1),
    }

    PrivateStage(module = "wall") {
        HIDDEN(level = 3),
    }
}

/// A sender.
#[derive(Debug, Default)]
pub struct Sender {
    trace_ctx: TraceContext,
    other: Option<Arc<TraceContext>>,
    shared: Mutex<TraceContext>,
    data: Vec<u8>,
}

/// An error.
#[derive(Debug, Clone, Copy)]
pub struct Broken;

impl core::fmt::Display for Broken {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("broken")
    }
}

impl core::error::Error for Broken {}

impl Sender {
    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE)]
    pub fn f01(&self) -> usize {
        self.data.len()
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE)]
    pub fn f02(&mut self, byte: u8) {
        self.data.push(byte);
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, err)]
    pub fn f03(&mut self, index: usize) -> Result<&mut u8, Broken> {
        let found = self.data.get_mut(index).ok_or(Broken)?;
        Ok(found)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, err(Debug), ret(|r| ok = r.is_ok()))]
    pub fn f04(&self, index: usize) -> Result<u8, Broken> {
        if index == 0 {
            return Err(Broken);
        }
        self.data.get(index).copied().ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE)]
    pub async fn f05(&self) -> usize {
        core::future::ready(self.data.len()).await
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, err)]
    pub async fn f06(&mut self, index: usize) -> Result<&mut u8, Broken> {
        core::future::ready(()).await;
        self.data.get_mut(index).ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE)]
    pub fn f07(&self) -> impl Future<Output = usize> + Send + '_ {
        let len = self.data.len();
        async move { len }
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, attrs(len = self.data.len()))]
    pub fn f08(&self) -> usize {
        self.data.len()
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, attrs(len = self.data.len()))]
    pub fn f09(&mut self, byte: u8) {
        self.data.push(byte);
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, attrs(len = self.data.len()), err)]
    pub fn f10(&mut self, index: usize) -> Result<&mut u8, Broken> {
        let found = self.data.get_mut(index).ok_or(Broken)?;
        Ok(found)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, attrs(len = self.data.len()), err(Debug), ret(|r| ok = r.is_ok()))]
    pub fn f11(&self, index: usize) -> Result<u8, Broken> {
        if index == 0 {
            return Err(Broken);
        }
        self.data.get(index).copied().ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, attrs(len = self.data.len()))]
    pub async fn f12(&self) -> usize {
        core::future::ready(self.data.len()).await
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, attrs(len = self.data.len()), err)]
    pub async fn f13(&mut self, index: usize) -> Result<&mut u8, Broken> {
        core::future::ready(()).await;
        self.data.get_mut(index).ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, attrs(len = self.data.len()))]
    pub fn f14(&self) -> impl Future<Output = usize> + Send + '_ {
        let len = self.data.len();
        async move { len }
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub fn f15(&self) -> usize {
        self.data.len()
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub fn f16(&mut self, byte: u8) {
        self.data.push(byte);
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, attrs("a.b" = %self.data.len(), c = ?self.data), err)]
    pub fn f17(&mut self, index: usize) -> Result<&mut u8, Broken> {
        let found = self.data.get_mut(index).ok_or(Broken)?;
        Ok(found)
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, attrs("a.b" = %self.data.len(), c = ?self.data), err(Debug), ret(|r| ok = r.is_ok()))]
    pub fn f18(&self, index: usize) -> Result<u8, Broken> {
        if index == 0 {
            return Err(Broken);
        }
        self.data.get(index).copied().ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub async fn f19(&self) -> usize {
        core::future::ready(self.data.len()).await
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, attrs("a.b" = %self.data.len(), c = ?self.data), err)]
    pub async fn f20(&mut self, index: usize) -> Result<&mut u8, Broken> {
        core::future::ready(()).await;
        self.data.get_mut(index).ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub fn f21(&self) -> impl Future<Output = usize> + Send + '_ {
        let len = self.data.len();
        async move { len }
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = current)]
    pub fn f22(&self) -> usize {
        self.data.len()
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = current)]
    pub fn f23(&mut self, byte: u8) {
        self.data.push(byte);
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = current, err)]
    pub fn f24(&mut self, index: usize) -> Result<&mut u8, Broken> {
        let found = self.data.get_mut(index).ok_or(Broken)?;
        Ok(found)
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = current, err(Debug), ret(|r| ok = r.is_ok()))]
    pub fn f25(&self, index: usize) -> Result<u8, Broken> {
        if index == 0 {
            return Err(Broken);
        }
        self.data.get(index).copied().ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = current)]
    pub async fn f26(&self) -> usize {
        core::future::ready(self.data.len()).await
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = current, err)]
    pub async fn f27(&mut self, index: usize) -> Result<&mut u8, Broken> {
        core::future::ready(()).await;
        self.data.get_mut(index).ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = current)]
    pub fn f28(&self) -> impl Future<Output = usize> + Send + '_ {
        let len = self.data.len();
        async move { len }
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = current, attrs(len = self.data.len()))]
    pub fn f29(&self) -> usize {
        self.data.len()
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = current, attrs(len = self.data.len()))]
    pub fn f30(&mut self, byte: u8) {
        self.data.push(byte);
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = current, attrs(len = self.data.len()), err)]
    pub fn f31(&mut self, index: usize) -> Result<&mut u8, Broken> {
        let found = self.data.get_mut(index).ok_or(Broken)?;
        Ok(found)
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = current, attrs(len = self.data.len()), err(Debug), ret(|r| ok = r.is_ok()))]
    pub fn f32(&self, index: usize) -> Result<u8, Broken> {
        if index == 0 {
            return Err(Broken);
        }
        self.data.get(index).copied().ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = current, attrs(len = self.data.len()))]
    pub async fn f33(&self) -> usize {
        core::future::ready(self.data.len()).await
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = current, attrs(len = self.data.len()), err)]
    pub async fn f34(&mut self, index: usize) -> Result<&mut u8, Broken> {
        core::future::ready(()).await;
        self.data.get_mut(index).ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = current, attrs(len = self.data.len()))]
    pub fn f35(&self) -> impl Future<Output = usize> + Send + '_ {
        let len = self.data.len();
        async move { len }
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, ctx = current, attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub fn f36(&self) -> usize {
        self.data.len()
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, ctx = current, attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub fn f37(&mut self, byte: u8) {
        self.data.push(byte);
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, ctx = current, attrs("a.b" = %self.data.len(), c = ?self.data), err)]
    pub fn f38(&mut self, index: usize) -> Result<&mut u8, Broken> {
        let found = self.data.get_mut(index).ok_or(Broken)?;
        Ok(found)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, ctx = current, attrs("a.b" = %self.data.len(), c = ?self.data), err(Debug), ret(|r| ok = r.is_ok()))]
    pub fn f39(&self, index: usize) -> Result<u8, Broken> {
        if index == 0 {
            return Err(Broken);
        }
        self.data.get(index).copied().ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, ctx = current, attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub async fn f40(&self) -> usize {
        core::future::ready(self.data.len()).await
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, ctx = current, attrs("a.b" = %self.data.len(), c = ?self.data), err)]
    pub async fn f41(&mut self, index: usize) -> Result<&mut u8, Broken> {
        core::future::ready(()).await;
        self.data.get_mut(index).ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, ctx = current, attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub fn f42(&self) -> impl Future<Output = usize> + Send + '_ {
        let len = self.data.len();
        async move { len }
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, ctx = self.other)]
    pub fn f43(&self) -> usize {
        self.data.len()
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, ctx = self.other)]
    pub fn f44(&mut self, byte: u8) {
        self.data.push(byte);
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, ctx = self.other, err)]
    pub fn f45(&mut self, index: usize) -> Result<&mut u8, Broken> {
        let found = self.data.get_mut(index).ok_or(Broken)?;
        Ok(found)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, ctx = self.other, err(Debug), ret(|r| ok = r.is_ok()))]
    pub fn f46(&self, index: usize) -> Result<u8, Broken> {
        if index == 0 {
            return Err(Broken);
        }
        self.data.get(index).copied().ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, ctx = self.other)]
    pub async fn f47(&self) -> usize {
        core::future::ready(self.data.len()).await
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, ctx = self.other, err)]
    pub async fn f48(&mut self, index: usize) -> Result<&mut u8, Broken> {
        core::future::ready(()).await;
        self.data.get_mut(index).ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, ctx = self.other)]
    pub fn f49(&self) -> impl Future<Output = usize> + Send + '_ {
        let len = self.data.len();
        async move { len }
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, ctx = self.other, attrs(len = self.data.len()))]
    pub fn f50(&self) -> usize {
        self.data.len()
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, ctx = self.other, attrs(len = self.data.len()))]
    pub fn f51(&mut self, byte: u8) {
        self.data.push(byte);
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, ctx = self.other, attrs(len = self.data.len()), err)]
    pub fn f52(&mut self, index: usize) -> Result<&mut u8, Broken> {
        let found = self.data.get_mut(index).ok_or(Broken)?;
        Ok(found)
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, ctx = self.other, attrs(len = self.data.len()), err(Debug), ret(|r| ok = r.is_ok()))]
    pub fn f53(&self, index: usize) -> Result<u8, Broken> {
        if index == 0 {
            return Err(Broken);
        }
        self.data.get(index).copied().ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, ctx = self.other, attrs(len = self.data.len()))]
    pub async fn f54(&self) -> usize {
        core::future::ready(self.data.len()).await
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, ctx = self.other, attrs(len = self.data.len()), err)]
    pub async fn f55(&mut self, index: usize) -> Result<&mut u8, Broken> {
        core::future::ready(()).await;
        self.data.get_mut(index).ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, ctx = self.other, attrs(len = self.data.len()))]
    pub fn f56(&self) -> impl Future<Output = usize> + Send + '_ {
        let len = self.data.len();
        async move { len }
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = self.other, attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub fn f57(&self) -> usize {
        self.data.len()
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = self.other, attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub fn f58(&mut self, byte: u8) {
        self.data.push(byte);
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = self.other, attrs("a.b" = %self.data.len(), c = ?self.data), err)]
    pub fn f59(&mut self, index: usize) -> Result<&mut u8, Broken> {
        let found = self.data.get_mut(index).ok_or(Broken)?;
        Ok(found)
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = self.other, attrs("a.b" = %self.data.len(), c = ?self.data), err(Debug), ret(|r| ok = r.is_ok()))]
    pub fn f60(&self, index: usize) -> Result<u8, Broken> {
        if index == 0 {
            return Err(Broken);
        }
        self.data.get(index).copied().ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = self.other, attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub async fn f61(&self) -> usize {
        core::future::ready(self.data.len()).await
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = self.other, attrs("a.b" = %self.data.len(), c = ?self.data), err)]
    pub async fn f62(&mut self, index: usize) -> Result<&mut u8, Broken> {
        core::future::ready(()).await;
        self.data.get_mut(index).ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = self.other, attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub fn f63(&self) -> impl Future<Output = usize> + Send + '_ {
        let len = self.data.len();
        async move { len }
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = &self.trace_ctx)]
    pub fn f64(&self) -> usize {
        self.data.len()
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = &self.trace_ctx)]
    pub fn f65(&mut self, byte: u8) {
        self.data.push(byte);
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = &self.trace_ctx, err)]
    pub fn f66(&mut self, index: usize) -> Result<&mut u8, Broken> {
        let found = self.data.get_mut(index).ok_or(Broken)?;
        Ok(found)
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = &self.trace_ctx, err(Debug), ret(|r| ok = r.is_ok()))]
    pub fn f67(&self, index: usize) -> Result<u8, Broken> {
        if index == 0 {
            return Err(Broken);
        }
        self.data.get(index).copied().ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = &self.trace_ctx)]
    pub async fn f68(&self) -> usize {
        core::future::ready(self.data.len()).await
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = &self.trace_ctx, err)]
    pub async fn f69(&mut self, index: usize) -> Result<&mut u8, Broken> {
        core::future::ready(()).await;
        self.data.get_mut(index).ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = &self.trace_ctx)]
    pub fn f70(&self) -> impl Future<Output = usize> + Send + '_ {
        let len = self.data.len();
        async move { len }
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, ctx = &self.trace_ctx, attrs(len = self.data.len()))]
    pub fn f71(&self) -> usize {
        self.data.len()
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, ctx = &self.trace_ctx, attrs(len = self.data.len()))]
    pub fn f72(&mut self, byte: u8) {
        self.data.push(byte);
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, ctx = &self.trace_ctx, attrs(len = self.data.len()), err)]
    pub fn f73(&mut self, index: usize) -> Result<&mut u8, Broken> {
        let found = self.data.get_mut(index).ok_or(Broken)?;
        Ok(found)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, ctx = &self.trace_ctx, attrs(len = self.data.len()), err(Debug), ret(|r| ok = r.is_ok()))]
    pub fn f74(&self, index: usize) -> Result<u8, Broken> {
        if index == 0 {
            return Err(Broken);
        }
        self.data.get(index).copied().ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, ctx = &self.trace_ctx, attrs(len = self.data.len()))]
    pub async fn f75(&self) -> usize {
        core::future::ready(self.data.len()).await
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, ctx = &self.trace_ctx, attrs(len = self.data.len()), err)]
    pub async fn f76(&mut self, index: usize) -> Result<&mut u8, Broken> {
        core::future::ready(()).await;
        self.data.get_mut(index).ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, ctx = &self.trace_ctx, attrs(len = self.data.len()))]
    pub fn f77(&self) -> impl Future<Output = usize> + Send + '_ {
        let len = self.data.len();
        async move { len }
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, ctx = &self.trace_ctx, attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub fn f78(&self) -> usize {
        self.data.len()
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, ctx = &self.trace_ctx, attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub fn f79(&mut self, byte: u8) {
        self.data.push(byte);
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, ctx = &self.trace_ctx, attrs("a.b" = %self.data.len(), c = ?self.data), err)]
    pub fn f80(&mut self, index: usize) -> Result<&mut u8, Broken> {
        let found = self.data.get_mut(index).ok_or(Broken)?;
        Ok(found)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, ctx = &self.trace_ctx, attrs("a.b" = %self.data.len(), c = ?self.data), err(Debug), ret(|r| ok = r.is_ok()))]
    pub fn f81(&self, index: usize) -> Result<u8, Broken> {
        if index == 0 {
            return Err(Broken);
        }
        self.data.get(index).copied().ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, ctx = &self.trace_ctx, attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub async fn f82(&self) -> usize {
        core::future::ready(self.data.len()).await
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, ctx = &self.trace_ctx, attrs("a.b" = %self.data.len(), c = ?self.data), err)]
    pub async fn f83(&mut self, index: usize) -> Result<&mut u8, Broken> {
        core::future::ready(()).await;
        self.data.get_mut(index).ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::TWO, ctx = &self.trace_ctx, attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub fn f84(&self) -> impl Future<Output = usize> + Send + '_ {
        let len = self.data.len();
        async move { len }
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner))]
    pub fn f85(&self) -> usize {
        self.data.len()
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner))]
    pub fn f86(&mut self, byte: u8) {
        self.data.push(byte);
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner), err)]
    pub fn f87(&mut self, index: usize) -> Result<&mut u8, Broken> {
        let found = self.data.get_mut(index).ok_or(Broken)?;
        Ok(found)
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner), err(Debug), ret(|r| ok = r.is_ok()))]
    pub fn f88(&self, index: usize) -> Result<u8, Broken> {
        if index == 0 {
            return Err(Broken);
        }
        self.data.get(index).copied().ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner))]
    pub async fn f89(&self) -> usize {
        core::future::ready(self.data.len()).await
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner), err)]
    pub async fn f90(&mut self, index: usize) -> Result<&mut u8, Broken> {
        core::future::ready(()).await;
        self.data.get_mut(index).ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = InnerStage::INNER, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner))]
    pub fn f91(&self) -> impl Future<Output = usize> + Send + '_ {
        let len = self.data.len();
        async move { len }
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner), attrs(len = self.data.len()))]
    pub fn f92(&self) -> usize {
        self.data.len()
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner), attrs(len = self.data.len()))]
    pub fn f93(&mut self, byte: u8) {
        self.data.push(byte);
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner), attrs(len = self.data.len()), err)]
    pub fn f94(&mut self, index: usize) -> Result<&mut u8, Broken> {
        let found = self.data.get_mut(index).ok_or(Broken)?;
        Ok(found)
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner), attrs(len = self.data.len()), err(Debug), ret(|r| ok = r.is_ok()))]
    pub fn f95(&self, index: usize) -> Result<u8, Broken> {
        if index == 0 {
            return Err(Broken);
        }
        self.data.get(index).copied().ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner), attrs(len = self.data.len()))]
    pub async fn f96(&self) -> usize {
        core::future::ready(self.data.len()).await
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner), attrs(len = self.data.len()), err)]
    pub async fn f97(&mut self, index: usize) -> Result<&mut u8, Broken> {
        core::future::ready(()).await;
        self.data.get_mut(index).ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = PrivateStage::HIDDEN, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner), attrs(len = self.data.len()))]
    pub fn f98(&self) -> impl Future<Output = usize> + Send + '_ {
        let len = self.data.len();
        async move { len }
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner), attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub fn f99(&self) -> usize {
        self.data.len()
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner), attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub fn f100(&mut self, byte: u8) {
        self.data.push(byte);
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner), attrs("a.b" = %self.data.len(), c = ?self.data), err)]
    pub fn f101(&mut self, index: usize) -> Result<&mut u8, Broken> {
        let found = self.data.get_mut(index).ok_or(Broken)?;
        Ok(found)
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner), attrs("a.b" = %self.data.len(), c = ?self.data), err(Debug), ret(|r| ok = r.is_ok()))]
    pub fn f102(&self, index: usize) -> Result<u8, Broken> {
        if index == 0 {
            return Err(Broken);
        }
        self.data.get(index).copied().ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner), attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub async fn f103(&self) -> usize {
        core::future::ready(self.data.len()).await
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner), attrs("a.b" = %self.data.len(), c = ?self.data), err)]
    pub async fn f104(&mut self, index: usize) -> Result<&mut u8, Broken> {
        core::future::ready(()).await;
        self.data.get_mut(index).ok_or(Broken)
    }

    /// Does it.
    #[mooncake_trace(stage = mooncake_trace::RequestStage::TOKENIZE, ctx = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner), attrs("a.b" = %self.data.len(), c = ?self.data))]
    pub fn f105(&self) -> impl Future<Output = usize> + Send + '_ {
        let len = self.data.len();
        async move { len }
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE)]
    pub fn f106<'a, T: Fn(&u8) -> bool>(
        &'a self,
        check: T,
    ) -> impl Iterator<Item = u8> + use<'a, T> {
        self.data.iter().copied().filter(check)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE)]
    pub fn f107(self) -> Vec<u8> {
        self.data
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE)]
    pub fn f108(self: Box<Self>) -> Box<Self> {
        self
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE)]
    pub fn f109(self: Arc<Self>, (a, _): (u8, u8)) -> u8 {
        a
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE)]
    pub fn f110(self: Pin<&mut Self>) -> usize {
        self.data.len()
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE)]
    pub fn f111(&self) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
        Box::pin(async move { self.data.len() })
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE)]
    pub fn f112(&self) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
        if self.data.is_empty() {
            return Box::pin(core::future::ready(0));
        }
        Box::pin(core::future::ready(1))
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE)]
    pub async fn f113(&self) -> ! {
        core::future::pending::<()>().await;
        unreachable!()
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE)]
    pub fn f114(&self) -> ! {
        std::process::exit(1)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE)]
    pub fn f115(&self) -> u8 {
        use core::cmp::max;
        fn helper() -> u8 {
            1
        }
        max(helper(), 2)
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE)]
    pub fn f116(&self) {}

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE)]
    pub async fn f117(&self) {}

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE)]
    pub fn f118(&self) -> u8 {
        5
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, thread_finish)]
    pub fn f119(&self) -> u8 {
        match self.data.len() {
            0 => 1,
            _ => 2,
        }
    }

    /// Does it.
    #[mooncake_trace(stage = WallStage::ONE, thread_finish)]
    pub async fn f120(&self, mut text: String) -> String {
        text.push('x');
        text
    }
}

impl Sender {
    /// Takes what it gets.
    #[mooncake_trace(stage = WallStage::ONE, err)]
    pub async fn owned_async(self, mut text: String, bytes: Vec<u8>) -> Result<String, Broken> {
        core::future::ready(()).await;
        text.push_str(&String::from_utf8(bytes).map_err(|_| Broken)?);
        Ok(text)
    }

    /// Takes what it gets.
    #[mooncake_trace(stage = WallStage::ONE, err)]
    pub fn owned(self: Arc<Self>, mut text: String, bytes: Vec<u8>) -> Result<String, Broken> {
        text.push_str(&String::from_utf8(bytes).map_err(|_| Broken)?);
        Ok(text)
    }
}

/// A free one.
#[mooncake_trace(stage = InnerStage::INNER)]
#[must_use]
pub fn parameter(trace_ctx: &TraceContext, text: &str) -> String {
    format!("{text}{}", trace_ctx.is_enabled())
}

/// Relays.
pub trait Relay {
    /// Its context.
    fn context(&self) -> &TraceContext;

    /// Relays.
    #[mooncake_trace(stage = WallStage::ONE, ctx = self.context())]
    fn relay(&self) -> u8 {
        1
    }
}

impl Relay for Sender {
    #[mooncake_trace(stage = WallStage::TWO)]
    fn context(&self) -> &TraceContext {
        &self.trace_ctx
    }
}
