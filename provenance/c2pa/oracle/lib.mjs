// What both scripts share: the c2pa WebAssembly package in Node, a throw-away certificate authority, COSE, and a
// small generator of random numbers with a fixed seed.
import fs from 'node:fs';
import path from 'node:path';
import crypto from 'node:crypto';
import {execFileSync} from 'node:child_process';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

// load finds the package where npm put it: beside the caller's working directory.
export async function load() {
  const require = createRequire(path.join(process.cwd(), 'x.js'));
  const entry = require.resolve('@contentauth/c2pa-wasm/package.json');
  const dir = path.join(path.dirname(entry), 'pkg');
  // Browsers read blobs synchronously in workers; Node does not, so blobs remember their bytes.
  globalThis.FileReaderSync = class {
    readAsArrayBuffer(blob) { return blob.bytes.buffer.slice(blob.bytes.byteOffset, blob.bytes.byteOffset + blob.bytes.byteLength); }
  };
  const c2pa = await import(pathToFileURL(path.join(dir, 'c2pa.js')).href);
  await c2pa.default({module_or_path: fs.readFileSync(path.join(dir, 'c2pa_bg.wasm'))});
  const version = JSON.parse(fs.readFileSync(entry)).version;
  return {c2pa, version};
}

export class MemBlob extends Blob {
  constructor(bytes) { super([bytes]); this.bytes = bytes; }
  slice(a = 0, b = this.bytes.length) { return new MemBlob(this.bytes.subarray(a, b)); }
}

// random is mulberry32: small, and the same everywhere.
export function random(seed) {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {next, below: n => Math.floor(next() * n)};
}

export const algorithms = {
  es256: {cose: -7, key: ['EC', 'ec_paramgen_curve:P-256'], hash: 'sha256'},
  es384: {cose: -35, key: ['EC', 'ec_paramgen_curve:P-384'], hash: 'sha384'},
  es512: {cose: -36, key: ['EC', 'ec_paramgen_curve:P-521'], hash: 'sha512'},
  ps256: {cose: -37, key: ['RSA', 'rsa_keygen_bits:2048'], hash: 'sha256'},
  ps384: {cose: -38, key: ['RSA', 'rsa_keygen_bits:2048'], hash: 'sha384'},
  ps512: {cose: -39, key: ['RSA', 'rsa_keygen_bits:2048'], hash: 'sha512'},
  ed25519: {cose: -8, key: ['ED25519'], hash: null},
};

