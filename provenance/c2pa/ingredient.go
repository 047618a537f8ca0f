package c2pa

import (
	"fmt"
	"strings"
)

// Relations of an ingredient to the manifest that names it.
const (
	ParentOf    = "parentOf"
	ComponentOf = "componentOf"
	InputTo     = "inputTo"
)

// ingredient is an ingredient assertion of version 1, 2 or 3.
type ingredient struct {
	version      int
	title        string
	format       string
	instanceID   string
	relationship string
	manifest     hashedURI // of the ingredient's own manifest
	hasManifest  bool
	hasActive    bool // the reference is an activeManifest (version 3)
	signature    hashedURI
	hasSignature bool
	thumbnail    hashedURI
	hasThumbnail bool
	sourceType   string
	results      cborValue // validationResults or validationStatus as the writer saw them
	hasResults   bool
}

// readIngredient interprets an assertion; the error says what the version requires and the assertion lacks.
func readIngredient(a *assertion) (ingredient, error) {
	v := a.val
	i := ingredient{version: a.version, title: v.get("dc:title").text(), format: v.get("dc:format").text(),
		instanceID: v.get("instanceID").text(), relationship: v.get("relationship").text()}
	if !v.isMap() {
		return i, fmt.Errorf("%w: ingredient is not a map", ErrMalformedManifest)
	}
	switch i.relationship {
	case ParentOf, ComponentOf, InputTo:
	default:
		return i, fmt.Errorf("%w: ingredient with the relationship %q", ErrMalformedManifest, i.relationship)
	}
	if a.version < 3 {
		_, hasTitle := v.get("dc:title").str()
		_, hasFormat := v.get("dc:format").str()
		_, hasInstance := v.get("instanceID").str()
		if !hasTitle || !hasFormat || a.version == 1 && !hasInstance {
			return i, fmt.Errorf("%w: ingredient without title, format or instance id", ErrMalformedManifest)
		}
		i.manifest, i.hasManifest = readHashedURI(v.get("c2pa_manifest"))
		i.results = v.get("validationStatus")
	}
	if a.version > 3 {
		return i, fmt.Errorf("%w: ingredient of version %d", ErrMalformedManifest, a.version)
	}
	if a.version == 3 {
		if i.manifest, i.hasManifest = readHashedURI(v.get("activeManifest")); i.hasManifest {
			i.hasActive = true
		}
		i.signature, i.hasSignature = readHashedURI(v.get("claimSignature"))
		i.sourceType = v.get("digitalSourceType").text()
		i.results = v.get("validationResults")
		i.hasResults = validResults(i.results)
	}
	i.thumbnail, i.hasThumbnail = readHashedURI(v.get("thumbnail"))
	return i, nil
}

// validResults says whether validation results have the form that version 3 needs: lists of codes for the manifest and
// for each of its ingredients.
func validResults(v cborValue) bool {
	codes := func(c cborValue) bool {
		return c.get("success").isArray() && c.get("informational").isArray() && c.get("failure").isArray()
	}
	if !v.isMap() {
		return false
	}
	if a := v.get("activeManifest"); a.present() && a.kind != cborNull && !codes(a) {
		return false
	}
	if d := v.get("ingredientDeltas"); d.isArray() {
		for i := range d.items {
			if _, ok := d.items[i].get("ingredientAssertionURI").str(); !ok || !codes(d.items[i].get("validationDeltas")) {
				return false
			}
		}
	}
	return true
}

// target gives the label of the manifest that the ingredient refers to.
func (i *ingredient) target() string {
	if label := manifestOf(i.manifest.url); label != "" {
		return label
	}
	return i.manifest.url
}

// ingredients gives the readable ingredient assertions of a manifest.
func (m *manifest) ingredients() []*assertion { return m.byBase("c2pa.ingredient") }

