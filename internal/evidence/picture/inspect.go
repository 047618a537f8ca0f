package picture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/bep/imagemeta"

	"anxin/fingerprint"
	"anxin/fingerprint/imagefile"
	"anxin/imagematch"
	"anxin/provenance/aigc"
)

// Seen is what can be said of a picture without showing it: its fingerprint and what its file says about itself.
type Seen struct {
	// Decoded says how far the pixels could be read: "ok", "too_large", "unsupported", "damaged".
	Decoded string `json:"decoded"`
	// Prints are the hashes of the upright picture in its eight positions, fingerprint.AsIs first; Quality is theirs. Absent when nothing was decoded.
	Prints  []fingerprint.Hash `json:"prints,omitempty"`
	Quality int                `json:"quality"`
	// Sketch is what choosing among references needs (imagematch.Sketch). Absent when nothing was decoded.
	Sketch []byte `json:"sketch,omitempty"`
	// Coarse is what the comparison with a thumbnail needs, of the pixels as they are stored. Absent when nothing was decoded.
	Coarse aigc.Coarse `json:"coarse,omitzero"`
	Meta   Meta        `json:"meta"`
}

// Meta are facts that the file states about itself. All of it can be written by anybody; where a picture was taken is only counted, never read.
type Meta struct {
	// Read is false when the file holds nothing of the kind, or nothing readable.
	Read bool `json:"read"`
	// Taken is when the camera says the picture was taken, by its own clock; Zone says whether it named its time zone (else it is read as China's).
	Taken time.Time `json:"taken,omitzero"`
	Zone  bool      `json:"zone,omitempty"`
	// Changed is when a program says it wrote the file last.
	Changed  time.Time `json:"changed,omitzero"`
	Make     string    `json:"make,omitempty"`
	Model    string    `json:"model,omitempty"`
	Software string    `json:"software,omitempty"`
	// Place says that coordinates are in the file.
	Place bool `json:"place,omitempty"`
}

// Inspector looks at pictures. Process does it in its own process, Direct here.
type Inspector interface {
	Inspect(ctx context.Context, b []byte) (Seen, error)
}

// printSide is the side to which a picture is shrunk before its fingerprint is made; the same for every picture, so that the same pixels give the same bits.
const printSide = 512

// Inspect decodes a picture within the limits and answers what can be said of it. A picture that cannot be decoded is no error: Decoded says so.
func Inspect(b []byte, l Limits) (out Seen) {
	t := Sniff(b[:min(len(b), SniffLen)])
	out.Meta = metadata(t, b)
	out.Decoded = "ok"
	switch err := fingerprintOf(t, b, l, &out); {
	case errors.Is(err, ErrTooLarge):
		out.Decoded = "too_large"
	case errors.Is(err, ErrUnsupported):
		out.Decoded = "unsupported"
	case err != nil:
		out.Decoded = "damaged"
	}
	return out
}

func fingerprintOf(t Type, b []byte, l Limits, out *Seen) (err error) {
	defer func() { // as in Render: the decoders come from four places and read hostile bytes
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, p)
		}
	}()
	if t.Class != Image {
		return ErrUnsupported
	}
	if err := l.check(t, b); err != nil {
		return err
	}
	img, err := decode(t, b)
	if err != nil {
		return err
	}
	if int64(img.Bounds().Dx())*int64(img.Bounds().Dy()) > l.Pixels {
		return ErrTooLarge
	}
	turn := orientation(t, b)
	p := fingerprint.OfImage(upright(shrink(img, 2*printSide), turn))
	all := p.Dihedral()
	out.Prints, out.Quality = all[:], p.Quality
	out.Coarse = aigc.Coarsen(img)
	out.Sketch = imagematch.Extract(imagefile.Upright(img, turn), imagematch.Options{}).Sketch(SketchPoints)
	return nil
}

// metaFormats are the containers whose metadata are read.
var metaFormats = map[Type]imagemeta.ImageFormat{JPEG: imagemeta.JPEG, PNG: imagemeta.PNG, WebP: imagemeta.WebP, HEIC: imagemeta.HEIF, AVIF: imagemeta.AVIF, TIFF: imagemeta.TIFF}

// metadata reads what a file says about itself, bounded in tags, bytes and time.
func metadata(t Type, b []byte) (m Meta) {
	format, ok := metaFormats[t]
	if !ok {
		return m
	}
	defer func() {
		if p := recover(); p != nil {
			m = Meta{} // the reader gave up in the middle: nothing of it is believed
		}
	}()
	tags := map[string]string{}
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(b), ImageFormat: format, Sources: imagemeta.EXIF, LimitNumTags: 500, LimitTagSize: 1000, Timeout: 5 * time.Second,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool { return wanted[tag.Tag] },
		HandleTag: func(tag imagemeta.TagInfo) error {
			if _, twice := tags[tag.Tag]; !twice { // the first image file directory speaks for the picture
				tags[tag.Tag] = plain(tag.Value)
			}
			return nil
		},
		Warnf: func(string, ...any) {},
	})
	m.Read = len(tags) > 0
	m.Make, m.Model, m.Software = tags["Make"], tags["Model"], tags["Software"]
	m.Place = tags["GPSLatitude"] != "" || tags["GPSLongitude"] != ""
	m.Taken, m.Zone = exifTime(tags["DateTimeOriginal"], tags["OffsetTimeOriginal"])
	m.Changed, _ = exifTime(tags["DateTime"], tags["OffsetTime"])
	return m
}

var wanted = map[string]bool{"DateTimeOriginal": true, "OffsetTimeOriginal": true, "DateTime": true, "ModifyDate": true, "OffsetTime": true, "Make": true, "Model": true, "Software": true,
	"GPSLatitude": true, "GPSLongitude": true}

// maxTag bounds the text of one tag that is passed on, in characters.
const maxTag = 60

// plain is a tag's value as one short line. Coordinates are not passed on: that they are there is all.
func plain(v any) string {
	s, ok := v.(string)
	if !ok {
		return "?"
	}
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if s = strings.TrimSpace(s); utf8.RuneCountInString(s) > maxTag {
		s = string([]rune(s)[:maxTag])
	}
	return s
}

// exifTime reads "2026:11:20 10:11:12" with an offset such as "+08:00"; without one it is China's time.
func exifTime(s, offset string) (t time.Time, zone bool) {
	where := time.FixedZone("", 8*3600)
	if at, err := time.Parse("-07:00", offset); err == nil {
		_, seconds := at.Zone()
		where, zone = time.FixedZone("", seconds), true
	}
	t, err := time.ParseInLocation("2006:01:02 15:04:05", s, where)
	if err != nil || t.Year() < 1990 || t.Year() > 2200 {
		return time.Time{}, false
	}
	return t.UTC(), zone
}

// Inspect implements Inspector.
func (d *Direct) Inspect(ctx context.Context, b []byte) (Seen, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return Seen{}, err
	}
	if int64(len(b)) > d.Limits.Bytes {
		return Seen{}, ErrTooLarge
	}
	return Inspect(b, d.Limits), nil
}
