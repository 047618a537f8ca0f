package seal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// The layout of the static copy, C2SP tlog-tiles:
//
//	checkpoint                    the newest signed checkpoint
//	tile/<level>/<n>[.p/<width>]  hashes, 256 to a tile
//	tile/entries/<n>[.p/<width>]  leaves, each behind a 16-bit length
//	checkpoints/<size>            (ours) every checkpoint that was ever the newest
const (
	tileHeight       = 8
	tileWidth        = 1 << tileHeight
	checkpointPath   = "checkpoint"
	checkpointFolder = "checkpoints"
)

// MaxEntryTile bounds one entries file, in bytes.
const MaxEntryTile = tileWidth * (2 + MaxLeafSize)

// Source is a whole log as it stands in the database, read in one consistent snapshot.
type Source interface {
	// ReadHashes answers stored hashes. Publish and Audit ask for long runs of neighbouring indexes.
	tlog.HashReader
	// Leaves hands over the leaves from first on, in order, at most n of them; it stops at the first error of yield and answers it. A hole in the
	// sequence is handed over as it is: the caller checks the numbers.
	Leaves(first, n int64, yield func(index int64, leaf []byte) error) error
}

// Folder is where the static copy lives. Names are relative, with slashes.
type Folder interface {
	// ReadFile answers an error that is fs.ErrNotExist for a file that is not there.
	ReadFile(name string) ([]byte, error)
	// WriteFile replaces the file in one step and returns when it is durable.
	WriteFile(name string, data []byte) error
	Remove(name string) error
}

// ErrDiverged says that the static copy and the database tell different histories. One of them was changed; nothing was written.
var ErrDiverged = errors.New("the exported copy of the log and the database disagree about the past")

// TilePath is the file name of tile n of a level; width 256 is a full tile.
func TilePath(level int, n int64, width int) string {
	p := tlog.Tile{H: tileHeight, L: level, N: n, W: width}.Path()
	p = strings.Replace(p, "tile/8/data/", "tile/entries/", 1)
	return strings.Replace(p, "tile/8/", "tile/", 1)
}

const entriesLevel = -1

// Published says what one run of Publish did.
type Published struct {
	Size  int64 // leaves in the copy now
	Added int64 // leaves that were new
	Files int   // files written
}

// Publish brings the static copy up to a checkpoint that the database has signed. Steps: verify the copy's own newest checkpoint, recompute its root from the database
// (ErrDiverged when they differ), write the new tiles and entries, then the checkpoint, then drop partial tiles that full ones replaced. A crash between
// two steps leaves a copy that is valid for its checkpoint; the next run completes it.
func Publish(src Source, dir Folder, keys Keys, signed []byte) (Published, error) {
	target, err := keys.Open(signed)
	if err != nil {
		return Published{}, err
	}
	old, err := publishedCheckpoint(dir, keys)
	if err != nil {
		return Published{}, err
	}
	if old.Size > target.Size {
		return Published{}, fmt.Errorf("%w: the copy has %d leaves, the database %d", ErrDiverged, old.Size, target.Size)
	}
	for _, c := range []Checkpoint{old, target} {
		root, err := Root(src, c.Size)
		if err != nil {
			return Published{}, err
		}
		if root != c.Root {
			return Published{}, fmt.Errorf("%w: the root of the first %d leaves", ErrDiverged, c.Size)
		}
	}
	p := Published{Size: target.Size, Added: target.Size - old.Size}
	w := tileWriter{dir: dir, src: src, from: old.Size, to: target.Size}
	if err := w.write(); err != nil {
		return p, err
	}
	history := fmt.Sprintf("%s/%d", checkpointFolder, target.Size)
	if had, err := dir.ReadFile(history); err == nil {
		// The same tree signed again, with a newer key, is no contradiction; the first signature stays.
		if c, err := keys.Open(had); err == nil && c == target {
			history = ""
		}
	}
	for _, name := range []string{history, checkpointPath} {
		if name == "" {
			continue
		}
		if err := w.put(name, signed); err != nil {
			return p, err
		}
	}
	p.Files = w.files
	return p, w.dropPartials()
}

