package c2pa

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"anxin/provenance/c2pa/internal/media"
)

// Limits of a manifest store.
const (
	maxManifests       = 1024
	maxAssertions      = 10000
	maxIngredientDepth = 100
)

// hashedURI is a reference to a box with the hash of its content.
type hashedURI struct {
	url, alg string
	hash     []byte
}

func readHashedURI(v cborValue) (h hashedURI, ok bool) {
	url, ok := v.get("url").str()
	if !ok {
		return h, false
	}
	sum, ok := v.get("hash").bytes()
	h = hashedURI{url: url, alg: v.get("alg").text(), hash: sum}
	return h, ok
}

func readHashedURIs(v cborValue) (list []hashedURI, ok bool) {
	if !v.isArray() {
		return nil, false
	}
	for i := range v.items {
		h, ok := readHashedURI(v.items[i])
		if !ok {
			return nil, false
		}
		list = append(list, h)
	}
	return list, true
}

// group says in which list of the claim an assertion is named.
type group uint8

const (
	groupV1 group = iota
	groupCreated
	groupGathered
)

// assertion is one box of the assertion store.
type assertion struct {
	label    string // as in the box: "c2pa.actions.v2__1"
	base     string // without version and instance: "c2pa.actions"
	version  int
	instance int
	box      *box
	group    group

	data      []byte    // CBOR or JSON text, or the embedded file
	val       cborValue // decoded CBOR
	mediaType string    // of an embedded file
	isCBOR    bool
	isJSON    bool
	redacted  bool // the box was replaced by a redaction box
	broken    string
}

// claim is the signed statement of a manifest.
type claim struct {
	version     int // 1 or 2
	raw         []byte
	generator   string
	info        []cborValue // claim_generator_info
	signature   string
	refs        []hashedURI // every assertion, created ones first
	created     int         // how many of refs are created; the rest is gathered (version 2)
	format      string
	title       string
	instanceID  string
	redactions  []string
	alg         string // "" when the claim names none
	specVersion string
}

// algorithm gives the hash algorithm of the claim.
func (c *claim) algorithm() string {
	if c.alg == "" {
		return "sha256"
	}
	return c.alg
}

// manifest is one manifest of a store.
type manifest struct {
	label      string
	box        *box
	update     bool
	timeStamp  bool // a time-stamp manifest
	compressed bool
	claim      *claim
	sig        []byte // content of the signature box
	sigBox     *box
	assertions []*assertion
	dataBoxes  []*box

	hash, sigHash []byte // of the manifest box and of its signature box, by the claim's algorithm
}

// store is a manifest store.
type store struct {
	manifests []*manifest
	byLabel   map[string]*manifest
}

// active gives the manifest that speaks about the file: the last one.
func (s *store) active() *manifest {
	if s == nil || len(s.manifests) == 0 {
		return nil
	}
	return s.manifests[len(s.manifests)-1]
}

