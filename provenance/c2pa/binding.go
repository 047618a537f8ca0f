package c2pa

import (
	"context"
	"errors"
	"fmt"
	"math"

	"anxin/provenance/c2pa/internal/media"
)

// bindingError is a failure with its own status code; any other error of a binding check means "mismatch".
type bindingError struct {
	code, why string
}

func (e *bindingError) Error() string { return e.why }

// checkBinding compares the file with the one hard binding of the manifest that has it. The error is only for a
// context that ended; everything else is a finding.
func (v *validation) checkBinding(m *manifest, byUpdate bool) error {
	list := m.bindings()
	url := manifestURI(m.label)
	switch {
	case len(list) == 0:
		v.log.fail(HardBindingsMissing, url, "the claim binds to no content")
	case len(list) > 1:
		v.log.fail(HardBindingsMultiple, url, "the claim has more than one hard binding")
	}
	for _, a := range list {
		if err := v.checkOneBinding(m, a, byUpdate); err != nil {
			return err
		}
	}
	return nil
}

func (v *validation) checkOneBinding(m *manifest, a *assertion, byUpdate bool) error {
	url := assertionURI(m.label, a.label)
	var err error
	match, mismatch := "", mismatchOf[a.base]
	if v.asset.Format == Sidecar {
		if h, err := readBMFFHash(a); a.base == "c2pa.hash.bmff" && err == nil && h.extraExclusions() {
			v.log.info(BMFFHashExtraExclusions, url, "the hash leaves out more than the manifest store")
		}
		v.log.fail(mismatch, url, "the file that was signed is not here; this is its manifest store alone")
		return nil
	}
	switch a.base {
	case "c2pa.hash.data":
		match = DataHashMatch
		err = v.checkDataHash(m, a, url, byUpdate)
	case "c2pa.hash.bmff":
		match = BMFFHashMatch
		err = v.checkBMFFHash(m, a, url)
	case "c2pa.hash.boxes":
		match = BoxesHashMatch
		err = v.checkBoxesHash(m, a, url)
	case "c2pa.hash.collection.data":
		match = CollectionHashMatch
		err = v.checkCollectionHash(m, a)
	}
	var known *bindingError
	switch {
	case err == nil:
		v.log.ok(match, url, "the content of the file is what was signed")
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &known):
		v.log.fail(known.code, url, known.why)
	default:
		v.log.fail(mismatch, url, "the content of the file is not what was signed: "+err.Error())
	}
	return nil
}

var errHash = errors.New("the hashes differ")

// mismatchOf is what each kind of binding says of a file that is not the signed one.
var mismatchOf = map[string]string{
	"c2pa.hash.data": DataHashMismatch, "c2pa.hash.bmff": BMFFHashMismatch, "c2pa.hash.boxes": BoxesHashMismatch, "c2pa.hash.collection.data": CollectionHashMismatch,
}

func readSpans(v cborValue) ([]media.Span, bool) {
	if !v.present() || v.kind == cborNull {
		return nil, true
	}
	if !v.isArray() {
		return nil, false
	}
	var out []media.Span
	for i := range v.items {
		start, ok1 := v.items[i].get("start").uint()
		size, ok2 := v.items[i].get("length").uint()
		if !ok1 || !ok2 || start > math.MaxInt64/2 || size > math.MaxInt64/2 {
			return nil, false
		}
		out = append(out, media.At(int64(start), int64(size)))
	}
	return out, true
}

// checkDataHash: one hash over the file but for the exclusions, of which one is the manifest store itself.
func (v *validation) checkDataHash(m *manifest, a *assertion, url string, byUpdate bool) error {
	want, ok := a.val.get("hash").bytes()
	exclusions, ok2 := readSpans(a.val.get("exclusions"))
	if !ok || !ok2 || !a.val.isMap() {
		return &bindingError{DataHashMalformed, "the data hash cannot be read"}
	}
	if a.val.get("url").present() {
		return &bindingError{DataHashMismatch, "hashes of remote data are not supported"}
	}
	if byUpdate && v.asset.HasRange {
		exclusions = moveExclusions(exclusions, v.asset.StoreRange)
	}
	if !v.exclusionsFit(exclusions) {
		v.log.fail(DataHashMismatch, url, "the hash leaves out bytes that are not the manifest store")
	}
	if len(exclusions) > 1 {
		v.log.info(DataHashExtraExclusions, url, "the hash leaves out more than the manifest store")
	}
	ranges, err := v.asset.Without(exclusions)
	if err != nil {
		return err
	}
	got, err := v.asset.HashRanges(algOr(a.val.get("alg").text(), m.claim.algorithm()), ranges, nil)
	if err != nil {
		return err
	}
	if !sameHash(got, want) {
		return errHash
	}
	return nil
}

// exclusionsFit: an exclusion must be exactly the place of the manifest store, or bytes could hide in it.
func (v *validation) exclusionsFit(exclusions []media.Span) bool {
	some := false
	for _, e := range exclusions {
		some = some || e.Size > 0
	}
	if !some {
		return true
	}
	if !v.asset.HasRange {
		return !v.asset.Detached
	}
	for _, e := range exclusions {
		if e == v.asset.StoreRange {
			return true
		}
	}
	return false
}

