// Damages vectors at random places and writes what the package says: usage  node damage.mjs VECTORS_DIR OUT_DIR COUNT SEED
import fs from 'node:fs';
import path from 'node:path';
import {load, random} from './lib.mjs';

const [vectors, out, count, seed] = [process.argv[2], process.argv[3], Number(process.argv[4] ?? 500), Number(process.argv[5] ?? 1)];
if (!out) { console.error('usage: node damage.mjs VECTORS_DIR OUT_DIR [COUNT] [SEED]'); process.exit(2); }
const {c2pa, version} = await load();
const expected = JSON.parse(fs.readFileSync(path.join(vectors, 'expected.json')));
const good = expected.files.filter(f => f.state === 'Trusted' || f.state === 'Valid');
const root = fs.readFileSync(path.join(vectors, 'root.pem'), 'utf8'), ekus = fs.readFileSync(path.join(vectors, 'usages.cfg'), 'utf8');
const trust = JSON.stringify({trust: {trust_anchors: root, trust_config: ekus}});
const rng = random(seed);
fs.rmSync(out, {recursive: true, force: true});
fs.mkdirSync(out, {recursive: true});
const codes = list => [...new Set((list || []).map(s => s.code))].sort();
const read = async (format, bytes, settings) => { try { return JSON.parse((await c2pa.WasmReader.fromBytes(format, bytes, settings)).json()); } catch (e) { return {error: String(e.message ?? e)}; } };
const records = [];
for (let i = 0; i < count; i++) {
  const f = good[rng.below(good.length)];
  let bytes = Buffer.from(fs.readFileSync(path.join(vectors, f.file)));
  const what = rng.below(10);
  const store = Math.max(bytes.indexOf('jumb'), 0);
  const pos = what < 6 && store ? store + rng.below(Math.min(6000, bytes.length - store)) : rng.below(bytes.length);
  if (what < 8) bytes[pos] ^= 1 << rng.below(8);
  else if (what === 8) bytes = bytes.subarray(0, pos);
  else bytes = Buffer.concat([bytes.subarray(0, pos), Buffer.from([rng.below(256)]), bytes.subarray(pos)]);
  const [a, b] = [await read(f.format, bytes, trust), await read(f.format, bytes, undefined)];
  const r = {file: `${i}-${what}-${pos}-${f.file}`, format: f.format};
  if (a.error) r.error_class = a.error.slice(0, 120);
  else Object.assign(r, {state: a.validation_state, state_default: b.validation_state, claim_version: a.manifests[a.active_manifest]?.claim_version, manifests: a.manifests[a.active_manifest] ? Object.keys(a.manifests).length : 0,
    success: codes(a.validation_results.activeManifest.success), informational: codes(a.validation_results.activeManifest.informational), failure: codes(a.validation_results.activeManifest.failure),
    ingredient_failures: codes((a.validation_results.ingredientDeltas ?? []).flatMap(d => d.validationDeltas.failure))});
  fs.writeFileSync(path.join(out, r.file), bytes);
  records.push(r);
}
fs.writeFileSync(path.join(out, 'root.pem'), root);
fs.writeFileSync(path.join(out, 'usages.cfg'), ekus);
fs.writeFileSync(path.join(out, 'expected.json'), JSON.stringify({oracle: `@contentauth/c2pa-wasm ${version}`, at: new Date().toISOString(), files: records}, null, 1));
console.log(`${records.length} damaged copies`);
