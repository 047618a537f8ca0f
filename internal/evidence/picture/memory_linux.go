package picture

import "syscall"

const rlimitData = 2

// limitMemory bounds the writable private memory of this process. (The limit on address space would count what the Go runtime only reserves.)
func limitMemory(n uint64) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(rlimitData, &l); err != nil {
		return err
	}
	if l.Cur > n {
		l.Cur = n
	}
	return syscall.Setrlimit(rlimitData, &l)
}
