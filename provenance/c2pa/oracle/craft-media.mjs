// Media files and packages written by hand: Merkle trees over blocks, over chunks of a track and over fragments.
import crypto from 'node:crypto';
import {bases, moov, u32} from './bases.mjs';
import {manifest, created, box, superbox, cbor} from './craft.mjs';

const sha = (...b) => crypto.createHash('sha256').update(Buffer.concat(b)).digest();
const C2PA = Buffer.from('d8fec3d61b0e483c92975828877ec481', 'hex');
const aux = (purpose, ...d) => box('uuid', C2PA, Buffer.alloc(4), Buffer.from(purpose + '\0'), ...d);
const exclusions = mdat => [
  {xpath: '/uuid', length: null, data: [{offset: 8, value: C2PA}], subset: null, version: null, flags: null, exact: null},
  ...['/ftyp', '/mfra'].map(xpath => ({xpath, length: null, data: null, subset: null, version: null, flags: null, exact: null})),
  ...(mdat ? [{xpath: '/mdat', length: null, data: null, subset: [{offset: 16, length: 0}], version: null, flags: null, exact: null}] : []),
];
function topLevel(file) {
  const out = [];
  for (let p = 0; p < file.length;) { const n = file.readUInt32BE(p); out.push({kind: file.toString('latin1', p + 4, p + 8), at: p, n}); p += n; }
  return out;
}
// digest hashes some top-level boxes of a file as version 2 and 3 do: the place of each before its bytes.
function digest(file, from, to, mdat) {
  const parts = [];
  for (const b of topLevel(file)) {
    if (b.at < from || b.at >= to || ['uuid', 'ftyp', 'mfra'].includes(b.kind)) continue;
    const place = Buffer.alloc(8); place.writeUInt32BE(b.at, 4);
    parts.push(place, file.subarray(b.at, b.at + (mdat && b.kind === 'mdat' ? Math.min(16, b.n) : b.n)));
  }
  return sha(...parts);
}
// rows of a tree from its leaves, and the way from a leaf to the root.
function tree(leaves) {
  const rows = [leaves];
  while (rows.at(-1).length > 1) { const r = rows.at(-1); rows.push(r.reduce((a, h, i) => i % 2 ? a : [...a, i + 1 < r.length ? sha(h, r[i + 1]) : h], [])); }
  return rows;
}
function way(rows, i, upTo) {
  const out = [];
  for (let l = 0; l < upTo; l++, i >>= 1) { const peer = rows[l][i ^ 1]; if (peer) out.push(peer); }
  return out;
}

// film puts a store behind ftyp. pieces(room) gives the boxes behind the store for a store box of a size; bind(file)
// gives the media hash for the file with an empty place of that size.
function film(signer, pieces, bind, brand = 'mp42') {
  const ftyp = box('ftyp', Buffer.from(brand), u32(512), Buffer.from(brand + 'isom'));
  let size = 0;
  for (let i = 0; i < 8; i++) {
    const store = m => aux('manifest', Buffer.alloc(8), m);
    const file = m => Buffer.concat([ftyp, store(m), ...pieces(ftyp.length + store(m).length)]);
    const value = bind(file(Buffer.alloc(size)));
    const m = manifest(signer, {assertions: [created(), ['c2pa.hash.bmff.v3', value]]}).box;
    const head = Buffer.from('63327061' + '00110010800000aa00389b71', 'hex');
    const whole = box('jumb', box('jumd', head, Buffer.from([3]), Buffer.from('c2pa\0')), m);
    if (whole.length === size) return file(whole);
    size = whole.length;
  }
  throw new Error('the store never settles');
}

