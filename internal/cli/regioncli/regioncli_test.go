package regioncli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// run parses and runs one command line with canned input and returns what it wrote.
func run(t *testing.T, stdin string, args ...string) (string, error) {
	t.Helper()
	var cmd Cmd
	var out bytes.Buffer
	p, err := kong.New(&cmd, kong.Exit(func(int) { t.Fatal("the parser exited") }))
	if err != nil {
		t.Fatal(err)
	}
	k, err := p.Parse(args)
	if err != nil {
		return "", err
	}
	for _, s := range []*Source{&cmd.Resolve.Source, &cmd.Show.Source, &cmd.History.Source, &cmd.Check.Source} {
		s.Stdin, s.Stdout, s.Stderr = strings.NewReader(stdin), &out, &out
	}
	err = k.Run()
	return out.String(), err
}

// TestResolveJSON holds the form in which other programs read answers.
func TestResolveJSON(t *testing.T) {
	out, err := run(t, "浙江省杭州市余杭区文一西路969号\n朝阳区\r\n\n合肥市高新区\n", "resolve", "--json")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines for four inputs:\n%s", len(lines), out)
	}
	type record struct {
		Input, Outcome, Detail string
		DataVersion            string `json:"data_version"`
		Best                   *struct {
			Code, Path, Level, Kind, Precision string
			Lng, Lat, Confidence               float64
			Reasons                            []struct{ Code string }
		}
		Candidates []struct {
			Code, Path, Kind string
			Reason           struct{ Code, Zh, En string }
			Ask              struct{ Zh, En string }
		}
	}
	var got [4]record
	for i, l := range lines {
		if err := json.Unmarshal([]byte(l), &got[i]); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		if got[i].DataVersion == "" || got[i].Candidates == nil {
			t.Errorf("line %d lacks data_version or candidates: %s", i+1, l)
		}
	}
	if b := got[0].Best; got[0].Outcome != "one" || b == nil || b.Code != "330110" || b.Path != "浙江省/杭州市/余杭区" || b.Level != "county" || b.Kind != "division" ||
		b.Lng < 119 || b.Lat < 30 || b.Precision != "seat" || b.Confidence < 0.9 || len(b.Reasons) == 0 || got[0].Detail != "文一西路969号" {
		t.Errorf("plain address: %s", lines[0])
	}
	if got[1].Outcome != "set" || got[1].Best != nil || len(got[1].Candidates) != 2 || got[1].Candidates[0].Ask.Zh == "" || got[1].Candidates[0].Reason.En == "" || got[1].Input != "朝阳区" {
		t.Errorf("ambiguous: %s", lines[1])
	}
	if got[2].Outcome != "none" || got[2].Best != nil {
		t.Errorf("empty line: %s", lines[2])
	}
	if got[3].Best == nil || got[3].Best.Kind != "zone" || got[3].Best.Code != "340104" {
		t.Errorf("zone: %s", lines[3])
	}
}

