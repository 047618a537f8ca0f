// Writes manifests by hand, box by box, where the package would refuse: time stamps, revocation answers, boxes hashes,
// and claims that break one rule each.
import fs from 'node:fs';
import path from 'node:path';
import crypto from 'node:crypto';
import {execFileSync} from 'node:child_process';
import {crc32} from './bases.mjs';
import {algorithms, signRaw} from './lib.mjs';

// CBOR
const head = (m, n) => {
  if (n < 24) return Buffer.from([m << 5 | n]);
  if (n < 256) return Buffer.from([m << 5 | 24, n]);
  if (n < 65536) return Buffer.from([m << 5 | 25, n >> 8, n & 255]);
  const b = Buffer.alloc(5); b[0] = m << 5 | 26; b.writeUInt32BE(n, 1); return b;
};
export class Raw { constructor(b) { this.b = b; } }
export function cbor(v) {
  if (v instanceof Raw) return v.b;
  if (v === null || v === undefined) return Buffer.from([0xf6]);
  if (typeof v === 'boolean') return Buffer.from([v ? 0xf5 : 0xf4]);
  if (typeof v === 'number') return v >= 0 ? head(0, v) : head(1, -1 - v);
  if (typeof v === 'string') return Buffer.concat([head(3, Buffer.byteLength(v)), Buffer.from(v)]);
  if (Buffer.isBuffer(v)) return Buffer.concat([head(2, v.length), v]);
  if (Array.isArray(v)) return Buffer.concat([head(4, v.length), ...v.map(cbor)]);
  if (v instanceof Map) return Buffer.concat([head(5, v.size), ...[...v].flatMap(([k, x]) => [cbor(k), cbor(x)])]);
  const e = Object.entries(v).filter(([, x]) => x !== undefined);
  return Buffer.concat([head(5, e.length), ...e.flatMap(([k, x]) => [cbor(k), cbor(x)])]);
}

// JUMBF
export const box = (t, ...d) => { const b = Buffer.concat(d); const h = Buffer.alloc(8); h.writeUInt32BE(b.length + 8); h.write(t, 4, 'latin1'); return Buffer.concat([h, b]); };
const uuid = four => Buffer.concat([Buffer.from(four), Buffer.from('00110010800000aa00389b71', 'hex')]);
export const superbox = (type, label, content, salt) => box('jumb',
  box('jumd', Buffer.isBuffer(type) ? type : uuid(type), Buffer.from([salt ? 0x13 : 3]), Buffer.from(label + '\0'), ...(salt ? [box('c2sh', salt)] : [])), ...content);
export const cborBox = (label, v, salt) => superbox('cbor', label, [box('cbor', cbor(v))], salt);
export const jsonBox = (label, text) => superbox('json', label, [box('json', Buffer.from(text))]);
const hashOf = (b, alg = 'sha256') => crypto.createHash(alg).update(b.subarray(8)).digest();
export const refTo = (label, b, extra = {}) => ({url: `self#jumbf=c2pa.assertions/${label}`, ...extra, hash: hashOf(b, extra.alg)});

// COSE with time stamp and revocation answer
export function sign(signer, claim, size, {tst, ocsp} = {}) {
  const bstr = b => Buffer.concat([head(2, b.length), b]);
  const prot = cbor(new Map([[1, signer.cose ?? algorithms[signer.alg].cose], [33, signer.chain.map(c => Buffer.from(c))]]));
  const structure = (context, payload) => Buffer.concat([head(4, 4), cbor(context), bstr(prot), bstr(Buffer.alloc(0)), bstr(payload)]);
  const sig = signRaw(signer, structure('Signature1', claim));
  const un = new Map();
  if (tst) { const [name, token] = tst(p => structure('CounterSignature', p), claim, sig); un.set(name, {tstTokens: token.map(val => ({val}))}); }
  if (ocsp) un.set('rVals', {ocspVals: [ocsp]});
  const build = pad => { if (pad >= 0) un.set('pad', Buffer.alloc(pad)); return Buffer.concat([Buffer.from([0xd2]), head(4, 4), bstr(prot), cbor(un), Buffer.from([0xf6]), bstr(sig)]); };
  for (let pad = size - build(0).length; pad >= 0; pad--) { const out = build(pad); if (out.length === size) return {cose: out, sig}; }
  throw new Error(`the signature needs more than ${size}`);
}

