package build

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"anxin/region/internal/table"
)

// sources is the folder with the source files, or a skip with the reason.
func sources(t *testing.T) string {
	t.Helper()
	shared := os.Getenv("ANXIN_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "..", "shared")
	}
	dir := filepath.Join(shared, "data", "region")
	if _, err := os.Stat(filepath.Join(dir, "divisions_current.tsv")); err != nil {
		t.Skipf("the source files of the region table are not here (%v); set ANXIN_SHARED to the shared test data", err)
	}
	return dir
}

// TestTableIsUpToDate builds the table from its sources and compares it with the committed one, byte for byte.
func TestTableIsUpToDate(t *testing.T) {
	made, err := Build(sources(t))
	if err != nil {
		t.Fatal(err)
	}
	data, err := table.Encode(made)
	if err != nil {
		t.Fatal(err)
	}
	committed, err := os.ReadFile(filepath.Join("..", "..", "data", "region.bin"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, committed) {
		t.Errorf("region/data/region.bin is not what its sources give (%s): run go generate ./region", made.Version)
	}
	if len(data) > 2<<20 {
		t.Errorf("the table has %d bytes, more than 2 MB", len(data))
	}
	counts := map[uint8]int{}
	for i := range made.Places {
		if p := &made.Places[i]; p.To == 0 {
			counts[p.Level]++
		}
	}
	if counts[table.Province] != 34 || counts[table.Prefecture] != 333 || counts[table.County] != 2847 || counts[table.Town] < 40000 {
		t.Errorf("present units by level: %v", counts)
	}
}

func TestXLSX(t *testing.T) {
	changes, err := readTownChanges(sources(t))
	if err != nil {
		t.Fatal(err)
	}
	years := map[int]int{}
	for _, c := range changes {
		years[c.year]++
	}
	for year := 2014; year <= 2023; year++ {
		if years[year] < 30 {
			t.Errorf("%d: %d changes of towns", year, years[year])
		}
	}
	for _, c := range changes {
		if c.year == 2023 && c.oldCode == 620121107 && (c.oldName != "中川镇" || c.newCode != 620122108) {
			t.Errorf("中川镇 moved in 2023: %+v", c)
		}
	}
}

func TestCellAt(t *testing.T) {
	for ref, want := range map[string][2]int{"A1": {0, 0}, "C12": {2, 11}, "AA3": {26, 2}} {
		if c, r := cellAt(ref); c != want[0] || r != want[1] {
			t.Errorf("%s is %d,%d", ref, c, r)
		}
	}
}
