// Package aigc reads and writes China's label of AI-made content (GB 45438-2025, in force since 2025-09-01): the
// implicit label in a file's metadata, and the explicit one drawn on a picture. It also reads the other ways in which
// files say that AI made them: IPTC digital source types, and the forms of Grok, Tencent, ByteDance and of common
// generators.
//
//	f, _ := os.Open("photo.png")
//	info, _ := f.Stat()
//	report, err := aigc.Read(ctx, f, info.Size(), aigc.Options{})
//	if report.DeclaresAI { fmt.Println(report.Facts[0].EN) }
//
// # Reading
//
// A label is looked for wherever files are known to carry one: XMP in JPEG, PNG, WebP, TIFF, GIF, HEIF, AVIF, JPEG XL,
// SVG and PDF; EXIF comments; PNG text chunks; keys of MP4, MOV and M4A, with moov at either end; Matroska tags, AVI
// and WAV chunks, FLV scripts, ID3 frames, Vorbis comments, document properties, front matter; and JSON glued into a
// segment or behind the end. Values are read leniently, since few writers keep to the standard, and every deviation is
// a Problem; Carrier.Conformant says that there was none. ParseStrict is for those who write labels.
//
// Files are hostile: they are read by ranges, never as a whole, and everything loaded is bounded (Options). The media of
// a video is not read at all. A label is a statement by whoever wrote it, not a finding; no label is neutral, because
// chat programs remove them.
//
// # Writing
//
// Write puts one conformant label into a copy of a JPEG, PNG, WebP or MP4 file. It never changes its source, refuses
// files with Content Credentials unless told to drop them from the copy, and does not let a label that is there be
// weakened or reassigned: the producer's fields are kept (Label.Propagated adds the propagator's). Mark draws the
// explicit mark of clause 5.2.
//
// A Report is not changed after Read and may be used by several goroutines.
package aigc