let counter = 0;
export const newLabel = () => `urn:c2pa:${crypto.createHash('sha256').update(`label ${counter++}`).digest('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5')}`;
const CAPTURE = 'http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture';
export const created = () => ['c2pa.actions.v2', {actions: [{action: 'c2pa.created', digitalSourceType: CAPTURE}]}];

// manifest makes one manifest box. assertions is a list of [label, value or ready box, options]; the claim and the
// boxes can be changed by hooks.
export function manifest(signer, o) {
  const label = o.label ?? newLabel();
  const made = o.assertions.map(([l, v, opt = {}]) => ({label: l, box: Buffer.isBuffer(v) ? v : cborBox(l, v, opt.salt), ...opt}));
  const refs = made.filter(a => !a.undeclared).map(a => ({...refTo(a.label, a.box, a.alg ? {alg: a.alg} : {}), ...(a.url ? {url: a.url} : {}), gathered: a.gathered}));
  const strip = list => list.map(({gathered, ...r}) => r);
  let claim = o.v1 ? {alg: 'sha256', claim_generator: 'craft/1', signature: 'self#jumbf=c2pa.signature', assertions: strip(refs), 'dc:format': 'image/png', instanceID: 'xmp:iid:craft'}
    : {instanceID: 'xmp:iid:craft', claim_generator_info: {name: 'craft'}, signature: 'self#jumbf=c2pa.signature', created_assertions: strip(refs.filter(r => !r.gathered)), ...(refs.some(r => r.gathered) ? {gathered_assertions: strip(refs.filter(r => r.gathered))} : {}), alg: 'sha256'};
  if (o.redacted) claim.redacted_assertions = o.redacted;
  if (o.claim) claim = o.claim(claim, label) ?? claim;
  const bytes = cbor(claim);
  const s = sign(signer, bytes, o.reserve ?? 1500, o);
  const sigBox = superbox('c2cs', 'c2pa.signature', [box('cbor', s.cose)]);
  const stored = made.filter(a => !a.dropped);
  let parts = [superbox('c2as', 'c2pa.assertions', stored.map(a => a.box)), superbox('c2cl', o.v1 ? 'c2pa.claim' : 'c2pa.claim.v2', [box('cbor', bytes)]), sigBox];
  if (o.boxes) parts = o.boxes(parts, bytes) ?? parts;
  const m = superbox(o.type ?? 'c2ma', label, parts, o.salt);
  return {label, box: m, sig: s.sig, ref: {url: `self#jumbf=/c2pa/${label}`, hash: hashOf(m)}, sigRef: {url: `self#jumbf=/c2pa/${label}/c2pa.signature`, hash: hashOf(sigBox)}};
}

// png puts a store built by make(binding) into a PNG. make gets the binding to sign and may be called several times.
export function png(base, make, o = {}) {
  const at = 33; // behind IHDR
  let length = 0, store;
  const place = () => (o.exclusions ?? (x => x))([{start: at, length}]);
  for (let i = 0; i < 6; i++) {
    const hash = o.hash ?? (() => { const h = crypto.createHash('sha256'); h.update(base.subarray(0, at)); h.update(base.subarray(at)); return h.digest(); })();
    store = box('jumb', box('jumd', uuid('c2pa'), Buffer.from([3]), Buffer.from('c2pa\0')), ...[].concat(make({exclusions: place(), name: 'jumbf manifest', alg: o.alg ?? 'sha256', hash, pad: Buffer.alloc(4)})));
    if (store.length + 12 === length) break;
    length = store.length + 12;
  }
  const body = Buffer.concat([Buffer.from('caBX'), store]);
  const chunk = Buffer.concat([Buffer.alloc(4), body, Buffer.alloc(4)]);
  chunk.writeUInt32BE(store.length); chunk.writeUInt32BE(crc32(body), chunk.length - 4);
  return Buffer.concat([base.subarray(0, at), chunk, base.subarray(at)]);
}

