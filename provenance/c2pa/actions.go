package c2pa

import "strings"

// action is one entry of an actions assertion.
type action struct {
	name       string
	when       string
	agent      string
	sourceType string
	parameters cborValue
	raw        cborValue
}

// readActions gives the actions of an assertion; ok is false when it is not an actions assertion by its form.
func readActions(a *assertion) (list []action, ok bool) {
	arr := a.val.get("actions")
	if !arr.isArray() {
		return nil, false
	}
	for i := range arr.items {
		v := arr.items[i]
		name, isText := v.get("action").str()
		if !isText {
			return nil, false
		}
		list = append(list, action{name: name, when: v.get("when").text(), agent: agentName(v.get("softwareAgent")),
			sourceType: v.get("digitalSourceType").text(), parameters: v.get("parameters"), raw: v})
	}
	return list, true
}

func agentName(v cborValue) string {
	if s, ok := v.str(); ok {
		return s
	}
	name := v.get("name").text()
	if version := v.get("version").text(); version != "" {
		name += "/" + version
	}
	return name
}

func isInception(name string) bool { return name == "c2pa.created" || name == "c2pa.opened" }

// checkActions applies the rules for actions (specification section 18.15). Version 1 claims knew only one: a single
// actions assertion.
func (v *validation) checkActions(m *manifest) {
	all := m.byBase("c2pa.actions")
	if m.claim.version == 1 {
		if len(all) > 1 {
			v.log.fail(ActionMalformed, m.label, "a version 1 claim has only one actions assertion")
		}
		return
	}
	lists := make([][]action, len(all))
	var first *assertion
	inceptions := 0
	for i, a := range all {
		list, ok := readActions(a)
		if !ok && !a.redacted {
			v.log.fail(ActionMalformed, assertionURI(m.label, a.label), "the actions assertion cannot be read")
			continue
		}
		if ok && len(list) == 0 {
			v.log.fail(ActionMalformed, assertionURI(m.label, a.label), "the actions assertion has no action")
		}
		lists[i] = list
		for _, act := range list {
			if isInception(act.name) {
				inceptions++
			}
		}
	}
	first = firstInception(all, lists)
	if inceptions > 1 {
		v.log.fail(ActionMalformed, m.label, "more than one c2pa.created or c2pa.opened")
	}
	if first == nil && !m.update && !m.timeStamp {
		v.log.fail(ActionMalformed, m.label, "the first action must be c2pa.created or c2pa.opened")
	}
	for i, a := range all {
		url := assertionURI(m.label, a.label)
		v.checkIcons(m, actionIcons(a.val), url)
		for n := range lists[i] {
			v.checkAction(m, &lists[i][n], url, i, a, first)
		}
	}
}

// firstInception finds the assertion, created before gathered in order of the store, whose first action begins the
// history; of the two groups the later one that qualifies counts.
func firstInception(all []*assertion, lists [][]action) *assertion {
	var found *assertion
	for _, g := range []group{groupCreated, groupGathered} {
		for i, a := range all {
			if a.group != g {
				continue
			}
			if len(lists[i]) > 0 && isInception(lists[i][0].name) {
				found = a
			}
			break
		}
	}
	return found
}

func (v *validation) checkAction(m *manifest, act *action, url string, index int, in, first *assertion) {
	bad := func(why string) { v.log.fail(ActionMalformed, url, why) }
	if act.name == "" {
		bad("an action without a name")
	}
	if isInception(act.name) {
		if first != nil && first != in {
			bad("only the first action can be c2pa.created or c2pa.opened")
		}
		if index != 0 {
			bad("c2pa.created or c2pa.opened must be the first action")
		}
	}
	switch act.name {
	case "c2pa.opened", "c2pa.placed", "c2pa.removed":
		v.checkActionIngredients(m, act, url)
	case "c2pa.created":
		if act.sourceType == "" {
			bad("c2pa.created needs a digital source type")
		}
	case "c2pa.translated":
		if act.parameters.get("sourceLanguage").text() == "" || act.parameters.get("targetLanguage").text() == "" {
			bad("c2pa.translated needs both languages")
		}
	case "c2pa.transcoded", "c2pa.repackaged":
		if refs, any := act.ingredientRefs(); any && countRelated(m, refs, ParentOf) == 0 {
			v.log.fail(ActionIngredientMismatch, url, act.name+" refers to an ingredient that is not the parent")
		}
	case "c2pa.redacted":
		v.checkRedactedAction(m, act, url)
	case "c2pa.watermarked", "c2pa.watermarked.bound":
		if len(m.byBase("c2pa.soft-binding")) == 0 {
			v.log.fail(ActionSoftBindingMissing, url, "a watermark action without a soft binding")
		}
	}
	v.checkRelated(m, act, url)
	v.checkIcons(m, iconsOf(act.raw.get("softwareAgent")), url)
}

