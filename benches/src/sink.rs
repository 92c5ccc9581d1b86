//! An OTLP/HTTP receiver on the loopback interface that counts spans and answers at once.
//!
//! It is a process of its own, so that its work does not count as the exporter's.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

static SPANS: AtomicU64 = AtomicU64::new(0);

/// A running receiver.
pub(crate) struct Sink {
    child: Child,
    input: ChildStdin,
    output: BufReader<std::process::ChildStdout>,
    port: u16,
}

impl Sink {
    pub(crate) fn spawn() -> Self {
        let mut child = Command::new(std::env::current_exe().expect("the path of this program"))
            .arg("--sink")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be started again");
        let input = child.stdin.take().expect("it is piped");
        let output = child.stdout.take().expect("it is piped");
        let mut output = BufReader::new(output);
        let port = read_number(&mut output) as u16;
        Self {
            child,
            input,
            output,
            port,
        }
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// Ends it; how many spans it got.
    pub(crate) fn spans(mut self) -> u64 {
        drop(self.input);
        let spans = read_number(&mut self.output);
        let _status = self.child.wait();
        spans
    }
}

fn read_number(input: &mut impl BufRead) -> u64 {
    let mut line = String::new();
    input.read_line(&mut line).expect("the sink speaks");
    line.trim().parse().expect("the sink says a number")
}

/// The receiver itself: says its port, serves until its input ends, says how many spans came.
pub(crate) fn serve() -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    println!("{}", listener.local_addr()?.port());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || answer(stream));
        }
    });
    io::stdin().read_to_end(&mut Vec::new())?;
    println!("{}", SPANS.load(Relaxed));
    Ok(())
}

fn answer(stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reply = stream.try_clone()?;
    let mut input = BufReader::with_capacity(1 << 16, stream);
    let mut body = Vec::new();
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if input.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        body.resize(length, 0);
        input.read_exact(&mut body)?;
        SPANS.fetch_add(spans_of(&body), Relaxed);
        reply.write_all(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n",
        )?;
    }
}

/// Spans of an `ExportTraceServiceRequest`: resource_spans (1) / scope_spans (2) / spans (2).
fn spans_of(request: &[u8]) -> u64 {
    fields(request, 1)
        .flat_map(|resource| fields(resource, 2))
        .map(|scope| fields(scope, 2).count() as u64)
        .sum()
}

/// The length-delimited fields of a protobuf message that have this number.
fn fields(message: &[u8], wanted: u64) -> impl Iterator<Item = &[u8]> {
    let mut rest = message;
    std::iter::from_fn(move || {
        loop {
            let tag = varint(&mut rest)?;
            let length = match tag & 7 {
                0 => {
                    varint(&mut rest)?;
                    0
                }
                1 => 8,
                2 => varint(&mut rest)? as usize,
                5 => 4,
                _ => return None,
            };
            let (field, tail) = rest.split_at_checked(length)?;
            rest = tail;
            if tag == wanted << 3 | 2 {
                return Some(field);
            }
        }
    })
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::spans_of;

    #[test]
    fn spans_are_counted_over_resources_and_scopes() {
        let scope_spans = [0x0a, 0, 0x12, 2, 0x08, 1, 0x12, 0]; // a scope, two spans
        let mut resource_spans = vec![0x0a, 0];
        for _ in 0..2 {
            resource_spans.extend([0x12, scope_spans.len() as u8]);
            resource_spans.extend(scope_spans);
        }
        let mut request = vec![0x0a, resource_spans.len() as u8];
        request.extend(&resource_spans);
        assert_eq!(spans_of(&request), 4);
        assert_eq!(spans_of(&[]), 0);
    }
}
