package media

import (
	"encoding/binary"
	"fmt"
)

const (
	tagC2PA     = 0xcd41
	tagXMP      = 700
	tagSubIFD   = 330
	maxPages    = 2000
	maxSubfiles = 1000
	maxEntries  = 20000 // of one page
	maxAllTags  = 200000
)

// tiffEntry is a directory entry; value is where its data lies.
type tiffEntry struct {
	kind  uint16
	count int64
	value int64
}

type tiff struct {
	s   *Source
	o   binary.ByteOrder
	big bool

	entries int64 // read so far: pages may overlap
}

// readTIFF finds the C2PA tag in the last page or, as older files have it, in the first.
func readTIFF(a *Asset, l Limits) error {
	head, err := a.Bytes(0, 8)
	if err != nil {
		return err
	}
	t := tiff{s: a.Source, o: binary.LittleEndian}
	if head[0] == 'M' {
		t.o = binary.BigEndian
	}
	next := int64(t.o.Uint32(head[4:]))
	if t.o.Uint16(head[2:]) == 43 {
		t.big = true
		if head, err = a.Bytes(8, 8); err != nil {
			return err
		}
		next = int64(t.o.Uint64(head))
	}
	var first, last map[uint16]tiffEntry
	seen := map[int64]bool{}
	for n := 0; next != 0; n++ {
		if n >= maxPages {
			return fmt.Errorf("%w: more than %d TIFF pages", ErrTooMany, maxPages)
		}
		if seen[next] {
			return fmt.Errorf("%w: TIFF pages form a circle", ErrMalformedFile)
		}
		seen[next] = true
		if last, next, err = t.directory(next); err != nil {
			return err
		}
		if first == nil {
			first = last
		}
		if last[tagSubIFD].count > maxSubfiles {
			return fmt.Errorf("%w: more than %d TIFF subfiles", ErrTooMany, maxSubfiles)
		}
	}
	e, ok := last[tagC2PA]
	if !ok {
		e, ok = first[tagC2PA]
	}
	if ok {
		if e.kind != 7 {
			return fmt.Errorf("%w: the C2PA tag has the type %d", ErrMalformedFile, e.kind)
		}
		if err := a.appendStore(l, e.value, e.count); err != nil {
			return err
		}
		// The place counts only when the tag's length is that of the store.
		if len(a.Store) >= 8 && BE32(a.Store) == e.count {
			a.StoreRange, a.HasRange = Span{e.value, e.count}, true
		}
		return nil
	}
	if x, ok := first[tagXMP]; ok && x.count <= 1<<20 {
		xmp, err := a.Bytes(x.value, x.count)
		if err != nil {
			return err
		}
		a.Remote = provenanceURL(xmp)
	}
	return nil
}

var tiffSizes = [...]int64{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8}

// directory reads one page's entries and where the next page is.
func (t *tiff) directory(at int64) (map[uint16]tiffEntry, int64, error) {
	countSize, entrySize, inline := int64(2), int64(12), int64(4)
	if t.big {
		countSize, entrySize, inline = 8, 20, 8
	}
	raw, err := t.s.Bytes(at, countSize)
	if err != nil {
		return nil, 0, err
	}
	n := int64(t.o.Uint16(raw))
	if t.big {
		n = int64(t.o.Uint64(raw))
	}
	if n < 0 || n > maxEntries {
		return nil, 0, fmt.Errorf("%w: %d TIFF entries", ErrTooMany, n)
	}
	if t.entries += n; t.entries > maxAllTags {
		return nil, 0, fmt.Errorf("%w: more than %d TIFF entries", ErrTooMany, maxAllTags)
	}
	raw, err = t.s.Bytes(at+countSize, n*entrySize+inline)
	if err != nil {
		return nil, 0, err
	}
	out := map[uint16]tiffEntry{}
	for i := range n {
		e := raw[i*entrySize:]
		if id := t.o.Uint16(e); id != tagC2PA && id != tagXMP && id != tagSubIFD {
			continue
		}
		entry := tiffEntry{kind: t.o.Uint16(e[2:])}
		valueAt := at + countSize + i*entrySize + entrySize - inline
		if t.big {
			entry.count = int64(t.o.Uint64(e[4:]))
		} else {
			entry.count = int64(t.o.Uint32(e[4:]))
		}
		var size int64
		if int(entry.kind) < len(tiffSizes) {
			size = tiffSizes[entry.kind]
		}
		if entry.count < 0 || size > 0 && entry.count > t.s.Size/size && entry.count > inline {
			entry.count, size = min(max(entry.count, 0), 1<<62), 1
		}
		entry.value = valueAt
		if size == 0 || size*entry.count > inline {
			entry.value = t.offset(e[entrySize-inline:])
		}
		out[t.o.Uint16(e)] = entry
	}
	return out, t.offset(raw[n*entrySize:]), nil
}

func (t *tiff) offset(b []byte) int64 {
	if t.big {
		return int64(t.o.Uint64(b) & (1<<62 - 1))
	}
	return int64(t.o.Uint32(b))
}
