package c2pa

import (
	"errors"
	"strings"

	"anxin/provenance/c2pa/internal/media"
)

// checkCollectionHash compares every file of a package, and its directory. The list is an array in the specification and
// a map by name in what c2pa-rs writes; every file but the manifest store must be in it.
func (v *validation) checkCollectionHash(m *manifest, a *assertion) error {
	malformed := &bindingError{CollectionHashMalformed, "the collection hash cannot be read"}
	z := v.asset.Zip
	if z == nil {
		return errors.New("a collection hash on a file that is no package")
	}
	if z.Broken {
		return errors.New("the package is damaged")
	}
	want, ok := a.val.get("zip_central_directory_hash").bytes()
	uris := a.val.get("uris")
	if !ok || !uris.isMap() && !uris.isArray() {
		return malformed
	}
	alg := algOr(a.val.get("alg").text(), m.claim.algorithm())
	ranges := []media.Span{z.Directory}
	if z.CRC >= 0 {
		ranges = []media.Span{media.At(z.Directory.Start, z.CRC-z.Directory.Start), media.At(z.CRC+4, z.Directory.End()-z.CRC-4)}
	}
	if err := v.compareRanges(alg, ranges, want); err != nil {
		return err
	}
	listed := map[string]bool{media.ZIPManifest: true}
	check := func(name string, entry cborValue) error {
		name = strings.ReplaceAll(name, "\\", "/")
		for _, part := range strings.Split(name, "/") {
			if part == "." || part == ".." || strings.HasPrefix(name, "/") {
				return &bindingError{CollectionHashInvalidURI, "a name in the collection hash leads elsewhere"}
			}
		}
		want, ok := entry.get("hash").bytes()
		if !ok {
			return malformed
		}
		e, ok := z.Entries[name]
		if !ok {
			return &bindingError{CollectionHashFileCount, "a file of the collection is missing"}
		}
		listed[name] = true
		return v.compareRanges(alg, []media.Span{e}, want)
	}
	for i := 0; i < len(uris.items); i++ {
		name, entry := uris.items[i].get("uri"), uris.items[i]
		if uris.isMap() {
			name, entry = uris.items[i], uris.items[i+1]
			i++
		}
		if err := check(name.text(), entry); err != nil {
			return err
		}
	}
	for name := range z.Entries {
		if !listed[name] && !strings.HasSuffix(name, "/") {
			return &bindingError{CollectionHashFileCount, "the package has a file that is not in the collection hash"}
		}
	}
	return nil
}

func (v *validation) compareRanges(alg string, ranges []media.Span, want []byte) error {
	got, err := v.asset.HashRanges(alg, ranges, nil)
	if err == nil && !sameHash(got, want) {
		err = errHash
	}
	return err
}