// recorded gives the findings that the writer of the ingredient assertion noted, with absolute URIs.
func (i *ingredient) recorded() (own string, list []Status) {
	if i.hasManifest {
		own = manifestOf(i.manifest.url)
	}
	add := func(v cborValue) {
		if !v.isArray() {
			return
		}
		for n := range v.items {
			s := Status{Code: v.items[n].get("code").text(), URL: v.items[n].get("url").text()}
			s.Kind = kindOf(s.Code)
			if own != "" && strings.HasPrefix(s.URL, "self#jumbf") {
				s.URL = absoluteURI(own, s.URL)
			}
			list = append(list, s)
		}
	}
	codes := func(v cborValue) {
		add(v.get("success"))
		add(v.get("informational"))
		add(v.get("failure"))
	}
	if i.results.isArray() {
		add(i.results)
		return own, list
	}
	codes(i.results.get("activeManifest"))
	deltas := i.results.get("ingredientDeltas")
	if deltas.isArray() {
		for n := range deltas.items {
			codes(deltas.items[n].get("validationDeltas"))
		}
	}
	return own, list
}

// checkIngredients walks the ingredients of a manifest: the reference, then the manifest referred to, then its own
// ingredients, each manifest's once.
func (v *validation) checkIngredients(m *manifest, depth int, visited map[string]bool) error {
	if depth >= maxIngredientDepth {
		return fmt.Errorf("%w: ingredients nested deeper than %d", ErrTooDeep, maxIngredientDepth)
	}
	for _, a := range m.ingredients() {
		if a.redacted || allZero(a.data) {
			continue
		}
		if err := v.ctx.Err(); err != nil {
			return err
		}
		url := assertionURI(m.label, a.label)
		ing, err := readIngredient(a)
		if err != nil {
			v.log.fail(IngredientMalformed, url, err.Error())
			continue
		}
		if ing.hasActive && ing.sourceType != "" {
			v.log.fail(IngredientMalformed, url, "an ingredient cannot have both a manifest and a digital source type")
		}
		v.log.ingredient = append(v.log.ingredient, url)
		err = v.checkIngredient(&ing, url, depth, visited)
		v.log.ingredient = v.log.ingredient[:len(v.log.ingredient)-1]
		if err != nil {
			return err
		}
	}
	return nil
}

func (v *validation) checkIngredient(ing *ingredient, url string, depth int, visited map[string]bool) error {
	if !ing.hasManifest {
		if ing.relationship != InputTo {
			v.log.info(IngredientUnknownProvenance, url, ing.title+": the ingredient has no provenance")
		}
		return nil
	}
	if ing.version >= 3 && !ing.hasResults {
		v.log.fail(IngredientMalformed, url, "a version 3 ingredient needs validation results")
	}
	label := ing.target()
	target := v.store.byLabel[label]
	if target == nil || target.claim == nil {
		v.log.fail(IngredientManifestMissing, label, "the manifest of the ingredient is not in the store")
		return nil
	}
	if !v.compareIngredient(ing, target) {
		return nil
	}
	v.checkManifest(target)
	if visited[target.label] {
		return nil
	}
	visited[target.label] = true
	return v.checkIngredients(target, depth+1, visited)
}

// compareIngredient compares the manifest with the hash in the reference. When something in it was redacted the
// manifest's hash cannot match any more, and that of its signature is compared instead. It says whether to go on.
func (v *validation) compareIngredient(ing *ingredient, target *manifest) bool {
	redacted := false
	for _, r := range v.redactions {
		redacted = redacted || strings.Contains(r, target.label)
	}
	switch {
	case !redacted && sameHash(ing.manifest.hash, target.hash):
		v.log.ok(IngredientManifestValidated, ing.manifest.url, "the ingredient's manifest is the one referred to")
	case !redacted && sameHash(ing.manifest.hash, hashBytes(algOr(ing.manifest.alg, target.claim.algorithm()), target.claim.raw)):
		// Before version 1.3 of the specification the hash covered the claim alone.
	case !redacted:
		v.log.fail(IngredientManifestMismatch, ing.manifest.url, "the ingredient's manifest is not the one referred to")
	case target.claim.version > 1 && !ing.hasSignature:
		v.log.fail(IngredientSignatureMissing, ing.manifest.url, "the reference names no claim signature")
		return false
	case target.claim.version > 1 && sameHash(ing.signature.hash, target.sigHash):
		v.log.info(IngredientSignatureValidated, ing.manifest.url, "the ingredient's signature is the one referred to")
	case target.claim.version > 1:
		v.log.fail(IngredientSignatureMismatch, ing.manifest.url, "the ingredient's signature is not the one referred to")
	}
	return true
}

func algOr(alg, fallback string) string {
	if alg != "" {
		return alg
	}
	return fallback
}
