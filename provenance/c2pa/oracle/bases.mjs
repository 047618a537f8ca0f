// Small unsigned files of every format, made here so that vectors need no third-party media.
import zlib from 'node:zlib';

const u16 = n => { const b = Buffer.alloc(2); b.writeUInt16BE(n); return b; };
export const u32 = n => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
const l16 = n => { const b = Buffer.alloc(2); b.writeUInt16LE(n); return b; };
const l32 = n => { const b = Buffer.alloc(4); b.writeUInt32LE(n); return b; };
const ascii = s => Buffer.from(s, 'latin1');
const cat = (...p) => Buffer.concat(p);
const noise = (n, seed) => { let x = seed; return Buffer.from(Array.from({length: n}, () => (x = (x * 1103515245 + 12345) & 0x7fffffff) >> 16 & 0xff)); };

export function jpeg() {
  const seg = (m, body) => cat(Buffer.from([0xff, m]), u16(body.length + 2), body);
  const dqt = seg(0xdb, cat(Buffer.from([0]), Buffer.alloc(64, 16)));
  const sof = seg(0xc0, Buffer.from([8, 0, 8, 0, 8, 1, 1, 0x11, 0]));
  const bits = Buffer.from([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
  const dht = seg(0xc4, cat(Buffer.from([0]), bits, Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])));
  const acBits = Buffer.alloc(16); acBits[1] = 1;
  const dhtAC = seg(0xc4, cat(Buffer.from([0x10]), acBits, Buffer.from([0])));
  const sos = seg(0xda, Buffer.from([1, 1, 0, 0, 63, 0]));
  const scan = noise(600, 7).map(b => b === 0xff ? 0xfe : b);
  const app0 = seg(0xe0, cat(ascii('JFIF\0'), Buffer.from([1, 1, 0, 0, 1, 0, 1, 0, 0])));
  return cat(Buffer.from([0xff, 0xd8]), app0, dqt, sof, dht, dhtAC, sos, scan, Buffer.from([0xff, 0xd9]));
}

export function png() {
  const chunk = (t, d) => { const b = cat(ascii(t), d); return cat(u32(d.length), b, u32(zlib.crc32 ? zlib.crc32(b) : crc32(b))); };
  const raw = cat(...Array.from({length: 8}, (_, y) => cat(Buffer.from([0]), noise(24, y + 1))));
  return cat(Buffer.from([0x89]), ascii('PNG\r\n\x1a\n'), chunk('IHDR', cat(u32(8), u32(8), Buffer.from([8, 2, 0, 0, 0]))),
    chunk('tEXt', ascii('Comment\0vector')), chunk('IDAT', zlib.deflateSync(raw)), chunk('IEND', Buffer.alloc(0)));
}

// scene is a picture that can be looked at: a slope with stripes, and a dark patch in it when asked for. other is another one.
export function scene(w, h, {patch, other} = {}) {
  const chunk = (t, d) => { const b = cat(ascii(t), d); return cat(u32(d.length), b, u32(crc32(b))); };
  const raw = cat(...Array.from({length: h}, (_, y) => cat(Buffer.from([0]), Buffer.from(Array.from({length: w * 3}, (_, i) => {
    const x = Math.floor(i / 3), u = x / w, v = y / h;
    if (patch && u > 0.5 && u < 0.65 && v > 0.4 && v < 0.6) return 10;
    return Math.max(0, Math.min(255, Math.round(other ? 90 + 120 * v + 30 * Math.cos(20 * u) : 60 + 120 * u + 40 * Math.sin(9 * v + 5 * u))));
  })))));
  return cat(Buffer.from([0x89]), ascii('PNG\r\n\x1a\n'), chunk('IHDR', cat(u32(w), u32(h), Buffer.from([8, 2, 0, 0, 0]))), chunk('IDAT', zlib.deflateSync(raw)), chunk('IEND', Buffer.alloc(0)));
}

export function crc32(buf) {
  let c = ~0;
  for (const b of buf) { c ^= b; for (let k = 0; k < 8; k++) c = c & 1 ? c >>> 1 ^ 0xedb88320 : c >>> 1; }
  return ~c >>> 0;
}

const riff = (form, ...chunks) => { const body = cat(ascii(form), ...chunks); return cat(ascii('RIFF'), l32(body.length), body); };
const rchunk = (id, d) => cat(ascii(id), l32(d.length), d, Buffer.alloc(d.length & 1));