export function craftedMedia(signer, put) {
  const sample = 400, chunks = 11;
  const data = crypto.createHash('shake256', {outputLength: sample * chunks}).update('media').digest();
  const flip = (b, at) => { const c = Buffer.from(b); c[at] ^= 4; return c; };
  const all = (name, file) => {
    put(`${name}.mp4`, file, 'video/mp4');
    const boxes = topLevel(file);
    for (const kind of ['mdat', 'moof', 'moov']) {
      const b = boxes.filter(x => x.kind === kind).at(-1);
      if (b) put(`${name}-bad-${kind}.mp4`, flip(file, b.at + b.n - 3), 'video/mp4');
    }
  };
  // one mdat
  const plainPieces = auxiliary => room => {
    const extra = auxiliary ? auxiliary.map(a => aux('merkle', cbor(a))) : [];
    const at = room + Buffer.concat(extra).length, head = moov(0, sample, chunks).length;
    return [...extra, moov(at + head + 8, sample, chunks), box('mdat', data)];
  };
  const body = data.subarray(8);
  const cut = sizes => { let p = 0; return sizes.map(n => body.subarray(p, p += n)); };
  const even = Array.from({length: Math.ceil(body.length / 1024)}, (_, i) => Math.min(1024, body.length - i * 1024));
  const blocks = (name, map, auxiliary) => all(`blocks-${name}`, film(signer, plainPieces(auxiliary), file => ({exclusions: exclusions(true), alg: 'sha256', hash: digest(file, 0, file.length, true), name: 'media', merkle: [{uniqueId: 0, localId: 0, ...map}]})));
  const leaves = cut(even).map(b => sha(b)), rows = tree(leaves);
  blocks('root', {count: leaves.length, fixedBlockSize: 1024, hashes: rows.at(-1)});
  blocks('leaves', {count: leaves.length, fixedBlockSize: 1024, hashes: leaves});
  blocks('row', {count: leaves.length, fixedBlockSize: 1024, hashes: rows[1]}, leaves.map((_, i) => ({uniqueId: 0, localId: 0, location: i, hashes: way(rows, i, 1)})));
  blocks('proofs', {count: leaves.length, fixedBlockSize: 1024, hashes: rows.at(-1)}, leaves.map((_, i) => ({uniqueId: 0, localId: 0, location: i, hashes: way(rows, i, rows.length - 1)})));
  blocks('order', {count: leaves.length, fixedBlockSize: 1024, hashes: rows.at(-1)}, leaves.map((_, i) => leaves.length - 1 - i).map(i => ({uniqueId: 0, localId: 0, location: i, hashes: way(rows, i, rows.length - 1)})));
  blocks('count', {count: leaves.length - 1, fixedBlockSize: 1024, hashes: rows.at(-1)});
  blocks('small', {count: leaves.length, fixedBlockSize: 1, hashes: rows.at(-1)});
  const odd = [1000, 17, 2000, body.length - 3017], oddLeaves = cut(odd).map(b => sha(b));
  blocks('variable', {count: 4, variableBlockSizes: odd, hashes: tree(oddLeaves).at(-1)});
  blocks('variable-leaves', {count: 4, variableBlockSizes: odd, hashes: oddLeaves});
  blocks('variable-short', {count: 3, variableBlockSizes: odd.slice(0, 3), hashes: oddLeaves.slice(0, 3)});
  blocks('both', {count: 4, variableBlockSizes: odd, fixedBlockSize: 1024, hashes: oddLeaves});
  blocks('whole', {count: 1, hashes: [sha(body)]});
  // chunks of a track
  const pieces = Array.from({length: chunks}, (_, i) => sha(data.subarray(i * sample, (i + 1) * sample)));
  const trackRows = tree(pieces);
  const track = (localId, n = chunks) => pieces.slice(0, n).map((_, i) => ({uniqueId: 0, localId, location: i, hashes: way(trackRows, i, trackRows.length - 1)}));
  blocks('track', {localId: 1, count: chunks, hashes: trackRows.at(-1)}, track(1));
  blocks('track-unknown', {localId: 9, count: chunks, hashes: trackRows.at(-1)}, track(9));
  blocks('track-fewer', {localId: 1, count: chunks, hashes: trackRows.at(-1)}, track(1, chunks - 1));
  // trees that leave media data open: without leaves, and without the last chunks
  const some = chunks - 2, someRows = tree(pieces.slice(0, some));
  blocks('track-none', {localId: 1, count: 0, hashes: trackRows.at(-1)}, track(1, 1));
  blocks('track-part', {localId: 1, count: some, hashes: someRows.at(-1)}, Array.from({length: some}, (_, i) => ({uniqueId: 0, localId: 1, location: i, hashes: way(someRows, i, someRows.length - 1)})));
  const short = room => [moov(room + moov(0, sample, 0).length + 8, sample, 0), box('mdat', data.subarray(0, 8))];
  const none = (name, map) => all(`blocks-none-${name}`, film(signer, short, file => ({exclusions: exclusions(true), alg: 'sha256', hash: digest(file, 0, file.length, true), name: 'media', merkle: [{uniqueId: 0, localId: 0, count: 0, ...map}]})));
  none('fixed', {fixedBlockSize: 1024, hashes: [Buffer.alloc(32)]});
  none('bare', {fixedBlockSize: 1024, hashes: []});
  none('variable', {variableBlockSizes: [], hashes: [Buffer.alloc(32)]});
  // fragments: an initialization segment, then moof and mdat with a Merkle box before each
  const parts = 5;
  const moof = i => box('moof', box('mfhd', Buffer.alloc(4), u32(i + 1)), box('traf', box('tfhd', Buffer.alloc(4), u32(1))));
  const fragments = (name, o = {}) => {
    const build = proofs => room => [moov(0, sample, 0), ...Array.from({length: parts}, (_, i) => [...(proofs ? [aux('merkle', cbor(proofs[i]))] : []), moof(i), box('mdat', data.subarray(i * 700, i * 700 + 700))]).flat()];
    // The proofs are in the file, so first with proofs of the right size, then with the right ones.
    const empty = Array.from({length: parts}, (_, i) => ({uniqueId: 0, localId: 0, location: i, hashes: o.leaves ? undefined : way(tree(Array(parts).fill(Buffer.alloc(32))), i, 3)}));
    let proofs = empty;
    const bind = file => {
      const starts = topLevel(file).filter(b => b.kind === 'moof').map(b => b.at);
      const own = starts.map((at, i) => digest(file, at, starts[i + 1] ?? file.length, false)), rows = tree(own);
      proofs = empty.map((p, i) => ({...p, hashes: o.leaves ? undefined : way(rows, i, rows.length - 1)}));
      if (o.swap) [proofs[1], proofs[2]] = [proofs[2], proofs[1]];
      const map = {uniqueId: 0, localId: 0, count: o.count ?? parts, initHash: o.bare ? undefined : digest(file, 0, starts[0], false), hashes: o.leaves ? own : rows.at(-1)};
      return {exclusions: exclusions(false), alg: 'sha256', name: 'media', merkle: [map], ...(o.hash ? {hash: digest(file, 0, file.length, false)} : {})};
    };
    all(`fragments-${name}`, film(signer, room => build(proofs)(room), bind, 'iso6'));
  };
  fragments('good');
  fragments('leaves', {leaves: true});
  fragments('swap', {swap: true});
  fragments('count', {count: parts + 1});
  fragments('bare', {bare: true});
  fragments('bare-hash', {bare: true, hash: true});
  fragments('hash', {hash: true});
}
