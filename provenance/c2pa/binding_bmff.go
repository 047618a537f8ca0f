package c2pa

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"anxin/provenance/c2pa/internal/media"
)

// checkBMFFHash: a hash over the boxes of a media file but for excluded ones. From version 2 on the offsets of the
// remaining top-level boxes are hashed with them, so that boxes cannot be moved; media data may be hashed piecewise as
// the leaves of a Merkle tree.
func (v *validation) checkBMFFHash(m *manifest, a *assertion, url string) error {
	if v.asset.BMFF == nil {
		return fmt.Errorf("a media hash on a %s file", v.asset.Format)
	}
	h, err := readBMFFHash(a)
	if err != nil {
		return err
	}
	if h.extraExclusions() {
		v.log.info(BMFFHashExtraExclusions, url, "the hash leaves out more than the manifest store")
	}
	if err := h.wellFormed(); err != nil {
		return err
	}
	c := bmffCheck{asset: v.asset, hash: h, alg: algOr(h.alg, m.claim.algorithm())}
	return c.run()
}

type bmffHash struct {
	version    int
	alg        string
	hash       []byte
	hasHash    bool
	exclusions []bmffExclusion
	merkle     []merkleMap
	remote     bool
}

type bmffExclusion struct {
	path     string
	length   int64 // -1: any
	version  int   // -1: any
	flags    []byte
	exact    bool
	data     []dataMatch
	subset   []media.Span
	noSubset bool
}

type dataMatch struct {
	offset int64
	value  []byte
}

type merkleMap struct {
	localID   uint64
	count     uint64
	alg       string
	initHash  []byte
	hashes    [][]byte
	fixed     int64
	hasFixed  bool
	variable  []int64
	hasVarial bool
}

func malformedBMFF(why string) error { return &bindingError{BMFFHashMalformed, why} }

func readBMFFHash(a *assertion) (bmffHash, error) {
	h := bmffHash{version: a.version, alg: a.val.get("alg").text(), remote: a.val.get("url").present() && a.val.get("url").kind != cborNull}
	h.hash, h.hasHash = a.val.get("hash").bytes()
	ex := a.val.get("exclusions")
	if !ex.isArray() {
		return h, malformedBMFF("the media hash cannot be read")
	}
	for i := range ex.items {
		e, err := readBMFFExclusion(ex.items[i])
		if err != nil {
			return h, err
		}
		h.exclusions = append(h.exclusions, e)
	}
	if list := a.val.get("merkle"); list.isArray() {
		for i := range list.items {
			m, err := readMerkleMap(list.items[i])
			if err != nil {
				return h, err
			}
			h.merkle = append(h.merkle, m)
		}
	}
	return h, nil
}

func readBMFFExclusion(v cborValue) (bmffExclusion, error) {
	e := bmffExclusion{length: -1, version: -1, exact: true, noSubset: true}
	bad := malformedBMFF("an exclusion of the media hash cannot be read")
	var ok bool
	if e.path, ok = v.get("xpath").str(); !ok {
		return e, bad
	}
	if n, ok := v.get("length").uint(); ok && n <= math.MaxInt64 {
		e.length = int64(n)
	}
	if n, ok := v.get("version").uint(); ok && n < 256 {
		e.version = int(n)
	}
	e.flags, _ = v.get("flags").bytes()
	if x, ok := v.get("exact").bool(); ok {
		e.exact = x
	}
	if list := v.get("data"); list.isArray() {
		for i := range list.items {
			off, ok1 := list.items[i].get("offset").uint()
			val, ok2 := list.items[i].get("value").bytes()
			if !ok1 || !ok2 || off > math.MaxInt64/2 || len(val) > 4096 {
				return e, bad
			}
			e.data = append(e.data, dataMatch{int64(off), val})
		}
	}
	if list := v.get("subset"); list.isArray() {
		e.noSubset = false
		for i := range list.items {
			off, ok1 := list.items[i].get("offset").uint()
			n, ok2 := list.items[i].get("length").uint()
			if !ok1 || !ok2 || off > math.MaxInt64/4 || n > math.MaxInt64/4 {
				return e, bad
			}
			e.subset = append(e.subset, media.At(int64(off), int64(n)))
		}
	}
	return e, nil
}

