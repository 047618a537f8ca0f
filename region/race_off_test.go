//go:build !race

package region

// raced: see the other file.
const raced = false
