package c2pa

import "anxin/provenance/c2pa/internal/words"

// Words says in Chinese and English what a status code means, in words for people who do not know the standard. ok is false for codes
// that this library does not raise; show those as they are.
func Words(code string) (zh, en string, ok bool) { return words.Of(code) }
