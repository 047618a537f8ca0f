// Command regionbuild compiles the region table. It is run by "go generate ./region".
package main

import (
	"flag"
	"fmt"
	"os"

	"anxin/region/internal/build"
	"anxin/region/internal/table"
)

func main() {
	dir := flag.String("data", "../../shared/data/region", "folder with the source files")
	out := flag.String("out", "data/region.bin", "file to write")
	flag.Parse()
	if err := run(*dir, *out); err != nil {
		fmt.Fprintln(os.Stderr, "regionbuild:", err)
		os.Exit(1)
	}
}

func run(dir, out string) error {
	t, err := build.Build(dir)
	if err != nil {
		return err
	}
	data, err := table.Encode(t)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d places, %d names, %d bytes\n", t.Version, len(t.Places), len(t.Entries), len(data))
	return os.WriteFile(out, data, 0o644)
}
