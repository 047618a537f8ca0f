// Package c2pa reads and validates Content Credentials (C2PA): who signed a picture, video or document, whether its
// bytes are still what was signed, and what the file says about itself. It needs no network, no clock and no C
// library.
//
//	f, _ := os.Open("photo.jpg")
//	info, _ := f.Stat()
//	trust := &c2pa.Trust{}
//	trust.AddAnchors(pem)                       // the C2PA trust list, from c2pa.org
//	report, err := c2pa.Read(ctx, f, info.Size(), c2pa.Options{At: now, Trust: trust})
//
// The verdict is Report.State: Trusted (intact, and a trusted certificate signed), Valid (intact, but nobody vouches
// for the signer), Invalid (changed, broken, or signed with a certificate that breaks the rules), or none, when the
// file carries no credentials, which says nothing about it. One word hides too much, though: a file with a broken or
// unknown signature can still declare that a model made it. So Report.Facts gives three facts apart, in Chinese and
// English: integrity, trust, declaration; and Report.DeclaresAI counts a declaration whoever signed it.
//
// What is read: JPEG, PNG, WebP, HEIC/HEIF/AVIF, MP4/MOV/M4A, GIF, TIFF/DNG, WAV, AVI, MP3, FLAC, PDF, SVG, JPEG XL,
// packages (EPUB, OOXML) and detached stores (ReadDetached). What is checked, in the order of the specification's
// chapter 15: the boxes, the claim (version 1 and 2), the COSE signature (ES256/384/512, PS256/384/512, Ed25519), its
// time stamp (RFC 3161, over the payload or the signature), the certificate profile and chain at that time, a stapled
// OCSP response, every assertion's hash, the one hard binding (data, media with Merkle trees, boxes, collection), the
// rules for actions, ingredients of all versions recursively, update and time-stamp manifests, redaction, compressed
// manifests, and CAWG identity assertions. Status codes are the official ones and carry the place where they arose.
//
// Files are hostile. The file is read by ranges and never as a whole; the store is bounded (Options.MaxManifestBytes),
// as are depth, counts and decompression; cycles are refused. Errors name what was refused: see ErrTooDeep and the
// others. Nothing is ever fetched: remote manifests, remote keys and revocation are reported, not resolved.
//
// A Report and a Trust that is no longer changed may be used by several goroutines at once.
package c2pa
