package c2pa

import (
	"errors"
	"fmt"

	"anxin/provenance/c2pa/internal/brotli"
)

// decompress reads a compressed manifest: a Brotli box whose content is the manifest superbox.
func (l *loader) decompress(b *box) (*box, error) {
	data, err := brotli.Decode(b.body, int(l.maxBytes-l.spent))
	if errors.Is(err, brotli.ErrTooLarge) {
		return nil, fmt.Errorf("%w: %d bytes", ErrBomb, l.maxBytes)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformedManifest, err)
	}
	l.spent += int64(len(data))
	inner, err := parseStore(data)
	if err != nil {
		return nil, err
	}
	if inner.child("brob") != nil {
		return nil, fmt.Errorf("%w: a compressed manifest inside a compressed manifest", ErrMalformedManifest)
	}
	return inner, nil
}
