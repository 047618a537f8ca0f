package c2pa

import "errors"

// Errors of Read and of the parsers under it. Test with errors.Is; the message adds where and what.
var (
	// ErrNoTime: Options.At is zero. The library never asks the clock, so that a judgement can be repeated.
	ErrNoTime = errors.New("c2pa: no evaluation time given")
	// ErrUnsupportedFormat: the first bytes are not one of the formats this package reads.
	ErrUnsupportedFormat = errors.New("c2pa: file format not supported")
	// ErrMalformedFile: the container (JPEG, PNG, …) breaks its own rules so far that it cannot be walked.
	ErrMalformedFile = errors.New("c2pa: malformed file")
	// ErrMalformedJUMBF: the manifest store is not well-formed JUMBF.
	ErrMalformedJUMBF = errors.New("c2pa: malformed JUMBF")
	// ErrMalformedCBOR: an item is not well-formed CBOR.
	ErrMalformedCBOR = errors.New("c2pa: malformed CBOR")
	// ErrMalformedASN1: a certificate, time stamp or OCSP response is not well-formed DER.
	ErrMalformedASN1 = errors.New("c2pa: malformed ASN.1")
	// ErrMalformedManifest: the boxes are well formed but do not make a manifest.
	ErrMalformedManifest = errors.New("c2pa: malformed manifest")
	// ErrPrerelease: the manifest was written before version 1.0 of the specification.
	ErrPrerelease = errors.New("c2pa: manifest of a pre-release of the specification")
	// ErrManyStores: more than one manifest store in one file.
	ErrManyStores = errors.New("c2pa: more than one manifest store")
	// ErrTooDeep: boxes, CBOR items or ingredients nested beyond the limit.
	ErrTooDeep = errors.New("c2pa: nested too deeply")
	// ErrTooMany: more boxes, items or chunks than the limit.
	ErrTooMany = errors.New("c2pa: too many parts")
	// ErrTooLarge: a manifest store larger than Options.MaxManifestBytes.
	ErrTooLarge = errors.New("c2pa: manifest store too large")
	// ErrBomb: a compressed manifest grows beyond Options.MaxManifestBytes.
	ErrBomb = errors.New("c2pa: compressed manifest grows beyond the limit")
	// ErrCycle: a manifest is, directly or not, its own ingredient.
	ErrCycle = errors.New("c2pa: ingredients form a cycle")
)
