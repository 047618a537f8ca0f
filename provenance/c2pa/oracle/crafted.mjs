// The list of manifests written by hand: one rule each.
import crypto from 'node:crypto';
import {bases} from './bases.mjs';
import {manifest, png, jpeg, created, cborBox, jsonBox, box, superbox, authorities, cbor, Raw, newLabel} from './craft.mjs';

import {craftedMedia} from './craft-media.mjs';

// storeOf cuts the manifest store out of a file that holds it in one piece.
export function storeOf(file) {
  for (let at = file.indexOf('jumb'); at >= 4; at = file.indexOf('jumb', at + 1)) {
    const size = file.readUInt32BE(at - 4);
    if (file.toString('latin1', at + 8, at + 12) === 'jumd' && file.toString('latin1', at + 12, at + 16) === 'c2pa' && at - 4 + size <= file.length) return file.subarray(at - 4, at - 4 + size);
  }
  return null;
}

// bareNumbers writes the signature of a time-stamp token, the last element of its structure, as r and s without DER.
function bareNumbers(der) {
  const parse = b => { let n = b[1], h = 2; if (n & 0x80) { h += n & 0x7f; n = parseInt(b.toString('hex', 2, h), 16); } return {tag: b[0], body: b.subarray(h, h + n), all: b.subarray(0, h + n)}; };
  const wrap = (tag, body) => { const n = body.length; return Buffer.concat([Buffer.from(n < 128 ? [tag, n] : n < 256 ? [tag, 0x81, n] : [tag, 0x82, n >> 8, n & 255]), body]); };
  const number = b => { const v = parse(b); return [v.body[0] === 0 ? v.body.subarray(1) : v.body, b.subarray(v.all.length)]; };
  const pad = b => Buffer.concat([Buffer.alloc(32 - b.length), b]);
  const redo = b => {
    const v = parse(b);
    if (v.tag === 0x04) { const [r, rest] = number(parse(v.body).body), [s] = number(rest); return wrap(4, Buffer.concat([pad(r), pad(s)])); }
    const parts = [];
    for (let p = v.body; p.length;) { const c = parse(p); parts.push(c.all); p = p.subarray(c.all.length); }
    parts[parts.length - 1] = redo(parts[parts.length - 1]);
    return wrap(v.tag, Buffer.concat(parts));
  };
  return redo(der);
}