// ingredientRefs gives the references of an action; "ingredient" is the form of version 1.
func (act *action) ingredientRefs() (refs []hashedURI, any bool) {
	if one := act.parameters.get("ingredient"); one.present() {
		if h, ok := readHashedURI(one); ok {
			return []hashedURI{h}, true
		}
		return nil, true
	}
	list := act.parameters.get("ingredients")
	if !list.present() || list.kind == cborNull {
		return nil, false
	}
	refs, _ = readHashedURIs(list)
	return refs, true
}

// countRelated counts the references that lead to an ingredient assertion with the relation.
func countRelated(m *manifest, refs []hashedURI, relation string) int {
	n := 0
	for _, r := range refs {
		label := assertionOf(r.url)
		for _, a := range m.ingredients() {
			if a.label != label || label == "" {
				continue
			}
			if ing, err := readIngredient(a); err == nil && ing.relationship == relation {
				n++
			}
		}
	}
	return n
}

func (v *validation) checkActionIngredients(m *manifest, act *action, url string) {
	refs, any := act.ingredientRefs()
	if !any {
		v.log.fail(ActionIngredientMismatch, url, act.name+" names no ingredient")
		return
	}
	if act.name == "c2pa.opened" {
		// Exactly one parent: the last reference must lead to it.
		if len(refs) > 1 {
			refs = refs[len(refs)-1:]
		}
		if countRelated(m, refs, ParentOf) != 1 {
			v.log.fail(ActionIngredientMismatch, url, "c2pa.opened must refer to the parent ingredient")
		}
		return
	}
	if countRelated(m, refs, ComponentOf) == 0 {
		v.log.fail(ActionIngredientMismatch, url, act.name+" must refer to a component ingredient")
	}
}

func (v *validation) checkRedactedAction(m *manifest, act *action, url string) {
	if !act.parameters.isMap() {
		return
	}
	uri := act.parameters.get("redacted").text()
	target := v.referenced[manifestOf(uri)]
	if uri == "" || target == nil {
		v.log.fail(ActionRedactionMismatch, url, "the redaction names nothing in a referenced manifest")
		return
	}
	label := assertionOf(uri)
	known := false
	for _, ref := range target.claim.refs {
		known = known || label != "" && strings.Contains(ref.url, label)
	}
	if strings.Contains(uri, dataBoxesName) && label != "" {
		for _, r := range m.claim.redactions {
			known = known || r == uri
		}
	}
	if !known {
		v.log.fail(AssertionNotRedacted, url, "what the action calls redacted was not")
	}
}

func (v *validation) checkRelated(m *manifest, act *action, url string) {
	related := act.parameters.get("relatedAssertions")
	if !related.isArray() {
		return
	}
	if len(related.items) == 0 {
		v.log.fail(ActionMalformed, url, "relatedAssertions is empty")
	}
	for i := range related.items {
		ref, ok := readHashedURI(related.items[i])
		home := manifestOf(ref.url)
		if !ok || home != "" && home != m.label || m.find(ref.url) == nil {
			v.log.fail(ActionMalformed, ref.url, "relatedAssertions refers to nothing in this manifest")
		}
		if base, _, _ := splitLabel(boxNameOf(ref.url)); base == "c2pa.actions" || base == "c2pa.ingredient" {
			v.log.fail(ActionMalformed, ref.url, "relatedAssertions must not refer to actions or ingredients")
		}
	}
}

func iconsOf(v cborValue) []hashedURI {
	if h, ok := readHashedURI(v.get("icon")); ok {
		return []hashedURI{h}
	}
	return nil
}

func actionIcons(v cborValue) []hashedURI {
	var out []hashedURI
	for _, key := range []string{"softwareAgents", "templates"} {
		if list := v.get(key); list.isArray() {
			for i := range list.items {
				out = append(out, iconsOf(list.items[i])...)
			}
		}
	}
	return out
}

// checkIcons compares the pictures of claim generators with their hashes.
func (v *validation) checkIcons(m *manifest, icons []hashedURI, _ string) {
	for _, icon := range icons {
		url := absoluteURI(m.label, icon.url)
		b := m.boxAt(icon.url)
		switch {
		case b == nil:
			v.log.fail(AssertionMissing, url, "the icon is not in the manifest")
		case !sameHash(hashBytes(m.algFor(icon), b.body), icon.hash):
			v.log.fail(HashedURIMismatch, url, "the icon was changed")
		}
	}
}

// boxAt finds an assertion or data box of this manifest by URI.
func (m *manifest) boxAt(uri string) *box {
	if strings.Contains(uri, dataBoxesName) {
		for _, b := range m.dataBoxes {
			if b.label == boxNameOf(uri) {
				return b
			}
		}
		return nil
	}
	if a := m.find(uri); a != nil {
		return a.box
	}
	return nil
}
