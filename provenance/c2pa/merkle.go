package c2pa

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"anxin/provenance/c2pa/internal/media"
)

// merkleBox is an auxiliary C2PA box: where a piece stands in the Merkle tree, and the way to the stored row.
type merkleBox struct {
	uniqueID, localID, location uint64
	proof                       [][]byte
	hasProof                    bool
}

// maxTableBytes bounds each sample table that is read to hash the chunks of a track.
const maxTableBytes = 8 << 20

// mdatSkip is what stays out of Merkle leaves at the start of mdat: room for the long form of its header.
const mdatSkip = 16

func (c *bmffCheck) mapAlg(m *merkleMap) string { return algOr(m.alg, c.alg) }

// checkMerkle compares media data with the Merkle trees: by fragments, by blocks of mdat, or by chunks of tracks.
func (c *bmffCheck) checkMerkle() error {
	for _, raw := range c.asset.BMFF.Merkle {
		m, err := readMerkleBox(raw)
		if err != nil {
			return err
		}
		c.merkle = append(c.merkle, m)
	}
	firstMoof := int64(-1)
	hasMoov, blocks := false, true
	for _, b := range c.asset.BMFF.Top {
		if b.Kind == "moof" && firstMoof < 0 {
			firstMoof = b.Span.Start
		}
		hasMoov = hasMoov || b.Kind == "moov"
	}
	for i := range c.hash.merkle {
		m := &c.hash.merkle[i]
		blocks = blocks && (m.hasFixed || m.hasVarial)
		if len(m.initHash) == 0 {
			if firstMoof >= 0 && !c.hash.hasHash {
				return errors.New("nothing binds the initialization segment of a fragmented file")
			}
			continue
		}
		if firstMoof < 0 {
			return errors.New("a hash of an initialization segment on a file that is not fragmented")
		}
		got, ok := c.inits[c.mapAlg(m)]
		if !ok {
			out := append(append([]media.Span(nil), c.out...), media.At(firstMoof, c.asset.Size-firstMoof))
			var err error
			if got, err = c.digest(c.mapAlg(m), out); err != nil {
				return err
			}
			if c.inits == nil {
				c.inits = map[string][]byte{}
			}
			c.inits[c.mapAlg(m)] = got
		}
		if !sameHash(got, m.initHash) {
			return errHash
		}
	}
	switch {
	case firstMoof >= 0:
		return c.checkFragments()
	case !blocks && hasMoov && len(c.merkle) > 0:
		return c.checkTracks()
	}
	return c.checkMediaData()
}

func (c *bmffCheck) checkFragments() error {
	fragments, boxes := c.asset.BMFF.Fragments(), c.merkle
	kept, err := c.asset.Without(c.out)
	if err != nil {
		return err
	}
	for i := range c.hash.merkle {
		m := &c.hash.merkle[i]
		if uint64(len(fragments)) != m.count || uint64(len(boxes)) != m.count {
			return errors.New("the number of fragments is not the one signed")
		}
		if err := inOrder(boxes); err != nil {
			return err
		}
		for n, f := range fragments {
			start, end := f[0].Span.Start, f[len(f)-1].Span.End()
			ranges := between(kept, start, end)
			if len(ranges) == 0 {
				return errHash
			}
			leaf, err := c.asset.HashRanges(c.mapAlg(m), ranges, c.insertsIn(ranges))
			if err != nil {
				return err
			}
			if !m.contains(c.mapAlg(m), leaf, boxes[n].location, boxes[n].proof, boxes[n].hasProof) {
				return fmt.Errorf("fragment %d was changed", n+1)
			}
		}
	}
	return nil
}

// between cuts sorted ranges to those that lie from start to end.
func between(ranges []media.Span, start, end int64) []media.Span {
	first, _ := slices.BinarySearchFunc(ranges, start, func(r media.Span, at int64) int { return cmp.Compare(r.End(), at+1) })
	var out []media.Span
	for _, r := range ranges[first:] {
		if r.Start >= end {
			break
		}
		from := max(r.Start, start)
		out = append(out, media.At(from, min(r.End(), end)-from))
	}
	return out
}

// inOrder: pieces stand in the file in the order of their leaves.
func inOrder(boxes []merkleBox) error {
	for i := range boxes {
		if boxes[i].location != uint64(i) {
			return errors.New("the Merkle boxes are out of order")
		}
	}
	return nil
}

