package c2pa

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"anxin/provenance/c2pa/internal/media"

	"anxin/provenance/c2pa/internal/pki"
)

// validation is one run over one file. Findings go to log; nothing here prints or decides.
type validation struct {
	ctx   context.Context
	log   *tracker
	asset *media.Asset
	store *store
	trust *Trust
	at    time.Time

	referenced map[string]*manifest // active manifest and everything it refers to
	redactions []string             // of all referenced manifests
	stamps     map[string]time.Time // times from time-stamp assertions, by manifest label
	ocsp       map[string][][]byte  // responses from certificate-status assertions, by serial number
	signers    map[string]signer    // who signed, by manifest label
	judged     map[string]*tracker  // findings about a manifest, by label
}

// signer is what is known of one signature.
type signer struct {
	alg   string
	chain []*pki.Certificate
	time  time.Time // of a time stamp that is for these bytes
	valid bool      // the signature verifies
}

// run validates the store against the file, in the order of the specification's section 15.
func (v *validation) run() error {
	active := v.store.active()
	if active == nil || active.claim == nil {
		if !v.log.has(ClaimMissing) && len(v.log.items) == 0 {
			v.log.fail(ClaimMissing, "", "the store has no manifest that can be read")
		}
		return nil
	}
	v.referenced, v.judged = map[string]*manifest{}, map[string]*tracker{}
	v.stamps, v.ocsp, v.signers = map[string]time.Time{}, map[string][][]byte{}, map[string]signer{}
	if err := v.collect(active, nil); err != nil {
		return err
	}
	binding := v.bindingManifest(active, map[string]bool{})
	if binding == nil {
		v.log.fail(HardBindingsMissing, manifestURI(active.label), "no manifest binds to the content of the file")
	}
	v.readStamps()
	for _, uri := range v.redactions {
		if m := v.store.byLabel[manifestOf(uri)]; m != nil {
			if a := m.find(uri); a != nil && !allZero(a.data) {
				v.log.fail(AssertionNotRedacted, uri, "a redacted assertion still has content")
			}
		}
	}
	v.checkManifest(active)
	if err := v.checkIngredients(active, 0, map[string]bool{active.label: true}); err != nil {
		return err
	}
	if binding != nil {
		if err := v.checkBinding(binding, active.update); err != nil {
			return err
		}
	}
	v.checkIdentities()
	v.reconcile(active)
	v.checkReadable()
	return nil
}

// checkReadable: an assertion that cannot be decoded is missing for whoever wants to know what it says. Bindings say
// nothing.
func (v *validation) checkReadable() {
	for _, m := range v.store.manifests {
		for _, a := range m.assertions {
			if a.broken != "" && !slices.Contains(hashBases, a.base) || a.broken == "" && !a.redacted && a.shapeless() {
				v.log.fail(AssertionRequiredMissing, assertionURI(m.label, a.label), "the content of the assertion cannot be used")
			}
		}
	}
}

// shapeless: actions without a list of actions, and metadata without a context, cannot be decoded although they are well formed.
func (a *assertion) shapeless() bool {
	switch {
	case a.isJSON:
		return false
	case a.base == "c2pa.actions":
		list := a.val.get("actions")
		for i := range list.items {
			if _, ok := list.items[i].get("action").str(); !ok {
				return true
			}
		}
		return !list.isArray()
	case strings.HasSuffix(a.base, ".metadata") && a.base != "c2pa.assertion.metadata":
		return !a.val.get("@context").isMap()
	}
	return false
}