// publishedCheckpoint answers the copy's checkpoint, or the empty log's when there is no copy yet.
func publishedCheckpoint(dir Folder, keys Keys) (Checkpoint, error) {
	b, err := dir.ReadFile(checkpointPath)
	if errors.Is(err, fs.ErrNotExist) {
		root, err := Root(nil, 0)
		return Checkpoint{Root: root}, err
	}
	if err != nil {
		return Checkpoint{}, err
	}
	c, err := keys.Open(b)
	if err != nil {
		return c, fmt.Errorf("the exported checkpoint: %w", err)
	}
	return c, nil
}

type tileWriter struct {
	dir      Folder
	src      Source
	from, to int64
	files    int
}

func (w *tileWriter) write() error {
	for _, t := range tlog.NewTiles(tileHeight, w.from, w.to) {
		data, err := tlog.ReadTileData(t, w.src)
		if err != nil {
			return fmt.Errorf("tile %s: %w", TilePath(t.L, t.N, t.W), err)
		}
		if err := w.put(TilePath(t.L, t.N, t.W), data); err != nil {
			return err
		}
		if t.L == 0 {
			if err := w.writeEntries(t.N, t.W); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *tileWriter) writeEntries(n int64, width int) error {
	var data []byte
	next := n * tileWidth
	err := w.src.Leaves(next, int64(width), func(index int64, leaf []byte) error {
		if index != next || len(leaf) > MaxLeafSize {
			return fmt.Errorf("leaf %d is missing or too long", next)
		}
		next++
		data = binary.BigEndian.AppendUint16(data, uint16(len(leaf)))
		data = append(data, leaf...)
		return nil
	})
	if err != nil {
		return err
	}
	if next != n*tileWidth+int64(width) {
		return fmt.Errorf("leaf %d is missing", next)
	}
	return w.put(TilePath(entriesLevel, n, width), data)
}

// put writes a file unless it is there with the same bytes. A full tile with other bytes is never replaced: it is history.
func (w *tileWriter) put(name string, data []byte) error {
	had, err := w.dir.ReadFile(name)
	switch {
	case err == nil && string(had) == string(data):
		return nil
	case err == nil && name != checkpointPath:
		return fmt.Errorf("%w: the file %s holds something else", ErrDiverged, name)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	w.files++
	return w.dir.WriteFile(name, data)
}

// dropPartials removes the partial tiles of the earlier checkpoint. (A client that still wants them can use the wider tile.)
func (w *tileWriter) dropPartials() error {
	for level := 0; w.from>>(level*tileHeight) > 0; level++ {
		nodes := w.from >> (level * tileHeight)
		n, width := nodes/tileWidth, int(nodes%tileWidth)
		if width == 0 || w.to>>(level*tileHeight) == nodes {
			continue
		}
		names := []string{TilePath(level, n, width)}
		if level == 0 {
			names = append(names, TilePath(entriesLevel, n, width))
		}
		for _, name := range names {
			if err := w.dir.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// ErrEntries is the error of an entries file that cannot be taken apart.
var ErrEntries = errors.New("not an entries file")

// SplitEntries takes an entries file apart into its leaves, at most 256.
func SplitEntries(data []byte) ([][]byte, error) {
	if len(data) > MaxEntryTile {
		return nil, fmt.Errorf("%w: %d bytes", ErrEntries, len(data))
	}
	var out [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(out) == tileWidth {
			return out, fmt.Errorf("%w: after leaf %d", ErrEntries, len(out))
		}
		n := int(binary.BigEndian.Uint16(data))
		if n > MaxLeafSize || len(data) < 2+n {
			return out, fmt.Errorf("%w: the length of leaf %d", ErrEntries, len(out))
		}
		out = append(out, data[2:2+n])
		data = data[2+n:]
	}
	return out, nil
}
