package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
)

// ZIPManifest is the name of the manifest store in a package.
const ZIPManifest = "META-INF/content_credential.c2pa"

const (
	maxZipEntries = 100000
	maxZipDir     = 16 << 20
)

// zipFile is what a collection hash needs: where each file lies and the central directory.
type zipFile struct {
	Entries   map[string]Span // local header, data and descriptor
	Directory Span            // central directory to the end of the file
	CRC       int64           // place of the manifest's checksum in the directory, or -1
	Broken    bool            // an entry or the directory could not be read to its end
}

// readZIP finds the manifest store of packages such as EPUB and OOXML: a stored entry of a fixed name.
func readZIP(a *Asset, l Limits) error {
	start, size, count, err := zipDirectory(a.Source)
	if err != nil {
		return err
	}
	dir, err := a.Bytes(start, size)
	if err != nil {
		return err
	}
	z := &zipFile{Entries: map[string]Span{}, Directory: Span{start, a.Size - start}, CRC: -1}
	a.Zip = z
	pos := 0
	for range count {
		if len(dir)-pos < 46 || string(dir[pos:pos+4]) != "PK\x01\x02" {
			return z.end(a)
		}
		h := dir[pos:]
		le := binary.LittleEndian
		nameLen, extraLen, noteLen := int(le.Uint16(h[28:])), int(le.Uint16(h[30:])), int(le.Uint16(h[32:]))
		if 46+nameLen+extraLen+noteLen > len(h) {
			return z.end(a)
		}
		name := string(h[46 : 46+nameLen])
		size, local := int64(le.Uint32(h[20:])), int64(le.Uint32(h[42:]))
		size, local = zip64(h[46+nameLen:46+nameLen+extraLen], le.Uint32(h[24:]) == 0xffffffff, size, local)
		e, data, err := zipEntry(a.Source, local, size, le.Uint16(h[8:])&8 != 0, start)
		if err != nil && name != ZIPManifest && errors.Is(err, ErrMalformedFile) {
			z.Broken = true // the manifest may be whole all the same
			pos += 46 + nameLen + extraLen + noteLen
			continue
		}
		if err != nil {
			return err
		}
		z.Entries[strings.ReplaceAll(name, "\\", "/")] = e
		if name == ZIPManifest {
			if le.Uint16(h[10:]) != 0 {
				return fmt.Errorf("%w: the manifest in the ZIP is compressed", ErrMalformedFile)
			}
			if a.Store != nil {
				return ErrManyStores
			}
			if err := a.appendStore(l, data, size); err != nil {
				return err
			}
			if crc32.ChecksumIEEE(a.Store) != le.Uint32(h[16:]) {
				return fmt.Errorf("%w: checksum of the manifest in the ZIP", ErrMalformedFile)
			}
			a.StoreRange, a.HasRange = Span{data, size}, true
			z.CRC = start + int64(pos) + 16
		}
		pos += 46 + nameLen + extraLen + noteLen
	}
	return nil
}

// end stops at a directory that breaks off: a package whose manifest was found is judged, and is not what was signed.
func (z *zipFile) end(a *Asset) error {
	if z.Broken = true; a.Store == nil {
		return fmt.Errorf("%w: ZIP directory", ErrMalformedFile)
	}
	return nil
}

func zipDirectory(s *Source) (start, size int64, count int, err error) {
	from := max(0, s.Size-66000)
	tail, err := s.Bytes(from, s.Size-from)
	if err != nil {
		return 0, 0, 0, err
	}
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if i < 0 || len(tail)-i < 22 {
		return 0, 0, 0, fmt.Errorf("%w: ZIP without a directory", ErrMalformedFile)
	}
	le := binary.LittleEndian
	e := tail[i:]
	count, size, start = int(le.Uint16(e[10:])), int64(le.Uint32(e[12:])), int64(le.Uint32(e[16:]))
	if i >= 20 && string(tail[i-20:i-16]) == "PK\x06\x07" {
		at := int64(le.Uint64(tail[i-12:]))
		h, err := s.Bytes(at, 56)
		if err != nil {
			return 0, 0, 0, err
		}
		count, size, start = int(le.Uint64(h[32:])), int64(le.Uint64(h[40:])), int64(le.Uint64(h[48:]))
	}
	if mark, err := s.Head(start, 4); err == nil && string(mark) != "PK\x01\x02" && size <= from+int64(i) {
		start = from + int64(i) - size // the place named is wrong: the directory ends where its end is marked
	}
	if count < 0 || count > maxZipEntries || size < 0 || size > maxZipDir {
		return 0, 0, 0, fmt.Errorf("%w: ZIP directory of %d entries", ErrTooMany, count)
	}
	return start, size, count, nil
}

// zip64 takes sizes and places from the extra field when the short ones are full.
func zip64(extra []byte, longPlain bool, size, local int64) (int64, int64) {
	le := binary.LittleEndian
	for len(extra) >= 4 {
		n := int(le.Uint16(extra[2:]))
		if 4+n > len(extra) {
			break
		}
		if le.Uint16(extra) == 1 {
			f := extra[4 : 4+n]
			if longPlain && len(f) >= 8 {
				f = f[8:]
			}
			if size == 0xffffffff && len(f) >= 8 {
				size, f = int64(le.Uint64(f)), f[8:]
			}
			if local == 0xffffffff && len(f) >= 8 {
				local = int64(le.Uint64(f))
			}
		}
		extra = extra[4+n:]
	}
	return size, local
}

// zipEntry gives the range of an entry, data descriptor included, and where its data begins.
func zipEntry(s *Source, local, size int64, descriptor bool, directory int64) (Span, int64, error) {
	h, err := s.Bytes(local, 30)
	if err != nil {
		return Span{}, 0, err
	}
	le := binary.LittleEndian
	if string(h[:4]) != "PK\x03\x04" || size < 0 {
		return Span{}, 0, fmt.Errorf("%w: ZIP entry at %d", ErrMalformedFile, local)
	}
	data := local + 30 + int64(le.Uint16(h[26:])) + int64(le.Uint16(h[28:]))
	end := data + size
	if end > directory {
		return Span{}, 0, fmt.Errorf("%w: ZIP entry at %d", ErrMalformedFile, local)
	}
	if descriptor {
		mark, err := s.Head(end, 4)
		if err != nil {
			return Span{}, 0, err
		}
		switch string(mark) {
		case "PK\x03\x04", "PK\x01\x02":
		case "PK\x07\x08":
			end += 16
		default:
			end += 12
		}
	}
	return Span{local, end - local}, data, nil
}