// collect finds every manifest that the active one refers to, and refuses cycles.
func (v *validation) collect(m *manifest, path []string) error {
	if len(path) >= maxIngredientDepth {
		return fmt.Errorf("%w: ingredients nested deeper than %d", ErrTooDeep, maxIngredientDepth)
	}
	if v.referenced[m.label] != nil {
		return nil
	}
	v.referenced[m.label] = m
	v.redactions = append(v.redactions, m.claim.redactions...)
	path = append(path, m.label)
	for _, a := range m.ingredients() {
		ing, err := readIngredient(a)
		if err != nil || !ing.hasManifest {
			continue
		}
		label := ing.target()
		next := v.store.byLabel[label]
		if next == nil || next.claim == nil {
			v.log.fail(IngredientManifestMissing, label, "the manifest of an ingredient is not in the store")
			continue
		}
		for _, p := range path {
			if p == label {
				v.log.fail(IngredientMalformed, assertionURI(m.label, a.label), "ingredients form a cycle")
				return fmt.Errorf("%w: %s", ErrCycle, label)
			}
		}
		if err := v.collect(next, path); err != nil {
			return err
		}
	}
	return nil
}

// bindingManifest finds the manifest whose hard binding counts: the active one, or for update manifests the first
// standard manifest up the line of parents.
func (v *validation) bindingManifest(m *manifest, seen map[string]bool) *manifest {
	if seen[m.label] {
		return nil
	}
	seen[m.label] = true
	if !m.update && len(m.bindings()) > 0 {
		return m
	}
	for _, a := range m.ingredients() {
		ing, err := readIngredient(a)
		if err != nil {
			return nil
		}
		if ing.relationship != ParentOf || !ing.hasManifest {
			continue
		}
		parent := v.store.byLabel[manifestOf(ing.manifest.url)]
		if parent == nil || parent.claim == nil {
			continue
		}
		if parent.update {
			return v.bindingManifest(parent, seen)
		}
		if len(parent.bindings()) > 0 {
			return parent
		}
	}
	return nil
}

// readStamps reads time-stamp and certificate-status assertions, which speak about signatures of other manifests.
func (v *validation) readStamps() {
	labels := make([]string, 0, len(v.referenced))
	for label := range v.referenced {
		labels = append(labels, label)
	}
	sort.Strings(labels)
	for _, label := range labels {
		m := v.referenced[label]
		for _, a := range m.byBase("c2pa.time-stamp") {
			v.readStampAssertion(m, a)
		}
		for _, a := range m.byBase("c2pa.certificate-status") {
			vals := a.val.get("ocspVals")
			if !vals.isArray() {
				continue
			}
			for i := range vals.items {
				v.fileOCSP(m, vals.items[i])
			}
		}
	}
}

func (v *validation) readStampAssertion(m *manifest, a *assertion) {
	if !a.val.isMap() {
		if !a.redacted {
			v.log.fail(AssertionTimestampMalform, assertionURI(m.label, a.label), "the time-stamp assertion cannot be read")
		}
		return
	}
	for i := 0; i+1 < len(a.val.items); i += 2 {
		target := v.referenced[a.val.items[i].text()]
		der, ok := a.val.items[i+1].bytes()
		if target == nil || !ok {
			continue
		}
		s, err := parseSign1(target.sig)
		if err != nil {
			continue
		}
		var quiet tracker
		if t, err := verifyTimeStamp(der, s.signature, v.trust, target.claim.version != 1, &quiet); err == nil {
			v.stamps[target.label] = t
		}
	}
}

// fileOCSP keeps a response under the serial number of the certificate that it is about.
func (v *validation) fileOCSP(m *manifest, val cborValue) {
	der, ok := val.bytes()
	s, err := parseSign1(m.sig)
	if !ok || err != nil {
		return
	}
	chain, err := s.chain()
	if err != nil {
		return
	}
	a, ok := pki.ParseOCSP(der, withIssuer(chain, v.trust), time.Time{}, v.at)
	if !ok || a.Serial == nil {
		return
	}
	key := a.Serial.String()
	v.ocsp[key] = append(v.ocsp[key], der)
	// The signer vouches for these answers itself: one that says "revoked" counts without a look at the responder.
	switch a.Status {
	case pki.OCSPRevoked:
		v.log.fail(OCSPRevoked, signatureURI(m.label), "the manifest itself carries an answer that its certificate was revoked")
	case pki.OCSPUnknown:
		v.log.info(OCSPUnknown, signatureURI(m.label), "the revocation answer does not know the certificate")
	}
}

