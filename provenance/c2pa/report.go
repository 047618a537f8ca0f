package c2pa

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"time"

	"anxin/provenance/c2pa/internal/media"
)

// State is the verdict of the specification (section 14.3).
type State string

// States. A file without credentials has none, which says nothing about it.
const (
	StateNone    State = ""
	StateInvalid State = "Invalid"
	StateValid   State = "Valid"
	StateTrusted State = "Trusted"
)

// MarshalJSON writes null for StateNone.
func (s State) MarshalJSON() ([]byte, error) {
	if s == StateNone {
		return []byte("null"), nil
	}
	return json.Marshal(string(s))
}

// Report is the judgement of one file. It marshals to JSON.
type Report struct {
	// Format is the format by the first bytes.
	Format Format `json:"format"`
	// State is the verdict; empty (null) when the file has no credentials.
	State State `json:"state"`
	// ClaimVersion is 1 or 2, that of the active manifest; 0 without one.
	ClaimVersion int `json:"claim_version,omitempty"`
	// Success, Informational and Failure are the distinct status codes of the active manifest, sorted.
	Success       []string `json:"success"`
	Informational []string `json:"informational"`
	Failure       []string `json:"failure"`
	// Ingredients are the codes that arose inside ingredients and that the file's own maker had not recorded.
	Ingredients []IngredientCodes `json:"ingredients,omitempty"`
	// Statuses are all findings with their place, in the order in which they arose.
	Statuses []Status `json:"statuses,omitempty"`

	// Signer is the common name in the signing certificate, Issuer its organisation.
	Signer string `json:"signer,omitempty"`
	Issuer string `json:"issuer,omitempty"`
	// Algorithm is the signature algorithm: ES256, PS256, EdDSA …
	Algorithm string `json:"algorithm,omitempty"`
	// SignedAt is the time of a time stamp that is for these bytes; nil without one. Whether its authority is trusted
	// is among the codes.
	SignedAt *time.Time `json:"signed_at,omitempty"`
	// Generator is the software that made the claim.
	Generator string `json:"generator,omitempty"`
	// Active is the label of the active manifest.
	Active string `json:"active_manifest,omitempty"`

	// DeclaresAI is true when any manifest of the file, whatever its verdict, says that a trained model made at least
	// a part. A declaration against oneself counts even when nobody vouches for it.
	DeclaresAI bool `json:"declares_ai"`
	// SourceTypes are the digital source types found.
	SourceTypes []SourceType `json:"digital_source_types,omitempty"`
	// Facts are the three facts to show: integrity, trust, declaration.
	Facts []Fact `json:"facts"`

	// Manifests are all manifests of the store, the active one first.
	Manifests []Manifest `json:"manifests"`
	// History is the edit history, the active manifest at the root.
	History *HistoryNode `json:"history,omitempty"`
	// Thumbnails are pictures found in manifests; their bytes are in Data and not in the JSON.
	Thumbnails []Thumbnail `json:"thumbnails,omitempty"`

	// Remote is the address where the file says that its manifest is kept. It is never fetched.
	Remote string `json:"remote_manifest,omitempty"`
	// Problem says why a manifest could not be read to its end; empty when it could.
	Problem string `json:"problem,omitempty"`
	// Err is the error behind Problem, for errors.Is.
	Err error `json:"-"`
}

// IngredientCodes are the codes of one ingredient.
type IngredientCodes struct {
	Ingredient    string   `json:"ingredient"`
	Success       []string `json:"success,omitempty"`
	Informational []string `json:"informational,omitempty"`
	Failure       []string `json:"failure,omitempty"`
}

// Manifest is one manifest as it describes itself.
type Manifest struct {
	Label        string      `json:"label"`
	Kind         string      `json:"kind"` // standard, update, time-stamp
	ClaimVersion int         `json:"claim_version,omitempty"`
	Compressed   bool        `json:"compressed,omitempty"`
	Title        string      `json:"title,omitempty"`
	Format       string      `json:"format,omitempty"`
	InstanceID   string      `json:"instance_id,omitempty"`
	Generator    string      `json:"generator,omitempty"`
	Signer       string      `json:"signer,omitempty"`
	Issuer       string      `json:"issuer,omitempty"`
	Algorithm    string      `json:"algorithm,omitempty"`
	SignedAt     *time.Time  `json:"signed_at,omitempty"`
	Certificates string      `json:"certificates,omitempty"` // PEM, end entity first
	SignatureOK  bool        `json:"signature_ok"`
	Referenced   bool        `json:"referenced"` // reached from the active manifest; others were not validated
	Redactions   []string    `json:"redactions,omitempty"`
	Assertions   []Assertion `json:"assertions"`
}

