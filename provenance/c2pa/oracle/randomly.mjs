// Puts files together at random: format, version of the claim, signer, assertions, actions, ingredients, bindings, identities, updates,
// damage. What comes out is judged by the package like everything else.
import {cose} from './lib.mjs';

const SOURCES = ['digitalCapture', 'computationalCapture', 'trainedAlgorithmicMedia', 'compositeWithTrainedAlgorithmicMedia', 'algorithmicMedia', 'humanEdits', 'screenCapture', 'compositeCapture', 'negativeFilm', 'virtualRecording'];
const ACTIONS = ['c2pa.edited', 'c2pa.cropped', 'c2pa.color_adjustments', 'c2pa.resized', 'c2pa.converted', 'c2pa.transcoded', 'c2pa.drawing', 'c2pa.filtered', 'c2pa.orientation', 'c2pa.published', 'c2pa.repackaged', 'c2pa.unknown',
  'c2pa.translated', 'c2pa.watermarked', 'c2pa.watermarked.bound', 'c2pa.watermarked.unbound', 'c2pa.deleted', 'c2pa.dubbed', 'c2pa.trimmed', 'c2pa.redacted', 'c2pa.edited.metadata', 'c2pa.addedText', 'com.example.thing', 'c2pa.resized.proportional'];

export async function randomly({count, rng, bases, ca, made, make, record, definition, withParts, payloadBytes}) {
  const pick = list => list[rng.below(list.length)];
  const chance = p => rng.next() < p;
  const good = ['es256', 'es384', 'es512', 'ps256', 'ps384', 'ps512', 'ed25519'], all = Object.keys(ca.signers);
  const source = () => (chance(0.9) ? 'http://cv.iptc.org/newscodes/digitalsourcetype/' : 'http://c2pa.org/digitalsourcetype/') + pick(SOURCES);
  const step = () => {
    const a = {action: pick(ACTIONS)};
    if (chance(0.3)) a.when = `2026-0${1 + rng.below(9)}-1${rng.below(10)}T10:00:00Z`;
    if (chance(0.2)) a.digitalSourceType = source();
    if (chance(0.2)) a.softwareAgent = chance(0.5) ? {name: '修图', version: '1'} : 'Editor 2';
    if (chance(0.2)) a.parameters = pick([{description: 'x'}, {sourceLanguage: 'zh'}, {targetLanguage: 'en', sourceLanguage: 'zh'}, {name: '滤镜'}, {redacted: 'self#jumbf=/c2pa/urn:c2pa:x/c2pa.assertions/y'}]);
    if (chance(0.1)) a.changes = [{description: 'face', region: [{type: 'spatial', shape: {type: 'rectangle', unit: 'percent', origin: {x: 1, y: 1}, width: 5, height: 5}}]}];
    if (chance(0.1)) a.description = '改了一点';
    return a;
  };
  const more = () => pick([
    {label: 'org.example.note', data: {text: '测试', n: rng.below(1000)}, ...(chance(0.5) ? {kind: 'Json'} : {})},
    {label: 'c2pa.metadata', data: {'@context': {exif: 'http://ns.adobe.com/exif/1.0/', dc: 'http://purl.org/dc/elements/1.1/'}, 'exif:GPSVersionID': '2.2.0.0', ...(chance(0.3) ? {'dc:title': 'x'} : {})}},
    {label: 'stds.schema-org.CreativeWork', data: {'@context': 'https://schema.org', '@type': 'CreativeWork', author: [{'@type': 'Person', name: '示例'}]}, kind: 'Json'},
    {label: 'c2pa.training-mining', data: {entries: {'c2pa.ai_training': {use: 'notAllowed'}}}}, {label: 'cawg.training-mining', data: {entries: {'cawg.ai_generative_training': {use: 'constrained', constraint_info: 'x'}}}},
    {label: 'c2pa.soft-binding', data: {alg: 'com.example', blocks: [{scope: {}, value: 'abc'}], ...(chance(0.3) ? {pad: 'x'} : {})}}, {label: 'c2pa.depthmap.GDepth', data: {'GDepth:Format': 'RangeInverse', 'GDepth:Near': 1, 'GDepth:Far': 2, 'GDepth:Mime': 'image/jpeg', 'GDepth:Data': 'x'}},
    {label: 'c2pa.cloud-data', data: {label: pick(['org.example', 'c2pa.actions', 'c2pa.hash.data', 'c2pa.ingredient.v3']), size: rng.below(3), location: {url: 'https://example.com/x', alg: 'sha256', hash: 'aGFzaA=='}, content_type: 'application/json'}},
    {label: 'c2pa.external-reference', data: {location: {url: pick(['https://example.com/x', '', ' ']), ...(chance(0.4) ? {alg: 'sha256', hash: 'aGFzaA=='} : {})}, description: 'x'}},
    {label: 'c2pa.asset-type', data: {types: [{type: 'c2pa.types.dataset'}]}}, {label: 'c2pa.asset-ref', data: {references: [{reference: {uri: 'https://example.com/x'}}]}}, {label: 'c2pa.font.info', data: {familyName: 'x'}},
    {label: 'com.example.metadata', data: {'@context': {dc: 'http://purl.org/dc/elements/1.1/'}, 'dc:title': 'x'}}, {label: 'c2pa.time-stamp', data: {}}, {label: 'c2pa.certificate-status', data: {ocspVals: []}},
  ]);
  const parents = () => Object.entries(made).filter(([n, m]) => m.bytes.length < 200000 && bases[n.slice(n.indexOf('.') + 1)]);
  for (let i = 0; i < count; i++) {
    const ext = pick(Object.keys(bases)), [format, build] = bases[ext], v1 = chance(0.3);
    const signer = ca.signers[chance(0.75) ? pick(good) : pick(all)];
    const parts = [], steps = [];
    let src = build(), prepare, intent;
    if (chance(0.45)) for (let k = rng.below(3); k >= 0; k--) {
      const [n, m] = pick(parents());
      const bytes = chance(0.2) ? (c => { c[rng.below(c.length)] ^= 1 << rng.below(8); return c; })(Buffer.from(m.bytes)) : m.bytes;
      parts.push([parts.length === 0 ? pick(['parentOf', 'parentOf', 'componentOf', 'inputTo']) : pick(['componentOf', 'componentOf', 'inputTo', 'parentOf']), `part${k}`, m.format, bytes]);
      void n;
    }
    const parent = parts.find(p => p[0] === 'parentOf');
    if (chance(0.9)) steps.push(parent ? {action: 'c2pa.opened', parameters: {ingredientIds: [parent[1]]}} : {action: 'c2pa.created', ...(chance(0.85) ? {digitalSourceType: source()} : {})});
    for (const p of parts) if (p !== parent && chance(0.8)) steps.push({action: pick(['c2pa.placed', 'c2pa.placed', 'c2pa.removed', 'c2pa.edited']), parameters: {ingredientIds: [p[1]]}});
    for (let k = rng.below(4); k > 0; k--) steps.splice(chance(0.9) ? steps.length : 0, 0, step());
    const assertions = [];
    if (steps.length && chance(0.95)) assertions.push({label: chance(0.8) ? 'c2pa.actions' : 'c2pa.actions.v2', data: {actions: steps, ...(chance(0.2) ? {allActionsIncluded: chance(0.5)} : {})}, ...(chance(0.2) ? {created: true} : {})});
    for (let k = rng.below(3); k > 0; k--) assertions.push(more());
    if (chance(0.1)) {
      const [n, m] = pick(parents());
      src = m.bytes; intent = 'update';
      await make(`random-${i}-update.${n.slice(n.indexOf('.') + 1)}`, m.format, src, definition({assertions: chance(0.5) ? [] : assertions}), {signer, prepare: async b => { b.setIntent('update'); }});
      continue;
    }
    void intent;
    if (parts.length) prepare = withParts(...parts);
    const settings = {builder: {thumbnail: {enabled: false}, ...(chance(0.15) ? {prefer_box_hash: true} : {})}, ...(chance(0.2) ? {core: {merkle_tree_chunk_size_in_kb: 1 + rng.below(4), merkle_tree_max_proofs: rng.below(6)}} : {})};
    const identities = chance(0.12) ? [{sigType: 'cawg.x509.cose', reserveSize: 4500, referencedAssertions: [], roles: chance(0.5) ? ['cawg.creator'] : [], sign: async p => new Uint8Array(cose(ca.signers[pick(good)], payloadBytes(chance(0.8) ? p : {...p, sigType: 'x'})))}] : [];
    const def = definition({...(v1 ? {claim_version: 1, claim_generator: 'vectors/1'} : {}), assertions, ...(chance(0.15) ? {hash_alg: pick(['sha384', 'sha512'])} : {})});
    const name = `random-${i}.${ext}`;
    const bytes = await make(name, format, src, def, {signer, settings, prepare, identities});
    if (bytes && chance(0.35)) {
      let copy = Buffer.from(bytes);
      const kind = rng.below(4), at = rng.below(copy.length);
      if (kind < 2) copy[at] ^= 1 << rng.below(8);
      else if (kind === 2) copy = Buffer.concat([copy, Buffer.from('appended')]);
      else copy = Buffer.concat([copy.subarray(0, at), Buffer.from([rng.below(256)]), copy.subarray(at)]);
      await record(`random-${i}-damaged${kind}.${ext}`, format, copy);
    }
  }
}
