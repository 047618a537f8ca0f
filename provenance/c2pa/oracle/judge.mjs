// Lets the c2pa WebAssembly package judge files that exist already, and writes what it says in the form that `go test`
// compares with (C2PA_VECTORS=OUT_DIR go test -run TestVectors): usage  node judge.mjs OUT_DIR ROOTS.pem USAGES.cfg FILE_OR_FOLDER...
// The same bytes are judged once. Formats are named by content where the first bytes say it, else by the ending.
import fs from 'node:fs';
import path from 'node:path';
import crypto from 'node:crypto';
import {load, MemBlob} from './lib.mjs';

const [out, roots, usages, ...places] = process.argv.slice(2);
if (!places.length) { console.error('usage: node judge.mjs OUT_DIR ROOTS.pem USAGES.cfg FILE_OR_FOLDER...'); process.exit(2); }
const types = {jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', gif: 'image/gif', tif: 'image/tiff', tiff: 'image/tiff', dng: 'image/x-adobe-dng', svg: 'image/svg+xml',
  heic: 'image/heic', heif: 'image/heif', avif: 'image/avif', jxl: 'image/jxl', mp4: 'video/mp4', mov: 'video/quicktime', m4a: 'audio/mp4', m4v: 'video/mp4', m4s: 'video/mp4', avi: 'video/avi', wav: 'audio/wav',
  mp3: 'audio/mpeg', flac: 'audio/flac', pdf: 'application/pdf', c2pa: 'application/c2pa'};

function* walk(p) {
  if (fs.statSync(p).isDirectory()) for (const n of fs.readdirSync(p).sort()) yield* walk(path.join(p, n));
  else yield p;
}

function format(file, bytes) {
  const at = (i, s) => bytes.subarray(i, i + s.length).toString('latin1') === s;
  if (at(0, '\xff\xd8\xff')) return 'image/jpeg';
  if (at(0, '\x89PNG')) return 'image/png';
  if (at(0, 'GIF8')) return 'image/gif';
  if (at(0, 'RIFF')) return {'WEBP': 'image/webp', 'WAVE': 'audio/wav', 'AVI ': 'video/avi'}[bytes.subarray(8, 12).toString('latin1')];
  return types[path.extname(file).slice(1).toLowerCase()];
}

const {c2pa, version} = await load();
const settings = JSON.stringify({trust: {trust_anchors: fs.readFileSync(roots, 'utf8'), trust_config: fs.readFileSync(usages, 'utf8')}});
const codes = list => [...new Set((list || []).map(s => s.code))].sort();
async function read(type, bytes, with_) {
  try { return JSON.parse((await c2pa.WasmReader.fromBytes(type, bytes, with_)).json()); } catch (e) { return {error: String(e.message ?? e)}; }
}

fs.mkdirSync(out, {recursive: true});
const records = [], seen = new Set();
for (const place of places) for (const file of walk(place)) {
  const bytes = fs.readFileSync(file), type = format(file, bytes);
  const hash = crypto.createHash('sha256').update(bytes).digest('hex');
  if (!type || seen.has(hash) || bytes.length === 0) continue;
  seen.add(hash);
  const name = `${hash.slice(0, 8)}-${path.basename(file)}`;
  const [a, b] = [await read(type, bytes, settings), await read(type, bytes, undefined)];
  const r = {file: name, origin: file, format: type};
  if (a.error) r.error_class = a.error.slice(0, 160);
  else {
    const m = a.manifests[a.active_manifest] ?? {};
    Object.assign(r, {state: a.validation_state, state_default: b.validation_state, claim_version: m.claim_version, manifests: a.manifests[a.active_manifest] ? Object.keys(a.manifests).length : 0,
      signer: m.signature_info?.common_name ?? '', issuer: m.signature_info?.issuer ?? '', time: m.signature_info?.time ?? '',
      success: codes(a.validation_results?.activeManifest?.success), informational: codes(a.validation_results?.activeManifest?.informational), failure: codes(a.validation_results?.activeManifest?.failure),
      ingredient_failures: codes((a.validation_results?.ingredientDeltas ?? []).flatMap(d => d.validationDeltas.failure))});
  }
  fs.copyFileSync(file, path.join(out, name));
  records.push(r);
}
fs.copyFileSync(roots, path.join(out, 'root.pem'));
fs.copyFileSync(usages, path.join(out, 'usages.cfg'));
fs.writeFileSync(path.join(out, 'expected.json'), JSON.stringify({oracle: `@contentauth/c2pa-wasm ${version}`, at: new Date().toISOString(), files: records}, null, 1));
const states = {};
for (const r of records) { const s = r.state ?? r.error_class.replace(/[^A-Za-z].*/, ''); states[s] = (states[s] ?? 0) + 1; }
console.log(records.length, 'files', JSON.stringify(states));
