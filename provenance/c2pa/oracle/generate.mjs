// Makes signed vectors with the c2pa WebAssembly package, damages copies of them, and writes what the same package
// says of each: usage  node generate.mjs OUT_DIR [SEED [RANDOM]]
// Keys and certificates are new each time; everything else is fixed by the seed. RANDOM more files are put together at random.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import {load, authority, cose, random, MemBlob, signRaw} from './lib.mjs';
import {bases, crc32, scene} from './bases.mjs';
import {crafted, storeOf} from './crafted.mjs';
import {randomly} from './randomly.mjs';

const [out, seed, extra] = [process.argv[2], Number(process.argv[3] ?? 20260822), Number(process.argv[4] ?? 0)];
if (!out) { console.error('usage: node generate.mjs OUT_DIR [SEED [RANDOM]]'); process.exit(2); }
const {c2pa, version} = await load();
fs.rmSync(out, {recursive: true, force: true});
fs.mkdirSync(out, {recursive: true});
const ca = authority(path.join(out, 'ca'), true);
const rng = random(seed);
const ekus = '1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.5.5.7.3.8\n1.3.6.1.5.5.7.3.9\n1.3.6.1.4.1.311.76.59.1.9\n1.3.6.1.4.1.62558.2.1\n';
const trust = JSON.stringify({trust: {trust_anchors: ca.root, trust_config: ekus}});
const records = [];
const skipped = [];
const CAPTURE = 'http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture';
const AI = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';

const created = (type = CAPTURE) => ({label: 'c2pa.actions', data: {actions: [{action: 'c2pa.created', digitalSourceType: type}]}});
const definition = (extra = {}) => ({claim_generator_info: [{name: 'vectors', version: '1'}], title: 'vector', assertions: [created()], ...extra});

async function sign(name, format, source, def, {signer = ca.signers.es256, settings, prepare, identities = [], reserve} = {}) {
  try {
    const base = {verify: {verify_after_sign: false}, builder: {thumbnail: {enabled: false}}, ...settings};
    const b = c2pa.WasmBuilder.fromJson(JSON.stringify(def), JSON.stringify(base));
    if (prepare) await prepare(b);
    const size = reserve ?? (signer.alg.startsWith('ps') || signer.alg.startsWith('rsa') ? 2600 : 1900);
    const alg = signer.alg === 'rsa1024' ? 'ps256' : signer.alg;
    const bytes = await b.sign({alg, reserveSize: size, sign: async claim => new Uint8Array(cose(signer, claim, size))}, identities, format, new MemBlob(source));
    return Buffer.from(bytes);
  } catch (e) { skipped.push(`${name}: ${String(e).slice(0, 160)}`); return null; }
}

const codes = list => [...new Set((list || []).map(s => s.code))].sort();
async function read(format, bytes, settings) {
  try { return JSON.parse((await c2pa.WasmReader.fromBytes(format, bytes, settings)).json()); } catch (e) { return {error: String(e.message ?? e)}; }
}

async function record(name, format, bytes) {
  if (!bytes) return;
  const [a, b] = [await read(format, bytes, trust), await read(format, bytes, undefined)];
  const r = {file: name, format};
  if (a.error) r.error_class = a.error.slice(0, 120);
  else {
    const m = a.manifests[a.active_manifest] ?? {};
    Object.assign(r, {state: a.validation_state, state_default: b.validation_state, claim_version: m.claim_version, manifests: Object.keys(a.manifests).length,
      success: codes(a.validation_results.activeManifest.success), informational: codes(a.validation_results.activeManifest.informational), failure: codes(a.validation_results.activeManifest.failure),
      ingredient_failures: codes((a.validation_results.ingredientDeltas ?? []).flatMap(d => d.validationDeltas.failure))});
  }
  fs.writeFileSync(path.join(out, name), bytes);
  records.push(r);
}

const made = {};
async function make(name, format, source, def, opts) {
  const bytes = await sign(name, format, source, def, opts);
  if (bytes) made[name] = {format, bytes};
  await record(name, format, bytes);
  return bytes;
}

