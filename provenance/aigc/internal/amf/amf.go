// Package amf reads the strings of AMF0, the form of the scripts in FLV files.
package amf

import "encoding/binary"

// Strings calls found with the name and value of every string in the objects of a script. What cannot be read ends it.
func Strings(b []byte, found func(key, value string)) {
	r := &reader{b: b}
	for len(r.b) > 0 && !r.bad {
		r.value(0, found)
	}
}

type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.bad = true
		r.b = nil
		return nil
	}
	v := r.b[:n]
	r.b = r.b[n:]
	return v
}

func (r *reader) text(size int) string {
	h := r.take(size)
	if h == nil {
		return ""
	}
	n := int(binary.BigEndian.Uint16(h))
	if size == 4 {
		n = int(binary.BigEndian.Uint32(h))
	}
	return string(r.take(n))
}

func (r *reader) value(depth int, found func(key, value string)) string {
	kind := r.take(1)
	if r.bad || depth > 8 {
		r.bad = true
		return ""
	}
	switch kind[0] {
	case 0:
		r.take(8)
	case 1:
		r.take(1)
	case 2:
		return r.text(2)
	case 12:
		return r.text(4)
	case 11:
		r.take(10)
	case 8:
		r.take(4)
		r.members(depth, found)
	case 3:
		r.members(depth, found)
	case 10:
		if h := r.take(4); h != nil {
			for n := binary.BigEndian.Uint32(h); n > 0 && !r.bad; n-- {
				r.value(depth+1, found)
			}
		}
	case 5, 6:
	default:
		r.bad = true
	}
	return ""
}

func (r *reader) members(depth int, found func(key, value string)) {
	for !r.bad {
		key := r.text(2)
		if r.bad || key == "" {
			r.take(1) // the end mark
			return
		}
		if v := r.value(depth+1, found); v != "" {
			found(key, v)
		}
	}
}
