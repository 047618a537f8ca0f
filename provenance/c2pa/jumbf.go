package c2pa

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"unicode/utf8"
)

// Limits of the JUMBF reader.
const (
	maxBoxDepth = 32
	maxBoxes    = 20000
)

// Content type UUIDs of JUMBF description boxes; the first four bytes are a readable code.
const (
	uuidStore       = "6332706100110010800000aa00389b71" // c2pa
	uuidManifest    = "63326d6100110010800000aa00389b71" // c2ma
	uuidManifestMD  = "63326d6400110010800000aa00389b71" // c2md
	uuidUpdate      = "6332756d00110010800000aa00389b71" // c2um
	uuidCompressed  = "6332636d00110010800000aa00389b71" // c2cm
	uuidTimeStamp   = "6332746d00110010800000aa00389b71" // c2tm
	uuidAssertions  = "6332617300110010800000aa00389b71" // c2as
	uuidClaim       = "6332636c00110010800000aa00389b71" // c2cl
	uuidSignature   = "6332637300110010800000aa00389b71" // c2cs
	uuidCredentials = "6332766300110010800000aa00389b71" // c2vc
	uuidDataBoxes   = "6332646200110010800000aa00389b71" // c2db
	uuidJSON        = "6a736f6e00110010800000aa00389b71" // json
	uuidCBOR        = "63626f7200110010800000aa00389b71" // cbor
	uuidUUID        = "7575696400110010800000aa00389b71" // uuid
	uuidEmbedded    = "40cb0c32bb8a489da70b2ad6f47f4369"
	uuidRedacted    = "caa98eee9d4df80e86ad4dffca263973"
)

// box is one box of a manifest store. raw is the whole box, body what follows its header; both are slices of the
// store, so nothing is copied.
type box struct {
	kind     string // four characters
	raw      []byte
	body     []byte
	children []*box // of a superbox ("jumb"), the description box left out

	// Of a superbox, from its description box:
	uuid  string // 32 hexadecimal digits
	label string
	salt  []byte
}

// child gives the first child of a kind.
func (b *box) child(kind string) *box {
	for _, c := range b.children {
		if c.kind == kind {
			return c
		}
	}
	return nil
}

// super gives the first child superbox with a content type.
func (b *box) super(uuid string) *box {
	for _, c := range b.children {
		if c.kind == "jumb" && c.uuid == uuid {
			return c
		}
	}
	return nil
}

type boxReader struct{ count int }

// parseStore reads the superbox at the start of data. Bytes after it are padding and ignored.
func parseStore(data []byte) (*box, error) {
	r := boxReader{}
	b, _, err := r.next(data, 0, true)
	if err != nil {
		return nil, err
	}
	if b.kind != "jumb" {
		return nil, fmt.Errorf("%w: starts with a %q box", ErrMalformedJUMBF, b.kind)
	}
	return b, nil
}

// next reads the box at the start of data and says how long it is. The lengths of superboxes lie outside of every hash;
// at the tail, where data reaches the end of the store, one that is too large means the rest, as other readers have it.
func (r *boxReader) next(data []byte, depth int, tail bool) (*box, int, error) {
	if depth > maxBoxDepth {
		return nil, 0, fmt.Errorf("%w: boxes nested deeper than %d", ErrTooDeep, maxBoxDepth)
	}
	if r.count++; r.count > maxBoxes {
		return nil, 0, fmt.Errorf("%w: more than %d boxes", ErrTooMany, maxBoxes)
	}
	if len(data) < 8 {
		return nil, 0, fmt.Errorf("%w: %d bytes where a box should start", ErrMalformedJUMBF, len(data))
	}
	size, head := uint64(binary.BigEndian.Uint32(data)), 8
	switch {
	case size == 0:
		size = uint64(len(data))
	case size == 1:
		if len(data) < 16 {
			return nil, 0, fmt.Errorf("%w: long box cut short", ErrMalformedJUMBF)
		}
		size, head = binary.BigEndian.Uint64(data[8:]), 16
	}
	if tail && size > uint64(len(data)) && string(data[4:8]) == "jumb" {
		size = uint64(len(data))
	}
	if size < uint64(head) || size > uint64(len(data)) {
		return nil, 0, fmt.Errorf("%w: box of %d bytes in %d", ErrMalformedJUMBF, size, len(data))
	}
	b := &box{kind: string(data[4:8]), raw: data[:size], body: data[head:size]}
	if b.kind == "jumb" {
		if err := r.superbox(b, depth, tail && int(size) == len(data)); err != nil {
			return nil, 0, err
		}
	}
	return b, int(size), nil
}

func (r *boxReader) superbox(b *box, depth int, tail bool) error {
	rest := b.body
	for first := true; len(rest) > 0; first = false {
		c, n, err := r.next(rest, depth+1, tail)
		if err != nil {
			return err
		}
		rest = rest[n:]
		if !first {
			b.children = append(b.children, c)
			continue
		}
		if c.kind != "jumd" {
			return fmt.Errorf("%w: superbox begins with %q and not with a description", ErrMalformedJUMBF, c.kind)
		}
		if err := describe(b, c.body); err != nil {
			return err
		}
	}
	if b.uuid == "" {
		return fmt.Errorf("%w: superbox without a description", ErrMalformedJUMBF)
	}
	return nil
}

// describe reads a description box: content type, toggles, label, optional id, hash and private box (the salt).
func describe(b *box, d []byte) error {
	if len(d) < 18 {
		return fmt.Errorf("%w: description of %d bytes", ErrMalformedJUMBF, len(d))
	}
	b.uuid = hex.EncodeToString(d[:16])
	toggles := d[16]
	d = d[17:]
	// Requestable and labelled: C2PA needs both, or nothing could refer to the box.
	if toggles&3 != 3 {
		return fmt.Errorf("%w: description without a label", ErrMalformedJUMBF)
	}
	end := -1
	for i, c := range d {
		if c == 0 {
			end = i
			break
		}
	}
	if end <= 0 {
		return fmt.Errorf("%w: description without a label", ErrMalformedJUMBF)
	}
	if !utf8.Valid(d[:end]) {
		return fmt.Errorf("%w: label that is not UTF-8", ErrMalformedJUMBF)
	}
	b.label, d = string(d[:end]), d[end+1:]
	if toggles&4 != 0 {
		if len(d) < 4 {
			return fmt.Errorf("%w: description cut short", ErrMalformedJUMBF)
		}
		d = d[4:]
	}
	if toggles&8 != 0 {
		if len(d) < 32 {
			return fmt.Errorf("%w: description cut short", ErrMalformedJUMBF)
		}
		d = d[32:]
	}
	if toggles&16 != 0 {
		if len(d) < 8 || uint64(binary.BigEndian.Uint32(d)) != uint64(len(d)) || string(d[4:8]) != "c2sh" {
			return fmt.Errorf("%w: bad private box in a description", ErrMalformedJUMBF)
		}
		b.salt, d = d[8:], nil
	}
	if len(d) != 0 {
		return fmt.Errorf("%w: %d bytes after a description", ErrMalformedJUMBF, len(d))
	}
	return nil
}
