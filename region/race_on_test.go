//go:build race

package region

// raced: the race detector makes pools throw things away at random, so that allocations mean nothing.
const raced = true