// 1. every format, claims of version 2 and 1
for (const [ext, [format, build]] of Object.entries(bases)) {
  await make(`v2.${ext}`, format, build(), definition());
  await make(`v1.${ext}`, format, build(), definition({claim_version: 1, claim_generator: 'vectors/1'}));
}
const [jpegFormat, jpeg] = bases.jpg;
// 2. every algorithm, every certificate defect
for (const [name, signer] of Object.entries(ca.signers)) await make(`signer-${name}.jpg`, jpegFormat, jpeg(), definition(), {signer});
for (const hash of ['sha384', 'sha512']) await make(`hash-${hash}.png`, 'image/png', bases.png[1](), definition({hash_alg: hash}));
// 3. bindings of other kinds
for (const ext of ['jpg', 'png', 'gif', 'jxl']) await make(`boxes.${ext}`, bases[ext][0], bases[ext][1](), definition(), {settings: {builder: {prefer_box_hash: true, thumbnail: {enabled: false}}}});
for (const [i, kb] of [1, 2, 3].entries()) for (const ext of ['mp4', 'tail.mp4', 'mov', 'heic']) {
  for (const proofs of [0, 5]) await make(`merkle${i}p${proofs}.${ext}`, bases[ext][0], bases[ext][1](), definition(), {settings: {core: {merkle_tree_chunk_size_in_kb: kb, merkle_tree_max_proofs: proofs}, builder: {thumbnail: {enabled: false}}}});
}
// 4. declarations
await make('ai.jpg', jpegFormat, jpeg(), definition({assertions: [created(AI)]}));
await make('ai.webp', 'image/webp', bases.webp[1](), definition({assertions: [created(AI)]}), {signer: ca.signers.noeku});
// 5. rules for actions, and other assertions
const action = (...list) => ({assertions: [{label: 'c2pa.actions', data: {actions: list}}]});
const start = {action: 'c2pa.created', digitalSourceType: CAPTURE};
const variants = {
  'no-type': action({action: 'c2pa.created'}), 'twice': action(start, start), 'edit-first': action({action: 'c2pa.edited'}, start), 'no-inception': action({action: 'c2pa.edited'}),
  'opened-alone': action({action: 'c2pa.opened'}), 'placed-alone': action(start, {action: 'c2pa.placed'}), 'removed-alone': action(start, {action: 'c2pa.removed'}),
  'translated': action(start, {action: 'c2pa.translated'}), 'translated-ok': action(start, {action: 'c2pa.translated', parameters: {sourceLanguage: 'zh', targetLanguage: 'en'}}),
  'watermark': action(start, {action: 'c2pa.watermarked.bound'}), 'custom': action(start, {action: 'com.example.thing'}),
  'transcoded': action(start, {action: 'c2pa.transcoded'}), 'redacted-nothing': action(start, {action: 'c2pa.redacted', parameters: {redacted: 'self#jumbf=/c2pa/urn:c2pa:x/c2pa.assertions/y'}}),
  'related-empty': action(start, {action: 'c2pa.edited', parameters: {relatedAssertions: []}}),
  'none': {assertions: []},
  'metadata': {assertions: [created(), {label: 'c2pa.metadata', data: {'@context': {exif: 'http://ns.adobe.com/exif/1.0/'}, 'exif:GPSVersionID': '2.2.0.0'}}]},
  'softbinding': {assertions: [created(), {label: 'c2pa.soft-binding', data: {alg: 'com.example', blocks: [{scope: {}, value: 'abc'}]}}]},
  'json': {assertions: [created(), {label: 'org.example.note', data: {text: '测试'}, kind: 'Json'}, {label: 'org.example.note', data: {text: 'two'}, kind: 'Json'}]},
  'cloud': {assertions: [created(), {label: 'c2pa.cloud-data', data: {label: 'org.example', size: 0, location: {url: 'https://example.com/x', alg: 'sha256', hash: 'aGFzaA=='}, content_type: 'application/json'}}]},
  'external': {assertions: [created(), {label: 'c2pa.external-reference', data: {location: {url: 'https://example.com/x'}, description: 'x'}}]},
  'gathered': {assertions: [{...created(), created: false}, {label: 'org.example.note', data: {a: 1}, created: true}]},
};
for (const [name, extra] of Object.entries(variants)) await make(`rule-${name}.png`, 'image/png', bases.png[1](), definition(extra));
for (const [name, extra] of Object.entries(variants)) await make(`rule1-${name}.png`, 'image/png', bases.png[1](), definition({claim_version: 1, claim_generator: 'vectors/1', ...extra}));