export function webp() {
  // VP8L: one 1x1 picture; the writer adds a VP8X header.
  const vp8l = Buffer.from('2f00000010071011118888080 8'.replace(' ', ''), 'hex');
  return riff('WEBP', rchunk('VP8L', vp8l));
}
export const wav = () => riff('WAVE', rchunk('fmt ', cat(l16(1), l16(1), l32(8000), l32(16000), l16(2), l16(16))), rchunk('data', noise(1000, 3)));
export function avi() {
  const list = (t, ...c) => rchunk('LIST', cat(ascii(t), ...c));
  return riff('AVI ', list('hdrl', rchunk('avih', Buffer.alloc(56))), list('movi', rchunk('00dc', noise(700, 4))), rchunk('idx1', Buffer.alloc(16)));
}
export function gif() {
  return cat(ascii('GIF89a'), l16(2), l16(2), Buffer.from([0x80, 0, 0]), Buffer.from([0, 0, 0, 255, 255, 255]),
    Buffer.from([0x21, 0xfe, 6]), ascii('vector'), Buffer.from([0]), Buffer.from([0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 3, 0x44, 0x34, 0x05, 0, 0x3b]));
}
export function tiff() {
  const entry = (tag, type, count, value) => cat(l16(tag), l16(type), l32(count), l32(value));
  const pixels = noise(64, 5);
  const entries = [entry(256, 3, 1, 8), entry(257, 3, 1, 8), entry(258, 3, 1, 8), entry(259, 3, 1, 1), entry(262, 3, 1, 1), entry(273, 4, 1, 8), entry(277, 3, 1, 1), entry(278, 3, 1, 8), entry(279, 4, 1, 64)];
  return cat(ascii('II'), l16(42), l32(72), pixels, l16(entries.length), ...entries, l32(0));
}
export function mp3() {
  const frame = cat(Buffer.from([0xff, 0xfb, 0x90, 0x00]), noise(413, 6).map(b => b === 0xff ? 0 : b));
  return cat(frame, frame, frame, frame);
}
export function flac() {
  const info = cat(u16(4096), u16(4096), Buffer.alloc(6), Buffer.from([0x0a, 0xc4, 0x42, 0xf0, 0, 0, 0x10, 0]), Buffer.alloc(16));
  return cat(ascii('fLaC'), Buffer.from([0x80, 0, 0, 34]), info, Buffer.from([0xff, 0xf8]), noise(500, 8));
}
export const svg = () => Buffer.from('<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>vector</title><rect width="9" height="9" fill="#246"/></svg>\n');

const box = (t, ...d) => { const body = cat(...d); return cat(u32(body.length + 8), ascii(t), body); };
const full = (t, v, f, ...d) => box(t, Buffer.from([v, f >> 16, f >> 8 & 255, f & 255]), ...d);

