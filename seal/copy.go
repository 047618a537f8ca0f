package seal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"golang.org/x/mod/sumdb/tlog"
)

// AuditCopy audits an exported copy by itself, without the database: entries against tiles, tiles against the signed checkpoints, and older checkpoints that
// somebody kept (witnessed) against the log as it is now. This is what an outsider who fetches the copy from time to time runs.
//
// The error says that there is no copy to audit: no readable checkpoint under one of the keys.
func AuditCopy(dir fs.FS, keys Keys, witnessed [][]byte, onLeaf func(index int64, leaf Leaf) error, report func(Finding)) (Checkpoint, AuditSummary, error) {
	b, err := readBounded(dir, checkpointPath, MaxCheckpointSize)
	if err != nil {
		return Checkpoint{}, AuditSummary{}, fmt.Errorf("%w: the copy has no readable checkpoint: %w", ErrCheckpoint, err)
	}
	c, err := keys.Open(b)
	if err != nil {
		return Checkpoint{}, AuditSummary{}, err
	}
	src := &copySource{dir: dir, size: c.Size}
	sum, err := Audit(src, AuditOptions{Keys: keys, Size: c.Size, Witnessed: witnessed, Copy: dir, OnLeaf: onLeaf}, report)
	return c, sum, err
}

// copySource reads leaves from the entries files and computes the hashes of the tree from them. Audit reads strictly forward, leaves first and then their
// hashes, so the hashes of one batch are enough.
type copySource struct {
	dir    fs.FS
	size   int64
	edge   []Hash // complete subtrees at the right edge, by level
	from   int64  // tlog index of hashes[0]
	hashes []Hash // of the batch that was read last
}

// Leaves implements Source. A leaf that cannot be read is left out; its hash is taken from the tile, so that the tree above it can still be computed.
func (s *copySource) Leaves(first, n int64, yield func(index int64, leaf []byte) error) error {
	if first >= s.size {
		return nil
	}
	s.from, s.hashes = tlog.StoredHashIndex(0, first), s.hashes[:0]
	var leaves [][]byte
	var tile []byte
	for at := first; at < min(first+n, s.size); at++ {
		if at == first || at%tileWidth == 0 {
			leaves, tile = s.readTile(at / tileWidth)
		}
		i := int(at % tileWidth)
		if i < len(leaves) {
			s.add(at, tlog.RecordHash(leaves[i]))
			if err := yield(at, leaves[i]); err != nil {
				return err
			}
			continue
		}
		var h Hash
		if len(tile) >= (i+1)*tlog.HashSize {
			copy(h[:], tile[i*tlog.HashSize:])
		}
		s.add(at, h)
	}
	return nil
}

// readTile answers the leaves and hashes of a tile as far as they can be read; Audit reports what is wrong with the files.
func (s *copySource) readTile(n int64) (leaves [][]byte, hashes []byte) {
	width := int(min(tileWidth, s.size-n*tileWidth))
	if data, err := readBounded(s.dir, TilePath(entriesLevel, n, width), MaxEntryTile); err == nil {
		leaves, _ = SplitEntries(data)
	}
	hashes, _ = readBounded(s.dir, TilePath(0, n, width), tileWidth*tlog.HashSize)
	return leaves, hashes
}

// more says whether there is anything of a leaf.
func (s *copySource) more(from int64) bool {
	leaves, hashes := s.readTile(from / tileWidth)
	return from < s.size && len(leaves)+len(hashes) > 0
}

// add computes the hashes that a leaf completes.
func (s *copySource) add(index int64, h Hash) {
	level := 0
	s.hashes = append(s.hashes, h)
	for ; index>>level&1 == 1; level++ {
		h = tlog.NodeHash(s.edge[level], h)
		s.hashes = append(s.hashes, h)
	}
	for len(s.edge) <= level {
		s.edge = append(s.edge, Hash{})
	}
	s.edge[level] = h
}

// ReadHashes implements tlog.HashReader for the batch that was read last.
func (s *copySource) ReadHashes(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	for i, x := range indexes {
		if x < s.from || x-s.from >= int64(len(s.hashes)) {
			return nil, errors.New("not in this batch")
		}
		out[i] = s.hashes[x-s.from]
	}
	return out, nil
}

func readBounded(dir fs.FS, name string, limit int64) ([]byte, error) {
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("%s: more than %d bytes", name, limit)
	}
	return b, err
}
