package media

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// Limits of the BMFF walker.
const (
	maxBMFFBoxes   = 200000
	maxBMFFDepth   = 16
	maxMerkleBytes = 8 << 20
)

var (
	UUIDC2PA = []byte{0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81}
	uuidXMP  = []byte{0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac}
)

// BMFFBox is a box of an ISO base media file.
type BMFFBox struct {
	Kind string
	Span Span
	head int64 // bytes before the content: 8, 16, with the extended type 24 or 32
	uuid string
}

// Body gives the range of the content.
func (b BMFFBox) Body() Span { return Span{b.Span.Start + b.head, b.Span.Size - b.head} }

// bmffFile is what the hash of a BMFF file needs: the top-level boxes and the Merkle boxes.
type bmffFile struct {
	Top    []BMFFBox
	Merkle [][]byte // content of the auxiliary boxes with Merkle proofs, in order

	inside map[int64][]BMFFBox  // boxes that Find has read, by the place of the box around them
	found  map[string][]BMFFBox // what Find has found
	kept   int
	work   int
}

// maxBMFFWork bounds the boxes that the exclusions of a hash are compared with, all in all.
const maxBMFFWork = 2 << 20

// Work counts boxes that were looked at for a hash, and refuses when there are too many.
func (f *bmffFile) Work(n int) error {
	if f.work += n; f.work > maxBMFFWork {
		return fmt.Errorf("%w: exclusions times boxes", ErrTooMany)
	}
	return nil
}

// children lists the boxes in a box, reading them once.
func (f *bmffFile) children(s *Source, b BMFFBox) ([]BMFFBox, error) {
	if list, ok := f.inside[b.Span.Start]; ok {
		return list, nil
	}
	skip, ok, err := ContainerSkip(s, b)
	if err != nil {
		return nil, err
	}
	var list []BMFFBox
	if ok && skip <= b.Body().Size {
		if list, err = Boxes(s, Span{b.Body().Start + skip, b.Body().Size - skip}); err != nil {
			return nil, err
		}
	}
	if f.kept += len(list); f.kept > maxBMFFBoxes {
		return nil, fmt.Errorf("%w: more than %d boxes", ErrTooMany, maxBMFFBoxes)
	}
	if f.inside == nil {
		f.inside = map[int64][]BMFFBox{}
	}
	f.inside[b.Span.Start] = list
	return list, nil
}

// readBMFF walks the top level only: neither moov nor mdat is read to find the manifest.
func readBMFF(a *Asset, l Limits) error {
	f := &bmffFile{}
	a.BMFF = f
	var err error
	if f.Top, err = Boxes(a.Source, Span{0, a.Size}); err != nil {
		return err
	}
	if len(f.Top) == 0 || f.Top[0].Kind != "ftyp" {
		return fmt.Errorf("%w: a media file must begin with ftyp", ErrMalformedFile)
	}
	stores := map[string][]byte{}
	present := false
	merkleBytes := int64(0)
	for _, b := range f.Top {
		switch {
		case b.uuid == string(UUIDC2PA):
			present = true
			if err := f.readC2PA(a, b, l, stores, &merkleBytes); err != nil {
				return err
			}
		case b.uuid == string(uuidXMP) && b.Body().Size <= 1<<20:
			xmp, err := a.Bytes(b.Body().Start, b.Body().Size)
			if err != nil {
				return err
			}
			a.Remote = provenanceURL(xmp)
		}
	}
	switch {
	case stores["original"] != nil && stores["update"] != nil:
		a.Store, a.Update = stores["original"], stores["update"]
	case stores["original"] != nil || stores["update"] != nil:
		return fmt.Errorf("%w: an original without its update, or the reverse", ErrMalformedFile)
	case stores["manifest"] != nil:
		a.Store = stores["manifest"]
	case present:
		return fmt.Errorf("%w: a C2PA box without a manifest", ErrMalformedFile)
	}
	return err
}

// readC2PA reads a C2PA box: version and flags, purpose, then by purpose the offset of the first Merkle box and the
// manifest store, or a Merkle box.
func (f *bmffFile) readC2PA(a *Asset, b BMFFBox, l Limits, stores map[string][]byte, merkleBytes *int64) error {
	body := b.Body()
	head, err := a.Head(body.Start, int(min(body.Size, 80)))
	if err != nil {
		return err
	}
	if len(head) < 5 {
		return fmt.Errorf("%w: C2PA box of %d bytes", ErrMalformedFile, body.Size)
	}
	end := bytes.IndexByte(head[4:], 0)
	if end < 0 {
		return fmt.Errorf("%w: C2PA box without a purpose", ErrMalformedFile)
	}
	purpose := string(head[4 : 4+end])
	skip := int64(4 + end + 1)
	switch purpose {
	case "manifest", "original", "update":
		if purpose == "manifest" && stores["manifest"] != nil || purpose == "original" && stores["original"] != nil ||
			purpose == "update" && stores["update"] != nil || purpose == "manifest" && stores["original"] != nil || purpose == "original" && stores["manifest"] != nil {
			return ErrManyStores
		}
		skip += 8
		if body.Size < skip {
			return fmt.Errorf("%w: C2PA box cut short", ErrMalformedFile)
		}
		if err := l.Check(body.Size - skip); err != nil {
			return err
		}
		stores[purpose], err = a.Bytes(body.Start+skip, body.Size-skip)
		return err
	case "merkle":
		if *merkleBytes += body.Size; *merkleBytes > maxMerkleBytes {
			return fmt.Errorf("%w: Merkle boxes of more than %d bytes", ErrTooLarge, maxMerkleBytes)
		}
		raw, err := a.Bytes(body.Start+skip, body.Size-skip)
		if err != nil {
			return err
		}
		f.Merkle = append(f.Merkle, raw)
	}
	return nil
}

