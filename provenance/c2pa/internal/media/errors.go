package media

import "errors"

// Errors of the readers.
var (
	// ErrUnsupportedFormat: the first bytes are not one of the formats this package reads.
	ErrUnsupportedFormat = errors.New("c2pa: file format not supported")
	// ErrMalformedFile: the container (JPEG, PNG, …) breaks its own rules so far that it cannot be walked.
	ErrMalformedFile = errors.New("c2pa: malformed file")
	// ErrManyStores: more than one manifest store in one file.
	ErrManyStores = errors.New("c2pa: more than one manifest store")
	// ErrTooDeep: boxes, CBOR items or ingredients nested beyond the limit.
	ErrTooDeep = errors.New("c2pa: nested too deeply")
	// ErrTooMany: more boxes, items or chunks than the limit.
	ErrTooMany = errors.New("c2pa: too many parts")
	// ErrTooLarge: a manifest store larger than Options.MaxManifestBytes.
	ErrTooLarge = errors.New("c2pa: manifest store too large")
)