// contains climbs from a leaf to the row that the map stores and compares.
func (m *merkleMap) contains(alg string, leaf []byte, location uint64, proof [][]byte, hasProof bool) bool {
	if location >= m.count {
		return false
	}
	index, hash := location, leaf
	for layer := m.count; ; layer = (layer + 1) / 2 {
		if layer == uint64(len(m.hashes)) || layer == 1 && uint64(len(m.hashes)) != 1 {
			break
		}
		if hasProof {
			right := index%2 == 1
			if right || index+1 < layer {
				if len(proof) == 0 {
					return false
				}
				if right {
					hash = hashBytes(alg, proof[0], hash)
				} else {
					hash = hashBytes(alg, hash, proof[0])
				}
				proof = proof[1:]
			}
		}
		index /= 2
	}
	return index < uint64(len(m.hashes)) && sameHash(hash, m.hashes[index])
}

// takeMerkle splits the Merkle boxes of the file among the maps, in order.
func (c *bmffCheck) takeMerkle() ([][]merkleBox, error) {
	rest := c.merkle
	out := make([][]merkleBox, len(c.hash.merkle))
	for i := range c.hash.merkle {
		n := c.hash.merkle[i].count
		if n > uint64(len(rest)) {
			return nil, errors.New("the file has fewer Merkle boxes than signed")
		}
		out[i], rest = rest[:n], rest[n:]
		if err := inOrder(out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// checkMediaData compares the mdat boxes, one map each: as blocks of one size, of given sizes, or whole.
func (c *bmffCheck) checkMediaData() error {
	var mdats []media.BMFFBox
	for _, b := range c.asset.BMFF.Top {
		if b.Kind == "mdat" {
			mdats = append(mdats, b)
		}
	}
	if len(mdats) != len(c.hash.merkle) {
		return errors.New("the number of mdat boxes is not the one signed")
	}
	var proofs [][]merkleBox
	if len(c.merkle) > 0 {
		var err error
		if proofs, err = c.takeMerkle(); err != nil {
			return err
		}
	}
	for i, b := range mdats {
		m := &c.hash.merkle[i]
		blocks, err := m.blocks(b)
		if err != nil {
			return err
		}
		if uint64(len(blocks)) != m.count {
			return errors.New("the number of blocks is not the one signed")
		}
		var boxes []merkleBox
		if proofs != nil {
			boxes = proofs[i]
		}
		if err := c.checkBlocks(m, blocks, boxes); err != nil {
			return err
		}
	}
	return nil
}

func (m *merkleMap) blocks(b media.BMFFBox) ([]media.Span, error) {
	start := b.Span.Start + min(mdatSkip, b.Span.Size)
	left := b.Span.End() - start
	switch {
	case m.hasFixed && m.hasVarial:
		return nil, errors.New("blocks both of one size and of given sizes")
	case m.hasFixed:
		if m.fixed <= 1 {
			return nil, errors.New("blocks without a size")
		}
		if left/m.fixed > maxTableBytes/32 {
			return nil, fmt.Errorf("%w: Merkle leaves", ErrTooMany)
		}
		var out []media.Span
		for left > 0 {
			n := min(left, m.fixed)
			out = append(out, media.At(start, n))
			start, left = start+n, left-n
		}
		return out, nil
	case m.hasVarial:
		var out []media.Span
		for _, n := range m.variable {
			if n > left {
				return nil, errors.New("the block sizes are not those of the media data")
			}
			out = append(out, media.At(start, n))
			start, left = start+n, left-n
		}
		if left != 0 {
			return nil, errors.New("the block sizes are not those of the media data")
		}
		return out, nil
	}
	return []media.Span{media.At(start, left)}, nil
}

// checkBlocks compares leaves with their tree: by the proofs in the file, by the row stored in the map, or, when that
// is only the root, by building the tree.
func (c *bmffCheck) checkBlocks(m *merkleMap, blocks []media.Span, boxes []merkleBox) error {
	alg := c.mapAlg(m)
	var leaves [][]byte
	for i, b := range blocks {
		leaf, err := c.asset.HashRanges(alg, []media.Span{b}, nil)
		if err != nil {
			return err
		}
		switch {
		case boxes != nil:
			if !m.contains(alg, leaf, boxes[i].location, boxes[i].proof, boxes[i].hasProof) {
				return fmt.Errorf("block %d was changed", i+1)
			}
		case len(m.hashes) == 1 && m.count > 1:
			leaves = append(leaves, leaf)
		case !m.contains(alg, leaf, uint64(i), nil, false):
			return fmt.Errorf("block %d was changed", i+1)
		}
	}
	if leaves != nil && !sameHash(merkleRoot(alg, leaves), m.hashes[0]) {
		return errHash
	}
	return nil
}

func merkleRoot(alg string, row [][]byte) []byte {
	for len(row) > 1 {
		next := row[:0]
		for i := 0; i < len(row); i += 2 {
			if i+1 == len(row) {
				next = append(next, row[i])
				continue
			}
			next = append(next, hashBytes(alg, row[i], row[i+1]))
		}
		row = next
	}
	return row[0]
}

// checkTracks compares the chunks of tracks with their trees; a map names its track.
func (c *bmffCheck) checkTracks() error {
	proofs, err := c.takeMerkle()
	if err != nil {
		return err
	}
	traks, err := c.asset.BMFF.Find(c.asset.Source, "/moov/trak")
	if err != nil {
		return err
	}
	bound := map[uint64]int{}
	for i := range c.hash.merkle {
		m := &c.hash.merkle[i]
		chunks, err := c.trackChunks(traks, m.localID)
		if err != nil {
			return err
		}
		if len(proofs[i]) > len(chunks) {
			return errors.New("the track has fewer chunks than signed")
		}
		bound[m.localID] = max(bound[m.localID], len(proofs[i]))
		for n, p := range proofs[i] {
			leaf, err := c.asset.HashRanges(c.mapAlg(m), []media.Span{chunks[n]}, nil)
			if err != nil {
				return err
			}
			if !m.contains(c.mapAlg(m), leaf, p.location, p.proof, p.hasProof) {
				return fmt.Errorf("chunk %d of track %d was changed", n+1, m.localID)
			}
		}
	}
	return c.allBound(traks, bound)
}

// allBound: whatever the tables of the film point at is in a tree or in the hash of the file. Else the signer left a part
// open, and anybody could put other pictures or sound there.
func (c *bmffCheck) allBound(traks []media.BMFFBox, bound map[uint64]int) error {
	var kept []media.Span // what the hash of the file covers
	if c.hash.hasHash {
		var err error
		if kept, err = c.asset.Without(c.out); err != nil {
			return err
		}
	}
	for _, t := range traks {
		id, ok, err := c.trackID(t)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		chunks, first := c.tracks[id], bound[id]
		if first == 0 {
			if chunks, err = c.chunksOf(t); err != nil {
				return err
			}
		}
		delete(bound, id) // a second track of the same number is not the one that was compared
		for n := first; n < len(chunks); n++ {
			if !covers(kept, chunks[n]) {
				return fmt.Errorf("chunk %d of track %d is bound by nothing", n+1, id)
			}
		}
	}
	return nil
}

// covers: a piece lies whole within one of the sorted ranges.
func covers(ranges []media.Span, piece media.Span) bool {
	i, _ := slices.BinarySearchFunc(ranges, piece.Start, func(r media.Span, at int64) int { return cmp.Compare(r.End(), at+1) })
	return piece.Size == 0 || i < len(ranges) && ranges[i].Start <= piece.Start && piece.End() <= ranges[i].End()
}

// child gives the first box at a path below another box.
func (c *bmffCheck) child(of media.BMFFBox, path ...string) (media.BMFFBox, bool, error) {
	for _, name := range path {
		skip, ok, err := media.ContainerSkip(c.asset.Source, of)
		if err != nil || !ok {
			return of, false, err
		}
		children, err := media.Boxes(c.asset.Source, media.At(of.Body().Start+skip, of.Body().Size-skip))
		if err != nil {
			return of, false, err
		}
		found := false
		for _, b := range children {
			if b.Kind == name {
				of, found = b, true
				break
			}
		}
		if !found {
			return of, false, nil
		}
	}
	return of, true, nil
}

func (c *bmffCheck) table(of media.BMFFBox, path ...string) ([]byte, error) {
	b, ok, err := c.child(of, path...)
	if err != nil || !ok {
		return nil, err
	}
	if b.Body().Size > maxTableBytes {
		return nil, fmt.Errorf("%w: table of %d bytes", ErrTooLarge, b.Body().Size)
	}
	return c.asset.Bytes(b.Body().Start, b.Body().Size)
}

// trackChunks finds where the chunks of a track lie: sample sizes, samples per chunk and chunk offsets together.
func (c *bmffCheck) trackChunks(traks []media.BMFFBox, id uint64) ([]media.Span, error) {
	if chunks, ok := c.tracks[id]; ok {
		return chunks, nil
	}
	for _, t := range traks {
		own, ok, err := c.trackID(t)
		if err != nil {
			return nil, err
		}
		if !ok || own != id {
			continue
		}
		chunks, err := c.chunksOf(t)
		if err != nil {
			return nil, err
		}
		if c.tracks == nil {
			c.tracks = map[uint64][]media.Span{}
		}
		c.tracks[id] = chunks
		return chunks, nil
	}
	return nil, fmt.Errorf("the file has no track %d", id)
}

func (c *bmffCheck) trackID(trak media.BMFFBox) (id uint64, ok bool, err error) {
	head, err := c.table(trak, "tkhd")
	if err != nil {
		return 0, false, err
	}
	at := 12
	if len(head) > 0 && head[0] == 1 {
		at = 20
	}
	if len(head) < at+4 {
		return 0, false, nil
	}
	return uint64(media.BE32(head[at:])), true, nil
}

func (c *bmffCheck) chunksOf(t media.BMFFBox) ([]media.Span, error) {
	stbl := []string{"mdia", "minf", "stbl"}
	get := func(name string) ([]byte, error) { return c.table(t, append(stbl[:3:3], name)...) }
	sizes, err1 := get("stsz")
	runs, err2 := get("stsc")
	offsets, err3 := get("stco")
	width := 4
	if offsets == nil && err3 == nil {
		offsets, err3 = get("co64")
		width = 8
	}
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	if len(sizes) < 12 || len(runs) < 8 || len(offsets) < 8 {
		return nil, errors.New("the track has no sample tables")
	}
	uniform, samples := media.BE32(sizes[4:]), media.BE32(sizes[8:])
	nRuns, nChunks := media.BE32(runs[4:]), media.BE32(offsets[4:])
	if nRuns*12 > int64(len(runs)-8) || nChunks*int64(width) > int64(len(offsets)-8) || uniform == 0 && samples*4 > int64(len(sizes)-12) {
		return nil, errors.New("the sample tables are cut short")
	}
	var out []media.Span
	sample, run := int64(0), int64(0)
	for n := int64(0); n < nChunks; n++ {
		for run+1 < nRuns && media.BE32(runs[8+12*(run+1):]) <= n+1 {
			run++
		}
		if nRuns == 0 {
			return nil, errors.New("the track has no chunk table")
		}
		per := media.BE32(runs[8+12*run+4:])
		var size int64
		if uniform > 0 { // the numbers are not those of a table that is there: no loop over them
			many := min(per, samples-sample)
			size, sample = many*uniform, sample+many
			per = 0
		}
		for k := int64(0); k < per && sample < samples; k++ {
			size += media.BE32(sizes[12+4*sample:])
			sample++
		}
		start := media.BE32(offsets[8+int64(width)*n:])
		if width == 8 {
			start = int64(binary.BigEndian.Uint64(offsets[8+8*n:]))
		}
		out = append(out, media.At(start, size))
	}
	return out, nil
}

func readMerkleBox(raw []byte) (m merkleBox, err error) {
	v, _, err := decodeCBORPrefix(raw)
	if err != nil {
		return m, err
	}
	var ok1, ok2, ok3 bool
	m.uniqueID, ok1 = v.get("uniqueId").uint()
	m.localID, ok2 = v.get("localId").uint()
	m.location, ok3 = v.get("location").uint()
	if !ok1 || !ok2 || !ok3 {
		return m, fmt.Errorf("%w: Merkle box", ErrMalformedFile)
	}
	m.proof, m.hasProof = readHashes(v.get("hashes"))
	return m, nil
}

func readHashes(v cborValue) (list [][]byte, ok bool) {
	if !v.isArray() {
		return nil, false
	}
	for i := range v.items {
		h, ok := v.items[i].bytes()
		if !ok {
			return nil, false
		}
		list = append(list, h)
	}
	return list, true
}
