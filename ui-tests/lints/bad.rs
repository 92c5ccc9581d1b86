//! Deliberately bad code: with the attribute on every function, the compiler and clippy must say the same as without.
//!
//! `traced!(…)` of the test is replaced by the attribute, or by nothing.

use std::collections::HashMap;
use std::future::Future;

pub struct Sender {
    pub trace_ctx: mooncake_trace::TraceContext,
    pub data: Vec<u8>,
}

impl Sender {
    traced!()
    pub fn unused_argument(&self, unused: u8) -> u8 {
        1
    }

    traced!()
    pub async fn unused_argument_async(&self, unused: String) -> u8 {
        1
    }

    traced!()
    pub async fn unused_owned_async(&self, mut used: String, unused: String) -> usize {
        used.len()
    }

    traced!(err)
    pub fn unused_owned(self, mut used: String, unused: String) -> Result<usize, String> {
        Ok(used.len())
    }

    traced!()
    pub fn unused_variable(&self) {
        let unused = self.data.len();
    }

    traced!()
    pub async fn unused_variable_async(&self) {
        let unused = self.data.len();
    }

    traced!()
    pub fn unused_mut(&self, mut n: u8) -> u8 {
        n
    }

    traced!()
    pub async fn unused_mut_async(&self, mut n: u8) -> u8 {
        n
    }

    traced!()
    pub fn unreachable(&self) -> u8 {
        return 1;
        2
    }

    traced!()
    pub async fn unreachable_async(&self) -> u8 {
        return 1;
        2
    }

    traced!(err)
    pub fn unused_result(&self) -> Result<(), String> {
        self.fails();
        Ok(())
    }

    traced!(err)
    #[must_use]
    pub fn fails(&self) -> Result<(), String> {
        Err(String::new())
    }

    traced!(err)
    pub fn needless_return(&self) -> Result<u8, String> {
        return Ok(1);
    }

    traced!()
    pub async fn needless_return_async(&self) -> u8 {
        return 1;
    }

    traced!()
    pub fn unused_future(&self) {
        self.unused_variable_async();
    }

    traced!()
    pub fn needless_range(&self) -> u8 {
        let mut sum = 0;
        for i in 0..self.data.len() {
            sum += self.data[i];
        }
        sum
    }

    traced!()
    pub fn let_and_return(&self) -> usize {
        let len = self.data.len();
        len
    }

    traced!()
    pub async fn let_and_return_async(&self) -> usize {
        let len = self.data.len();
        len
    }

    traced!()
    pub fn braces(&self) -> usize {
        { self.data.len() }
    }

    traced!()
    pub fn redundant_clone(&self, map: HashMap<u8, u8>) -> usize {
        if map.len() == 0 { return 0 };
        self.data.clone().iter().map(|x| x.clone()).count()
    }

    traced!()
    pub fn items(&self) -> u8 {
        let one = 1;
        const TWO: u8 = 2;
        fn never_used() {}
        one + TWO
    }

    traced!()
    fn dead_method(&self) {}

    traced!()
    pub fn too_many(&self, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8) -> u8 {
        a + b + c + d + e + f + g + h
    }

    traced!()
    pub fn ptr(&self, text: &String, list: &Vec<u8>) -> usize {
        text.len() + list.len()
    }

    traced!()
    pub fn returned(&self) -> impl Future<Output = u8> + '_ {
        let unused = 1;
        async move { return 1; }
    }

    traced!()
    #[deprecated]
    pub fn old(&self) {}

    traced!()
    pub fn uses_old(&self) {
        self.old()
    }

    traced!()
    pub fn assigned(&self) {
        let mut n = 1;
        n = 2;
    }

    traced!()
    pub fn shadowed_self(&self) -> bool {
        let x = self.data.len() as usize;
        x == x
    }

    traced!()
    pub fn NotSnake(&self) {}
}

traced!(ctx = current)
fn dead_function() {}

traced!(ctx = current)
pub unsafe fn without_safety_docs() {}

traced!(ctx = current)
pub fn parens(n: u8) -> bool {
    if (n == 1) {
        return (true)
    }
    false
}
