//! Who a request or a thread is, as words that are copied from the context into the record.

use super::text::{cut, push_text, short_text, text, text_words};
use crate::span::Span;

/// Strings are cut to this many bytes each, so that their lengths fit a word together.
const MAX_BYTES: usize = 0xf_ffff;

/// Identity of a request: `[room, lengths, rid, role, module]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestIdentity<'a> {
    pub(crate) rid: &'a str,
    pub(crate) role: &'a str,
    pub(crate) module: &'a str,
    pub(crate) room: Option<u64>,
}

impl<'a> RequestIdentity<'a> {
    pub(crate) fn push(&self, words: &mut Vec<u64>) {
        let [rid, role, module] = [self.rid, self.role, self.module].map(|s| cut(s, MAX_BYTES));
        let [a, b, c] = [rid, role, module].map(|s| s.len() as u64);
        let lengths = a | b << 20 | c << 40;
        let head = [
            self.room.unwrap_or(0),
            lengths | u64::from(self.room.is_some()) << 63,
        ];
        if !push_short(words, head, [rid, role, module]) {
            words.extend(head);
            for text in [rid, role, module] {
                push_text(words, text);
            }
        }
    }

    pub(crate) fn read(words: &'a [u64]) -> Self {
        let (&[room, lengths], mut rest) = words.split_first_chunk().unwrap_or((&[0, 0], &[]));
        let mut next = |shift: u32| {
            let len = (lengths >> shift) as usize & MAX_BYTES;
            let (words, tail) = rest.split_at(text_words(len).min(rest.len()));
            rest = tail;
            text(words, len)
        };
        Self {
            rid: next(0),
            role: next(20),
            module: next(40),
            room: (lengths >> 63 != 0).then_some(room),
        }
    }
}

/// Appends `head` and `texts`, with one check for room, if the texts are short.
#[inline(always)]
fn push_short(words: &mut Vec<u64>, [a, b]: [u64; 2], texts: [&str; 3]) -> bool {
    let mut all = [a, b, 0, 0, 0, 0, 0, 0];
    let mut len = 2;
    for text in texts {
        let to = all.get_mut(len..).and_then(|to| to.first_chunk_mut());
        let (Some(to), Some(short)) = (to, short_text(text)) else {
            return false;
        };
        *to = short;
        len += text_words(text.len());
    }
    let at = words.len();
    words.extend_from_slice(&all);
    words.truncate(at + len);
    true
}

/// Identity of a thread: `[native id and label length, tp and dp rank, pp rank and which ranks are there, label]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ThreadIdentity<'a> {
    pub(crate) tid: u32,
    pub(crate) label: &'a str,
    pub(crate) tp_rank: Option<u32>,
    pub(crate) dp_rank: Option<u32>,
    pub(crate) pp_rank: Option<u32>,
}

impl<'a> ThreadIdentity<'a> {
    pub(crate) fn push(&self, words: &mut Vec<u64>) {
        let label = cut(self.label, MAX_BYTES);
        let rank = |rank: Option<u32>| u64::from(rank.unwrap_or(0));
        let there = [self.tp_rank, self.dp_rank, self.pp_rank]
            .iter()
            .enumerate()
            .map(|(bit, rank)| u64::from(rank.is_some()) << bit)
            .sum::<u64>();
        words.push(u64::from(self.tid) | (label.len() as u64) << 32);
        words.push(rank(self.tp_rank) | rank(self.dp_rank) << 32);
        words.push(rank(self.pp_rank) | there << 32);
        push_text(words, label);
    }

    pub(crate) fn read(words: &'a [u64]) -> Self {
        let (&[head, tp_dp, pp], label) = words.split_first_chunk().unwrap_or((&[0; 3], &[]));
        let rank = |bit: u32, rank: u64| (pp >> (32 + bit) & 1 != 0).then_some(rank as u32);
        Self {
            tid: head as u32,
            label: text(label, (head >> 32) as usize),
            tp_rank: rank(0, tp_dp),
            dp_rank: rank(1, tp_dp >> 32),
            pp_rank: rank(2, pp),
        }
    }
}

/// Gives the root of a request its name and attributes: `<role> Req <8 characters of the rid>`.
pub(super) fn describe_request<'a>(identity: &RequestIdentity<'a>, span: &mut Span<'a>) {
    let short = identity.rid.char_indices().nth(8);
    let short = &identity.rid[..short.map_or(identity.rid.len(), |(end, _)| end)];
    span.name = match identity.role {
        "" | "unified" => ["Req ", short].concat().into(),
        role => [role, " Req ", short].concat().into(),
    };
    let module = ["sglang::", identity.module].concat();
    span.attributes.clear();
    span.attributes.push(("rid", identity.rid.into()));
    span.attributes.push(("module", module.into()));
    if let Some(room) = identity.room {
        let room = format!("{room:#x}");
        span.attributes.push(("bootstrap_room", room.into()));
    }
}

/// Gives a thread span its name and attributes: label, ranks, `(host:… | pid:…)`.
pub(super) fn describe_thread<'a>(
    identity: &ThreadIdentity<'a>,
    host_id: &'a str,
    span: &mut Span<'a>,
) {
    let host = host_id.char_indices().nth(8);
    let host = &host_id[..host.map_or(host_id.len(), |(end, _)| end)];
    // Without formatting, and in one allocation: a small request is read in two thirds of the time.
    let mut name = String::with_capacity(identity.label.len() + host.len() + LONGEST_REST);
    name.push_str(identity.label);
    for (short, rank) in [
        (" [TP ", identity.tp_rank),
        (" [PP ", identity.pp_rank),
        (" [DP ", identity.dp_rank),
    ] {
        if let Some(rank) = rank {
            name.push_str(short);
            push_decimal(&mut name, rank);
            name.push_str("] ");
        }
    }
    name.push_str("(host:");
    name.push_str(host);
    name.push_str(" | pid:");
    push_decimal(&mut name, identity.tid);
    name.push(')');
    span.name = name.into();
    span.attributes.clear();
    for (key, rank) in [
        ("tp_rank", identity.tp_rank),
        ("pp_rank", identity.pp_rank),
        ("dp_rank", identity.dp_rank),
    ] {
        if let Some(rank) = rank {
            span.attributes.push((key, rank.into()));
        }
    }
    span.attributes.push(("host_id", host_id.into()));
    span.attributes.push(("pid", identity.tid.into()));
    span.attributes
        .push(("thread_label", identity.label.into()));
}

/// What stands around label and host in a thread span's name, with all ranks and the longest numbers.
const LONGEST_REST: usize =
    " [TP 4294967295]  [PP 4294967295]  [DP 4294967295] (host: | pid:4294967295)".len();

fn push_decimal(to: &mut String, mut n: u32) {
    let mut digits = [0; 10];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    to.extend(digits[at..].iter().map(|digit| char::from(*digit)));
}
