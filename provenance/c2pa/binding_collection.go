package c2pa

import (
	"errors"
	"strings"

	"anxin/provenance/c2pa/internal/media"
)

// checkCollectionHash compares every file of a package, and its directory.
func (v *validation) checkCollectionHash(m *manifest, a *assertion) error {
	malformed := &bindingError{CollectionHashMalformed, "the collection hash cannot be read"}
	z := v.asset.Zip
	if z == nil {
		return errors.New("a collection hash on a file that is no package")
	}
	want, ok := a.val.get("zip_central_directory_hash").bytes()
	uris := a.val.get("uris")
	if !ok || !uris.isMap() {
		return malformed
	}
	alg := m.claim.algorithm()
	ranges := []media.Span{z.Directory}
	if z.CRC >= 0 {
		ranges = []media.Span{media.At(z.Directory.Start, z.CRC-z.Directory.Start), media.At(z.CRC+4, z.Directory.End()-z.CRC-4)}
	}
	got, err := v.asset.HashRanges(alg, ranges, nil)
	if err != nil {
		return err
	}
	if !sameHash(got, want) {
		return errHash
	}
	for i := 0; i+1 < len(uris.items); i += 2 {
		name := strings.ReplaceAll(uris.items[i].text(), "\\", "/")
		for _, part := range strings.Split(name, "/") {
			if part == "." || part == ".." || strings.HasPrefix(name, "/") {
				return &bindingError{CollectionHashInvalidURI, "a name in the collection hash leads elsewhere"}
			}
		}
		want, ok := uris.items[i+1].get("hash").bytes()
		if !ok {
			return malformed
		}
		e, ok := z.Entries[name]
		if !ok {
			return &bindingError{CollectionHashFileCount, "a file of the collection is missing"}
		}
		got, err := v.asset.HashRanges(alg, []media.Span{e}, nil)
		if err != nil {
			return err
		}
		if !sameHash(got, want) {
			return errHash
		}
	}
	return nil
}