// jpeg puts a store into one APP11 segment behind APP0 (20 bytes from the start).
export function jpeg(base, make) {
  const at = 20;
  let store = box('jumb', box('jumd', uuid('c2pa'), Buffer.from([3]), Buffer.from('c2pa\0')), make());
  const seg = Buffer.alloc(12); seg.writeUInt16BE(0xffeb); seg.writeUInt16BE(store.length + 10, 2); seg.write('JP', 4); seg.writeUInt16BE(1, 6); seg.writeUInt32BE(1, 8);
  return Buffer.concat([base.subarray(0, at), seg, store, base.subarray(at)]);
}

// stamps runs openssl as a time-stamp authority and as an OCSP responder.
export function authorities(dir, ca) {
  const openssl = (...a) => execFileSync('openssl', a, {cwd: dir, stdio: ['ignore', 'pipe', 'pipe']});
  const issue = (name, eku, root = 'root') => {
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`);
    openssl('req', '-new', '-key', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}/O=Vectors`);
    fs.writeFileSync(path.join(dir, `${name}.ext`), `basicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,${eku}\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n`);
    openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${root}.pem`, '-CAkey', `${root}.key`, '-CAcreateserial', '-out', `${name}.pem`, '-extfile', `${name}.ext`, '-sha256', '-days', '3000');
  };
  openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'other.key');
  openssl('req', '-x509', '-new', '-key', 'other.key', '-out', 'other.pem', '-days', '7000', '-config', 'ca.cnf', '-extensions', 'ca', '-sha256', '-subj', '/CN=Another root/O=Vectors');
  issue('tsa', 'timeStamping'); issue('tsa2', 'timeStamping', 'other'); issue('ocsp', 'OCSPSigning'); issue('ocsp2', 'OCSPSigning', 'other');
  for (const t of ['tsa', 'tsa2']) fs.writeFileSync(path.join(dir, `${t}.cnf`), `[tsa]\ndefault_tsa=t\n[t]\nserial=${path.join(dir, t)}.srl\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256,sha384,sha512\nclock_precision_digits=0\naccuracy=secs:1\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n`);
  const stamp = (data, {tsa = 'tsa', token = false, hash = 'sha256'} = {}) => {
    fs.writeFileSync(path.join(dir, 'data'), data);
    openssl('ts', '-query', '-data', 'data', `-${hash}`, '-cert', '-out', 'q.tsq');
    openssl('ts', '-reply', '-queryfile', 'q.tsq', '-signer', `${tsa}.pem`, '-inkey', `${tsa}.key`, '-chain', tsa === 'tsa' ? 'root.pem' : 'other.pem', '-config', `${tsa}.cnf`, '-out', 'r.tsr', ...(token ? ['-token_out'] : []));
    return fs.readFileSync(path.join(dir, 'r.tsr'));
  };
  const answer = (status, responder = 'ocsp') => {
    const serial = openssl('x509', '-in', 'es256.pem', '-noout', '-serial').toString().trim().split('=')[1];
    const line = status === 'good' ? `V\t360101000000Z\t\t${serial}\tunknown\t/CN=x\n` : status === 'revoked' ? `R\t360101000000Z\t260101000000Z,keyCompromise\t${serial}\tunknown\t/CN=x\n` : '';
    fs.writeFileSync(path.join(dir, 'index.txt'), line);
    fs.writeFileSync(path.join(dir, 'index.txt.attr'), 'unique_subject = no\n');
    openssl('ocsp', '-issuer', 'root.pem', '-cert', 'es256.pem', '-reqout', 'o.req', '-no_nonce');
    openssl('ocsp', '-index', 'index.txt', '-CA', 'root.pem', '-rsigner', `${responder}.pem`, '-rkey', `${responder}.key`, '-reqin', 'o.req', '-respout', 'o.resp', '-ndays', '3000');
    return fs.readFileSync(path.join(dir, 'o.resp'));
  };
  return {stamp, answer};
}
