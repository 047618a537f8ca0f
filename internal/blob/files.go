package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
)

// Files is a Store in a folder:
//
//	objects/<first two hex digits>/<64 hex digits>   finished files, read-only
//	spool/<process>/<n>                              files being received; <process>/lock is held while the process lives
//
// Several processes may share the folder.
type Files struct {
	root    string
	session string   // our folder under spool/
	lock    *os.File // held until Close
	next    atomic.Int64
	disk    disk
	close   sync.Once
}

// disk are the steps that make a file durable; a test watches their order.
type disk struct {
	create   func(name string) (*os.File, error)
	syncFile func(*os.File) error
	rename   func(from, to string) error
	syncDir  func(dir string) error
}

func realDisk() disk {
	create := func(name string) (*os.File, error) {
		return os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o400)
	}
	return disk{create: create, syncFile: (*os.File).Sync, rename: os.Rename, syncDir: syncDir}
}

const lockName = "lock"

// OpenFiles opens the store, making its folders, and removes what dead processes left in the spool.
func OpenFiles(root string) (*Files, error) {
	f := &Files{root: root, disk: realDisk()}
	if err := f.makeFolders(); err != nil {
		return nil, fmt.Errorf("open the folder of files: %w", mapError(err))
	}
	if err := f.sweep(); err != nil {
		return nil, fmt.Errorf("clear the spool folder: %w", mapError(err))
	}
	for range 10 { // another process that starts now may sweep the folder away before we hold its lock
		ok, err := f.begin()
		if err != nil {
			return nil, fmt.Errorf("make a spool folder: %w", mapError(err))
		}
		if ok {
			return f, nil
		}
	}
	return nil, errors.New("make a spool folder: other processes keep removing it")
}