// Assertion is one assertion as written. Content is its CBOR or JSON as plain data; embedded files are left out.
type Assertion struct {
	Label     string `json:"label"`
	Created   bool   `json:"created,omitempty"` // vouched for by the claim generator (version 2)
	Redacted  bool   `json:"redacted,omitempty"`
	MediaType string `json:"media_type,omitempty"`
	Bytes     int    `json:"bytes"`
	Content   any    `json:"content,omitempty"`
}

// Action is one step of the edit history.
type Action struct {
	Name       string `json:"action"`
	When       string `json:"when,omitempty"`
	Agent      string `json:"software_agent,omitempty"`
	SourceType string `json:"digital_source_type,omitempty"`
}

// HistoryNode is one version of the work; its children are what it was made from.
type HistoryNode struct {
	Manifest     string         `json:"manifest,omitempty"` // empty for ingredients without credentials
	Relationship string         `json:"relationship,omitempty"`
	Title        string         `json:"title,omitempty"`
	Format       string         `json:"format,omitempty"`
	Generator    string         `json:"generator,omitempty"`
	Signer       string         `json:"signer,omitempty"`
	SignedAt     *time.Time     `json:"signed_at,omitempty"`
	Actions      []Action       `json:"actions,omitempty"`
	Failure      []string       `json:"failure,omitempty"`
	Repeated     bool           `json:"repeated,omitempty"` // shown in full elsewhere in the tree
	Missing      bool           `json:"missing,omitempty"`  // the store does not hold its manifest
	Children     []*HistoryNode `json:"children,omitempty"`
}

// Thumbnail is a picture inside a manifest. Data is only given when its first bytes are those of a raster picture of
// the type named; it is a slice of the file and must be decoded with the care that any upload needs.
type Thumbnail struct {
	Manifest  string `json:"manifest"`
	Assertion string `json:"assertion"`
	MediaType string `json:"media_type"`
	Bytes     int    `json:"bytes"`
	Data      []byte `json:"-"`
}

// MaxThumbnailBytes bounds the pictures that are handed out.
const MaxThumbnailBytes = 4 << 20

func emptyReport(a *media.Asset) *Report {
	return &Report{Format: a.Format, Success: []string{}, Informational: []string{}, Failure: []string{}, Manifests: []Manifest{}, Remote: a.Remote}
}

func withoutManifest(a *media.Asset) *Report {
	r := emptyReport(a)
	r.Facts = factsFor(r)
	return r
}

func invalid(a *media.Asset, err error) *Report {
	r := emptyReport(a)
	r.State, r.Problem, r.Err = StateInvalid, err.Error(), err
	r.Failure = []string{ClaimMalformed}
	r.Facts = factsFor(r)
	return r
}

func (v *validation) report(a *media.Asset, problem error) *Report {
	r := emptyReport(a)
	r.Statuses = v.log.items
	if problem != nil {
		r.Problem, r.Err = problem.Error(), problem
		if !v.anyFailure() {
			v.log.ingredient, v.log.current = nil, nil
			v.log.fail(codeFor(problem), "", problem.Error())
			r.Statuses = v.log.items
		}
	}
	r.codes(v.log.items)
	r.State = stateOf(r, problem)
	if m := v.store.active(); m != nil {
		r.describe(v, m)
	}
	r.Facts = factsFor(r)
	return r
}

func (v *validation) anyFailure() bool {
	for _, s := range v.log.items {
		if s.Kind == Failure {
			return true
		}
	}
	return false
}

func codeFor(err error) string {
	switch {
	case strings.Contains(err.Error(), ErrMalformedJUMBF.Error()), strings.Contains(err.Error(), ErrMalformedManifest.Error()):
		return ClaimMalformed
	}
	return GeneralError
}

