package app

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"anxin/region"
)

// PatchFile is where the operator writes down changes of divisions that came after this release: docs/design/region.md says how.
func (o Options) PatchFile() string { return filepath.Join(o.DataDir, "region-patch.tsv") }

// loadRegions is the resolver with the operator's patch, if there is one. A bad line is an error that names it: nothing of the file is applied then, and the
// server does not start, for half a patch would send technicians to the wrong place without a word.
func loadRegions(o Options) (*region.Resolver, error) {
	f, err := os.Open(o.PatchFile())
	if errors.Is(err, fs.ErrNotExist) {
		return region.Default(), nil
	}
	if err != nil {
		return nil, fmt.Errorf("divisions: %w", err)
	}
	defer f.Close()
	r, err := region.New(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.PatchFile(), err)
	}
	return r, nil
}

// patchFile says when the patch in the data folder is not the one that is in use: it was changed after the start, or cannot be read any more.
func patchFile(o Options, used *region.Resolver) Finding {
	_, patch, _ := strings.Cut(used.DatasetVersion(), "+patch.")
	text, err := os.ReadFile(o.PatchFile())
	switch {
	case errors.Is(err, fs.ErrNotExist) && patch == "", err == nil && patch == fmt.Sprintf("%08x", crc32.ChecksumIEEE(text)):
		return Finding{What: "divisions", OK: true}
	case errors.Is(err, fs.ErrNotExist):
		return Finding{What: "divisions", Say: "patch_gone", Detail: o.PatchFile(), Mend: "patch_gone"}
	}
	if f := divisions(o); !f.OK {
		return f
	} else if f.Detail == "" && patch == "" {
		return f // a file of comments
	}
	return Finding{What: "divisions", Say: "patch_changed", Detail: o.PatchFile(), Mend: "patch_changed"}
}

// divisions says which dataset places are looked up in, and whether the operator's patch can be read.
func divisions(o Options) Finding {
	r, err := loadRegions(o)
	if err != nil {
		return Finding{What: "divisions", Detail: err.Error(), Mend: "patch_bad"}
	}
	f := Finding{What: "divisions", OK: true, Say: "dataset", Args: []any{"version", r.DatasetVersion()}}
	if strings.Contains(r.DatasetVersion(), "+patch.") {
		f.Detail = o.PatchFile()
	}
	return f
}