// begin makes this process's spool folder and holds its lock.
func (f *Files) begin() (bool, error) {
	var name [8]byte
	if _, err := rand.Read(name[:]); err != nil {
		return false, err
	}
	f.session = filepath.Join(f.root, "spool", hex.EncodeToString(name[:]))
	if err := os.Mkdir(f.session, 0o700); err != nil {
		return false, err
	}
	lock, held, err := lockFile(filepath.Join(f.session, lockName))
	if errors.Is(err, fs.ErrNotExist) || err == nil && !held {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if _, err := os.Stat(lock.Name()); err != nil {
		return false, lock.Close()
	}
	f.lock = lock
	return true, nil
}

// makeFolders makes all 256 folders at once, so that a Put never has to make and sync one.
func (f *Files) makeFolders() error {
	made := false
	for _, dir := range []string{f.root, filepath.Join(f.root, "objects"), filepath.Join(f.root, "spool")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	for i := range 256 {
		err := os.Mkdir(filepath.Join(f.root, "objects", fmt.Sprintf("%02x", i)), 0o700)
		if err == nil {
			made = true
		} else if !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	if !made {
		return nil
	}
	for _, dir := range []string{filepath.Join(f.root, "objects"), f.root, filepath.Dir(f.root)} {
		if err := syncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes the spool folders whose process is gone: those whose lock can be had.
func (f *Files) sweep() error {
	spool := filepath.Join(f.root, "spool")
	entries, err := os.ReadDir(spool)
	if err != nil {
		return err
	}
	for _, e := range entries {
		dir := filepath.Join(spool, e.Name())
		if e.IsDir() {
			lock, held, err := lockFile(filepath.Join(dir, lockName))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			if !held {
				continue
			}
			defer lock.Close()
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	return nil
}

// Close gives up the spool folder. Puts that are running fail.
func (f *Files) Close() error {
	var err error
	f.close.Do(func() {
		err = os.RemoveAll(f.session)
		if e := f.lock.Close(); err == nil {
			err = e
		}
	})
	return err
}

func (f *Files) path(id ID) string {
	name := id.String()
	return filepath.Join(f.root, "objects", name[:2], name)
}

// Put implements Store: spool, hash, fsync, rename to the hash, fsync of the folder.
func (f *Files) Put(ctx context.Context, r io.Reader, limit int64) (Info, error) {
	spool := filepath.Join(f.session, strconv.FormatInt(f.next.Add(1), 10))
	info, err := f.receive(spool, &limited{ctx, r, limit})
	if err != nil {
		os.Remove(spool)
		return Info{}, mapError(err)
	}
	return info, nil
}

func (f *Files) receive(spool string, r io.Reader) (Info, error) {
	file, err := f.disk.create(spool)
	if err != nil {
		return Info{}, err
	}
	h := sha256.New()
	buf := make([]byte, segmentSize)
	size, err := io.CopyBuffer(io.MultiWriter(onlyWriter{file}, h), onlyReader{r}, buf)
	if err == nil {
		err = f.disk.syncFile(file)
	}
	st, statErr := file.Stat()
	if e := file.Close(); err == nil {
		err = errors.Join(e, statErr)
	}
	if err != nil {
		return Info{}, err
	}
	info := Info{ID: ID(h.Sum(nil)), Size: size, At: st.ModTime()}
	// Renaming over a file of the same name is right: the bytes have the same hash, and if the old copy was damaged it is mended.
	if err := f.disk.rename(spool, f.path(info.ID)); err != nil {
		return Info{}, err
	}
	return info, f.disk.syncDir(filepath.Dir(f.path(info.ID)))
}

// onlyWriter and onlyReader hide ReadFrom and WriteTo, with which io.Copy would go around the hash.
type onlyWriter struct{ io.Writer }
type onlyReader struct{ io.Reader }

// Get implements Store.
func (f *Files) Get(ctx context.Context, id ID, offset, n int64) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	file, err := os.Open(f.path(id))
	if err != nil {
		return nil, mapError(err)
	}
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		file.Close()
		return nil, err
	}
	if n < 0 {
		return file, nil
	}
	return &section{io.LimitReader(file, n), file}, nil
}

type section struct {
	io.Reader
	io.Closer
}

// Stat implements Store.
func (f *Files) Stat(ctx context.Context, id ID) (Info, error) {
	if err := ctx.Err(); err != nil {
		return Info{}, err
	}
	st, err := os.Stat(f.path(id))
	if err != nil {
		return Info{}, mapError(err)
	}
	return Info{ID: id, Size: st.Size(), At: st.ModTime()}, nil
}

// Walk implements Store.
func (f *Files) Walk(ctx context.Context, yield func(Info) error) error {
	return f.walk(ctx, func(dir string, d fs.DirEntry) error {
		id, ok := f.idOf(dir, d)
		if !ok {
			return nil
		}
		st, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // deleted meanwhile
		}
		if err != nil {
			return mapError(err)
		}
		return yield(Info{ID: id, Size: st.Size(), At: st.ModTime()})
	})
}

// Strays names the files among the objects that no Put made. Verification reports them.
func (f *Files) Strays(ctx context.Context) ([]string, error) {
	var out []string
	err := f.walk(ctx, func(dir string, d fs.DirEntry) error {
		if _, ok := f.idOf(dir, d); !ok {
			out = append(out, dir+"/"+d.Name())
		}
		return nil
	})
	return out, err
}

func (f *Files) idOf(dir string, d fs.DirEntry) (ID, bool) {
	id, ok := ParseID(d.Name())
	return id, ok && d.Type().IsRegular() && dir == "objects/"+d.Name()[:2]
}

// walk visits the entries of every objects folder in order.
func (f *Files) walk(ctx context.Context, visit func(dir string, d fs.DirEntry) error) error {
	for i := range 256 {
		if err := ctx.Err(); err != nil {
			return err
		}
		dir := fmt.Sprintf("objects/%02x", i)
		entries, err := os.ReadDir(filepath.Join(f.root, filepath.FromSlash(dir)))
		if err != nil {
			return mapError(err)
		}
		for _, d := range entries {
			if err := visit(dir, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// Delete implements Store.
func (f *Files) Delete(ctx context.Context, id ID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := os.Remove(f.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = f.disk.syncDir(filepath.Dir(f.path(id)))
	}
	return mapError(err)
}

func mapError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return ErrNotFound
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if e := d.Close(); err == nil {
		err = e
	}
	return err
}
