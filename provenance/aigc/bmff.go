package aigc

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
)

var (
	uuidXMP  = []byte("\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac")
	uuidC2PA = []byte("\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81")
	uuidEXIF = []byte("JpgTiffExif->JP2")
)

// bmff walks MP4, MOV, M4A, HEIF, AVIF and JPEG XL. Only headers and the boxes that hold metadata are read; moov may
// stand at either end, and mdat is never touched but for the items of pictures.
func (s *scan) bmff() error { return s.boxes(0, s.size, "", 0) }

// box is the header of a box: its type, and where its content lies.
type box struct {
	kind     string
	start    int64
	at, size int64 // of the content
	uuid     []byte
}

func (b box) end() int64 { return b.at + b.size }

// box reads the header of a box, and not a byte of its content.
func (f *file) box(at, to int64) (box, error) {
	if to-at < 8 {
		return box{}, fmt.Errorf("%w: box cut short at %d", ErrMalformedFile, at)
	}
	h, err := f.need(at, 8)
	if err != nil {
		return box{}, err
	}
	b := box{kind: string(h[4:8]), start: at}
	n, head := be32(h), int64(8)
	switch n {
	case 0:
		n = to - at
	case 1:
		if h, err = f.need(at+8, 8); err != nil {
			return b, err
		}
		head, n = 16, int64(binary.BigEndian.Uint64(h)&(1<<63-1))
	}
	if b.kind == "uuid" && n >= head+16 && n <= to-at {
		if b.uuid, err = f.need(at+head, 16); err != nil {
			return b, err
		}
		head += 16
	}
	if n < head || n > to-at {
		return b, fmt.Errorf("%w: box %q of %d bytes at %d", ErrMalformedFile, b.kind, n, at)
	}
	b.at, b.size = at+head, n-head
	return b, nil
}

const maxBoxDepth = 12

func (s *scan) boxes(from, to int64, path string, depth int) error {
	if depth > maxBoxDepth {
		return fmt.Errorf("%w: boxes", ErrTooDeep)
	}
	for at := from; at < to; {
		if to-at == 4 && strings.HasSuffix(path, "udta") {
			return nil // QuickTime ends a list of user data with four zero bytes
		}
		b, err := s.box(at, to)
		if err != nil {
			if depth == 0 && at > from {
				s.tail(at) // something glued behind the last box
				if !plausibleBox(s, at) {
					return nil
				}
			}
			return err
		}
		if err := s.oneBox(b, path, depth); err != nil {
			return err
		}
		at = b.end()
	}
	return nil
}

// plausibleBox says whether what stands at a place was meant as a box.
func plausibleBox(s *scan, at int64) bool {
	h, err := s.head(at, 8)
	return err == nil && len(h) == 8 && plausible(h[4:8]) && h[0] < 0x20
}

func (s *scan) oneBox(b box, path string, depth int) error {
	place := strings.TrimPrefix(path+"."+b.kind, ".")
	switch b.kind {
	case "moov", "trak", "udta", "mdia", "minf", "moof", "traf":
		if b.kind == "mdia" || b.kind == "minf" {
			return nil
		}
		return s.boxes(b.at, b.end(), place, depth+1)
	case "meta":
		return s.meta(b, place, depth)
	case "uuid":
		switch {
		case bytes.Equal(b.uuid, uuidXMP):
			return s.part(place+" XMP", b.at, b.size, s.xmp)
		case bytes.Equal(b.uuid, uuidEXIF):
			return s.part(place+" EXIF", b.at, b.size, s.exif)
		}
	case "XMP_", "xml ":
		return s.part(place+" XMP", b.at, b.size, s.xmp)
	case "Exif":
		return s.part(place, b.at+4, max(b.size-4, 0), s.exif)
	case "AIGC":
		return s.part(place, b.at, b.size, func(place string, at int64, v []byte) { s.key(place, at, false, "AIGC", asText(v)) })
	case "\xa9cmt", "\xa9des", "\xa9nam", "\xa9too", "\xa9swr", "\xa9inf":
		if strings.HasSuffix(path, "udta") && b.size > 4 {
			return s.part(place, b.at+4, b.size-4, func(place string, at int64, v []byte) { s.key(place, at, false, b.kind, asText(v)) })
		}
	}
	return nil
}

