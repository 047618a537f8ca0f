//go:build race

package picture_test

// raceFactor is how much more memory the race detector needs.
const raceFactor = 12