// authority makes a root and, for every algorithm and every defect asked for, an end-entity certificate under it.
export function authority(dir, defects) {
  fs.mkdirSync(dir, {recursive: true});
  const openssl = (...args) => execFileSync('openssl', args, {cwd: dir, stdio: ['ignore', 'pipe', 'pipe']});
  const makeKey = (alg, out) => openssl('genpkey', '-algorithm', alg.key[0], ...(alg.key[1] ? ['-pkeyopt', alg.key[1]] : []), '-out', out);
  fs.writeFileSync(path.join(dir, 'ca.cnf'), `[req]
distinguished_name=dn
prompt=no
[dn]
CN=Throw-away root
O=Vectors
[ca]
basicConstraints=critical,CA:true
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
`);
  makeKey(algorithms.es256, 'root.key');
  openssl('req', '-x509', '-new', '-key', 'root.key', '-out', 'root.pem', '-days', '7300', '-config', 'ca.cnf', '-extensions', 'ca', '-sha256');
  const issue = (name, alg, ext, extra = []) => {
    makeKey(algorithms[alg], `${name}.key`);
    openssl('req', '-new', '-key', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name} signer/O=Vectors`);
    fs.writeFileSync(path.join(dir, `${name}.ext`), ext);
    openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial', '-out', `${name}.pem`,
      '-extfile', `${name}.ext`, '-sha256', ...(extra.length ? extra : ['-days', '3650']));
    const pem = f => new crypto.X509Certificate(fs.readFileSync(path.join(dir, f))).raw;
    return {alg, key: crypto.createPrivateKey(fs.readFileSync(path.join(dir, `${name}.key`))), chain: [pem(`${name}.pem`), pem('root.pem')], leaf: pem(`${name}.pem`)};
  };
  const good = 'basicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=emailProtection\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n';
  const out = {};
  for (const alg of Object.keys(algorithms)) out[alg] = issue(alg, alg, good);
  if (defects) {
    out.noeku = issue('noeku', 'es256', good.replace(/extendedKeyUsage.*\n/, ''));
    out.anyeku = issue('anyeku', 'es256', good.replace('emailProtection', 'anyExtendedKeyUsage'));
    out.servereku = issue('servereku', 'es256', good.replace('emailProtection', 'serverAuth'));
    out.mixedeku = issue('mixedeku', 'es256', good.replace('emailProtection', 'emailProtection,timeStamping'));
    out.noaki = issue('noaki', 'es256', good.replace(/authorityKeyIdentifier.*\n/, 'authorityKeyIdentifier=none\n'));
    out.noku = issue('noku', 'es256', good.replace(/keyUsage.*\n/, ''));
    out.certsign = issue('certsign', 'es256', good.replace('digitalSignature', 'digitalSignature,keyCertSign'));
    out.isca = issue('isca', 'es256', good.replace('CA:false', 'CA:true').replace('digitalSignature', 'digitalSignature,keyCertSign'));
    out.expired = issue('expired', 'es256', good, ['-days', '-1']);
    out.shortrsa = (() => { algorithms.rsa1024 = {cose: -37, key: ['RSA', 'rsa_keygen_bits:1024'], hash: 'sha256'}; return issue('shortrsa', 'rsa1024', good); })();
    out.docsign = issue('docsign', 'es256', good.replace('emailProtection', '1.3.6.1.5.5.7.3.36'));
    out.critical = issue('critical', 'es256', good + '1.2.3.4=critical,ASN1:UTF8String:x\n');
    out.leafonly = {...out.es256, chain: [out.es256.leaf]};
    out.wrongchain = {...out.es256, chain: [out.es256.leaf, out.es384.leaf]};
    out.wrongkey = {...out.es256, key: out.noeku.key};
    out.wrongalg = {...out.es256, cose: -35};
    out.dersig = {...out.es256, der: true};
    out.unknownalg = {...out.es256, cose: -257};
  }
  return {root: fs.readFileSync(path.join(dir, 'root.pem'), 'utf8'), signers: out};
}

// CBOR, as much as COSE needs.
function head(major, n) {
  if (n < 24) return Buffer.from([major << 5 | n]);
  if (n < 256) return Buffer.from([major << 5 | 24, n]);
  if (n < 65536) { const b = Buffer.alloc(3); b[0] = major << 5 | 25; b.writeUInt16BE(n, 1); return b; }
  const b = Buffer.alloc(5); b[0] = major << 5 | 26; b.writeUInt32BE(n, 1); return b;
}
const bstr = b => Buffer.concat([head(2, b.length), b]);
const tstr = s => Buffer.concat([head(3, Buffer.byteLength(s)), Buffer.from(s)]);
const cint = n => n >= 0 ? head(0, n) : head(1, -1 - n);

export function signRaw(signer, data) {
  const a = algorithms[signer.alg];
  if (!a.hash) return crypto.sign(null, data, signer.key);
  if (a.key[0] === 'RSA') return crypto.sign(a.hash, data, {key: signer.key, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST});
  return crypto.sign(a.hash, data, {key: signer.key, dsaEncoding: signer.der ? 'der' : 'ieee-p1363'});
}

// cose makes a COSE_Sign1 over a claim, padded to exactly size bytes.
export function cose(signer, claim, size, payload) {
  const certs = signer.chain;
  const prot = Buffer.concat([head(5, 2), cint(1), cint(signer.cose ?? algorithms[signer.alg].cose), cint(33), head(4, certs.length), ...certs.map(bstr)]);
  const tbs = Buffer.concat([head(4, 4), tstr('Signature1'), bstr(prot), bstr(Buffer.alloc(0)), bstr(Buffer.from(claim))]);
  const sig = signRaw(signer, tbs);
  const build = pad => Buffer.concat([Buffer.from([0xd2]), head(4, 4), bstr(prot), head(5, pad >= 0 ? 1 : 0), ...(pad >= 0 ? [tstr('pad'), bstr(Buffer.alloc(pad))] : []), payload ? bstr(payload) : Buffer.from([0xf6]), bstr(sig)]);
  if (!size) return build(-1);
  for (let pad = size - build(0).length; pad >= 0; pad--) { const out = build(pad); if (out.length === size) return out; }
  throw new Error('the signature does not fit');
}