// Boxes lists the boxes in a range. Only headers are read.
func Boxes(s *Source, in Span) ([]BMFFBox, error) {
	var out []BMFFBox
	room := make([]byte, 32)
	for pos := in.Start; pos+8 <= in.End(); {
		if len(out) >= maxBMFFBoxes {
			return nil, fmt.Errorf("%w: more than %d boxes", ErrTooMany, maxBMFFBoxes)
		}
		if err := s.Ctx.Err(); err != nil {
			return nil, err
		}
		h := room[:min(32, s.Size-pos)]
		if err := s.fill(h, pos); err != nil {
			return nil, err
		}
		b := BMFFBox{Kind: string(h[4:8]), head: 8}
		size := BE32(h)
		switch {
		case size == 0:
			size = in.End() - pos
		case size == 1:
			if len(h) < 16 {
				return nil, fmt.Errorf("%w: box cut short at %d", ErrMalformedFile, pos)
			}
			size, b.head = int64(binary.BigEndian.Uint64(h[8:])), 16
		}
		if b.Kind == "uuid" {
			if int64(len(h)) < b.head+16 {
				return nil, fmt.Errorf("%w: box cut short at %d", ErrMalformedFile, pos)
			}
			b.uuid = string(h[b.head : b.head+16])
			b.head += 16
		}
		if b.Kind == "mdat" && in.Start == 0 && size > in.End()-pos {
			size = in.End() - pos // a file that was cut short: the hash will say so
		}
		if size < b.head || size > in.End()-pos {
			return nil, fmt.Errorf("%w: box %q of %d bytes at %d", ErrMalformedFile, b.Kind, size, pos)
		}
		b.Span = Span{pos, size}
		out = append(out, b)
		pos += size
	}
	return out, nil
}

// ContainerSkip says how many bytes of a container come before its children; ok is false for boxes without children.
func ContainerSkip(s *Source, b BMFFBox) (skip int64, ok bool, err error) {
	switch b.Kind {
	case "moov", "trak", "edts", "mdia", "minf", "dinf", "stbl", "mvex", "moof", "traf", "mfra", "udta", "tref", "iprp", "ipco",
		"trgr", "grpl", "schi", "sinf", "rinf", "meco", "strk", "strd", "ilst", "gmhd":
		return 0, true, nil
	case "stsd", "dref":
		return 8, true, nil
	case "iref":
		return 4, true, nil
	case "meta", "iinf":
		h, err := s.Head(b.Body().Start, 12)
		if err != nil || len(h) < 12 {
			return 0, false, err
		}
		if b.Kind == "meta" {
			// QuickTime writes meta as a plain box: its first child then begins at once.
			if string(h[4:8]) == "hdlr" {
				return 0, true, nil
			}
			return 4, true, nil
		}
		if h[0] == 0 {
			return 6, true, nil
		}
		return 8, true, nil
	}
	return 0, false, nil
}

// Find gives the boxes at a path such as "/moov/trak[2]/mdia"; without an index, all of that name.
func (f *bmffFile) Find(s *Source, path string) ([]BMFFBox, error) {
	path = strings.TrimLeft(path, "/")
	if list, ok := f.found[path]; ok {
		return list, nil
	}
	list, err := f.find(s, path)
	if err != nil {
		return nil, err
	}
	if f.kept += len(list); f.kept > 2*maxBMFFBoxes {
		return nil, fmt.Errorf("%w: more than %d boxes", ErrTooMany, 2*maxBMFFBoxes)
	}
	if f.found == nil {
		f.found = map[string][]BMFFBox{}
	}
	f.found[path] = list
	return list, nil
}

func (f *bmffFile) find(s *Source, path string) ([]BMFFBox, error) {
	level := f.Top
	if strings.Count(path, "/") > maxBMFFDepth {
		return nil, fmt.Errorf("%w: box path of %d bytes", ErrTooDeep, len(path))
	}
	parts := strings.Split(path, "/")
	if len(parts) > maxBMFFDepth {
		return nil, fmt.Errorf("%w: box path %q", ErrTooDeep, path)
	}
	for i, part := range parts {
		name, index := part, 0
		if j := strings.IndexByte(part, '['); j >= 0 {
			n, err := strconv.Atoi(strings.TrimRight(part[j+1:], "]"))
			if err != nil || n < 1 {
				return nil, fmt.Errorf("%w: box path %q", ErrMalformedFile, path)
			}
			name, index = part[:j], n
		}
		if err := f.Work(1 + len(level)); err != nil {
			return nil, err
		}
		var found []BMFFBox
		n := 0
		for _, b := range level {
			if b.Kind != name {
				continue
			}
			if n++; index == 0 || n == index {
				found = append(found, b)
			}
		}
		if i == len(parts)-1 {
			return found, nil
		}
		level = nil
		for _, b := range found {
			children, err := f.children(s, b)
			if err != nil {
				return nil, err
			}
			if level = append(level, children...); len(level) > maxBMFFBoxes {
				return nil, fmt.Errorf("%w: more than %d boxes", ErrTooMany, maxBMFFBoxes)
			}
		}
	}
	return nil, nil
}

// Fragments splits the top level at each moof.
func (f *bmffFile) Fragments() [][]BMFFBox {
	var out [][]BMFFBox
	for _, b := range f.Top {
		if b.Kind == "moof" {
			out = append(out, nil)
		}
		if len(out) > 0 {
			out[len(out)-1] = append(out[len(out)-1], b)
		}
	}
	return out
}
