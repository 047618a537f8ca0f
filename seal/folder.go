package seal

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// tempPrefix begins the names of files that are being written.
const tempPrefix = ".new-"

// DirFolder is a Folder in the file system.
type DirFolder struct{ root string }

// OpenDirFolder makes the folder when it is not there.
func OpenDirFolder(root string) (*DirFolder, error) {
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, fmt.Errorf("folder for the exported log: %w", err)
	}
	return &DirFolder{root}, nil
}

func (d *DirFolder) path(name string) (string, error) {
	if !fs.ValidPath(name) {
		return "", &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	return filepath.Join(d.root, filepath.FromSlash(name)), nil
}

// ReadFile implements Folder; files longer than any that Publish writes are refused.
func (d *DirFolder) ReadFile(name string) ([]byte, error) {
	p, err := d.path(name)
	if err != nil {
		return nil, err
	}
	st, err := os.Stat(p)
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() || st.Size() > MaxEntryTile {
		return nil, fmt.Errorf("%s: not a file of the exported log", name)
	}
	return os.ReadFile(p)
}

// WriteFile implements Folder: temporary file, fsync, rename, fsync of the folder.
func (d *DirFolder) WriteFile(name string, data []byte) error {
	p, err := d.path(name)
	if err != nil {
		return err
	}
	dir := filepath.Dir(p)
	if err := d.makeDirs(dir); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, tempPrefix+"*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // gone after the rename; then this does nothing
	if _, err = tmp.Write(data); err == nil {
		err = tmp.Chmod(0o644)
	}
	if err == nil {
		err = tmp.Sync()
	}
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(tmp.Name(), p)
	}
	if err == nil {
		err = syncDir(dir)
	}
	return err
}

// makeDirs makes the folders down to dir and syncs the parent of each new one, or a power cut could lose a folder with durable files in it.
func (d *DirFolder) makeDirs(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	parent := filepath.Dir(dir)
	if dir != d.root && parent != dir {
		if err := d.makeDirs(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o755); err != nil && !os.IsExist(err) {
		return err
	}
	return syncDir(parent)
}

// Remove implements Folder.
func (d *DirFolder) Remove(name string) error {
	p, err := d.path(name)
	if err != nil {
		return err
	}
	if err := os.Remove(p); err != nil {
		return err
	}
	return nil
}

// FS is the folder for reading, as Audit wants it.
func (d *DirFolder) FS() fs.FS { return os.DirFS(d.root) }

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = f.Sync()
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}
