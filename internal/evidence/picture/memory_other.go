//go:build !linux

package picture

// limitMemory does nothing here: the time limit and the limits before decoding remain.
func limitMemory(uint64) error { return nil }

// limitFilm does nothing here either.
func limitFilm() error { return nil }
