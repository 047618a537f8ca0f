//go:build unix

package blob

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes the file's lock, which the kernel gives back when the process ends, however it ends. held is false when somebody else has it.
func lockFile(name string) (f *os.File, held bool, err error) {
	f, err = os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, true, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, false, nil
	}
	return nil, false, err
}
