// Compares throughput with c2pa-rs as WebAssembly and, when C2PATOOL names the binary, as native c2patool:
// usage  node bench.mjs GO_MODULE_DIR FILE...
// The native tool is a process per file; the time of `c2patool --version` is taken off as its start-up.
import fs from 'node:fs';
import {execFileSync, spawnSync} from 'node:child_process';
import {load} from './lib.mjs';

const [module, ...files] = process.argv.slice(2);
if (!files.length) { console.error('usage: node bench.mjs GO_MODULE_DIR FILE...'); process.exit(2); }
const {c2pa, version} = await load();
const types = {jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', mp4: 'video/mp4', mov: 'video/quicktime', heic: 'image/heic', pdf: 'application/pdf'};
const median = a => a.sort((x, y) => x - y)[a.length >> 1];
async function time(rounds, f) { const t = []; for (let i = 0; i < rounds; i++) { const s = process.hrtime.bigint(); await f(); t.push(Number(process.hrtime.bigint() - s) / 1e6); } return median(t); }
const tool = process.env.C2PATOOL;
const start = tool ? await time(9, () => spawnSync(tool, ['--version'])) : 0;
for (const file of files) {
  const bytes = fs.readFileSync(file), type = types[file.split('.').pop()];
  const wasm = await time(7, async () => (await c2pa.WasmReader.fromBytes(type, bytes, undefined)).json());
  const native = tool ? Math.max(0.01, await time(7, () => spawnSync(tool, [file], {stdio: 'ignore'})) - start) : NaN;
  const out = execFileSync('go', ['test', '-run', 'xxx', '-bench', 'BenchmarkFile', '-benchtime', '20x', './provenance/c2pa'], {cwd: module, env: {...process.env, C2PA_BENCH_FILE: file}}).toString();
  const ours = Number(/(\d+(?:\.\d+)?) ns\/op/.exec(out)[1]) / 1e6;
  const mb = bytes.length / 1e6;
  console.log(`${file.split('/').pop()} ${mb.toFixed(2)} MB: ours ${ours.toFixed(2)} ms, c2pa-wasm ${version} ${wasm.toFixed(2)} ms = ${(wasm / ours).toFixed(2)} x` + (tool ? `, c2patool ${native.toFixed(2)} ms (start-up ${start.toFixed(1)} ms taken off) = ${(native / ours).toFixed(2)} x` : ''));
}