// meta reads a metadata box: keys and their values for films, items for pictures. QuickTime leaves out version and flags.
func (s *scan) meta(b box, place string, depth int) error {
	at := b.at
	if h, err := s.head(at, 8); err != nil {
		return err
	} else if len(h) == 8 && string(h[4:8]) != "hdlr" && string(h[4:8]) != "keys" {
		at += 4
	}
	var keys []string
	var items itemTable
	for at < b.end() {
		c, err := s.box(at, b.end())
		if err != nil {
			return err
		}
		at = c.end()
		switch c.kind {
		case "keys":
			if keys, err = s.metaKeys(c); err != nil {
				return err
			}
		case "ilst":
			err = s.metaValues(c, place, keys, depth+1)
		case "iinf":
			err = s.itemInfos(c, &items)
		case "iloc":
			err = s.itemPlaces(c, &items)
		case "idat":
			items.data = c
		case "xml ", "uuid":
			err = s.oneBox(c, place, depth+1)
		}
		if err != nil {
			return err
		}
	}
	return s.items(&items, place)
}

const maxKeys = 1024

func (s *scan) metaKeys(c box) ([]string, error) {
	b, cut, err := s.load(c.at, c.size)
	if err != nil || cut || len(b) < 8 {
		return nil, err
	}
	var keys []string
	for b = b[8:]; len(b) >= 8 && len(keys) < maxKeys; {
		n := be32(b)
		if n < 8 || n > int64(len(b)) {
			break
		}
		keys = append(keys, string(b[8:n]))
		b = b[n:]
	}
	return keys, nil
}

// metaValues reads ilst: items named by the number of their key, by a code of four characters, or free ones (----).
func (s *scan) metaValues(list box, place string, keys []string, depth int) error {
	for at := list.at; at < list.end(); {
		item, err := s.box(at, list.end())
		if err != nil {
			return err
		}
		at = item.end()
		key := item.kind
		if n := int(binary.BigEndian.Uint32([]byte(item.kind))); n >= 1 && n <= len(keys) {
			key = keys[n-1]
		}
		if !wanted(key) && key != "----" {
			continue
		}
		b, cut, err := s.load(item.at, item.size)
		if err != nil {
			return err
		}
		if cut {
			s.cut = true
			s.problem(problem(ProblemTruncated, ""), place)
		}
		s.saw(item.at, item.end())
		value := ""
		for len(b) >= 8 {
			n := be32(b)
			if n < 8 || n > int64(len(b)) {
				n = int64(len(b))
			}
			switch kind := string(b[4:8]); {
			case kind == "data" && n >= 16:
				value = string(b[16:n])
			case kind == "name" && n >= 12:
				key = string(b[12:n])
			}
			b = b[n:]
		}
		s.key(place+".ilst "+clip(strings.ToValidUTF8(key, "?"), 60), item.at, strings.HasSuffix(place, "udta.meta") && len(keys) > 0, shortKey(key), value)
	}
	return nil
}

// wanted keys are those that can hold a label or say who wrote the file; pictures and the rest are not loaded.
func wanted(key string) bool {
	switch k := strings.ToLower(shortKey(key)); k {
	case "aigc", "aigcinfo", "comment", "description", "information", "encoder", "software", "title", "usercomment", "artist", "copyright", "keywords",
		"\xa9cmt", "\xa9des", "desc", "ldes", "\xa9too", "\xa9nam", "\xa9inf", "\xa9swr":
		return true
	}
	return false
}

// shortKey takes the last part of a key such as com.apple.quicktime.comment.
func shortKey(key string) string { return key[strings.LastIndexByte(key, '.')+1:] }

// itemTable lists the items of a picture that hold metadata.
type itemTable struct {
	kinds  map[uint32]string // xmp or exif
	places map[uint32][]itemPlace
	data   box // idat
}

type itemPlace struct {
	inData   bool
	at, size int64
}

const (
	maxItems   = 4096
	maxExtents = 64 // of one item
)

