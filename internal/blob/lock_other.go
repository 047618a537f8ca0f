//go:build !unix

package blob

import "os"

// lockFile without kernel locks: a file that is open cannot be removed on these systems, which serves the same end.
func lockFile(name string) (f *os.File, held bool, err error) {
	if err := os.Remove(name); err != nil && !os.IsNotExist(err) {
		return nil, false, nil
	}
	f, err = os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	return f, err == nil, err
}