// checkManifest judges one manifest: its signature, then its claim. A manifest that is the ingredient of several is
// judged once; its findings are noted under each.
func (v *validation) checkManifest(m *manifest) {
	found, done := v.judged[m.label]
	if !done {
		outer := v.log
		found = &tracker{current: []string{signatureURI(m.label)}}
		v.log = found
		v.checkSignature(m)
		v.checkClaim(m)
		v.log = outer
		v.judged[m.label] = found
	}
	v.log.take(found)
}

func (v *validation) checkSignature(m *manifest) {
	if home := manifestOf(m.claim.signature); home != "" && home != m.label || home == "" && boxNameOf(m.claim.signature) != signatureName {
		v.log.fail(ClaimSignatureMissing, signatureURI(m.label), "the claim refers to another signature")
	}
	if m.claim.version > 1 && !validV2Label(m.label) {
		v.log.fail(ClaimMalformed, manifestURI(m.label), "the label of the manifest has not the form that version 2 needs")
	}
	s, err := parseSign1(m.sig)
	if err != nil {
		v.log.fail(ClaimSignatureMismatch, coseURL, "the signature cannot be read: "+err.Error())
		return
	}
	var who signer
	if a, ok := s.alg(); ok {
		who.alg = a.name
	}
	who.chain, err = s.chain()
	if err != nil {
		v.log.info(OCSPSkipped, "", "no revocation answer can be looked at")
		v.log.fail(SigningCredentialUntrusted, "", "the signing certificate cannot be read")
		v.log.fail(ClaimSignatureMismatch, "", "the certificates cannot be read: "+err.Error())
		v.signers[m.label] = who
		return
	}
	signed, stamped := v.stamps[m.label], false
	v.checkRevocation(m, s, who.chain, signed)
	if signed.IsZero() {
		if t, err := signatureTime(s, m.claim.raw, v.trust, m.claim.version > 1, v.log); err == nil && !t.IsZero() {
			signed, stamped = t, true
		}
	} else {
		stamped = true
	}
	ctx := signatureContext{trust: v.trust, role: roleSigner, usages: v.trust.signingUsages(), at: v.at}
	if _, err = judgeSignature(s, m.claim.raw, signed, ctx, v.log); err != nil {
		v.log.fail(ClaimSignatureMismatch, signatureURI(m.label), "the claim signature is not valid: "+err.Error())
	} else {
		who.valid = true
		v.log.ok(ClaimSignatureInsideValidity, signatureURI(m.label), "the claim signature is valid")
		v.log.ok(ClaimSignatureValidated, signatureURI(m.label), "the claim signature is valid")
	}
	who.time = signed
	if !stamped {
		// For display: the time of a stamp that is for these bytes, whether or not its authority is trusted.
		var quiet tracker
		who.time, _ = signatureTime(s, m.claim.raw, v.trust, false, &quiet)
	}
	v.signers[m.label] = who
}

// checkRevocation looks at the stapled OCSP response, else at those of certificate-status assertions. Nothing is ever
// asked over the network.
func (v *validation) checkRevocation(m *manifest, s *sign1, chain []*pki.Certificate, signed time.Time) {
	responses := v.ocsp[chain[0].Serial.String()]
	if der := s.stapledOCSP(); der != nil {
		responses = [][]byte{der}
	} else if len(responses) == 0 {
		v.log.info(OCSPSkipped, "", "no revocation answer is stapled, and none is fetched")
		return
	}
	if signed.IsZero() {
		var quiet tracker
		if t, err := signatureTime(s, m.claim.raw, v.trust, true, &quiet); err == nil {
			signed = t
		}
	}
	for _, der := range responses {
		switch judgeOCSP(der, chain, v.trust, signed, v.at) {
		case pki.OCSPRevoked:
			v.log.fail(OCSPRevoked, "", "the signing certificate was revoked")
			return
		case pki.OCSPGood:
			v.log.ok(OCSPNotRevoked, "", "the signing certificate was not revoked")
			return
		}
	}
}