// codes sorts the findings: those of the active manifest, and those of each ingredient.
func (r *Report) codes(items []Status) {
	var order []string
	sets := map[string]map[Kind]map[string]bool{}
	for _, s := range items {
		if sets[s.Ingredient] == nil {
			sets[s.Ingredient] = map[Kind]map[string]bool{Success: {}, Informational: {}, Failure: {}}
			order = append(order, s.Ingredient)
		}
		sets[s.Ingredient][s.Kind][s.Code] = true
	}
	for _, uri := range order {
		set := sets[uri]
		if uri == "" {
			r.Success, r.Informational, r.Failure = sorted(set[Success]), sorted(set[Informational]), sorted(set[Failure])
			continue
		}
		r.Ingredients = append(r.Ingredients, IngredientCodes{uri, sorted(set[Success]), sorted(set[Informational]), sorted(set[Failure])})
	}
}

func sorted(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for s := range set {
		out = append(out, s)
	}
	sort.Strings(out)
	return out
}

// tolerated failures concern a single credential and leave a manifest Valid, though not Trusted.
func tolerated(code string) bool {
	return code == SigningCredentialUntrusted || strings.HasPrefix(code, "cawg.x509.") || strings.HasPrefix(code, "cawg.identity.")
}

func stateOf(r *Report, problem error) State {
	has := func(list []string, code string) bool {
		i := sort.SearchStrings(list, code)
		return i < len(list) && list[i] == code
	}
	if problem != nil || !has(r.Success, ClaimSignatureValidated) || !has(r.Success, ClaimSignatureInsideValidity) {
		return StateInvalid
	}
	clean := true
	lists := [][]string{r.Failure}
	for _, i := range r.Ingredients {
		lists = append(lists, i.Failure)
	}
	for _, list := range lists {
		for _, code := range list {
			clean = false
			if !tolerated(code) {
				return StateInvalid
			}
		}
	}
	if clean && has(r.Success, SigningCredentialTrusted) {
		return StateTrusted
	}
	return StateValid
}

func (r *Report) describe(v *validation, active *manifest) {
	r.Active = active.label
	for i := len(v.store.manifests) - 1; i >= 0; i-- {
		m := v.store.manifests[i]
		r.Manifests = append(r.Manifests, v.describeManifest(m))
		if m.claim == nil {
			continue
		}
		if v.referenced == nil || v.referenced[m.label] != nil {
			for _, t := range sourceTypesOf(m, m == active) {
				r.SourceTypes = append(r.SourceTypes, t)
				r.DeclaresAI = r.DeclaresAI || t.AI
			}
		}
		r.Thumbnails = append(r.Thumbnails, thumbnailsOf(m)...)
	}
	top := r.Manifests[0]
	r.ClaimVersion, r.Generator, r.Signer, r.Issuer = top.ClaimVersion, top.Generator, top.Signer, top.Issuer
	r.Algorithm, r.SignedAt = top.Algorithm, top.SignedAt
	if active.claim != nil {
		r.History = v.history(r, active, map[string]bool{}, 0)
	}
}

func (v *validation) describeManifest(m *manifest) Manifest {
	out := Manifest{Label: m.label, Kind: "standard", Compressed: m.compressed, Referenced: v.referenced[m.label] != nil, Assertions: []Assertion{}}
	if m.update {
		out.Kind = "update"
	} else if m.timeStamp {
		out.Kind = "time-stamp"
	}
	if c := m.claim; c != nil {
		out.ClaimVersion, out.Title, out.Format, out.InstanceID, out.Redactions = c.version, c.title, c.format, c.instanceID, c.redactions
		out.Generator = c.generatorName()
	}
	who := v.signerOf(m)
	out.Algorithm, out.SignatureOK = who.alg, who.valid
	if !who.time.IsZero() {
		t := who.time.UTC()
		out.SignedAt = &t
	}
	if len(who.chain) > 0 {
		out.Signer, out.Issuer = who.chain[0].Name("2.5.4.3"), who.chain[0].Name("2.5.4.10")
		for _, c := range who.chain {
			out.Certificates += c.Pem()
		}
	}
	for _, a := range m.assertions {
		out.Assertions = append(out.Assertions, a.describe())
	}
	return out
}

// signerOf gives what is known of the signature; of manifests that were not validated, what the box says.
func (v *validation) signerOf(m *manifest) signer {
	if who, ok := v.signers[m.label]; ok {
		return who
	}
	var who signer
	if s, err := parseSign1(m.sig); err == nil {
		if a, ok := s.alg(); ok {
			who.alg = a.name
		}
		who.chain, _ = s.chain()
	}
	return who
}