func readMerkleMap(v cborValue) (merkleMap, error) {
	var m merkleMap
	var ok1, ok2, ok3 bool
	m.localID, ok1 = v.get("localId").uint()
	m.count, ok2 = v.get("count").uint()
	m.hashes, ok3 = readHashes(v.get("hashes"))
	if !ok1 || !ok2 || !ok3 || m.count > maxCBORItems*8 {
		return m, malformedBMFF("a Merkle map of the media hash cannot be read")
	}
	if m.count == 0 || len(m.hashes) == 0 {
		return m, malformedBMFF("a Merkle map of the media hash has no leaves, so nothing could be compared")
	}
	m.alg = v.get("alg").text()
	m.initHash, _ = v.get("initHash").bytes()
	if n, ok := v.get("fixedBlockSize").uint(); ok && n <= math.MaxInt64/2 {
		m.fixed, m.hasFixed = int64(n), true
	}
	if list := v.get("variableBlockSizes"); list.isArray() {
		m.hasVarial = true
		for i := range list.items {
			n, ok := list.items[i].uint()
			if !ok || n > math.MaxInt64/4 {
				return m, malformedBMFF("block sizes of the media hash cannot be read")
			}
			m.variable = append(m.variable, int64(n))
		}
	}
	return m, nil
}

// extraExclusions: anything left out beyond the manifest store, ftyp and the random-access index.
func (h *bmffHash) extraExclusions() bool {
	for _, e := range h.exclusions {
		switch e.path {
		case "/ftyp", "/mfra":
		case "/uuid":
			if len(e.data) != 1 || e.data[0].offset != 8 || !bytes.Equal(e.data[0].value, media.UUIDC2PA) {
				return true
			}
		default:
			return true
		}
	}
	return false
}

func (h *bmffHash) wellFormed() error {
	if h.remote {
		return errors.New("hashes of remote data are not supported")
	}
	if len(h.exclusions) == 0 {
		return malformedBMFF("the media hash leaves nothing out")
	}
	for _, e := range h.exclusions {
		for i := 1; i < len(e.subset); i++ {
			if e.subset[i-1].End() > e.subset[i].Start {
				return malformedBMFF("subsets of an exclusion overlap")
			}
		}
	}
	if !h.hasHash && len(h.merkle) == 0 {
		return malformedBMFF("the media hash has neither a hash nor a Merkle tree")
	}
	return nil
}

// maxExcluded bounds the parts of boxes that a hash leaves out.
const maxExcluded = 200_000

// bmffCheck is one comparison of a media hash with a file.
type bmffCheck struct {
	asset   *media.Asset
	hash    bmffHash
	alg     string
	out     []media.Span   // excluded ranges
	inserts []media.Insert // offsets hashed with the data, sorted
	merkle  []merkleBox
	inits   map[string][]byte // hashes of the initialization segment, by algorithm
	tracks  map[uint64][]media.Span
}

func (c *bmffCheck) run() error {
	if err := c.locate(); err != nil {
		return err
	}
	if c.hash.hasHash {
		if err := c.compare(c.alg, c.out, c.hash.hash); err != nil {
			return err
		}
	}
	if len(c.hash.merkle) == 0 {
		return nil
	}
	return c.checkMerkle()
}

// compare hashes the file without some ranges.
func (c *bmffCheck) compare(alg string, out []media.Span, want []byte) error {
	got, err := c.digest(alg, out)
	if err != nil {
		return err
	}
	if !sameHash(got, want) {
		return errHash
	}
	return nil
}

func (c *bmffCheck) digest(alg string, out []media.Span) ([]byte, error) {
	ranges, err := c.asset.Without(out)
	if err != nil || len(ranges) == 0 {
		return nil, errors.Join(err, errHash)
	}
	return c.asset.HashRanges(alg, ranges, c.insertsIn(ranges))
}

