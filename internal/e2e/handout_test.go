package e2e

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anxin/client"
	"anxin/internal/demo/scene"
)

// What a customer takes away is checked by the offline verifier, which shares no code with the product; so is what an operator exports. A new master key
// changes nothing for them, and after the erasure the bytes are gone while the log still verifies.
func TestEvidenceLeavesTheHouseAndIsForgotten(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a real server")
	}
	ctx := context.Background()
	dir := t.TempDir()
	verifier := filepath.Join(dir, "anxin-verify")
	if out, err := exec.Command("go", "build", "-o", verifier, "anxin/cmd/anxin-verify").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s := newServer(t)
	s.start(t)
	got := s.reportWithPhoto(t, ctx)
	bundle := s.download(t, "/s/"+got.Token+"/data/evidence")
	name := filepath.Join(dir, "mine.zip")
	must(t, os.WriteFile(name, bundle, 0o600))
	judged(t, true, verifier, name)
	broken := bytes.Clone(bundle)
	broken[len(broken)/3] ^= 1
	must(t, os.WriteFile(filepath.Join(dir, "broken.zip"), broken, 0o600))
	judged(t, false, verifier, filepath.Join(dir, "broken.zip"))

	run(t, s.bin, "keys", "rotate", "--data", s.data) // beside the running server
	run(t, s.bin, "evidence", "export", "--data", s.data, got.Number, filepath.Join(dir, "shell.zip"))
	judged(t, true, verifier, filepath.Join(dir, "shell.zip"))
	if again := s.download(t, "/s/"+got.Token+"/data/evidence"); len(again) < len(bundle) {
		t.Errorf("after the rotation %d bytes, before %d", len(again), len(bundle))
	}
	if out := run(t, s.bin, "timers", "dead", "--data", s.data); !strings.Contains(out, "nothing") {
		t.Errorf("dead timers: %s", out)
	}
	before := files(t, filepath.Join(s.data, "vault"))
	if before == 0 {
		t.Fatal("nothing is in the vault")
	}
	if _, err := s.client("Link "+got.Token).Act(ctx, "", got.Case, "cancel", map[string]string{"reason": "solved"}); err != nil {
		t.Fatal(err)
	}
	s.erase(t, got)
	for end := time.Now().Add(20 * time.Second); files(t, filepath.Join(s.data, "vault")) > 0; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d of %d files are still in the vault", files(t, filepath.Join(s.data, "vault")), before)
		}
	}
	s.stop(t)
	s.verify(t)
}

func (s *server) reportWithPhoto(t *testing.T, ctx context.Context) client.Receipt {
	t.Helper()
	c := s.client("")
	img, err := scene.JPEG(scene.Options{Subject: "smart_lock", Seed: 5, Width: 300, Fault: true})
	must(t, err)
	d, err := c.Draft(ctx)
	must(t, err)
	item, err := c.Upload(ctx, d.Case, "report_photo", d.Draft, "", img)
	must(t, err)
	got, err := c.Report(ctx, "handout-report-1", client.Report{Kind: "repair", Product: "smart_lock", Fault: "keypad", Urgency: "flexible", Name: "李禾生",
		Phone: "19900004711", Address: "浙江省杭州市西湖区竹影巷31号2幢", Draft: d.Draft, Photos: []string{item.ID}})
	must(t, err)
	return got
}

func (s *server) download(t *testing.T, path string) []byte {
	t.Helper()
	resp, err := s.http.Get("http://" + s.listen + path)
	must(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %d\n%s", path, resp.StatusCode, b)
	}
	return b
}

func (s *server) erase(t *testing.T, got client.Receipt) {
	t.Helper()
	resp, err := s.http.Post("http://"+s.listen+"/s/"+got.Token+"/erase", "application/x-www-form-urlencoded", strings.NewReader("number="+got.Number+"&idem=handout-erase"))
	must(t, err)
	resp.Body.Close()
	if resp.Request.URL.Path != "/erased" {
		t.Fatalf("erase ended at %s: %d", resp.Request.URL.Path, resp.StatusCode)
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

func judged(t *testing.T, want bool, verifier, bundle string) {
	t.Helper()
	if out, err := exec.Command(verifier, bundle).CombinedOutput(); (err == nil) != want {
		t.Errorf("anxin-verify %s: %v\n%s", filepath.Base(bundle), err, out)
	}
}

// files counts the files under a folder.
func files(t *testing.T, dir string) (n int) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && !strings.HasPrefix(d.Name(), ".") && d.Name() != "lock" {
			n++
		}
		return err
	}))
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
