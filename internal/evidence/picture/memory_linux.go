package picture

import "syscall"

const rlimitData = 2

// limitMemory bounds the writable private memory of this process. (The limit on address space would count what the Go runtime only reserves.)
func limitMemory(n uint64) error { return limit(rlimitData, n) }

// filmSeconds bounds the processor time for one video.
const filmSeconds = 180

// limitFilm lets this process and what it starts write no files, use so much of a processor and no more.
func limitFilm() error {
	for _, l := range []struct {
		what int
		n    uint64
	}{{syscall.RLIMIT_FSIZE, 0}, {syscall.RLIMIT_CPU, filmSeconds}, {syscall.RLIMIT_CORE, 0}} {
		if err := limit(l.what, l.n); err != nil {
			return err
		}
	}
	return nil
}

// limit lowers a limit; one that is lower already stays.
func limit(what int, n uint64) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(what, &l); err != nil {
		return err
	}
	if l.Cur > n {
		l.Cur = n
	}
	return syscall.Setrlimit(what, &l)
}
