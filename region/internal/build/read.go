package build

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// current is one row of divisions_current.tsv.
type current struct {
	code, parent uint32
	name, level  string
	lng, lat     float64
	coordSource  string
}

// record is one row of the 1981-2024 history: a code under one name and parent during some years.
type record struct {
	code           uint32
	province, city string // names of that time; city is "直辖" directly under a province
	name, level    string
	inUse          bool
	from, to       int
	next           []nextCode
}

type nextCode struct {
	code uint32
	year int
}

// townRow is one row of towns.tsv.
type townRow struct {
	code, county uint32
	name         string
	zone         bool // not a township: farm, zone, prison, ...
}

// tsv reads a tab-separated file with a header line and calls row with the fields of every further line.
func tsv(path string, columns int, row func(line int, f []string) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	s := bufio.NewScanner(file)
	s.Buffer(make([]byte, 1<<16), 1<<20)
	for n := 1; s.Scan(); n++ {
		line := strings.TrimRight(s.Text(), "\r\n")
		if n == 1 || line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		for len(f) < columns {
			f = append(f, "")
		}
		if err := row(n, f); err != nil {
			return fmt.Errorf("%s line %d: %w", filepath.Base(path), n, err)
		}
	}
	return s.Err()
}

func code(s string) (uint32, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil || (len(s) != 6 && len(s) != 9) {
		return 0, fmt.Errorf("%q is not a division code", s)
	}
	return uint32(n), nil
}

func readCurrent(dir string) ([]current, error) {
	var out []current
	err := tsv(filepath.Join(dir, "divisions_current.tsv"), 9, func(_ int, f []string) error {
		c, err := code(f[0])
		if err != nil {
			return err
		}
		var parent uint32
		if f[3] != "" {
			if parent, err = code(f[3]); err != nil {
				return err
			}
		}
		lng, err := strconv.ParseFloat(f[6], 64)
		if err != nil {
			return err
		}
		lat, err := strconv.ParseFloat(f[7], 64)
		if err != nil {
			return err
		}
		out = append(out, current{c, parent, f[1], f[2], lng, lat, f[8]})
		return nil
	})
	return out, err
}

var nextPattern = regexp.MustCompile(`^(\d{6})(?:\[(\d{4})\])?$`)

func readHistory(dir string) ([]record, error) {
	file, err := os.Open(filepath.Join(dir, "history_areacodes_1981_2024.csv"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, err
	}
	var out []record
	for i, f := range rows[1:] {
		c, err := code(f[0])
		if err != nil {
			return nil, fmt.Errorf("history row %d: %w", i+2, err)
		}
		r := record{code: c, province: f[1], city: f[2], name: f[3], level: f[4], inUse: f[5] == "在用"}
		if r.from, err = strconv.Atoi(f[6]); err != nil {
			return nil, fmt.Errorf("history row %d: %w", i+2, err)
		}
		if f[7] != "" {
			if r.to, err = strconv.Atoi(f[7]); err != nil {
				return nil, fmt.Errorf("history row %d: %w", i+2, err)
			}
		}
		for _, s := range strings.Split(f[8], ";") {
			if s == "" {
				continue
			}
			m := nextPattern.FindStringSubmatch(s)
			if m == nil {
				return nil, fmt.Errorf("history row %d: successor %q", i+2, s)
			}
			n := nextCode{year: r.to}
			if n.code, err = code(m[1]); err != nil {
				return nil, err
			}
			if m[2] != "" {
				n.year, _ = strconv.Atoi(m[2])
			}
			r.next = append(r.next, n)
		}
		out = append(out, r)
	}
	return out, nil
}

func readTowns(dir string) ([]townRow, error) {
	var out []townRow
	err := tsv(filepath.Join(dir, "towns.tsv"), 5, func(_ int, f []string) error {
		c, err := code(f[0])
		if err != nil {
			return err
		}
		county, err := code(f[2])
		if err != nil {
			return err
		}
		out = append(out, townRow{c, county, f[1], strings.Contains(f[4], "not a township")})
		return nil
	})
	return out, err
}
