//go:build !race

package picture_test

const raceFactor = 1