// thumbnails: of the picture, of another one, and of the picture before a patch was put in
const keeping = small => ({prepare: async b => { b.setThumbnailFromBlob('image/png', new MemBlob(small)); }});
const kept = await make('thumbnail.png', 'image/png', scene(160, 120), definition(), keeping(scene(64, 48)));
await make('thumbnail-other.png', 'image/png', scene(160, 120), definition(), keeping(scene(64, 48, {other: true})));
await make('thumbnail-shape.png', 'image/png', scene(160, 120), definition(), keeping(scene(48, 48)));
if (kept) {
  const patched = scene(160, 120, {patch: true});
  await record('bad-thumbnail-patch.png', 'image/png', Buffer.concat([kept.subarray(0, kept.lastIndexOf('IDAT') - 4), patched.subarray(patched.indexOf('IDAT') - 4)]));
}
// 6. ingredients
const parent = made['v2.jpg'].bytes, old = made['v1.jpg'].bytes, clip = made['v2.mp4']?.bytes;
const flip = (bytes, at) => { const c = Buffer.from(bytes); c[at] ^= 1; return c; };
const broken = flip(parent, parent.length - 40);
const unknown = made['signer-noeku.jpg']?.bytes;
const opened = {action: 'c2pa.opened', parameters: {ingredientIds: ['p']}};
const placed = id => ({action: 'c2pa.placed', parameters: {ingredientIds: [id]}});
const withParts = (...parts) => async b => { for (const [rel, id, format, bytes] of parts) await b.addIngredientFromBlob(JSON.stringify({title: id, relationship: rel, label: id, instance_id: id}), format, new MemBlob(bytes)); };
const family = {
  'parent': [action(opened), [['parentOf', 'p', jpegFormat, parent]]],
  'parent-v1': [action(opened), [['parentOf', 'p', jpegFormat, old]]],
  'parent-plain': [action(opened), [['parentOf', 'p', jpegFormat, jpeg()]]],
  'parent-broken': [action(opened), [['parentOf', 'p', jpegFormat, broken]]],
  'parent-unknown': [action(opened), [['parentOf', 'p', jpegFormat, unknown]]],
  'component': [action(start, placed('c')), [['componentOf', 'c', jpegFormat, parent]]],
  'two': [action(opened, placed('c')), [['parentOf', 'p', jpegFormat, parent], ['componentOf', 'c', jpegFormat, made['signer-ps384.jpg'].bytes]]],
  'two-parents': [action(opened), [['parentOf', 'p', jpegFormat, parent], ['parentOf', 'q', jpegFormat, made['signer-es384.jpg'].bytes]]],
  'input': [action(start), [['inputTo', 'i', jpegFormat, parent]]],
  'wrong-relation': [action(opened), [['componentOf', 'p', jpegFormat, parent]]],
  'video': [action(opened), [['parentOf', 'p', 'video/mp4', clip]]],
  'same-twice': [action(opened, placed('c')), [['parentOf', 'p', jpegFormat, parent], ['componentOf', 'c', jpegFormat, parent]]],
};
for (const [name, [extra, parts]] of Object.entries(family)) {
  if (parts.some(p => !p[3])) continue;
  for (const v of [2, 1]) await make(`family${v}-${name}.jpg`, jpegFormat, jpeg(), definition({claim_version: v, ...(v === 1 ? {claim_generator: 'vectors/1'} : {}), ...extra}), {prepare: withParts(...parts)});
}
let chain = parent;
for (let i = 0; i < 4; i++) chain = await make(`chain-${i}.jpg`, jpegFormat, jpeg(), definition(action(opened)), {prepare: withParts(['parentOf', 'p', jpegFormat, chain])}) ?? chain;
// 7. update manifests and redaction
const label = m => Object.keys(m.manifests).find(k => k === m.active_manifest);
for (const ext of ['jpg', 'png', 'mp4', 'webp', 'tiff']) {
  const src = made[`v2.${ext}`];
  if (!src) continue;
  await make(`update.${ext}`, src.format, src.bytes, definition({assertions: []}), {prepare: async b => { b.setIntent('update'); }});
}
const noted = made['rule-json.png'];
if (noted) {
  const m = await read('image/png', noted.bytes, undefined);
  const uri = `self#jumbf=/c2pa/${label(m)}/c2pa.assertions/org.example.note`;
  await make('redact.png', 'image/png', noted.bytes, definition({assertions: []}), {prepare: async b => { b.setIntent('update'); b.addRedaction(uri, 'c2pa.PII.present'); }});
  await make('redact-edit.png', 'image/png', bases.png[1](), definition(action(opened)), {prepare: async b => { await withParts(['parentOf', 'p', 'image/png', noted.bytes])(b); b.addRedaction(uri, 'c2pa.PII.present'); }});
}
// 8. compressed manifests: the manifest box packed with Brotli, and the room filled so that nothing moves
function compress(bytes, {bomb} = {}) {
  const at = bytes.indexOf('caBX');
  const size = bytes.readUInt32BE(at - 4);
  const store = bytes.subarray(at + 4, at + 4 + size);
  const descr = store.readUInt32BE(8);
  const manifest = store.subarray(8 + descr, store.readUInt32BE(0));
  const mdescr = manifest.subarray(8, 8 + manifest.readUInt32BE(8));
  const labelBytes = mdescr.subarray(25);
  const jumd = Buffer.concat([Buffer.alloc(4), Buffer.from('jumd'), Buffer.from('6332636d00110010800000aa00389b71', 'hex'), Buffer.from([3]), labelBytes.subarray(0, labelBytes.indexOf(0) + 1)]);
  jumd.writeUInt32BE(jumd.length);
  const packed = zlib.brotliCompressSync(bomb ? Buffer.alloc(200 << 20) : manifest);
  const boxOf = (t, ...d) => { const body = Buffer.concat(d); const h = Buffer.alloc(8); h.writeUInt32BE(body.length + 8); h.write(t, 4); return Buffer.concat([h, body]); };
  const whole = boxOf('jumb', store.subarray(8, 8 + descr), boxOf('jumb', jumd, boxOf('brob', packed)));
  const room = Buffer.alloc(size);
  whole.copy(room);
  const c = Buffer.from(bytes);
  room.copy(c, at + 4);
  c.writeUInt32BE(crc32(c.subarray(at, at + 4 + size)), at + 4 + size);
  return c;
}
for (const n of ['v2.png', 'v1.png', 'rule-json.png', 'hash-sha384.png']) if (made[n]) { const c = compress(made[n].bytes); made[`compressed-${n}`] = {format: 'image/png', bytes: c}; await record(`compressed-${n}`, 'image/png', c); }
await record('compressed-bomb.png', 'image/png', compress(made['v2.png'].bytes, {bomb: true}));
// 9. identities
const hex = b => Buffer.from(b);
const enc = { head: (m, n) => n < 24 ? Buffer.from([m << 5 | n]) : n < 256 ? Buffer.from([m << 5 | 24, n]) : Buffer.from([m << 5 | 25, n >> 8, n & 255]), str: s => Buffer.concat([enc.head(3, Buffer.byteLength(s)), Buffer.from(s)]), bytes: b => Buffer.concat([enc.head(2, b.length), hex(b)]) };
const payloadBytes = p => {
  const uri = r => Buffer.concat([enc.head(5, r.alg ? 3 : 2), enc.str('url'), enc.str(r.url), ...(r.alg ? [enc.str('alg'), enc.str(r.alg)] : []), enc.str('hash'), enc.bytes(r.hash)]);
  const refs = p.referencedAssertions.map(uri);
  const roles = p.roles ?? [];
  return Buffer.concat([enc.head(5, roles.length ? 3 : 2), enc.str('referenced_assertions'), enc.head(4, refs.length), ...refs, enc.str('sig_type'), enc.str(p.sigType), ...(roles.length ? [enc.str('role'), enc.head(4, roles.length), ...roles.map(enc.str)] : [])]);
};
for (const [name, who, mangle] of [['x509', ca.signers.es384, p => p], ['x509-rsa', ca.signers.ps256, p => p], ['x509-wrong', ca.signers.es256, p => ({...p, roles: ['cawg.other']})], ['x509-noeku', ca.signers.noeku, p => p]]) {
  await make(`identity-${name}.jpg`, jpegFormat, jpeg(), definition(), {identities: [{sigType: 'cawg.x509.cose', reserveSize: 4000, referencedAssertions: [], roles: ['cawg.creator'], sign: async p => new Uint8Array(cose(who, payloadBytes(mangle(p))))}]});
}
for (const [name, parent] of [['good', 'identity-x509.jpg'], ['wrong', 'identity-x509-wrong.jpg'], ['noeku', 'identity-x509-noeku.jpg']]) {
  if (made[parent]) await make(`identity-parent-${name}.jpg`, jpegFormat, jpeg(), definition(action(opened)), {prepare: withParts(['parentOf', 'p', jpegFormat, made[parent].bytes])});
}
// stores without their files
for (const n of ['v2.png', 'v1.png', 'ai.webp', 'v2.mp4', 'boxes.png', 'family2-parent.jpg', 'identity-x509.jpg']) {
  const store = made[n] && storeOf(made[n].bytes);
  if (store) await record(`alone-${n}.c2pa`, 'application/c2pa', store);
}
// 10. manifests written by hand
for (const [name, format, bytes] of crafted(path.join(out, 'ca'), ca)) await record(name, format, bytes);
// 11. damaged copies
const place = {jpg: b => b.indexOf('c2pa.claim'), any: b => b.indexOf('c2pa.claim')};
const targets = Object.entries(made).filter(([n]) => /^(v2|v1|boxes|merkle0p0|merkle1p5|ai|signer-(es384|es512|ps256|ed25519)|family2-parent|compressed-v2|update|identity-x509)\./.test(n) || /^(signer-(es384|ed25519)|family2-(parent|component)|compressed-v2|update|identity-x509)/.test(n));
for (const [name, {format, bytes}] of targets) {
  const cut = name.lastIndexOf('.');
  const stem = name.slice(0, cut).replace(/\./g, '_'), ext = name.slice(cut + 1);
  const put = async (what, copy) => record(`bad-${stem}-${what}.${ext}`, format, copy);
  const claim = place.any(bytes), sig = bytes.indexOf('c2pa.signature', claim > 0 ? claim + 400 : 0);
  const hash = bytes.indexOf('c2pa.hash.'), actions = bytes.indexOf('digitalCapture');
  await put('last', flip(bytes, bytes.length - 1 - rng.below(20)));
  await put('body', flip(bytes, bytes.length - 60 - rng.below(200)));
  if (claim > 0) await put('claim', flip(bytes, claim + 60 + rng.below(60)));
  if (sig > 0) await put('signature', flip(bytes, sig + 1000 + rng.below(400)));
  if (actions > 0) await put('action', flip(bytes, actions + rng.below(10)));
  if (hash > 0) await put('binding', flip(bytes, hash + 50 + rng.below(40)));
  await put('any', flip(bytes, 20 + rng.below(bytes.length - 20)));
  if (rng.below(2)) await put('appended', Buffer.concat([bytes, Buffer.from('appended')]));
}
// 12. put together at random
if (extra) await randomly({count: extra, rng, bases, ca, made, make, record, definition, withParts, payloadBytes});
fs.rmSync(path.join(out, 'ca'), {recursive: true, force: true});
fs.writeFileSync(path.join(out, 'root.pem'), ca.root);
fs.writeFileSync(path.join(out, 'usages.cfg'), ekus);
fs.writeFileSync(path.join(out, 'expected.json'), JSON.stringify({oracle: `@contentauth/c2pa-wasm ${version}`, at: new Date().toISOString(), files: records}, null, 1));
const states = {};
for (const r of records) states[r.state ?? 'error'] = (states[r.state ?? 'error'] ?? 0) + 1;
console.log(`${records.length} vectors`, states);
if (skipped.length) console.log(`${skipped.length} could not be signed:\n  ` + skipped.join('\n  '));
