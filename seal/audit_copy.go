package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// copyAudit compares the exported copy with the stream of leaves.
type copyAudit struct {
	fsys   fs.FS
	size   int64 // leaves of the copy's newest valid checkpoint; 0 when there is none
	beyond bool  // the copy knows more leaves than the database has
	known  map[string]bool
	levels []tileLevel // one per tile level
	bodies [][]byte    // leaves of the entries file being filled
}

// tileLevel collects the hashes of the tile being filled, as stored and as recomputed from the texts.
type tileLevel struct {
	n                int64
	stored, computed []Hash
}

func (c *copyAudit) open(a *auditor) {
	if a.o.Copy == nil {
		return
	}
	c.fsys, c.known = a.o.Copy, map[string]bool{}
	b, err := c.read(a, checkpointPath, MaxCheckpointSize)
	if err == nil {
		if cp, ok := a.pin(b, checkpointPath, true); ok {
			c.size = cp.Size
		}
	} else if a.o.Size > 0 {
		c.missing(a, checkpointPath, err)
	}
	history, err := fs.ReadDir(c.fsys, checkpointFolder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.missing(a, checkpointFolder, err)
	}
	for _, e := range history {
		name := checkpointFolder + "/" + e.Name()
		size, err := strconv.ParseInt(e.Name(), 10, 64)
		if err != nil || strconv.FormatInt(size, 10) != e.Name() || !e.Type().IsRegular() {
			continue // an unknown file; finish reports it
		}
		b, err := c.read(a, name, MaxCheckpointSize)
		if err != nil {
			c.missing(a, name, err)
			continue
		}
		cp, ok := a.pin(b, name, true)
		if ok && cp.Size != size {
			a.report(copyFinding(FoundCopyAltered, -1, name, "文件名与检查点的条数不符", "the file name is not the size of the checkpoint in it"))
		}
		c.size = max(c.size, cp.Size)
	}
	c.beyond = c.size > a.o.Size
}

// leaf takes the next leaf of the stream with the stored hashes that it completed.
func (c *copyAudit) leaf(a *auditor, index int64, body []byte, stored []Hash) {
	if index >= c.size {
		return
	}
	a.sum.CopyLeaves++
	c.bodies = append(c.bodies, body)
	for level := 0; level*tileHeight < len(stored); level++ {
		if level == len(c.levels) {
			c.levels = append(c.levels, tileLevel{})
		}
		t := &c.levels[level]
		t.stored = append(t.stored, stored[level*tileHeight])
		t.computed = append(t.computed, a.tree.path[level*tileHeight])
		if len(t.stored) == tileWidth {
			c.compare(a, level)
		}
	}
	if index+1 < c.size {
		return
	}
	for level := range c.levels {
		if len(c.levels[level].stored) > 0 {
			c.compare(a, level)
		}
	}
}

// compare checks the tile that is filled on a level (and its entries file) and starts the next one.
func (c *copyAudit) compare(a *auditor, level int) {
	t := &c.levels[level]
	c.tile(a, level, t)
	if level == 0 {
		c.entries(a, t)
		c.bodies = c.bodies[:0]
	}
	t.n++
	t.stored, t.computed = t.stored[:0], t.computed[:0]
}

func (c *copyAudit) tile(a *auditor, level int, t *tileLevel) {
	name := TilePath(level, t.n, len(t.stored))
	data, err := c.read(a, name, tileWidth*tlog.HashSize)
	if err != nil {
		c.missing(a, name, err)
		return
	}
	if len(data) != len(t.stored)*tlog.HashSize {
		a.report(copyFinding(FoundCopyAltered, -1, name, "文件长度不对", "the file has the wrong length"))
		return
	}
	for i := range t.stored {
		h := Hash(data[i*tlog.HashSize:])
		if h == t.stored[i] || h == t.computed[i] {
			continue // when only one of the two agrees, the database is at fault and has its own finding
		}
		leaf := (t.n*tileWidth + int64(i)) << (level * tileHeight)
		a.report(copyFinding(FoundCopyAltered, leaf, name,
			fmt.Sprintf("第 %d 个哈希与数据库不同（对应日志第 %d 条起）", i, leaf),
			fmt.Sprintf("hash %d differs from the database (it stands for leaf %d on)", i, leaf)))
	}
}