func (c *claim) generatorName() string {
	if c.generator != "" {
		return c.generator
	}
	if len(c.info) == 0 {
		return ""
	}
	name := c.info[0].get("name").text()
	if version := c.info[0].get("version").text(); version != "" {
		name += "/" + version
	}
	return name
}

// maxContent bounds the assertions that are shown as data; larger ones are hashes of videos and the like.
const maxContent = 256 << 10

func (a *assertion) describe() Assertion {
	out := Assertion{Label: a.label, Created: a.group == groupCreated, Redacted: a.redacted, MediaType: a.mediaType, Bytes: len(a.data)}
	switch {
	case len(a.data) > maxContent:
	case a.isJSON && a.broken == "":
		out.Content = json.RawMessage(a.data)
	case a.isCBOR:
		out.Content = a.val.plain()
	}
	return out
}

// manifest finds the description of a manifest that describe has already made.
func (r *Report) manifest(label string) Manifest {
	for i := range r.Manifests {
		if r.Manifests[i].Label == label {
			return r.Manifests[i]
		}
	}
	return Manifest{}
}

func (v *validation) history(r *Report, m *manifest, seen map[string]bool, depth int) *HistoryNode {
	who := r.manifest(m.label)
	n := &HistoryNode{Manifest: m.label, Title: who.Title, Format: who.Format, Generator: who.Generator, Signer: who.Signer, SignedAt: who.SignedAt}
	if seen[m.label] || depth > maxIngredientDepth {
		n.Repeated = true
		return n
	}
	seen[m.label] = true
	for _, a := range m.byBase("c2pa.actions") {
		list, _ := readActions(a)
		for _, act := range list {
			n.Actions = append(n.Actions, Action{act.name, act.when, act.agent, act.sourceType})
		}
	}
	for _, a := range m.ingredients() {
		ing, err := readIngredient(a)
		if err != nil {
			continue
		}
		child := &HistoryNode{}
		if ing.hasManifest {
			if target := v.store.byLabel[ing.target()]; target != nil && target.claim != nil {
				child = v.history(r, target, seen, depth+1)
			} else {
				child.Manifest, child.Missing = ing.target(), true
			}
		}
		child.Relationship = ing.relationship
		if ing.title != "" {
			child.Title = ing.title
		}
		if ing.format != "" {
			child.Format = ing.format
		}
		url := assertionURI(m.label, a.label)
		for _, codes := range r.Ingredients {
			if codes.Ingredient == url {
				child.Failure = codes.Failure
			}
		}
		n.Children = append(n.Children, child)
	}
	return n
}

// thumbnailsOf gives the pictures in assertions and data boxes whose bytes are what they are called.
func thumbnailsOf(m *manifest) []Thumbnail {
	var out []Thumbnail
	add := func(label, mediaType string, data []byte) {
		kind := rasterType(data)
		if kind == "" || len(data) > MaxThumbnailBytes || mediaType != "" && !strings.HasPrefix(mediaType, "image/") {
			return
		}
		out = append(out, Thumbnail{Manifest: m.label, Assertion: label, MediaType: kind, Bytes: len(data), Data: data})
	}
	for _, a := range m.assertions {
		if strings.HasPrefix(a.base, "c2pa.thumbnail.") {
			add(a.label, a.mediaType, a.data)
		}
	}
	for _, b := range m.dataBoxes {
		c := b.child("cbor")
		if c == nil {
			continue
		}
		v, err := decodeCBOR(c.body)
		if err != nil {
			continue
		}
		data, _ := v.get("data").bytes()
		add(b.label, v.get("dc:format").text(), data)
	}
	return out
}

// rasterType tells the type of a picture by its first bytes; SVG and other active formats are none.
func rasterType(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return "image/webp"
	case bytes.HasPrefix(b, []byte("GIF8")):
		return "image/gif"
	}
	return ""
}

// String gives a line for logs: state, signer, failures.
func (r *Report) String() string {
	if r.State == StateNone {
		return fmt.Sprintf("%s: no credentials", r.Format)
	}
	return fmt.Sprintf("%s: %s, signed by %q, failures %v", r.Format, r.State, r.Signer, r.Failure)
}
