package c2pa

import (
	"errors"

	"anxin/provenance/c2pa/internal/media"
	"anxin/provenance/c2pa/internal/pki"
)

// Errors of Read and of the parsers under it. Test with errors.Is; the message adds where and what.
var (
	// ErrNoTime: Options.At is zero. The library never asks the clock, so that a judgement can be repeated.
	ErrNoTime = errors.New("c2pa: no evaluation time given")
	// ErrUnsupportedFormat: the first bytes are not one of the formats this package reads.
	ErrUnsupportedFormat = media.ErrUnsupportedFormat
	// ErrMalformedFile: the container (JPEG, PNG, …) breaks its own rules so far that it cannot be walked.
	ErrMalformedFile = media.ErrMalformedFile
	// ErrManyStores: more than one manifest store in one file.
	ErrManyStores = media.ErrManyStores
	// ErrTooDeep: boxes, CBOR items or ingredients nested beyond the limit.
	ErrTooDeep = media.ErrTooDeep
	// ErrTooMany: more boxes, items or chunks than the limit.
	ErrTooMany = media.ErrTooMany
	// ErrTooLarge: a manifest store larger than Options.MaxManifestBytes.
	ErrTooLarge = media.ErrTooLarge
	// ErrMalformedJUMBF: the manifest store is not well-formed JUMBF.
	ErrMalformedJUMBF = errors.New("c2pa: malformed JUMBF")
	// ErrMalformedCBOR: an item is not well-formed CBOR.
	ErrMalformedCBOR = errors.New("c2pa: malformed CBOR")
	// ErrMalformedASN1: a certificate, time stamp or OCSP response is not well-formed DER.
	ErrMalformedASN1 = pki.ErrMalformedASN1
	// ErrMalformedManifest: the boxes are well formed but do not make a manifest.
	ErrMalformedManifest = errors.New("c2pa: malformed manifest")
	// ErrPrerelease: the manifest was written before version 1.0 of the specification.
	ErrPrerelease = errors.New("c2pa: manifest of a pre-release of the specification")
	// ErrBomb: a compressed manifest grows beyond Options.MaxManifestBytes.
	ErrBomb = errors.New("c2pa: compressed manifest grows beyond the limit")
	// ErrEmptyList: a trust list in which there is nothing to trust.
	ErrEmptyList = errors.New("c2pa: the trust list is empty")
	// ErrCycle: a manifest is, directly or not, its own ingredient.
	ErrCycle = errors.New("c2pa: ingredients form a cycle")
)