func (c *copyAudit) entries(a *auditor, t *tileLevel) {
	name := TilePath(entriesLevel, t.n, len(t.stored))
	data, err := c.read(a, name, MaxEntryTile)
	if err != nil {
		c.missing(a, name, err)
		return
	}
	leaves, err := SplitEntries(data)
	if err == nil && len(leaves) != len(c.bodies) {
		err = fmt.Errorf("%w: %d leaves instead of %d", ErrEntries, len(leaves), len(c.bodies))
	}
	first := t.n * tileWidth
	for i, body := range c.bodies {
		if i >= len(leaves) {
			break
		}
		if bytes.Equal(leaves[i], body) || (body == nil || t.computed[i] != t.stored[i]) && tlog.RecordHash(leaves[i]) == t.stored[i] {
			continue // the same, or the copy still holds the original of a leaf that the database lost
		}
		a.report(copyFinding(FoundCopyAltered, first+int64(i), name,
			fmt.Sprintf("日志第 %d 条与数据库不同", first+int64(i)), fmt.Sprintf("leaf %d differs from the database", first+int64(i))))
		return // a changed length shifts everything behind it
	}
	if err != nil {
		a.report(copyFinding(FoundCopyAltered, first+int64(len(leaves)), name, "文件结构损坏", "the file cannot be taken apart"))
	}
}

// finish looks for files that do not belong there; not when the database lost leaves, because then those of the lost ones are there rightly. Partial tiles of an earlier checkpoint, left by a crash, do if they agree with the wider tile.
func (c *copyAudit) finish(a *auditor) {
	if c.fsys == nil {
		return
	}
	err := fs.WalkDir(c.fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			c.missing(a, name, err)
			return nil
		}
		if d.IsDir() || c.beyond || c.known[name] || strings.HasPrefix(d.Name(), tempPrefix) || c.olderPartial(a, name) {
			return nil
		}
		a.report(copyFinding(FoundCopyUnknown, -1, name, "导出副本里不该有这个文件", "this file does not belong in the exported copy"))
		return nil
	})
	if err != nil {
		c.missing(a, ".", err)
	}
}

func (c *copyAudit) olderPartial(a *auditor, name string) bool {
	base, _, ok := strings.Cut(name, ".p/")
	if !ok {
		return false
	}
	limit := int64(MaxEntryTile)
	data, err := c.read(a, name, limit)
	if err != nil {
		return false
	}
	wider := []string{base}
	for k := range c.known {
		if strings.HasPrefix(k, base+".p/") && k != name {
			wider = append(wider, k)
		}
	}
	for _, w := range wider {
		if full, err := c.read(a, w, limit); err == nil && bytes.HasPrefix(full, data) {
			return true
		}
	}
	return false
}

// read answers a file of the copy, bounded, and notes its name as known.
func (c *copyAudit) read(a *auditor, name string, limit int64) ([]byte, error) {
	b, err := readBounded(c.fsys, name, limit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if !c.known[name] {
		a.sum.CopyFiles++
	}
	c.known[name] = true
	return b, err
}

func (c *copyAudit) missing(a *auditor, name string, err error) {
	if errors.Is(err, fs.ErrNotExist) {
		a.report(copyFinding(FoundCopyMissing, -1, name, "导出副本缺少这个文件", "this file of the exported copy is not there"))
		return
	}
	a.report(copyFinding(FoundCopyAltered, -1, name, "导出副本的这个文件读不出来", "this file of the exported copy cannot be read"))
}

func copyFinding(code string, leaf int64, name, zh, en string) Finding {
	return Finding{Code: code, Leaf: leaf, Where: name, ZH: zh, EN: en}
}
