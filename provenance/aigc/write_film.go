package aigc

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
)

// film writes the label as key AIGC of moov.udta.meta (TC260-PG-20257A). moov keeps its place; when it stands before the
// media, the places of the media that it names are moved by as much as it grows.
func (w *writer) film() error {
	var top []box
	for at := int64(0); at < w.size; {
		b, err := w.box(at, w.size)
		if err != nil {
			return err
		}
		if bytes.Equal(b.uuid, uuidC2PA) && !w.opts.DropCredentials {
			return ErrSigned
		}
		top = append(top, b)
		at = b.end()
	}
	moov := -1
	for i, b := range top {
		switch {
		case b.kind == "moov" && moov < 0:
			moov = i
		case b.kind == "moov":
			return fmt.Errorf("%w: two moov boxes", ErrMalformedFile)
		case b.kind == "moof" || b.kind == "sidx" || b.kind == "mfra":
			return fmt.Errorf("%w: fragmented films are not written to", ErrUnsupportedFormat)
		case b.kind == "meta":
			return fmt.Errorf("%w: films with items of their own are not written to", ErrUnsupportedFormat) // they name places, too
		}
	}
	if moov < 0 {
		return fmt.Errorf("%w: no moov", ErrMalformedFile)
	}
	old := top[moov]
	body, err := w.whole(old.at, old.size)
	if err != nil {
		return err
	}
	root, err := parseBoxes(body, 0)
	if err != nil {
		return err
	}
	if err := w.putKey(root); err != nil {
		return err
	}
	grown := int64(root.size()) + 8 - (old.end() - old.start)
	err = root.shift(func(place int64) int64 {
		to := place
		if place >= old.end() {
			to += grown
		}
		for _, b := range top {
			if bytes.Equal(b.uuid, uuidC2PA) && b.start < place {
				to -= b.end() - b.start // left out of the copy
			}
		}
		return to
	})
	if err != nil {
		return err
	}
	for _, b := range top {
		switch {
		case b.start == old.start:
			err = w.put(root.bytes("moov"))
		case bytes.Equal(b.uuid, uuidC2PA):
		case bytes.Equal(b.uuid, uuidXMP):
			err = w.xmpBox(b)
		default:
			err = w.copyBox(b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// copyBox copies a box; one that goes to the end of the file keeps that form only there.
func (w *writer) copyBox(b box) error {
	if h, err := w.need(b.start, 4); err != nil {
		return err
	} else if be32(h) == 0 && b.end() != w.size {
		return fmt.Errorf("%w: a box without a size before the end", ErrMalformedFile)
	}
	return w.copy(b.start, b.end())
}

// xmpBox takes labels out of an XMP box: the standard allows one, and it stands among the keys.
func (w *writer) xmpBox(b box) error {
	xmp, err := w.whole(b.at, b.size)
	if err != nil {
		return err
	}
	clean := xmp
	for _, prefix := range labelPrefixes(xmp) {
		clean = withoutProperties(clean, prefix)
	}
	if len(clean) == len(xmp) {
		return w.copyBox(b)
	}
	clean = append(clean, bytes.Repeat([]byte(" "), len(xmp)-len(clean))...) // nothing behind it moves
	head, err := w.whole(b.start, b.at-b.start)
	if err != nil {
		return err
	}
	return w.put(append(head, clean...))
}

// node is a box in memory: its content, or its boxes with what stands before and behind them.
type node struct {
	kind     string
	head     []byte // version and flags of meta
	raw      []byte
	children []*node
	tail     []byte // the zero at the end of QuickTime's user data
	branch   bool
}

// containers are the boxes that are taken apart: those on the way to keys, and to places of the media.
var containers = map[string]bool{"moov": true, "udta": true, "trak": true, "mdia": true, "minf": true, "stbl": true}

func parseBoxes(b []byte, depth int) (*node, error) {
	if depth > maxBoxDepth {
		return nil, fmt.Errorf("%w: boxes", ErrTooDeep)
	}
	n := &node{branch: true}
	for len(b) > 0 {
		if len(b) < 8 || len(b) >= 4 && be32(b) == 0 {
			n.tail = b
			return n, nil
		}
		size, head := be32(b), int64(8)
		if size == 1 && len(b) >= 16 {
			size, head = int64(binary.BigEndian.Uint64(b[8:])&math.MaxInt64), 16
		}
		if size < head || size > int64(len(b)) {
			return nil, fmt.Errorf("%w: box %q of %d bytes", ErrMalformedFile, b[4:8], size)
		}
		c := &node{kind: string(b[4:8]), raw: b[head:size]}
		b = b[size:]
		if containers[c.kind] {
			sub, err := parseBoxes(c.raw, depth+1)
			if err != nil {
				return nil, err
			}
			sub.kind = c.kind
			c = sub
		}
		n.children = append(n.children, c)
	}
	return n, nil
}

func (n *node) size() int {
	if !n.branch {
		return len(n.head) + len(n.raw)
	}
	total := len(n.head) + len(n.tail)
	for _, c := range n.children {
		total += 8 + c.size()
	}
	return total
}

func (n *node) bytes(kind string) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(8+n.size()))
	out = append(append(out, kind...), n.head...)
	if !n.branch {
		return append(out, n.raw...)
	}
	for _, c := range n.children {
		out = append(out, c.bytes(c.kind)...)
	}
	return append(out, n.tail...)
}

func (n *node) child(kind string) *node {
	for _, c := range n.children {
		if c.kind == kind {
			return c
		}
	}
	return nil
}

// shift moves the places of the media in the sample tables.
func (n *node) shift(move func(int64) int64) error {
	for _, c := range n.children {
		if err := c.shift(move); err != nil {
			return err
		}
		if c.kind == "saio" {
			return fmt.Errorf("%w: encrypted films are not written to", ErrUnsupportedFormat) // another table of places
		}
		width := map[string]int{"stco": 4, "co64": 8}[c.kind]
		if width == 0 {
			continue
		}
		if len(c.raw) < 8 || be32(c.raw[4:])*int64(width) != int64(len(c.raw)-8) {
			return fmt.Errorf("%w: table of places", ErrMalformedFile)
		}
		raw := bytes.Clone(c.raw)
		for at := 8; at < len(raw); at += width {
			if width == 8 {
				binary.BigEndian.PutUint64(raw[at:], uint64(move(int64(binary.BigEndian.Uint64(raw[at:])&math.MaxInt64))))
				continue
			}
			to := move(be32(raw[at:]))
			if to < 0 || to > math.MaxUint32 {
				return fmt.Errorf("%w: a place beyond 4 GiB in a table of 32 bits", ErrTooLarge)
			}
			binary.BigEndian.PutUint32(raw[at:], uint32(to))
		}
		c.raw = raw
	}
	return nil
}

// pair is a key and the boxes of its value.
type pair struct {
	key   string
	value []byte
}

// putKey sets the key AIGC in udta.meta and takes labels elsewhere in moov away.
func (w *writer) putKey(moov *node) error {
	udta := moov.child("udta")
	if udta == nil {
		udta = &node{kind: "udta", branch: true}
		moov.children = append(moov.children, udta)
	}
	var pairs []pair
	var kept []*node
	for _, c := range udta.children {
		switch {
		case c.kind == "meta":
			old, err := metaPairs(c.raw)
			if err != nil {
				return err
			}
			pairs = append(pairs, old...)
		case isLabelBox(c):
		default:
			kept = append(kept, c)
		}
	}
	if m := moov.child("meta"); m != nil { // QuickTime's place: its other keys stay
		old, err := metaPairs(m.raw)
		if err != nil {
			return err
		}
		if rest := withoutLabels(old); len(rest) != len(old) {
			m.raw = metaContent(rest)
		}
	}
	var data []byte
	data = append(data, 0, 0, 0, 1, 0, 0, 0, 0) // text in UTF-8, any locale
	data = append(data, w.label...)
	value := append(binary.BigEndian.AppendUint32(nil, uint32(8+len(data))), "data"...)
	pairs = append(withoutLabels(pairs), pair{"AIGC", append(value, data...)})
	udta.children = append(kept, &node{kind: "meta", raw: metaContent(pairs)})
	return nil
}

func isLabelBox(c *node) bool {
	if c.kind != "XMP_" {
		return false
	}
	s := newScan(context.Background(), bytes.NewReader(nil), 0, Options{})
	s.xmp("", 0, c.raw)
	return len(s.carriers) > 0
}

func withoutLabels(pairs []pair) []pair {
	var out []pair
	for _, p := range pairs {
		text := ""
		if i := bytes.Index(p.value, []byte("data")); i >= 4 && len(p.value) >= i+12 {
			text = string(p.value[i+12:])
		}
		if shortKey(p.key) != "AIGC" && !holdsLabel(text) {
			out = append(out, p)
		}
	}
	return out
}

// itunesKeys are the names that other programs give to iTunes' codes when they write keys.
var itunesKeys = map[string]string{"\xa9nam": "title", "\xa9ART": "artist", "\xa9too": "encoder", "\xa9cmt": "comment", "\xa9day": "date", "\xa9gen": "genre", "\xa9alb": "album",
	"desc": "description", "ldes": "synopsis", "cprt": "copyright", "\xa9wrt": "composer", "aART": "album_artist"}

// metaPairs reads a meta box of either kind. iTunes' list has no keys: its codes are given their usual names, so that
// one box can hold everything.
func metaPairs(raw []byte) ([]pair, error) {
	if len(raw) >= 8 && string(raw[4:8]) != "hdlr" && string(raw[4:8]) != "keys" {
		raw = raw[4:]
	}
	n, err := parseBoxes(raw, maxBoxDepth-1)
	if err != nil {
		return nil, err
	}
	var keys []string
	if k := n.child("keys"); k != nil && len(k.raw) >= 8 {
		for b := k.raw[8:]; len(b) >= 8; {
			size := be32(b)
			if size < 8 || size > int64(len(b)) {
				return nil, fmt.Errorf("%w: keys", ErrMalformedFile)
			}
			keys = append(keys, string(b[8:size]))
			b = b[size:]
		}
	}
	list := n.child("ilst")
	if list == nil {
		return nil, nil
	}
	items, err := parseBoxes(list.raw, maxBoxDepth-1)
	if err != nil {
		return nil, err
	}
	var out []pair
	for _, item := range items.children {
		key := item.kind
		i := int(binary.BigEndian.Uint32([]byte(key)))
		switch {
		case len(keys) > 0 && i >= 1 && i <= len(keys):
			key = keys[i-1]
		case key == "----":
			if key, item.raw = freeForm(item.raw); key == "" {
				continue
			}
		case itunesKeys[key] != "":
			key = itunesKeys[key]
		default:
			key = "com.apple.itunes." + key
		}
		out = append(out, pair{key, item.raw})
	}
	return out, nil
}

// freeForm gives the name and the value of an item that iTunes has no code for.
func freeForm(raw []byte) (string, []byte) {
	n, err := parseBoxes(raw, maxBoxDepth-1)
	if err != nil {
		return "", nil
	}
	name, data := n.child("name"), n.child("data")
	if name == nil || data == nil || len(name.raw) < 4 {
		return "", nil
	}
	return string(name.raw[4:]), data.bytes("data")
}

// metaContent builds a meta box with keys.
func metaContent(pairs []pair) []byte {
	keys := binary.BigEndian.AppendUint32([]byte{0, 0, 0, 0}, uint32(len(pairs)))
	var items []byte
	for i, p := range pairs {
		keys = append(binary.BigEndian.AppendUint32(keys, uint32(8+len(p.key))), "mdta"...)
		keys = append(keys, p.key...)
		items = binary.BigEndian.AppendUint32(items, uint32(8+len(p.value)))
		items = append(binary.BigEndian.AppendUint32(items, uint32(i+1)), p.value...)
	}
	n := &node{branch: true, head: []byte{0, 0, 0, 0}, children: []*node{
		{kind: "hdlr", raw: append([]byte("\x00\x00\x00\x00\x00\x00\x00\x00mdta"), make([]byte, 13)...)},
		{kind: "keys", raw: keys}, {kind: "ilst", raw: items}}}
	return n.bytes("meta")[8:]
}