// insertsIn: offsets before the first or behind the last range that is hashed are not hashed.
func (c *bmffCheck) insertsIn(ranges []media.Span) []media.Insert {
	from, _ := slices.BinarySearch(c.inserts, media.Insert(ranges[0].Start))
	to, _ := slices.BinarySearch(c.inserts, media.Insert(ranges[len(ranges)-1].End()))
	return c.inserts[from:max(from, to)]
}

// locate finds the excluded ranges and the offsets to hash.
func (c *bmffCheck) locate() error {
	whole := map[int64]bool{}
	for _, e := range c.hash.exclusions {
		boxes, err := c.asset.BMFF.Find(c.asset.Source, e.path)
		if err != nil {
			return err
		}
		if err := c.asset.BMFF.Work(len(boxes) * (1 + len(e.data) + len(e.subset))); err != nil {
			return err
		}
		for _, b := range boxes {
			ok, err := c.matches(e, b)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			if e.noSubset {
				if !whole[b.Span.Start] {
					c.out = append(c.out, b.Span)
				}
				whole[b.Span.Start] = true
				continue
			}
			if len(c.out)+len(e.subset) > maxExcluded {
				return fmt.Errorf("%w: more than %d excluded ranges", ErrTooMany, maxExcluded)
			}
			for _, sub := range e.subset {
				if sub.Start > b.Span.Size {
					continue
				}
				n := b.Span.Size - sub.Start
				if sub.Size > 0 {
					n = min(n, sub.Size)
				}
				c.out = append(c.out, media.At(b.Span.Start+sub.Start, n))
			}
		}
	}
	if c.hash.version > 1 {
		for _, b := range c.asset.BMFF.Top {
			if !whole[b.Span.Start] {
				c.inserts = append(c.inserts, media.Insert(b.Span.Start))
			}
		}
		sort.Slice(c.inserts, func(i, j int) bool { return c.inserts[i] < c.inserts[j] })
	}
	return nil
}

// matches says whether a box has the length, version, flags and data that an exclusion asks for.
func (c *bmffCheck) matches(e bmffExclusion, b media.BMFFBox) (bool, error) {
	if e.length >= 0 && e.length != b.Span.Size {
		return false, nil
	}
	if (e.version >= 0 || len(e.flags) > 0) && fullBoxes[b.Kind] {
		h, err := c.asset.Head(b.Body().Start, 4)
		if err != nil || len(h) < 4 {
			return false, err
		}
		if e.version >= 0 && int(h[0]) != e.version {
			return false, nil
		}
		if len(e.flags) >= 3 {
			for i := range 3 {
				if e.exact && h[1+i] != e.flags[i] || !e.exact && h[1+i]&^e.flags[i] != 0 {
					return false, nil
				}
			}
		}
	}
	for _, d := range e.data {
		got, err := c.asset.Head(b.Span.Start+d.offset, len(d.value))
		if err != nil {
			return false, err
		}
		if !bytes.Equal(got, d.value) {
			return false, nil
		}
	}
	return true, nil
}

var fullBoxes = asSet([]string{
	"pdin", "mvhd", "tkhd", "mdhd", "hdlr", "nmhd", "elng", "stsd", "stdp", "stts", "ctts", "cslg", "stss", "stsh", "elst", "dref", "stsz", "stz2",
	"stsc", "stco", "co64", "padb", "subs", "saiz", "saio", "mehd", "trex", "mfhd", "tfhd", "trun", "tfra", "mfro", "tfdt", "leva", "trep", "assp",
	"sbgp", "sgpd", "csgp", "cprt", "tsel", "kind", "meta", "xml ", "bxml", "iloc", "pitm", "ipro", "infe", "iinf", "iref", "ipma", "schm", "fiin",
	"fpar", "fecr", "gitn", "fire", "stri", "stsg", "stvi", "csch", "sidx", "ssix", "prft", "srpp", "vmhd", "smhd", "srat", "chnl", "dmix", "txtC",
	"mime", "uri ", "uriI", "hmhd", "sthd", "vvhd", "medc",
})
