package blob

import (
	"os"
	"path/filepath"
)

// WatchDisk records the durability steps of later Puts.
func WatchDisk(f *Files, note func(step string)) {
	real := realDisk()
	f.disk = disk{
		create:   real.create,
		syncFile: func(file *os.File) error { note("sync file"); return real.syncFile(file) },
		rename:   func(from, to string) error { note("rename"); return real.rename(from, to) },
		syncDir: func(dir string) error {
			note("sync " + filepath.Base(filepath.Dir(dir)))
			return real.syncDir(dir)
		},
	}
}

// BreakDisk makes one step fail.
func BreakDisk(f *Files, step string, err error) {
	switch step {
	case "sync file":
		f.disk.syncFile = func(*os.File) error { return err }
	case "rename":
		f.disk.rename = func(string, string) error { return err }
	case "sync dir":
		f.disk.syncDir = func(string) error { return err }
	}
}

// SpoolInto makes spool files a device, to meet a full disk.
func SpoolInto(f *Files, device string) {
	f.disk.create = func(string) (*os.File, error) { return os.OpenFile(device, os.O_WRONLY, 0) }
}
