// Package corpus hands a fuzz target what earlier runs found worth keeping, so that every ordinary test run tries it again.
//
// Each package keeps its own in testdata/corpus.zip: a folder for each target with the fuzzer's files, which hold one value ([]byte or string) each. To renew one,
// zip the folders below "$(go env GOCACHE)/fuzz/<import path>" into it.
package corpus

import (
	"archive/zip"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
)

// most bounds one file and what it unpacks to.
const most = 4 << 20

// Add calls add with every kept input of the target.
func Add(f *testing.F, add func(input string)) {
	f.Helper()
	z, err := zip.OpenReader("testdata/corpus.zip")
	if err != nil {
		f.Fatal(err)
	}
	defer z.Close()
	n := 0
	for _, e := range z.File {
		if !strings.HasPrefix(e.Name, f.Name()+"/") || strings.HasSuffix(e.Name, "/") {
			continue
		}
		input, err := read(e)
		if err != nil {
			f.Fatalf("%s: %v", e.Name, err)
		}
		add(input)
		n++
	}
	if n == 0 {
		f.Fatalf("nothing is kept for %s", f.Name())
	}
}

func read(e *zip.File) (string, error) {
	r, err := e.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, most))
	if err != nil {
		return "", err
	}
	version, line, _ := strings.Cut(string(data), "\n")
	if version != "go test fuzz v1" {
		return "", fmt.Errorf("not a file of the fuzzer: %q", version)
	}
	line = strings.TrimSpace(line)
	for _, kind := range []string{"[]byte(", "string("} {
		if inner, ok := strings.CutPrefix(line, kind); ok {
			return strconv.Unquote(strings.TrimSuffix(inner, ")"))
		}
	}
	return "", fmt.Errorf("not one []byte or string")
}
