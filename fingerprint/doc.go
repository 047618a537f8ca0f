// Package fingerprint tells whether two picture files show nearly the same picture, and finds the near copies of one picture among millions.
//
// A fingerprint is a PDQ hash: 256 bits, each saying whether one of the 256 lowest spatial frequencies of the picture's brightness is above the median
// of them all. Recompression, scaling and small edits turn few of the bits; two unrelated pictures differ in about 128. The hash of a turned or mirrored
// picture follows from the frequencies of the original, so all eight are made in one pass.
//
// What it cannot do: a crop of 5 % or a rotation of some degrees gives a different hash. Package imagematch works where this one ends.
//
//	p := fingerprint.OfImage(img)
//	if p.Quality >= fingerprint.MinQuality && fingerprint.Distance(p.Hash, q.Hash) <= fingerprint.NearRadius { ... }
//
// Index keeps the hashes of a server: one append-only file, exact search, tenants apart.
//
// The same pixels give the same bits as the reference implementation. Other decoders give slightly other pixels; the reference's own rule for them (at most
// 10 bits apart where the quality is at least 80) is kept, see the tests.
package fingerprint