// checkClaim applies the rules about what a claim says.
func (v *validation) checkClaim(m *manifest) {
	for _, info := range m.claim.info {
		v.checkIcons(m, iconsOf(info), "")
	}
	for _, r := range m.claim.redactions {
		if strings.Contains(r, m.label) {
			v.log.fail(AssertionSelfRedacted, r, "a manifest redacts itself")
		}
		if strings.Contains(r, "c2pa.actions") {
			v.log.fail(ActionRedacted, r, "actions cannot be redacted")
		}
		for _, base := range hashBases {
			if strings.Contains(r, base) {
				v.log.fail(HardBindingRedacted, r, "hard bindings cannot be redacted")
			}
		}
	}
	v.checkParents(m)
	v.checkReferences(m)
	v.checkActions(m)
	if m.claim.version >= 2 && (len(m.claim.info) == 0 || m.claim.info[0].get("name").text() == "") {
		v.log.fail(ClaimMalformed, manifestURI(m.label), "claim_generator_info has no name")
	}
	v.checkSideAssertions(m)
}

// updateActions are all that an update manifest may record.
var updateActions = asSet([]string{"c2pa.edited.metadata", "c2pa.opened", "c2pa.published", "c2pa.redacted"})

func (v *validation) checkParents(m *manifest) {
	parents := 0
	for _, a := range m.ingredients() {
		ing, err := readIngredient(a)
		if err == nil && ing.relationship == ParentOf && ing.hasManifest && (ing.version <= 2 || ing.hasSignature) {
			parents++
		}
	}
	url := manifestURI(m.label)
	if m.timeStamp {
		if parents != 1 || len(m.bindings()) > 0 || len(m.byBase("c2pa.actions")) > 0 {
			v.log.fail(ManifestTimestampInvalid, url, "a time-stamp manifest has one parent, no actions and no binding")
		}
		return
	}
	if !m.update {
		if parents > 1 {
			v.log.fail(ManifestMultipleParents, url, "more than one parent")
		}
		return
	}
	for _, a := range m.byBase("c2pa.actions") {
		list, _ := readActions(a)
		for _, act := range list {
			if !updateActions[act.name] {
				v.log.fail(ManifestUpdateInvalid, url, "an update manifest cannot record "+act.name)
			}
		}
	}
	for _, a := range m.assertions {
		if strings.Contains(a.label, "c2pa.thumbnail.claim") {
			v.log.fail(ManifestUpdateInvalid, url, "an update manifest cannot have a thumbnail")
			break
		}
	}
	switch {
	case parents == 0:
		v.log.fail(ManifestUpdateWrongParents, url, "an update manifest needs a parent")
	case parents > 1:
		v.log.fail(ManifestUpdateInvalid, url, "an update manifest has only one parent")
	}
}

// checkReferences compares every assertion with the hash in the claim and finds assertions that no one vouches for.
func (v *validation) checkReferences(m *manifest) {
	named := map[*assertion]bool{}
	for _, ref := range m.claim.refs {
		url := absoluteURI(m.label, ref.url)
		if home := manifestOf(ref.url); home != "" && home != m.label {
			v.log.fail(AssertionOutsideManifest, ref.url, "the claim refers to an assertion of another manifest")
			if v.store.byLabel[home] == nil {
				v.log.fail(ClaimMissing, manifestURI(home), "the manifest that the claim refers to is not in the store")
			}
		}
		a := m.find(ref.url)
		if a != nil {
			named[a] = true
		}
		if v.isRedacted(m, boxNameOf(ref.url)) {
			continue
		}
		switch {
		case a == nil:
			v.log.fail(AssertionMissing, url, "the assertion is not in the manifest")
		case !sameHash(hashBytes(m.algFor(ref), a.box.body), ref.hash):
			v.log.fail(HashedURIMismatch, url, "the assertion was changed")
		default:
			v.log.ok(HashedURIMatch, url, "the assertion is the one that was signed")
		}
	}
	for _, a := range m.assertions {
		if !named[a] {
			v.log.fail(AssertionUndeclared, assertionURI(m.label, a.label), "the claim does not vouch for this assertion")
		}
	}
}

