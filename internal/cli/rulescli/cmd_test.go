package rulescli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"anxin/internal/law"
)

const packFile = "../../rule/packs/refunds-1.yaml"

func write(t *testing.T, name, text string) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func draft(t *testing.T, changes ...string) string {
	t.Helper()
	text, err := os.ReadFile(packFile)
	if err != nil {
		t.Fatal(err)
	}
	s := string(text)
	for _, key := range []string{"hash", "approver"} {
		at := strings.Index(s, "\n"+key+": ")
		end := strings.Index(s[at+1:], "\n")
		s = s[:at] + s[at+1+end:]
	}
	s = strings.NewReplacer(append([]string{"state: published", "state: draft", "version: 1\n", "version: 2\n", "effective_from: 2026-02-01", "effective_from: 2026-12-10"}, changes...)...).Replace(s)
	return write(t, "p.yaml", s)
}

const claim = `{"claim":"261122-00001-1","facts":{"remedy":"refund_only","amount":%d,"order_amount":129900,"category":"smart_lock","reason":"defect","tier":"","ordered":"2026-10-28T04:00:00Z","received":"2026-11-01T04:00:00Z","filed":"2026-11-22T04:00:00Z","media":3,"declared_ai":false,"cannot_shoot":false,"merchant_answered":false,"merchant_contests":false,"checks_done":true,"groups":0,"last_30":{},"last_90":{},"last_365":{},"undisputed":0}}`

func TestCheckSaysWhereItIsWrong(t *testing.T) {
	var b bytes.Buffer
	if err := (&CheckCmd{Files: []string{packFile}, Stdout: &b}).Run(); err != nil || !strings.Contains(b.String(), "sha256:") {
		t.Fatalf("%v %s", err, b.String())
	}
	b.Reset()
	bad := draft(t, "金额分 > 30000 &&", "金颔分 > 30000 &&")
	err := (&CheckCmd{Files: []string{packFile, bad}, Stdout: &b}).Run()
	if err == nil || !strings.Contains(b.String(), bad+":") || !strings.Contains(b.String(), "是不是“金额分”") {
		t.Errorf("%v\n%s", err, b.String())
	}
	if err := (&CheckCmd{Files: []string{"nowhere.yaml"}, Stdout: &b}).Run(); err == nil {
		t.Error("a missing file is good")
	}
}

func TestExplainAndReplay(t *testing.T) {
	facts := write(t, "facts.json", fmt.Sprintf(claim, 60000))
	var b bytes.Buffer
	if err := (&ExplainCmd{Pack: "refunds@1", Facts: facts, Lang: "zh", Stdout: &b}).Run(context.Background()); err != nil || !strings.Contains(b.String(), "本次金额超过上限") {
		t.Fatalf("%v\n%s", err, b.String())
	}
	b.Reset()
	if err := (&ExplainCmd{Pack: packFile, Facts: facts, JSON: true, Stdout: &b}).Run(context.Background()); err != nil || !json.Valid(b.Bytes()) {
		t.Fatalf("%v\n%s", err, b.String())
	}
	claims := write(t, "claims.jsonl", fmt.Sprintf(claim, 60000)+"\n"+fmt.Sprintf(claim, 100)+"\n")
	to := draft(t, "amount: 50000\n", "amount: 70000\n", "sum: 50000", "sum: 70000")
	b.Reset()
	if err := (&ReplayCmd{From: "refunds@1", To: to, Claims: claims, Stdout: &b}).Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if s := b.String(); !strings.Contains(s, "261122-00001-1  queue: long → normal") || !strings.Contains(s, "2 件，1 件不同") {
		t.Errorf("%s", s)
	}
	b.Reset()
	if err := (&ReplayCmd{From: "refunds@1", To: to, Claims: claims, JSON: true, Quiet: true, Stdout: &b}).Run(context.Background()); err != nil || !strings.Contains(b.String(), `"different":1`) {
		t.Errorf("%v %s", err, b.String())
	}
	broken := write(t, "claims.jsonl", fmt.Sprintf(claim, 1)+"\n{oops\n")
	if err := (&ReplayCmd{From: "refunds@1", To: to, Claims: broken, Stdout: &b}).Run(context.Background()); err == nil || !strings.Contains(err.Error(), "第 2 行") {
		t.Errorf("%v", err)
	}
	if err := (&ReplayCmd{From: "refunds@9", To: to, Claims: claims, Stdout: &b}).Run(context.Background()); err == nil {
		t.Error("a version that does not exist is replayed")
	}
}

func TestAdvanceAndList(t *testing.T) {
	data := t.TempDir()
	if err := os.Mkdir(filepath.Join(data, "rules"), 0o700); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(draft(t))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(data, "rules", "refunds-2.yaml")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := (&AdvanceCmd{File: name, To: "published", By: "legal", Day: "2026-11-22", Stdout: &b}).Run(); err == nil {
		t.Error("a draft is published")
	}
	for _, to := range []string{"consult", "approved", "published"} {
		if err := (&AdvanceCmd{File: name, To: to, By: "legal", Day: "2026-11-22", Stdout: &b}).Run(); err != nil {
			t.Fatal(err)
		}
	}
	for day, want := range map[law.Date]string{"2026-12-09": "* refunds@1", "2026-12-10": "* refunds@2"} {
		b.Reset()
		if err := (&ListCmd{packs: packs{Data: data}, Day: day, Stdout: &b}).Run(); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%s: %v\n%s", day, err, b.String())
		}
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if left, _ := filepath.Glob(filepath.Join(data, "rules", ".rules-*")); len(left) > 0 {
		t.Error(left)
	}
}

func TestWordsListsEveryFact(t *testing.T) {
	var b bytes.Buffer
	if err := (&WordsCmd{Stdout: &b}).Run(); err != nil || !strings.Contains(b.String(), `近90天["仅退款次数"]`) {
		t.Errorf("%v\n%s", err, b.String())
	}
}
