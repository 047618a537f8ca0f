package bundle

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sort"
)

// ErrUnreadable is the error of something that is not a bundle at all, or one beyond the bounds: nothing was checked.
var ErrUnreadable = errors.New("this is not a bundle that can be checked")

// Files are the files of an opened bundle.
type Files interface {
	// Names lists all regular files, sorted, with slashes.
	Names() []string
	// Open answers the bytes of one of them and their stated length.
	Open(name string) (r io.ReadCloser, size int64, err error)
	Close() error
}

// Open opens a bundle: a folder or a zip file.
func Open(path string) (Files, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if st.IsDir() {
		return openFolder(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	z, err := OpenZip(f, st.Size())
	if err != nil {
		f.Close()
		return nil, err
	}
	z.(*zipFiles).close = f
	return z, nil
}

// folder reads through os.Root: a symbolic link in a bundle cannot lead out of it.
type folder struct {
	root  *os.Root
	names []string
}

func openFolder(path string) (Files, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	d := &folder{root: root}
	err = fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if len(d.names) == MaxFiles {
			return fmt.Errorf("more than %d files", MaxFiles)
		}
		d.names = append(d.names, name)
		return nil
	})
	if err != nil {
		root.Close()
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	sort.Strings(d.names)
	return d, nil
}

func (d *folder) Names() []string { return d.names }
func (d *folder) Close() error    { return d.root.Close() }

func (d *folder) Open(name string) (io.ReadCloser, int64, error) {
	st, err := d.root.Stat(name)
	if err != nil {
		return nil, 0, err
	}
	if !st.Mode().IsRegular() { // a pipe would wait for ever
		return nil, 0, fmt.Errorf("%s is not a regular file", name)
	}
	f, err := d.root.Open(name)
	return f, st.Size(), err
}

type zipFiles struct {
	names []string
	files map[string]*zip.File
	close io.Closer
}

// maxDirectory bounds what is read while a zip file's directory is loaded, in bytes.
const maxDirectory = 8 << 20

// bounded is a ReaderAt that gives up after some bytes, until it is set free.
type bounded struct {
	r    io.ReaderAt
	left int64
	free bool
}

func (b *bounded) ReadAt(p []byte, off int64) (int, error) {
	if !b.free {
		if b.left -= int64(len(p)); b.left < 0 {
			return 0, errors.New("the directory of the zip file is too large")
		}
	}
	return b.r.ReadAt(p, off)
}

// OpenZip opens a bundle in a zip file of the given size.
func OpenZip(r io.ReaderAt, size int64) (Files, error) {
	b := &bounded{r: r, left: maxDirectory}
	z, err := zip.NewReader(b, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	b.free = true
	if len(z.File) > MaxFiles {
		return nil, fmt.Errorf("%w: more than %d files", ErrUnreadable, MaxFiles)
	}
	d := &zipFiles{files: map[string]*zip.File{}}
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		if !fs.ValidPath(f.Name) || d.files[f.Name] != nil || !f.Mode().IsRegular() {
			return nil, fmt.Errorf("%w: the zip file has an unsafe or repeated name", ErrUnreadable)
		}
		d.files[f.Name] = f
		d.names = append(d.names, f.Name)
	}
	sort.Strings(d.names)
	return d, nil
}

func (d *zipFiles) Names() []string { return d.names }

func (d *zipFiles) Close() error {
	if d.close == nil {
		return nil
	}
	return d.close.Close()
}

func (d *zipFiles) Open(name string) (io.ReadCloser, int64, error) {
	f := d.files[name]
	if f == nil {
		return nil, 0, fs.ErrNotExist
	}
	if f.UncompressedSize64 > 1<<62 {
		return nil, 0, fmt.Errorf("%s: the stated length", name)
	}
	r, err := f.Open()
	return r, int64(f.UncompressedSize64), err
}