func (v *validation) isRedacted(m *manifest, label string) bool {
	for _, r := range v.redactions {
		if manifestOf(r) == m.label && boxNameOf(r) == label {
			return true
		}
	}
	return false
}

var metadataLabel = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_-]*(\.[a-zA-Z0-9][a-zA-Z0-9_-]*)*\.metadata$`)

// forbiddenAbroad are labels of assertions that cannot be kept outside the file.
var forbiddenAbroad = asSet([]string{
	"c2pa.action", "c2pa.actions", "c2pa.actions.v2", "c2pa.cloud-data", "c2pa.ingredient", "c2pa.ingredient.v2", "c2pa.ingredient.v3",
})

// checkSideAssertions looks at the form of soft bindings, cloud data and external references.
func (v *validation) checkSideAssertions(m *manifest) {
	for _, a := range m.byBase("c2pa.soft-binding") {
		if !a.redacted && !a.val.get("blocks").isArray() {
			v.log.fail(ClaimMalformed, assertionURI(m.label, a.label), "the soft binding cannot be read")
		}
	}
	for _, a := range m.byBase("c2pa.cloud-data") {
		if a.redacted {
			continue
		}
		url := assertionURI(m.label, a.label)
		label, okLabel := a.val.get("label").str()
		size, okSize := a.val.get("size").uint()
		_, okURL := a.val.get("location").get("url").str()
		if !okLabel || !okSize || !okURL {
			v.log.fail(CloudDataMalformed, url, "the cloud data cannot be read")
			continue
		}
		if size < 1 {
			v.log.fail(CloudDataMalformed, url, "cloud data of no size")
		}
		base, _, _ := splitLabel(label)
		for _, h := range hashBases {
			if base == h {
				v.log.fail(CloudDataHardBinding, url, "a hard binding cannot be kept outside the file")
			}
		}
		if m.update && base == "c2pa.actions" {
			v.log.fail(CloudDataActions, url, "actions of an update manifest cannot be kept outside the file")
		}
		if forbiddenAbroad[label] {
			v.log.fail(CloudDataMalformed, url, "this kind of assertion cannot be kept outside the file")
		}
	}
	for _, a := range m.byBase("c2pa.external-reference") {
		if a.redacted {
			continue
		}
		loc := a.val.get("location")
		label := a.val.get("label").text()
		base, _, _ := splitLabel(label)
		bad := strings.TrimSpace(loc.get("url").text()) == "" || forbiddenAbroad[label] || label == "c2pa.external-reference"
		if h := loc.get("hash"); h.present() {
			sum, _ := h.bytes()
			bad = bad || len(sum) == 0 && h.text() == "" || loc.get("alg").text() == ""
		}
		for _, h := range hashBases {
			bad = bad || base == h
		}
		if bad {
			v.log.fail(ExternalReferenceMalformed, assertionURI(m.label, a.label), "the external reference cannot be used")
		}
	}
}

// reconcile drops findings about ingredients that the writer of the ingredient assertion already recorded: they were
// known and signed for when the file was made. Findings about the active manifest always stay.
func (v *validation) reconcile(active *manifest) {
	type key struct{ code, url string }
	known := map[key]Kind{}
	inside := map[string]bool{}
	for _, m := range v.referenced {
		for _, a := range m.ingredients() {
			ing, err := readIngredient(a)
			if err != nil {
				continue
			}
			own, list := ing.recorded()
			for _, s := range list {
				known[key{s.Code, s.URL}] = s.Kind
				if s.Code == ClaimSignatureInsideValidity && own != "" && manifestOf(s.URL) == own {
					inside[own] = true
				}
			}
		}
	}
	keep := v.log.items[:0]
	for _, s := range v.log.items {
		home := manifestOf(s.URL)
		if home != active.label && (s.Ingredient != "" || strings.HasPrefix(s.Code, "cawg.")) {
			if kind, ok := known[key{s.Code, s.URL}]; ok && kind == s.Kind {
				continue
			}
			if s.Code == SigningCredentialExpired && inside[home] {
				continue
			}
		}
		keep = append(keep, s)
	}
	v.log.items = keep
}