export function crafted(dir, ca) {
  const es = ca.signers.es256, base = bases.png[1](), out = [];
  const tools = authorities(dir, ca);
  const put = (name, bytes, format = 'image/png') => out.push([`craft-${name}`, format, bytes]);
  const hash = h => ['c2pa.hash.data', h];
  const plain = (o = {}) => h => manifest(es, {...o, assertions: [...(o.before ?? [created()]), hash(h), ...(o.assertions ?? [])]}).box;
  const file = (name, o, opt) => put(`${name}.png`, png(base, plain(o), opt));

  file('plain', {});
  file('plain-v1', {v1: true, before: [['c2pa.actions', {actions: [{action: 'c2pa.created'}]}]]});
  // time stamps
  const tst = (name, over, opt, count = 1) => (structure, claim, sig) => [name, Array(count).fill(tools.stamp(structure(over(claim, sig)), opt))];
  const claimOf = c => c, sigOf = (c, s) => cbor(s);
  file('ts-v2', {tst: tst('sigTst2', sigOf, {token: true}), reserve: 5000});
  file('ts-v2-resp', {tst: tst('sigTst2', sigOf, {}), reserve: 5000});
  file('ts-v2-sha512', {tst: tst('sigTst2', sigOf, {token: true, hash: 'sha512'}), reserve: 5000});
  file('ts-v2-other', {tst: tst('sigTst2', sigOf, {token: true, tsa: 'tsa2'}), reserve: 5000});
  file('ts-v2-old', {tst: tst('sigTst', claimOf, {}), reserve: 5000});
  file('ts-v2-mismatch', {tst: tst('sigTst2', () => Buffer.from('x'), {token: true}), reserve: 5000});
  file('ts-v2-twice', {tst: tst('sigTst2', sigOf, {token: true}, 2), reserve: 9000});
  file('ts-v2-garbage', {tst: () => ['sigTst2', [Buffer.from('3003020100', 'hex')]], reserve: 5000});
  file('ts-v2-changed', {tst: (s, c, g) => { const t = Buffer.from(tools.stamp(s(cbor(g)), {token: true})); t[t.length - 20] ^= 1; return ['sigTst2', [t]]; }, reserve: 5000});
  file('ts-v2-changed2', {tst: (s, c, g) => { const t = Buffer.from(tools.stamp(s(cbor(g)), {token: true})); t[t.indexOf('Z', 60) - 3] ^= 1; return ['sigTst2', [t]]; }, reserve: 5000});
  const v1 = {v1: true, before: [['c2pa.actions', {actions: [{action: 'c2pa.created'}]}]]};
  file('ts-v1', {...v1, tst: tst('sigTst', claimOf, {}), reserve: 5000});
  file('ts-v1-other', {...v1, tst: tst('sigTst', claimOf, {tsa: 'tsa2'}), reserve: 5000});
  file('ts-v1-mismatch', {...v1, tst: tst('sigTst', () => Buffer.from('x'), {}), reserve: 5000});
  file('ts-v1-new', {...v1, tst: tst('sigTst2', sigOf, {token: true}), reserve: 5000});
  file('ts-v2-bare', {tst: (s, c, g) => ['sigTst2', [bareNumbers(tools.stamp(s(cbor(g)), {token: true}))]], reserve: 5000});
  file('ts-v1-bare', {...v1, tst: (s, c) => ['sigTst', [bareNumbers(tools.stamp(s(c), {}))]], reserve: 5000});
  file('ts-v2-bare-changed', {tst: (s, c, g) => { const t = bareNumbers(tools.stamp(s(cbor(g)), {token: true})); t[t.length - 1] ^= 1; return ['sigTst2', [t]]; }, reserve: 5000});
  // revocation
  for (const status of ['good', 'revoked', 'unknown']) {
    file(`ocsp-${status}`, {ocsp: tools.answer(status), reserve: 5000});
    file(`ocsp-${status}-ts`, {ocsp: tools.answer(status), tst: tst('sigTst2', sigOf, {token: true}), reserve: 8000});
  }
  file('ocsp-other', {ocsp: tools.answer('good', 'ocsp2'), reserve: 5000});
  file('ocsp-garbage', {ocsp: Buffer.from('3003020100', 'hex'), reserve: 3000});
  file('ocsp-assertion-good', {assertions: [['c2pa.certificate-status', {ocspVals: [tools.answer('good')]}]]});
  file('ocsp-assertion-revoked', {assertions: [['c2pa.certificate-status', {ocspVals: [tools.answer('revoked')]}]]});
  // claims and stores
  file('undeclared', {assertions: [['org.example.more', {a: 1}, {undeclared: true}]]});
  file('dropped', {assertions: [['org.example.more', {a: 1}, {dropped: true}]]});
  file('outside', {assertions: [['org.example.more', {a: 1}, {url: 'self#jumbf=/c2pa/urn:c2pa:other/c2pa.assertions/org.example.more'}]]});
  file('absolute', {label: 'urn:c2pa:0f0f0f0f-0000-4000-8000-000000000001', assertions: [['org.example.more', {a: 1}, {url: 'self#jumbf=/c2pa/urn:c2pa:0f0f0f0f-0000-4000-8000-000000000001/c2pa.assertions/org.example.more'}]]});
  file('salted', {assertions: [['org.example.more', {a: 1}, {salt: Buffer.alloc(16, 7)}]]});
  file('refalg', {assertions: [['org.example.more', {a: 1}, {alg: 'sha512'}]]});
  file('refalg-bad', {assertions: [['org.example.more', {a: 1}, {alg: 'sha1'}]]});
  file('json', {assertions: [['org.example.j', jsonBox('org.example.j', '{"a":1}')]]});
  file('json-bad', {assertions: [['org.example.j', jsonBox('org.example.j', '{"a":1')]]});
  file('cbor-bad', {assertions: [['org.example.c', superbox('cbor', 'org.example.c', [box('cbor', Buffer.from([0xa1, 0x61]))])]]});
  file('wrong-sig-ref', {claim: c => ({...c, signature: 'self#jumbf=c2pa.other'})});
  file('far-sig-ref', {claim: c => ({...c, signature: 'self#jumbf=/c2pa/urn:c2pa:x/c2pa.signature'})});
  file('near-sig-ref', {claim: (c, l) => ({...c, signature: `self#jumbf=/c2pa/${l}/c2pa.signature`})});
  file('no-alg', {claim: ({alg, ...c}) => c});
  file('alg-odd', {claim: c => ({...c, alg: 'md5'})});
  file('extra-field', {claim: c => ({...c, surprise: 1})});
  file('extra-field-v1', {...v1, claim: c => ({...c, surprise: 1})});
  file('no-info', {claim: ({claim_generator_info, ...c}) => c});
  file('empty-name', {claim: c => ({...c, claim_generator_info: {name: ''}})});
  file('no-signature-field', {claim: ({signature, ...c}) => c});
  file('two-lists', {claim: c => ({...c, assertions: c.created_assertions})});
  file('label-plain', {label: 'my-manifest'});
  file('label-vendor', {label: 'urn:c2pa:0f0f0f0f-0000-4000-8000-000000000002:acme:2_1'});
  file('label-old', {label: 'acme:urn:uuid:0f0f0f0f-0000-4000-8000-000000000002'});
  file('two-claims', {boxes: p => [...p, p[1]]});
  file('two-stores', {boxes: p => [...p, p[0]]});
  file('strange-box', {boxes: p => [...p, superbox('zzzz', 'x', [box('cbor', cbor({}))])]});
  file('no-signature-box', {boxes: p => p.slice(0, 2)});
  file('databoxes', {boxes: p => [...p, superbox('c2db', 'c2pa.databoxes', [cborBox('c2pa.data', {'dc:format': 'text/plain', data: Buffer.from('hi')})])]});
  file('twice-named', {claim: c => ({...c, created_assertions: [...c.created_assertions, c.created_assertions[0]]})});
  file('type-unknown', {type: 'c2zz'});
  file('type-md', {type: 'c2md'});
  // bindings
  file('no-binding', {});
  out.pop();
  put('no-binding.png', png(base, () => manifest(es, {assertions: [created()]}).box));
  put('two-bindings.png', png(base, h => manifest(es, {assertions: [created(), hash(h), ['c2pa.hash.data__1', h]]}).box));
  put('gathered-binding.png', png(base, h => manifest(es, {assertions: [created(), ['c2pa.hash.data', h, {gathered: true}]]}).box));
  file('exclusion-wide', {}, {exclusions: e => [{start: e[0].start, length: e[0].length + 4}]});
  file('exclusion-extra', {}, {exclusions: e => [...e, {start: e[0].start + e[0].length + 10, length: 0}]});
  file('exclusion-none', {}, {exclusions: () => []});
  file('exclusion-beyond', {}, {exclusions: e => [...e, {start: 100000, length: 5}]});
  file('binding-wrong', {}, {hash: Buffer.alloc(32)});
  put('binding-url.png', png(base, h => manifest(es, {assertions: [created(), hash({...h, url: 'https://example.com'})]}).box));
  put('binding-nohash.png', png(base, ({hash: _, ...h}) => manifest(es, {assertions: [created(), hash(h)]}).box));
  // boxes hash
  const chunks = []; for (let p = 8; p < base.length;) { const n = base.readUInt32BE(p) + 12; chunks.push([base.toString('latin1', p + 4, p + 8), base.subarray(p, p + n)]); p += n; }
  const sha = b => crypto.createHash('sha256').update(b).digest();
  const entry = (name, b, extra = {}) => ({names: [name], alg: 'sha256', hash: sha(b), pad: Buffer.alloc(0), ...extra});
  const list = [entry('PNGh', base.subarray(0, 8)), entry('IHDR', chunks[0][1]), {names: ['C2PA'], hash: Buffer.alloc(1), pad: Buffer.alloc(0)}, ...chunks.slice(1).map(([n, b]) => entry(n, b))];
  const boxes = (name, change) => put(`boxes-${name}.png`, png(base, () => manifest(es, {assertions: [created(), ['c2pa.hash.boxes', {boxes: change(list.map(e => ({...e})))}]]}).box));
  boxes('good', l => l);
  boxes('merged', l => [...l.slice(0, 3), {names: chunks.slice(1).map(c => c[0]), alg: 'sha256', hash: sha(Buffer.concat(chunks.slice(1).map(c => c[1]))), pad: Buffer.alloc(0)}]);
  boxes('no-header', l => l.slice(1));
  boxes('short', l => l.slice(0, -1));
  boxes('shuffled', l => [l[0], l[1], l[3], l[2], ...l.slice(4)]);
  boxes('unknown', l => l.map((e, i) => i === 3 ? {...e, names: ['zzZz']} : e));
  boxes('wrong', l => l.map((e, i) => i === 4 ? {...e, hash: Buffer.alloc(32)} : e));
  boxes('empty', () => []);
  boxes('excluded', l => l.map((e, i) => i === 3 ? {...e, excluded: true, hash: Buffer.alloc(1)} : e));
  boxes('with-store', l => [l[0], {names: ['IHDR', 'C2PA'], alg: 'sha256', hash: Buffer.alloc(32), pad: Buffer.alloc(0)}, ...l.slice(3)]);
  const text = chunks.find(c => c[0] === 'tEXt')[1];
  boxes('exclusions', l => l.map(e => e.names[0] === 'tEXt' ? {...e, hash: sha(Buffer.concat([text.subarray(0, 10), text.subarray(14)])), exclusions: [{start: 10, length: 4}]} : e));
  boxes('exclusions-image', l => l.map(e => e.names[0] === 'IDAT' ? {...e, exclusions: [{start: 10, length: 4}]} : e));
  boxes('exclusions-none', l => l.map(e => e.names[0] === 'tEXt' ? {...e, exclusions: []} : e));
  const j = bases.jpg[1](); const segs = [];
  for (let p = 0; p < j.length;) { const m = j[p + 1]; let n = m === 0xd8 || m === 0xd9 ? 2 : j.readUInt16BE(p + 2) + 2; if (m === 0xda) { let q = p + n; while (!(j[q] === 0xff && j[q + 1] !== 0)) q++; n = q - p; } segs.push([{0xd8: 'SOI', 0xd9: 'EOI', 0xe0: 'APP0', 0xdb: 'DQT', 0xc0: 'SOF0', 0xc4: 'DHT', 0xda: 'SOS'}[m], j.subarray(p, p + n)]); p += n; }
  const jl = segs.map(([n, b]) => entry(n, b)); jl.splice(2, 0, {names: ['C2PA'], hash: Buffer.alloc(1), pad: Buffer.alloc(0)});
  const jm = l => jpeg(j, () => manifest(es, {assertions: [created(), ['c2pa.hash.boxes', {boxes: l}]]}).box);
  put('boxes-good.jpg', jm(jl), 'image/jpeg');
  put('boxes-short.jpg', jm(jl.slice(0, -1)), 'image/jpeg');
  put('boxes-tail.jpg', Buffer.concat([jm(jl), Buffer.from('tail')]), 'image/jpeg');
  // ingredients, written by hand
  const child = h => manifest(es, {assertions: [created(), hash(h)]});
  const inner = child({exclusions: [], alg: 'sha256', hash: Buffer.alloc(32), pad: Buffer.alloc(1)});
  const results = (fail = []) => ({activeManifest: {success: [], informational: [], failure: fail.map(code => ({code, url: `self#jumbf=/c2pa/${inner.label}/c2pa.signature`}))}});
  const ing = (o = {}) => ['c2pa.ingredient.v3', {relationship: 'parentOf', 'dc:title': 'in', 'dc:format': 'image/png', activeManifest: inner.ref, claimSignature: inner.sigRef, validationResults: results(), ...o}];
  const opened = ['c2pa.actions.v2', {actions: [{action: 'c2pa.opened', parameters: {ingredients: [{url: 'self#jumbf=c2pa.assertions/c2pa.ingredient.v3', hash: Buffer.alloc(32)}]}}]}];
  const family = (name, list, o = {}, others = [inner.box]) => put(`family-${name}.png`, png(base, h => [...others, manifest(o.signer ?? es, {assertions: [o.actions ?? opened, ...(o.update ? [] : [hash(h)]), ...list], ...o}).box]));
  family('good', [ing()]);
  family('no-results', [ing({validationResults: undefined})]);
  family('missing', [ing({activeManifest: {...inner.ref, url: 'self#jumbf=/c2pa/urn:c2pa:gone'}})]);
  family('wrong-hash', [ing({activeManifest: {...inner.ref, hash: Buffer.alloc(32)}})]);
  family('both', [ing({digitalSourceType: 'x'})]);
  family('bad-relation', [ing({relationship: 'sisterOf'})]);
  family('no-store', [ing()], {}, []);
  family('v2', [['c2pa.ingredient.v2', {relationship: 'parentOf', 'dc:title': 'in', 'dc:format': 'image/png', c2pa_manifest: inner.ref}]], {actions: ['c2pa.actions.v2', {actions: [{action: 'c2pa.opened', parameters: {ingredients: [{url: 'self#jumbf=c2pa.assertions/c2pa.ingredient.v2', hash: Buffer.alloc(32)}]}}]}]});
  family('v1', [['c2pa.ingredient', {relationship: 'parentOf', 'dc:title': 'in', 'dc:format': 'image/png', instanceID: 'x', c2pa_manifest: inner.ref}]], {actions: ['c2pa.actions.v2', {actions: [{action: 'c2pa.opened', parameters: {ingredient: {url: 'self#jumbf=c2pa.assertions/c2pa.ingredient', hash: Buffer.alloc(32)}}}]}]});
  const foreign = manifest({...ca.signers.noeku}, {assertions: [created(), hash({exclusions: [], alg: 'sha256', hash: Buffer.alloc(32), pad: Buffer.alloc(1)})]});
  const fing = recorded => ['c2pa.ingredient.v3', {relationship: 'parentOf', activeManifest: foreign.ref, claimSignature: foreign.sigRef, validationResults: {activeManifest: {success: [], informational: [], failure: recorded.map(code => ({code, url: `self#jumbf=/c2pa/${foreign.label}/c2pa.signature`}))}}}];
  family('unrecorded', [fing([])], {}, [foreign.box]);
  family('recorded', [fing(['signingCredential.invalid', 'signingCredential.untrusted'])], {}, [foreign.box]);
  family('half-recorded', [fing(['signingCredential.untrusted'])], {}, [foreign.box]);
  const la = 'urn:c2pa:aaaaaaaa-0000-4000-8000-00000000000a', lb = 'urn:c2pa:bbbbbbbb-0000-4000-8000-00000000000b';
  const refOf = l => ({url: `self#jumbf=/c2pa/${l}`, hash: Buffer.alloc(32)});
  put('family-cycle.png', png(base, h => [manifest(es, {label: la, assertions: [opened, hash(h), ing({activeManifest: refOf(lb)})]}).box, manifest(es, {label: lb, assertions: [opened, hash(h), ing({activeManifest: refOf(la)})]}).box]));
  family('legacy-hash', [['c2pa.ingredient.v2', {relationship: 'parentOf', 'dc:title': 'in', 'dc:format': 'x', c2pa_manifest: {...inner.ref, hash: Buffer.alloc(32, 1)}}]]);
  // identities that cannot be read, here and in what the file was made from
  const named = (o = {}) => ['cawg.identity', {signer_payload: {referenced_assertions: [{url: 'self#jumbf=c2pa.assertions/c2pa.hash.data', hash: Buffer.alloc(32)}], sig_type: 'cawg.x509.cose'}, signature: Buffer.from('d2', 'hex'), pad1: Buffer.alloc(4), ...o}];
  for (const [n, o] of Object.entries({'no-signature': {signature: undefined}, 'no-payload': {signer_payload: undefined}, 'no-pad': {pad1: undefined}, 'pad': {pad1: Buffer.alloc(4, 1)}, 'pad2': {pad2: Buffer.alloc(4, 1)}, 'garbage': {},
    'no-type': {signer_payload: {referenced_assertions: []}}, 'no-refs': {signer_payload: {sig_type: 'cawg.x509.cose'}}, 'other-type': {signer_payload: {referenced_assertions: [], sig_type: 'org.example'}}, 'extra': {more: 1}})) {
    file(`identity-${n}`, {assertions: [named(o)]});
    const old = manifest(es, {assertions: [created(), named(o), hash({exclusions: [], alg: 'sha256', hash: Buffer.alloc(32), pad: Buffer.alloc(1)})]});
    family(`identity-${n}`, [['c2pa.ingredient.v3', {relationship: 'parentOf', activeManifest: old.ref, claimSignature: old.sigRef, validationResults: {activeManifest: {success: [], informational: [], failure: []}}}]], {}, [old.box]);
  }
  // redaction
  const noted = manifest(es, {assertions: [created(), ['org.example.note', {secret: 1}], hash({exclusions: [], alg: 'sha256', hash: Buffer.alloc(32), pad: Buffer.alloc(1)})]});
  const emptied = Buffer.concat([noted.box]);
  const uri = `self#jumbf=/c2pa/${noted.label}/c2pa.assertions/org.example.note`;
  const ning = o => ['c2pa.ingredient.v3', {relationship: 'parentOf', activeManifest: noted.ref, claimSignature: noted.sigRef, validationResults: {activeManifest: {success: [], informational: [], failure: []}}, ...o}];
  family('redact-not-done', [ning()], {redacted: [uri]}, [emptied]);
  family('redact-self', [ing()], {label: la, redacted: [`self#jumbf=/c2pa/${la}/c2pa.assertions/c2pa.ingredient.v3`]});
  family('redact-actions', [ing()], {redacted: [`self#jumbf=/c2pa/${inner.label}/c2pa.assertions/c2pa.actions.v2`]});
  family('redact-binding', [ing()], {redacted: [`self#jumbf=/c2pa/${inner.label}/c2pa.assertions/c2pa.hash.data`]});
  // update and time-stamp manifests: the parent binds, the update does not
  const update = (name, make) => put(`update-${name}.png`, png(base, h => { const p = child(h); return [p.box, make(p, h).box]; }));
  const uing = (p, o = {}) => ['c2pa.ingredient.v3', {relationship: 'parentOf', activeManifest: p.ref, claimSignature: p.sigRef, validationResults: {activeManifest: {success: [], informational: [], failure: []}}, ...o}];
  const edited = a => ['c2pa.actions.v2', {actions: [{action: a}]}];
  update('good', p => manifest(es, {type: 'c2um', assertions: [uing(p)]}));
  update('metadata', p => manifest(es, {type: 'c2um', assertions: [uing(p), edited('c2pa.edited.metadata')]}));
  update('cropped', p => manifest(es, {type: 'c2um', assertions: [uing(p), edited('c2pa.cropped')]}));
  update('no-parent', () => manifest(es, {type: 'c2um', assertions: [edited('c2pa.published')]}));
  update('component', p => manifest(es, {type: 'c2um', assertions: [uing(p, {relationship: 'componentOf'})]}));
  update('two-parents', p => manifest(es, {type: 'c2um', assertions: [uing(p), ['c2pa.ingredient.v3__1', uing(p)[1]]]}));
  update('binds', (p, h) => manifest(es, {type: 'c2um', assertions: [uing(p), hash(h)]}));
  update('thumbnail', p => manifest(es, {type: 'c2um', assertions: [uing(p), ['c2pa.thumbnail.claim.jpeg', superbox(Buffer.from('40cb0c32bb8a489da70b2ad6f47f4369', 'hex'), 'c2pa.thumbnail.claim.jpeg', [box('bfdb', Buffer.from('\0image/jpeg\0')), box('bidb', Buffer.from('ffd8ffe0', 'hex'))])]]}));
  update('stamped', p => manifest(es, {type: 'c2um', assertions: [uing(p), ['c2pa.time-stamp', {[p.label]: tools.stamp(p.sig, {token: true})}]]}));
  update('stamped-other', p => manifest(es, {type: 'c2um', assertions: [uing(p), ['c2pa.time-stamp', {[p.label]: tools.stamp(Buffer.from('x'), {token: true})}]]}));
  update('stamped-bad', p => manifest(es, {type: 'c2um', assertions: [uing(p), ['c2pa.time-stamp', ['x']]]}));
  // icons and other references
  const icon = superbox(Buffer.from('40cb0c32bb8a489da70b2ad6f47f4369', 'hex'), 'c2pa.icon', [box('bfdb', Buffer.from('\0image/png\0')), box('bidb', Buffer.from('89504e470d0a1a0a', 'hex'))]);
  const iconHash = crypto.createHash('sha256').update(icon.subarray(8)).digest();
  file('icon', {assertions: [['c2pa.icon', icon]], claim: c => ({...c, claim_generator_info: {name: 'craft', icon: {url: 'self#jumbf=c2pa.assertions/c2pa.icon', hash: iconHash}}})});
  file('icon-wrong', {assertions: [['c2pa.icon', icon]], claim: c => ({...c, claim_generator_info: {name: 'craft', icon: {url: 'self#jumbf=c2pa.assertions/c2pa.icon', hash: Buffer.alloc(32)}}})});
  file('icon-missing', {claim: c => ({...c, claim_generator_info: {name: 'craft', icon: {url: 'self#jumbf=c2pa.assertions/c2pa.icon', hash: Buffer.alloc(32)}}})});
  file('cloud-binding', {assertions: [['c2pa.cloud-data', {label: 'c2pa.hash.data', size: 9, location: {url: 'https://example.com', alg: 'sha256', hash: Buffer.alloc(32)}, content_type: 'x/y'}]]});
  file('cloud-actions', {assertions: [['c2pa.cloud-data', {label: 'c2pa.actions', size: 9, location: {url: 'https://example.com', alg: 'sha256', hash: Buffer.alloc(32)}, content_type: 'x/y'}]]});
  file('cloud-ok', {assertions: [['c2pa.cloud-data', {label: 'org.example', size: 9, location: {url: 'https://example.com', alg: 'sha256', hash: Buffer.alloc(32)}, content_type: 'x/y'}]]});
  file('softbinding-bad', {assertions: [['c2pa.soft-binding', {alg: 'x'}]]});
  file('actions-empty', {before: [['c2pa.actions.v2', {actions: []}]]});
  file('actions-gathered', {before: [['c2pa.actions.v2', {actions: [{action: 'c2pa.created', digitalSourceType: 'http://c2pa.org/digitalsourcetype/empty'}]}, {gathered: true}]]});
  file('actions-two', {before: [created(), ['c2pa.actions.v2__1', {actions: [{action: 'c2pa.edited'}]}]]});
  file('actions-two-created', {before: [created(), ['c2pa.actions.v2__1', created()[1]]]});
  file('actions-v1-two', {v1: true, before: [['c2pa.actions', {actions: [{action: 'c2pa.created'}]}], ['c2pa.actions__1', {actions: [{action: 'c2pa.edited'}]}]]});
  file('indefinite', {claim: c => new Raw(Buffer.concat([Buffer.from([0xbf]), cbor(c).subarray(1), Buffer.from([0xff])]))});
  craftedMedia(es, put);
  return out;
}
