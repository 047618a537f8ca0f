package bundle

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"time"

	"anxin/seal"
)

// sink is where the files of a bundle go.
type sink interface {
	create(name string, compress bool) (io.WriteCloser, error)
}

// WriteZip packs the bundle into a zip file. Contents are streamed; the same bundle gives the same bytes.
func WriteZip(w io.Writer, b Bundle) error {
	z := zip.NewWriter(w)
	if err := write(&zipSink{z, b.Made}, b); err != nil {
		return err
	}
	return z.Close()
}

// WriteFolder packs the bundle into a new folder.
func WriteFolder(dir string, b Bundle) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return fmt.Errorf("folder for the bundle: %w", err)
	}
	return write(folderSink(dir), b)
}

type zipSink struct {
	z    *zip.Writer
	made time.Time
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func (s *zipSink) create(name string, compress bool) (io.WriteCloser, error) {
	h := &zip.FileHeader{Name: name, Modified: s.made.UTC(), Method: zip.Store}
	if compress {
		h.Method = zip.Deflate
	}
	w, err := s.z.CreateHeader(h)
	return nopCloser{w}, err
}

type folderSink string

func (s folderSink) create(name string, _ bool) (io.WriteCloser, error) {
	p := filepath.Join(string(s), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		return nil, err
	}
	return os.OpenFile(p, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
}

// writer counts and hashes what goes into the sink.
type writer struct {
	to sink
	m  manifest
}

func write(to sink, b Bundle) error {
	if len(b.Entries) == 0 || len(b.Entries) > MaxEntries || len(b.Keys) == 0 {
		return fmt.Errorf("%w: %d records (1 to %d) and %d keys", ErrContents, len(b.Entries), MaxEntries, len(b.Keys))
	}
	w := &writer{to: to, m: manifest{Format: Format, Entries: []manifestEntry{}, Stamps: []int64{}}}
	if err := w.text(readmeName, []byte(readme(b.Keys))); err != nil {
		return err
	}
	var keys bytes.Buffer
	for _, k := range b.Keys {
		fmt.Fprintln(&keys, k)
	}
	if err := w.text(keysName, keys.Bytes()); err != nil {
		return err
	}
	notes := map[int64][]byte{}
	for i, e := range b.Entries {
		if err := w.entry(i, e); err != nil {
			return err
		}
		if err := note(notes, e.Proof.Checkpoint); err != nil {
			return err
		}
	}
	if err := w.checkpoints(notes, b.Stamps); err != nil {
		return err
	}
	list, err := w.m.marshal()
	if err != nil {
		return err
	}
	f, err := to.create(manifestName, true)
	if err != nil {
		return err
	}
	_, err = f.Write(list)
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

func (m manifest) marshal() ([]byte, error) {
	b, err := json.MarshalIndent(m, "", "  ")
	return append(b, '\n'), err
}

// note remembers a checkpoint by its size. Two different ones of the same size in one bundle would be a contradiction.
func note(notes map[int64][]byte, signed []byte) error {
	c, err := seal.PeekCheckpoint(signed)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrContents, err)
	}
	if had, ok := notes[c.Size]; ok && !bytes.Equal(had, signed) {
		return fmt.Errorf("%w: two different checkpoints of %d leaves", ErrContents, c.Size)
	}
	notes[c.Size] = signed
	return nil
}

func (w *writer) entry(i int, e Entry) error {
	m := manifestEntry{Folder: entryFolder(i)}
	for _, f := range []struct {
		name string
		b    []byte
	}{{recordName, e.Record}, {leafName, e.Leaf}, {proofName, e.Proof.Marshal()}} {
		if err := w.text(m.Folder+"/"+f.name, f.b); err != nil {
			return err
		}
	}
	if e.Content != nil {
		if !extensionForm.MatchString(e.Content.Extension) {
			return fmt.Errorf("%w: extension %q", ErrContents, e.Content.Extension)
		}
		m.Content = "content." + e.Content.Extension
		r, err := e.Content.Open()
		if err != nil {
			return err
		}
		err = w.file(m.Folder+"/"+m.Content, false, r)
		if e := r.Close(); err == nil {
			err = e
		}
		if err != nil {
			return err
		}
	}
	w.m.Entries = append(w.m.Entries, m)
	return nil
}

// checkpoints writes the checkpoints of the proofs, and the stamps over them. A stamp over a checkpoint that no proof leads to is left out.
func (w *writer) checkpoints(notes map[int64][]byte, stamps []Stamp) error {
	sizes := make([]int64, 0, len(notes))
	for size := range notes {
		sizes = append(sizes, size)
	}
	sort.Slice(sizes, func(i, j int) bool { return sizes[i] < sizes[j] })
	for _, size := range sizes {
		if err := w.text(checkpointName(size, "txt"), notes[size]); err != nil {
			return err
		}
		for _, s := range stamps {
			if !bytes.Equal(s.Checkpoint, notes[size]) {
				continue
			}
			if err := w.text(checkpointName(size, "tsr"), s.Response); err != nil {
				return err
			}
			w.m.Stamps = append(w.m.Stamps, size)
			break
		}
	}
	return nil
}

func (w *writer) text(name string, b []byte) error { return w.file(name, true, bytes.NewReader(b)) }

func (w *writer) file(name string, compress bool, r io.Reader) error {
	f, err := w.to.create(name, compress)
	if err != nil {
		return err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), r)
	if e := f.Close(); err == nil {
		err = e
	}
	w.m.Files = append(w.m.Files, manifestFile{Name: name, Size: n, SHA256: hex.EncodeToString(h.Sum(nil))})
	return err
}
