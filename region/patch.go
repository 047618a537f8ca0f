package region

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"anxin/region/internal/names"
	"anxin/region/internal/patch"
	"anxin/region/internal/table"
)

// PatchError is a refused line of an operator patch file.
type PatchError struct {
	Line int  // from 1
	Text Text // what is wrong with it
}

func (e *PatchError) Error() string {
	return fmt.Sprintf("region-patch.tsv 第 %d 行：%s / line %d: %s", e.Line, e.Text.Zh, e.Line, e.Text.En)
}

// maxPatch bounds the patch file.
const maxPatch = 4 << 20

// readPatch reads the lines of a patch file; sum tells one file from another.
func readPatch(r io.Reader) (lines []patch.Line, sum uint32, err error) {
	data, err := io.ReadAll(io.LimitReader(r, maxPatch+1))
	if err != nil {
		return nil, 0, fmt.Errorf("region: the patch cannot be read: %w", err)
	}
	if len(data) > maxPatch {
		return nil, 0, &PatchError{1, Text{"文件超过 4 MB", "the file is larger than 4 MB"}}
	}
	if lines, err = patch.Parse(bytes.NewReader(data)); err != nil {
		return nil, 0, patchError(err)
	}
	return lines, crc32.ChecksumIEEE(data), nil
}

// applyPatch changes a freshly decoded table by the lines of a patch file and gives it a version of its own.
func applyPatch(t *table.Table, lines []patch.Line, sum uint32) error {
	if len(lines) == 0 {
		return nil
	}
	c := names.NewCollector(names.NewFolder(t.Fold))
	if err := patch.Apply(t, lines, c); err != nil {
		return patchError(err)
	}
	t.Entries = names.Merge(t.Entries, c.Entries())
	t.Version += fmt.Sprintf("+patch.%08x", sum)
	for _, l := range lines {
		t.Newest = max(t.Newest, l.Date)
	}
	return nil
}

func patchError(err error) error {
	var e *patch.Error
	if errors.As(err, &e) {
		return &PatchError{e.Line, Text{e.Zh, e.En}}
	}
	return err
}