func TestResolveText(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in.txt")
	if err := os.WriteFile(in, []byte("杭州市江干区\n平凉市华亭县\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := run(t, "", "resolve", in)
	if err != nil || !strings.HasPrefix(out, "?\t330102 浙江省/杭州市/上城区 | 330114 浙江省/杭州市/钱塘区") || !strings.Contains(out, "620881\t甘肃省/平凉市/华亭市") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = run(t, "", "resolve", "--as-of", "2015-06-30", in)
	if err != nil || !strings.HasPrefix(out, "330104\t浙江省/杭州市/江干区") {
		t.Errorf("as of 2015: %v\n%s", err, out)
	}
	out, err = run(t, "", "resolve", "--timing", in)
	if err != nil || !strings.Contains(out, `"us":`) {
		t.Errorf("timing: %v\n%s", err, out)
	}
}

func TestResolveRefusals(t *testing.T) {
	if _, err := run(t, "", "resolve", "--as-of", "gestern"); err == nil || !strings.Contains(err.Error(), "gestern") {
		t.Errorf("bad date: %v", err)
	}
	if _, err := run(t, "", "resolve", filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("an absent file must be reported")
	}
	patch := filepath.Join(t.TempDir(), "region-patch.tsv")
	if err := os.WriteFile(patch, []byte("# ok\n\talias\t330106\t西子区\n\talias\t33\t坏\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, "x\n", "resolve", "--patch", patch); err == nil || !strings.Contains(err.Error(), "第 3 行") {
		t.Errorf("bad patch line: %v", err)
	}
	out, err := run(t, strings.Repeat("路", 300000)+"\n", "resolve", "--json")
	if err != nil || !strings.Contains(out, `"too-long"`) {
		t.Errorf("a megabyte of junk must be refused by the answer: %v %.200s", err, out)
	}
}

func TestShowAndHistory(t *testing.T) {
	out, err := run(t, "", "show", "330104")
	if err != nil || !strings.Contains(out, "浙江省/杭州市/江干区") || !strings.Contains(out, "→ 330114") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = run(t, "", "show", "330100")
	if err != nil || !strings.Contains(out, "下辖 / below (13)") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = run(t, "", "history", "江北区")
	if err != nil || !strings.Contains(out, "330205") || !strings.Contains(out, "2025-11-06 500105 江北区 → 500157 重庆市/两江新区") {
		t.Errorf("%v\n%s", err, out)
	}
	if _, err := run(t, "", "show", "999"); err == nil {
		t.Error("an unknown code must be reported")
	}
	if _, err := run(t, "", "history", "没有这个地方"); err == nil {
		t.Error("an unknown name must be reported")
	}
}

// TestCheck compares with a list in three published shapes: agreeing, differing, unknown and former rows are told apart.
func TestCheck(t *testing.T) {
	for name, body := range map[string]string{
		"map.js":    `export default {330106: "西湖区", 330104: "江干区", 330116: "虚构区", 330110: "余姚区", 330101: "市辖区", 441901: "虎门镇"}`,
		"list.json": `[{"code":"330106","name":"西湖区"},{"code":"330104","name":"江干区"},{"code":"330116","name":"虚构区"},{"code":"330110","name":"余姚区"},{"code":"441901","name":"虎门镇"}]`,
		"utf.cjs":   `x={330106:"\u897f\u6e56\u533a",330104:"\u6c5f\u5e72\u533a",330116:"虚构区",330110:"余姚区",441901:"虎门镇"}`,
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := run(t, "", "check", "--list", path)
		if err != nil || !strings.Contains(out, "5 county codes, 1 agree, 1 are former ones, 1 are towns or zones with us, 2 unknown to us") ||
			!strings.Contains(out, "330116 虚构区") || !strings.Contains(out, "330110 他们 theirs 余姚区") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// TestDataFolderHoldsThePatch reads the operator's patch from the data folder, as the server does.
func TestDataFolderHoldsThePatch(t *testing.T) {
	dir := t.TempDir()
	if out, err := run(t, "杭州云栖小镇\n", "resolve", "--data", dir); err != nil || strings.HasPrefix(out, "330199") {
		t.Fatalf("without a patch: %v %s", err, out)
	}
	name := filepath.Join(dir, "region-patch.tsv")
	if err := os.WriteFile(name, []byte("2026-10-01\tnew\t330199\t云谷区\t330100\ttest\n\tzone\t330199\t云栖小镇\t\ttest\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := run(t, "杭州云栖小镇\n", "resolve", "--data", dir); err != nil || !strings.HasPrefix(out, "330199") {
		t.Errorf("with a patch: %v %s", err, out)
	}
	if err := os.WriteFile(name, []byte("# bad\n2026-10-01\tnew\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, "杭州云栖小镇\n", "resolve", "--data", dir); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a bad line: %v", err)
	}
}