// hashBytes hashes with a named algorithm; nil when the algorithm is not allowed, which then equals no hash.
func hashBytes(alg string, parts ...[]byte) []byte {
	h, ok := media.NewHash(alg)
	if !ok {
		return nil
	}
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

func sameHash(a, b []byte) bool { return len(a) > 0 && bytes.Equal(a, b) }

// loader builds a store from boxes and logs what is wrong with them.
type loader struct {
	log      *tracker
	maxBytes int64
	spent    int64 // bytes of decompressed manifests so far
	items    int   // CBOR items kept so far
	over     error // they are too many
}

// decode reads a claim or an assertion, within what a store may have in all.
func (l *loader) decode(src []byte) (cborValue, error) {
	d := cborDecoder{src: src, limit: min(maxCBORItems, maxStoreItems-l.items)}
	v, err := d.item(0)
	l.items += max(d.items, d.reserved)
	if l.items > maxStoreItems {
		l.over = fmt.Errorf("%w: more than %d CBOR items in the manifest store", ErrTooMany, maxStoreItems)
		return cborValue{}, l.over
	}
	if err == nil && d.pos != len(src) {
		err = fmt.Errorf("%w: %d bytes after the CBOR item", ErrMalformedCBOR, len(src)-d.pos)
	}
	return v, err
}

// loadStore reads the manifests of a store. On an error the part read so far is returned too: a broken manifest may
// still declare something.
func (l *loader) loadStore(data []byte) (*store, error) {
	s := &store{byLabel: map[string]*manifest{}}
	root, err := parseStore(data)
	if err != nil {
		return s, err
	}
	if root.uuid != uuidStore {
		return s, fmt.Errorf("%w: the outer box is not a manifest store", ErrMalformedManifest)
	}
	for _, b := range root.children {
		if b.kind != "jumb" {
			continue
		}
		if len(s.manifests) >= maxManifests {
			return s, fmt.Errorf("%w: more than %d manifests", ErrTooMany, maxManifests)
		}
		m, err := l.loadManifest(b)
		if m != nil {
			s.put(m)
		}
		if err != nil {
			return s, err
		}
	}
	return s, nil
}

// put keeps the order of the store; a label that comes again replaces the earlier manifest of that name.
func (s *store) put(m *manifest) {
	if old := s.byLabel[m.label]; old != nil {
		for i, x := range s.manifests {
			if x == old {
				s.manifests = append(s.manifests[:i], s.manifests[i+1:]...)
				break
			}
		}
	}
	s.byLabel[m.label] = m
	s.manifests = append(s.manifests, m)
}

func (l *loader) loadManifest(b *box) (*manifest, error) {
	m := &manifest{label: b.label}
	if c := b.child("brob"); c != nil {
		inner, err := l.decompress(c)
		if err != nil {
			l.log.fail(ManifestCompressedInvalid, manifestURI(b.label), err.Error())
			return nil, err
		}
		m.compressed, b = true, inner
		m.label = inner.label
	}
	switch b.uuid {
	case uuidManifest, uuidManifestMD:
	case uuidUpdate:
		m.update = true
	case uuidTimeStamp:
		m.timeStamp = true
	default:
		return nil, nil // unknown kinds of manifests are skipped, as the specification says
	}
	m.box = b
	if strings.ContainsAny(m.label, "=/") {
		l.log.fail(ClaimMalformed, manifestURI(m.label), "the label of the manifest cannot stand in a reference")
		return nil, fmt.Errorf("%w: label of a manifest", ErrMalformedManifest)
	}
	if err := l.checkBoxes(m); err != nil {
		return nil, err
	}
	if err := l.loadClaim(m); err != nil {
		return m, err
	}
	m.hash = hashBytes(m.claim.algorithm(), b.body)
	m.sigHash = hashBytes(m.claim.algorithm(), m.sigBox.body)
	if err := l.loadAssertions(m); err != nil {
		return m, err
	}
	if db := b.super(uuidDataBoxes); db != nil {
		m.dataBoxes = db.children
	}
	return m, nil
}

// checkBoxes: one claim, one assertion store, one signature, and nothing of a kind that is not known.
func (l *loader) checkBoxes(m *manifest) error {
	seen := map[string]int{}
	for _, c := range m.box.children {
		if c.kind != "jumb" {
			continue
		}
		seen[c.uuid]++
		switch c.uuid {
		case uuidClaim:
			if seen[c.uuid] > 1 {
				l.log.fail(ClaimMultiple, manifestURI(m.label), "more than one claim box")
				return fmt.Errorf("%w: more than one claim", ErrMalformedManifest)
			}
		case uuidAssertions, uuidSignature, uuidCredentials, uuidDataBoxes:
			if seen[c.uuid] > 1 {
				l.log.fail(ClaimMalformed, manifestURI(m.label), "a manifest box occurs twice")
				return fmt.Errorf("%w: a manifest box occurs twice", ErrMalformedManifest)
			}
		default:
			l.log.fail(ClaimMultiple, manifestURI(m.label), "a manifest box of an unknown kind")
		}
	}
	switch {
	case seen[uuidClaim] == 0:
		l.log.fail(ClaimMissing, manifestURI(m.label), "the manifest has no claim")
		return fmt.Errorf("%w: no claim", ErrMalformedManifest)
	case seen[uuidSignature] == 0:
		l.log.fail(ClaimSignatureMissing, manifestURI(m.label), "the manifest has no signature")
		return fmt.Errorf("%w: no signature", ErrMalformedManifest)
	case seen[uuidAssertions] == 0:
		l.log.fail(ClaimMalformed, manifestURI(m.label), "the manifest has no assertion store")
		return fmt.Errorf("%w: no assertion store", ErrMalformedManifest)
	}
	return nil
}

func (l *loader) loadClaim(m *manifest) error {
	cb := m.box.super(uuidClaim)
	m.sigBox = m.box.super(uuidSignature)
	malformed := func(why string) error {
		l.log.fail(ClaimMalformed, manifestURI(m.label)+"/"+cb.label, why)
		return fmt.Errorf("%w: %s", ErrMalformedManifest, why)
	}
	if len(cb.children) > 1 {
		return malformed("the claim box has more than one content")
	}
	content := cb.child("cbor")
	if content == nil {
		if cb.child("json") != nil {
			l.log.fail(Prerelease, manifestURI(m.label), "the claim is written in JSON")
			return ErrPrerelease
		}
		return malformed("the claim box has no content")
	}
	sig := m.sigBox.child("cbor")
	if sig == nil {
		l.log.fail(ClaimSignatureMissing, signatureURI(m.label), "the signature box is empty")
		return fmt.Errorf("%w: empty signature box", ErrMalformedManifest)
	}
	m.sig = sig.body
	if _, version, _ := splitLabel(cb.label); version > 2 {
		return malformed("the claim is of a version not known yet")
	}
	c, err := l.readClaim(content.body)
	if err != nil {
		return malformed(err.Error())
	}
	m.claim = c
	if c.alg == "" {
		l.log.fail(AlgorithmUnsupported, manifestURI(m.label), "the claim names no hash algorithm")
		return fmt.Errorf("%w: no hash algorithm", ErrMalformedManifest)
	}
	if _, version, _ := splitLabel(cb.label); c.version > 1 && version > c.version {
		return malformed("the label of the claim box and the claim disagree about the version")
	}
	return nil
}

// v1Fields are all that a version 1 claim may hold.
var v1Fields = asSet([]string{
	"claim_generator", "claim_generator_hints", "claim_generator_info", "signature", "assertions", "dc:format", "instanceID",
	"dc:title", "redacted_assertions", "alg", "alg_soft", "metadata",
})

func (l *loader) readClaim(raw []byte) (*claim, error) {
	v, err := l.decode(raw)
	if err != nil {
		return nil, err
	}
	c := &claim{raw: raw, title: v.get("dc:title").text(), alg: v.get("alg").text(), instanceID: v.get("instanceID").text(),
		signature: v.get("signature").text(), specVersion: v.get("spec_version").text()}
	refs, isV1 := readHashedURIs(v.get("assertions"))
	created, isV2 := readHashedURIs(v.get("created_assertions"))
	switch {
	case isV1 && !isV2:
		c.version, c.refs = 1, refs
		err = c.readV1(v)
	case isV2 && !isV1:
		c.version, c.created, c.refs = 2, len(created), created
		gathered, _ := readHashedURIs(v.get("gathered_assertions"))
		c.refs = append(c.refs, gathered...)
		if c.info = []cborValue{v.get("claim_generator_info")}; !c.info[0].isMap() {
			err = errors.New("claim_generator_info is missing")
		} else if _, ok := c.info[0].get("name").str(); !ok {
			err = errors.New("claim_generator_info has no name")
		}
	default:
		return nil, errors.New("the claim is neither of version 1 nor of version 2")
	}
	_, hasSignature := v.get("signature").str()
	_, hasInstance := v.get("instanceID").str()
	if err == nil && (!hasSignature || !hasInstance) {
		err = errors.New("the claim lacks its signature reference or instance id")
	}
	if len(c.refs) > maxAssertions {
		return nil, fmt.Errorf("%w: %d assertions", ErrTooMany, len(c.refs))
	}
	if list := v.get("redacted_assertions"); list.isArray() {
		for i := range list.items {
			c.redactions = append(c.redactions, list.items[i].text())
		}
	}
	return c, err
}

func (c *claim) readV1(v cborValue) error {
	for i := 0; i+1 < len(v.items); i += 2 {
		if name, ok := v.items[i].str(); !ok || !v1Fields[name] {
			return fmt.Errorf("unknown field %q in a version 1 claim", v.items[i].keyText())
		}
	}
	var hasGenerator, hasFormat bool
	c.generator, hasGenerator = v.get("claim_generator").str()
	c.format, hasFormat = v.get("dc:format").str()
	if !hasGenerator || !hasFormat {
		return errors.New("the claim lacks claim_generator or dc:format")
	}
	if info := v.get("claim_generator_info"); info.isArray() {
		c.info = info.items
	}
	return nil
}

func (l *loader) loadAssertions(m *manifest) error {
	as := m.box.super(uuidAssertions)
	if len(as.children) > maxAssertions {
		return fmt.Errorf("%w: %d assertions", ErrTooMany, len(as.children))
	}
	refs := map[string]int{}
	for i := len(m.claim.refs) - 1; i >= 0; i-- {
		refs[boxNameOf(m.claim.refs[i].url)] = i
	}
	for i, b := range as.children {
		if b.kind != "jumb" {
			continue
		}
		a := &assertion{label: b.label, box: b}
		a.base, a.version, a.instance = splitLabel(b.label)
		if n, ok := refs[b.label]; ok && m.claim.version > 1 {
			a.group = groupCreated
			if n >= m.claim.created {
				a.group = groupGathered
			}
		}
		m.assertions = append(m.assertions, a)
		if a.load(l); l.over != nil {
			return l.over
		}
		url := assertionURI(m.label, a.label)
		if a.broken != "" {
			code := AssertionCBORInvalid
			if a.isJSON {
				code = AssertionJSONInvalid
			}
			l.log.fail(code, url, a.broken)
		}
		if a.redacted && !allZero(a.data) {
			l.log.fail(AssertionNotRedacted, url, "a redacted assertion still has content")
		}
		if n, ok := refs[b.label]; i == 0 && ok && l.isPrerelease(m, a, m.claim.refs[n]) {
			l.log.fail(Prerelease, url, "hashes are made as before version 1.0 of the specification")
			return ErrPrerelease
		}
	}
	return nil
}

// isPrerelease: before version 1.0 hashes covered the content alone and not its box.
func (l *loader) isPrerelease(m *manifest, a *assertion, ref hashedURI) bool {
	return sameHash(hashBytes(m.algFor(ref), a.data), ref.hash)
}

// algFor is the algorithm of a reference: its own or the claim's.
func (m *manifest) algFor(ref hashedURI) string {
	if ref.alg != "" {
		return ref.alg
	}
	return m.claim.algorithm()
}

func (a *assertion) load(l *loader) {
	switch a.box.uuid {
	case uuidCBOR:
		a.isCBOR = true
		c := a.box.child("cbor")
		if c == nil {
			a.broken = "the assertion box has no CBOR content"
			return
		}
		a.data = c.body
		var err error
		if a.val, err = l.decode(c.body); err != nil && !allZero(c.body) {
			a.broken = err.Error()
		}
	case uuidJSON:
		a.isJSON = true
		c := a.box.child("json")
		if c == nil {
			a.broken = "the assertion box has no JSON content"
			return
		}
		a.data = c.body
		if !json.Valid(c.body) {
			a.broken = "not valid JSON"
		}
	case uuidEmbedded:
		if d := a.box.child("bfdb"); d != nil && len(d.body) > 1 {
			a.mediaType = cString(d.body[1:])
		}
		if c := a.box.child("bidb"); c != nil {
			a.data = c.body
		}
	case uuidUUID:
		if c := a.box.child("uuid"); c != nil && len(c.body) >= 16 {
			a.redacted = fmt.Sprintf("%x", c.body[:16]) == uuidRedacted
			a.data = c.body[16:]
		}
	}
}

func cString(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}

// allZero: redaction may leave the box with zeros.
func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// find gives the assertion that a URI of this manifest names.
func (m *manifest) find(uri string) *assertion {
	name := boxNameOf(uri)
	for _, a := range m.assertions {
		if a.label == name {
			return a
		}
	}
	return nil
}

// byBase gives the assertions of one type.
func (m *manifest) byBase(base string) []*assertion {
	var out []*assertion
	for _, a := range m.assertions {
		if a.base == base {
			out = append(out, a)
		}
	}
	return out
}

// hashBases are the labels of hard bindings.
var hashBases = []string{"c2pa.hash.data", "c2pa.hash.bmff", "c2pa.hash.boxes", "c2pa.hash.collection.data"}

// bindings gives the hard bindings of a manifest; in version 2 claims only created assertions can bind.
func (m *manifest) bindings() []*assertion {
	var out []*assertion
	for _, base := range hashBases {
		for _, a := range m.byBase(base) {
			if m.claim.version < 2 || a.group == groupCreated {
				out = append(out, a)
			}
		}
	}
	return out
}