export function moov(offset, sample, chunks) {
  const mvhd = full('mvhd', 0, 0, Buffer.alloc(8), u32(1000), u32(1000), u32(0x10000), u16(0x100), Buffer.alloc(10), Buffer.alloc(36), Buffer.alloc(24), u32(2));
  const tkhd = full('tkhd', 0, 7, Buffer.alloc(8), u32(1), u32(0), u32(1000), Buffer.alloc(16), Buffer.alloc(36), u32(0x80000), u32(0x80000));
  const mdhd = full('mdhd', 0, 0, Buffer.alloc(8), u32(1000), u32(1000), u16(0x55c4), u16(0));
  const hdlr = full('hdlr', 0, 0, u32(0), ascii('vide'), Buffer.alloc(12), ascii('v\0'));
  const avc1 = box('avc1', Buffer.alloc(6), u16(1), Buffer.alloc(16), u16(8), u16(8), u32(0x480000), u32(0x480000), u32(0), u16(1), Buffer.alloc(32), u16(24), u16(0xffff), box('avcC', Buffer.from([1, 66, 0, 10, 0xff, 0xe1, 0, 0, 0])));
  const stbl = box('stbl', full('stsd', 0, 0, u32(1), avc1), full('stts', 0, 0, u32(1), u32(chunks), u32(100)), full('stsc', 0, 0, u32(1), u32(1), u32(1), u32(1)),
    full('stsz', 0, 0, u32(sample), u32(chunks)), full('stco', 0, 0, u32(chunks), ...Array.from({length: chunks}, (_, i) => u32(offset + i * sample))));
  const minf = box('minf', full('vmhd', 0, 1, Buffer.alloc(8)), box('dinf', full('dref', 0, 0, u32(1), full('url ', 0, 1))), stbl);
  return box('moov', mvhd, box('trak', tkhd, box('mdia', mdhd, hdlr, minf)));
}
export function media(brand, tail) {
  const ftyp = box('ftyp', ascii(brand), u32(512), ascii(brand), ascii('isom'), ascii('mp42'));
  const sample = 400, chunks = 12;
  const data = noise(sample * chunks, 9);
  if (tail) return cat(ftyp, box('free', Buffer.alloc(8)), box('mdat', data), moov(ftyp.length + 16 + 8, sample, chunks));
  const size = moov(0, sample, chunks).length;
  return cat(ftyp, moov(ftyp.length + size + 8, sample, chunks), box('mdat', data));
}
export function heif(brand) {
  const ftyp = box('ftyp', ascii(brand), u32(0), ascii('mif1'), ascii(brand));
  const item = brand === 'avif' ? 'av01' : 'hvc1';
  const data = noise(900, 10);
  const build = offset => full('meta', 0, 0,
    full('hdlr', 0, 0, u32(0), ascii('pict'), Buffer.alloc(12), ascii('\0')), full('pitm', 0, 0, u16(1)),
    full('iloc', 0, 0, Buffer.from([0x44, 0]), u16(1), u16(1), u16(0), u16(1), u32(offset), u32(data.length)),
    full('iinf', 0, 0, u16(1), full('infe', 2, 0, u16(1), u16(0), ascii(item), ascii('\0'))),
    box('iprp', box('ipco', full('ispe', 0, 0, u32(8), u32(8))), full('ipma', 0, 0, u32(1), u16(1), Buffer.from([1, 1]))));
  const size = build(0).length;
  return cat(ftyp, build(ftyp.length + size + 8), box('mdat', data));
}
export function jxl() {
  return cat(Buffer.from('0000000c4a584c200d0a870a', 'hex'), box('ftyp', ascii('jxl '), u32(0), ascii('jxl ')), box('jxlc', Buffer.from([0xff, 0x0a]), noise(300, 11)));
}

// A package as EPUB and office files are, one entry with a data descriptor. All stored: the package cannot inflate.
export function zipFile() {
  const l4 = n => { const b = Buffer.alloc(4); b.writeUInt32LE(n); return b; };
  const entries = [['mimetype', ascii('application/epub+zip'), false, 0], ['OEBPS/page.xhtml', Buffer.from('<p>第一页</p>'.repeat(30)), false, 0], ['OEBPS/pixels.bin', noise(700, 12), false, 8]];
  const out = [], dir = []; let at = 0;
  for (const [name, body, packed, flags] of entries) {
    const data = packed ? zlib.deflateRawSync(body) : body, sums = [l4(crc32(body)), l4(data.length), l4(body.length)];
    const common = [l16(20), l16(flags), l16(packed ? 8 : 0), l16(0), l16(0x5921)];
    const local = cat(ascii('PK\x03\x04'), ...common, ...(flags ? [l4(0), l4(0), l4(0)] : sums), l16(name.length), l16(0), ascii(name), data, ...(flags ? [ascii('PK\x07\x08'), ...sums] : []));
    dir.push(cat(ascii('PK\x01\x02'), l16(20), ...common, ...sums, l16(name.length), l16(0), l16(0), l16(0), l16(0), l4(0), l4(at), ascii(name)));
    out.push(local); at += local.length;
  }
  const d = cat(...dir);
  return cat(...out, d, ascii('PK\x05\x06'), l16(0), l16(0), l16(entries.length), l16(entries.length), l4(d.length), l4(at), l16(0));
}

export const bases = {
  'jpg': ['image/jpeg', jpeg], 'png': ['image/png', png], 'webp': ['image/webp', webp], 'gif': ['image/gif', gif], 'tiff': ['image/tiff', tiff],
  'heic': ['image/heic', () => heif('heic')], 'heif': ['image/heif', () => heif('heix')], 'avif': ['image/avif', () => heif('avif')],
  'mp4': ['video/mp4', () => media('mp42', false)], 'tail.mp4': ['video/mp4', () => media('isom', true)], 'mov': ['video/quicktime', () => media('qt  ', true)], 'm4a': ['audio/mp4', () => media('M4A ', false)],
  'wav': ['audio/wav', wav], 'avi': ['video/avi', avi], 'mp3': ['audio/mpeg', mp3], 'flac': ['audio/flac', flac], 'svg': ['image/svg+xml', svg], 'jxl': ['image/jxl', jxl], 'epub': ['application/epub+zip', zipFile],
};
