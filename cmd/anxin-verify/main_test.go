package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"anxin/seal"
	"anxin/seal/bundle"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"anxin-verify": main,
		"make-bundle":  makeBundle,
		"make-key":     makeKey,
		"make-log":     makeLog,
		"flip":         flip,
		"status":       status,
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata"})
}

func TestBothLanguagesSayEverything(t *testing.T) {
	zh, en := reflect.ValueOf(chinese), reflect.ValueOf(english)
	for i := range zh.NumField() {
		name := zh.Type().Field(i).Name
		a, b := zh.Field(i).String(), en.Field(i).String()
		if a == "" || b == "" {
			t.Errorf("%s is empty", name)
		}
		if strings.Count(a, "%") != strings.Count(b, "%") {
			t.Errorf("%s has other arguments in Chinese than in English", name)
		}
		if name != "good" && name != "bad" && a == b {
			t.Errorf("%s is not translated", name)
		}
	}
}

func TestLanguageFollowsTheEnvironment(t *testing.T) {
	for v, want := range map[string]string{"": "zh", "en_US.UTF-8": "en", "zh_CN.UTF-8": "zh", "de_DE": "zh"} {
		if got := languageOf(func(string) string { return v }); got != want {
			t.Errorf("%q: %s", v, got)
		}
	}
}

func TestJSONIsTheReport(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "b")
	if err := bundle.WriteFolder(dir, sample()); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if code := run([]string{"--json", dir}, &out, io.Discard, os.Getenv); code != exitProven {
		t.Fatalf("exit %d", code)
	}
	var r bundle.Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || !r.OK || len(r.Entries) != 1 {
		t.Errorf("%+v %v", r, err)
	}
}

// memLog is a log in memory.
type memLog struct {
	leaves [][]byte
	hashes []seal.Hash
}

func (m *memLog) Size() (int64, error) { return int64(len(m.leaves)), nil }
func (m *memLog) AddLeaf(_ int64, leaf []byte, hashes []seal.Hash) error {
	m.leaves, m.hashes = append(m.leaves, leaf), append(m.hashes, hashes...)
	return nil
}
func (m *memLog) ReadHashes(indexes []int64) ([]seal.Hash, error) {
	var out []seal.Hash
	for _, x := range indexes {
		out = append(out, m.hashes[x])
	}
	return out, nil
}

// sample is a bundle of one record that never changes, so that the scripts can name its key.
func sample() bundle.Bundle {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	content := []byte("\xff\xd8\xff\xe0 an invented photo")
	sum := sha256.Sum256(content)
	rec := seal.Record{Type: "anxin-item/v1"}
	rec.Add("kind", "report_photo").AddInt(bundle.FieldSize, int64(len(content))).Add(bundle.FieldSHA256, hex.EncodeToString(sum[:]))
	record, err := rec.Marshal()
	must(err)
	log := &memLog{}
	_, err = seal.Append(log, seal.Leaf{Kind: "evidence", Tenant: 1, At: time.Unix(1_795_344_377, 0), Digest: sha256.Sum256(record)})
	must(err)
	s, err := seal.NewSigner("after-sales.example/log/1", ed25519.NewKeyFromSeed(make([]byte, 32)))
	must(err)
	root, err := seal.Root(log, 1)
	must(err)
	note, err := s.Checkpoint(1, root)
	must(err)
	proof, err := seal.NewProof(log, 0, note)
	must(err)
	return bundle.Bundle{Made: time.Unix(1_795_344_377, 0), Keys: seal.Keys{s.Key()}, Entries: []bundle.Entry{{Record: record, Leaf: log.leaves[0], Proof: proof,
		Content: &bundle.Content{Extension: "jpg", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}}}}
}

// makeBundle is a command of the scripts: make-bundle NAME makes a folder, or a zip file when the name says so.
func makeBundle() {
	name, err := os.Args[1], error(nil)
	if strings.HasSuffix(name, ".zip") {
		var b bytes.Buffer
		if err = bundle.WriteZip(&b, sample()); err == nil {
			err = os.WriteFile(name, b.Bytes(), 0o600)
		}
	} else {
		err = bundle.WriteFolder(name, sample())
	}
	exitOn(err)
}

// makeKey is a command of the scripts: make-key FILE writes the key of another log operator.
func makeKey() {
	s, err := seal.NewSigner("after-sales.example/log/1", ed25519.NewKeyFromSeed(append(make([]byte, 31), 9)))
	exitOn(err)
	exitOn(os.WriteFile(os.Args[1], []byte(s.Key()), 0o600))
}

// status is a command of the scripts: status N COMMAND… runs the command and wants that exit status.
func status() {
	cmd := exec.Command(os.Args[2], os.Args[3:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		exitOn(err)
	}
	if got := fmt.Sprint(cmd.ProcessState.ExitCode()); got != os.Args[1] {
		exitOn(fmt.Errorf("exit status %s instead of %s", got, os.Args[1]))
	}
}

// makeLog is a command of the scripts: make-log FOLDER N [SEED] exports a log of N leaves to a folder; another seed is another past.
func makeLog() {
	var n, seed int
	_, err := fmt.Sscan(os.Args[2], &n)
	exitOn(err)
	if len(os.Args) > 3 {
		_, err = fmt.Sscan(os.Args[3], &seed)
		exitOn(err)
	}
	log := &memLog{}
	for i := range n {
		_, err := seal.Append(log, seal.Leaf{Kind: "event", Tenant: 1, Seq: int64(i), At: time.Unix(int64(i), 0), Digest: sha256.Sum256(fmt.Append(nil, seed, i))})
		exitOn(err)
	}
	s, err := seal.NewSigner("after-sales.example/log/1", ed25519.NewKeyFromSeed(make([]byte, 32)))
	exitOn(err)
	root, err := seal.Root(log, int64(n))
	exitOn(err)
	note, err := s.Checkpoint(int64(n), root)
	exitOn(err)
	dir, err := seal.OpenDirFolder(os.Args[1])
	exitOn(err)
	_, err = seal.Publish(log, dir, seal.Keys{s.Key()}, note)
	exitOn(err)
}

// Leaves makes memLog a seal.Source.
func (m *memLog) Leaves(first, n int64, yield func(int64, []byte) error) error {
	for i := first; i < min(first+n, int64(len(m.leaves))); i++ {
		if err := yield(i, m.leaves[i]); err != nil {
			return err
		}
	}
	return nil
}

// flip is a command of the scripts: flip FILE OFFSET changes one byte.
func flip() {
	b, err := os.ReadFile(os.Args[1])
	exitOn(err)
	var at int
	_, err = fmt.Sscan(os.Args[2], &at)
	exitOn(err)
	b[at] ^= 1
	exitOn(os.WriteFile(os.Args[1], b, 0o600))
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(9)
	}
}