// moveExclusions: an update manifest makes the store larger than its parent's hash knew; the exclusion at its place
// grows with it and those behind it move.
func moveExclusions(list []media.Span, at media.Span) []media.Span {
	out := append([]media.Span(nil), list...)
	for i := range out {
		if out[i].Start != at.Start {
			continue
		}
		grown := max(at.Size-out[i].Size, 0)
		out[i] = at
		if at.Start > 0 {
			for j := range out {
				if out[j].Start > at.Start {
					out[j].Start += grown
				}
			}
		}
		break
	}
	return out
}

// checkBoxesHash: hashes over named boxes, which together must be all boxes of the file in order.
func (v *validation) checkBoxesHash(m *manifest, a *assertion, url string) error {
	list := a.val.get("boxes")
	if !list.isArray() {
		return &bindingError{BoxesHashMalformed, "the boxes hash cannot be read"}
	}
	if len(list.items) == 0 {
		return errors.New("the boxes hash has no box")
	}
	if v.asset.Boxes == nil {
		return fmt.Errorf("boxes hashes are not defined for %s", v.asset.Format)
	}
	boxes, err := v.asset.Boxes()
	if err != nil {
		return err
	}
	if len(boxes) > 0 && boxes[0].Name == "PNGh" && firstName(list.items[0]) != "PNGh" {
		boxes = boxes[1:]
	}
	extra := false
	for i := range list.items {
		n, used, err := v.checkBoxes(m, list.items[i], boxes)
		if err != nil {
			return err
		}
		extra = extra || used
		boxes = boxes[n:]
	}
	// Boxes after the last one named would be content that nobody signed.
	if len(boxes) > 0 {
		return errors.New("the file has boxes that the hash does not name: " + boxes[0].Name)
	}
	if extra {
		v.log.info(BoxesHashExtraExclusions, url, "the hash leaves out more than the manifest store")
	}
	return nil
}

func firstName(entry cborValue) string {
	names := entry.get("names")
	if names.isArray() && len(names.items) > 0 {
		return names.items[0].text()
	}
	return ""
}

// checkBoxes compares one entry with the next boxes of the file and says how many it covers.
func (v *validation) checkBoxes(m *manifest, entry cborValue, boxes []media.FileBox) (n int, extra bool, err error) {
	names := entry.get("names")
	want, ok := entry.get("hash").bytes()
	if !names.isArray() || !ok || len(names.items) == 0 {
		return 0, false, &bindingError{BoxesHashMalformed, "an entry of the boxes hash cannot be read"}
	}
	n = len(names.items)
	if n > len(boxes) {
		return 0, false, errors.New("the hash names a box that the file does not have")
	}
	for i := range names.items {
		name := names.items[i].text()
		if name != boxes[i].Name {
			return 0, false, fmt.Errorf("the file has %s where the hash names %s", boxes[i].Name, name)
		}
		if name == media.StoreBox && n > 1 {
			return 0, false, errors.New("the manifest store shares an entry with other boxes")
		}
	}
	excluded, _ := entry.get("excluded").bool()
	isStore := boxes[0].Name == media.StoreBox
	if isStore || excluded {
		return n, excluded && !isStore, nil
	}
	whole := media.At(boxes[0].Span.Start, boxes[n-1].Span.End()-boxes[0].Span.Start)
	ranges := []media.Span{whole}
	if ex := entry.get("exclusions"); ex.present() && ex.kind != cborNull {
		if ranges, err = boxExclusions(ex, boxes[:n], whole); err != nil {
			return 0, false, err
		}
		extra = true
	}
	got, err := v.asset.HashRanges(algOr(entry.get("alg").text(), m.claim.algorithm()), ranges, nil)
	if err != nil {
		return 0, false, err
	}
	if !sameHash(got, want) {
		return 0, false, errHash
	}
	return n, extra, nil
}

// boxExclusions cuts ranges of recognized metadata out of an entry.
func boxExclusions(list cborValue, boxes []media.FileBox, whole media.Span) ([]media.Span, error) {
	malformed := &bindingError{BoxesHashMalformed, "an exclusion of the boxes hash cannot be read"}
	if !list.isArray() || len(list.items) == 0 {
		return nil, malformed
	}
	pos := whole.Start
	var out []media.Span
	for i := range list.items {
		start, ok1 := list.items[i].get("start").uint()
		size, ok2 := list.items[i].get("length").uint()
		index := uint64(0)
		if ix := list.items[i].get("boxIndex"); ix.present() {
			var ok bool
			if index, ok = ix.uint(); !ok {
				return nil, malformed
			}
		} else if len(boxes) > 1 {
			return nil, malformed
		}
		if !ok1 || !ok2 || index >= uint64(len(boxes)) || start > math.MaxInt64/4 || size > math.MaxInt64/4 {
			return nil, malformed
		}
		b := boxes[index]
		if !b.Metadata || int64(start+size) > b.Span.Size || int64(start) < 4 {
			return nil, errors.New("an exclusion is not inside metadata")
		}
		from := b.Span.Start + int64(start)
		if from < pos {
			return nil, malformed
		}
		if from > pos {
			out = append(out, media.At(pos, from-pos))
		}
		pos = from + int64(size)
	}
	if pos < whole.End() {
		out = append(out, media.At(pos, whole.End()-pos))
	}
	return out, nil
}