func (s *scan) itemInfos(c box, t *itemTable) error {
	h, err := s.need(c.at, 6)
	if err != nil {
		return err
	}
	at := c.at + 6
	if h[0] > 0 {
		at += 2
	}
	t.kinds = map[uint32]string{}
	for n := 0; at < c.end(); n++ {
		if n > maxItems {
			return fmt.Errorf("%w: more than %d items", ErrTooMany, maxItems)
		}
		e, err := s.box(at, c.end())
		if err != nil {
			return err
		}
		at = e.end()
		b, err := s.head(e.at, int(min(e.size, 128)))
		if err != nil {
			return err
		}
		if len(b) < 12 || b[0] < 2 {
			continue
		}
		id, rest := uint32(be16(b[4:])), b[8:]
		if b[0] > 2 {
			if len(b) < 14 {
				continue
			}
			id, rest = uint32(be32(b[4:])), b[10:]
		}
		switch {
		case bytes.HasPrefix(rest, []byte("Exif")):
			t.kinds[id] = "exif"
		case bytes.HasPrefix(rest, []byte("mime")) && bytes.Contains(rest, []byte("application/rdf+xml")):
			t.kinds[id] = "xmp"
		}
	}
	return nil
}

func (s *scan) itemPlaces(c box, t *itemTable) error {
	b, cut, err := s.load(c.at, c.size)
	if err != nil {
		return err
	}
	if cut || len(b) < 8 {
		return fmt.Errorf("%w: item table of %d bytes", ErrMalformedFile, c.size)
	}
	version := b[0]
	sizes := [4]int{int(b[4] >> 4), int(b[4] & 15), int(b[5] >> 4), int(b[5] & 15)} // offset, length, base, index
	r := &fields{b: b[6:]}
	idSize := 2
	if version >= 2 {
		idSize = 4
	}
	count := r.number(idSize)
	t.places = map[uint32][]itemPlace{}
	for n := int64(0); n < count && !r.bad; n++ {
		if n > maxItems {
			return fmt.Errorf("%w: more than %d items", ErrTooMany, maxItems)
		}
		id := uint32(r.number(idSize))
		method := int64(0)
		if version >= 1 {
			method = r.number(2) & 15
		}
		r.number(2) // data reference
		base := r.number(sizes[2])
		extents := r.number(2)
		for e := int64(0); e < min(extents, maxExtents) && !r.bad; e++ {
			if version >= 1 {
				r.number(sizes[3])
			}
			p := itemPlace{inData: method == 1, at: base + r.number(sizes[0]), size: r.number(sizes[1])}
			if method <= 1 && !r.bad && p.size > 0 && len(t.places[id]) < maxExtents {
				t.places[id] = append(t.places[id], p)
			}
		}
		if more := extents - maxExtents; more > 0 { // passed over at once: they may take no bytes at all
			width := sizes[0] + sizes[1]
			if version >= 1 {
				width += sizes[3]
			}
			r.skip(more * int64(width))
		}
	}
	return nil
}

// fields takes big-endian numbers off a slice.
type fields struct {
	b   []byte
	bad bool
}

func (r *fields) number(size int) int64 {
	if size < 0 || size > 8 || len(r.b) < size {
		r.bad = true
		return 0
	}
	n := int64(0)
	for _, c := range r.b[:size] {
		n = n<<8 | int64(c)
	}
	r.b = r.b[size:]
	return n & (1<<62 - 1)
}

func (r *fields) skip(n int64) {
	if n > int64(len(r.b)) {
		r.bad = true
		return
	}
	r.b = r.b[n:]
}

// items reads the metadata items of a picture.
func (s *scan) items(t *itemTable, place string) error {
	for id := range t.kinds {
		if len(t.places[id]) == 0 {
			delete(t.kinds, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(t.kinds)) {
		var all []byte
		for _, p := range t.places[id] {
			at := p.at
			if p.inData {
				at += t.data.at
			}
			b, cut, err := s.load(at, p.size)
			if err != nil {
				return err
			}
			if cut || int64(len(all)+len(b)) > s.file.text {
				return fmt.Errorf("%w: item of a picture", ErrTooLarge)
			}
			all = append(all, b...)
		}
		at := t.places[id][0].at
		if t.kinds[id] == "xmp" {
			s.xmp(place+" item XMP", at, all)
			continue
		}
		if len(all) > 4 {
			skip := min(be32(all), int64(len(all))-4)
			s.exif(place+" item EXIF", at+4+skip, all[4+skip:])
		}
	}
	return nil
}
