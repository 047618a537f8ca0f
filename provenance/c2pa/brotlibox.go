package c2pa

import "fmt"

// decompress reads a compressed manifest: a Brotli box whose content is the manifest superbox.
func (l *loader) decompress(b *box) (*box, error) {
	data, err := decodeBrotli(b.body, l.maxBytes-l.spent)
	if err != nil {
		return nil, err
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

func decodeBrotli(src []byte, limit int64) ([]byte, error) {
	return nil, fmt.Errorf("%w: brotli", ErrMalformedManifest)
}
