//! Who is whose parent, what each span is, and which thread context it belongs to.

use std::collections::HashMap;

use super::{Role, SpanInfo};
use crate::model::{ResourceSpans, Span};

/// All spans of a file, numbered in its order.
#[derive(Debug)]
pub struct SpanSet<'a> {
    pub(super) spans: Vec<Entry<'a>>,
    by_id: HashMap<(u128, u64), usize>,
    children: Vec<Vec<usize>>,
}

/// One span.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) info: SpanInfo<'a>,
    /// Position of its resource in the file.
    pub(super) resource: usize,
    /// Number of its parent, if that is in the file.
    pub(super) parent: Option<usize>,
    /// Number of the thread span it belongs to, itself if it is one.
    pub(super) thread: Option<usize>,
}

impl<'a> SpanSet<'a> {
    /// The spans of `resource_spans`; of one that is there twice only the first.
    pub fn of(resource_spans: &'a [ResourceSpans]) -> Self {
        let mut set = Self {
            spans: Vec::new(),
            by_id: HashMap::new(),
            children: Vec::new(),
        };
        for (resource, rs) in resource_spans.iter().enumerate() {
            for scope in &rs.scopes {
                for span in &scope.spans {
                    set.add(resource, &scope.scope, span);
                }
            }
        }
        set.find_parents();
        for i in 0..set.spans.len() {
            set.find_context(i);
        }
        set.children.resize(set.spans.len(), Vec::new());
        for (i, entry) in set.spans.iter().enumerate() {
            if let Some(parent) = entry.parent {
                set.children[parent].push(i);
            }
        }
        set
    }

    /// All of them, in the order of the file.
    pub fn infos(&self) -> impl Iterator<Item = SpanInfo<'a>> {
        self.spans.iter().map(|e| e.info)
    }

    /// The one with this [`SpanInfo::index`].
    pub fn info(&self, index: usize) -> SpanInfo<'a> {
        self.spans[index].info
    }

    /// Its parent, if that is in the file.
    pub fn parent(&self, index: usize) -> Option<usize> {
        self.spans[index].parent
    }

    /// Its children, in the order of the file.
    pub fn children(&self, index: usize) -> &[usize] {
        &self.children[index]
    }

    /// The number of a span of the file.
    pub(super) fn find(&self, trace_id: u128, span_id: u64) -> Option<usize> {
        self.by_id.get(&(trace_id, span_id)).copied()
    }

    fn add(&mut self, resource: usize, scope: &'a crate::model::Scope, span: &'a Span) {
        let index = self.spans.len();
        let key = (span.trace_id, span.span_id);
        let first = *self.by_id.entry(key).or_insert(index);
        // A retried export can put a span into a file twice; two different ones under one id both stay.
        if first != index && self.spans[first].info.span == span {
            return;
        }
        self.spans.push(Entry {
            info: SpanInfo {
                index,
                span,
                scope,
                role: role(span),
                request: None,
            },
            resource,
            parent: None,
            thread: None,
        });
    }

    fn find_parents(&mut self) {
        for i in 0..self.spans.len() {
            let span = self.spans[i].info.span;
            let parent = span
                .parent_span_id
                .and_then(|id| self.find(span.trace_id, id));
            self.spans[i].parent = parent.filter(|p| *p != i);
        }
        // Broken ids can close a circle: cut it, or the walks below never end.
        let mut seen = vec![usize::MAX; self.spans.len()];
        for start in 0..self.spans.len() {
            let mut at = start;
            while seen[at] == usize::MAX {
                seen[at] = start;
                match self.spans[at].parent {
                    Some(parent) if seen[parent] == start => self.spans[at].parent = None,
                    Some(parent) => at = parent,
                    None => {}
                }
            }
        }
    }

    fn find_context(&mut self, i: usize) {
        let mut at = Some(i);
        while let Some(a) = at {
            let entry = &self.spans[a];
            let (role, span, parent) = (entry.info.role, entry.info.span, entry.parent);
            let this = &mut self.spans[i];
            if role == Role::Thread && this.thread.is_none() {
                this.thread = Some(a);
            }
            if role == Role::Request {
                this.info.request = Some(span);
                break;
            }
            at = parent;
        }
        let this = &mut self.spans[i];
        if this.info.role == Role::Other && this.thread.is_some() {
            this.info.role = Role::Slice;
        }
    }
}

/// What a span is, by the attributes that mark request and thread spans.
fn role(span: &Span) -> Role {
    let has = |key| span.attribute(key).is_some();
    if has("thread_label") && has("pid") {
        Role::Thread
    } else if has("rid") && has("module") {
        Role::Request
    } else {
        Role::Other
    }
}
