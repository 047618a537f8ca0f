package blob_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anxin/internal/blob"
	"anxin/internal/blob/blobtest"
)

func openFiles(t testing.TB, root string) *blob.Files {
	t.Helper()
	f, err := blob.OpenFiles(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestFilesConform(t *testing.T) {
	blobtest.Conformance(t, func(t *testing.T) blob.Store { return openFiles(t, t.TempDir()) })
}

func TestMemoryConforms(t *testing.T) {
	blobtest.Conformance(t, func(t *testing.T) blob.Store { return blobtest.NewMemory(nil) })
}

func TestNothingStaysInTheSpool(t *testing.T) {
	root := t.TempDir()
	f := openFiles(t, root)
	for _, limit := range []int64{100, 5} {
		_, _ = f.Put(t.Context(), strings.NewReader("more than five"), limit)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if left := names(t, filepath.Join(root, "spool")); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestAPutMendsADamagedCopy(t *testing.T) {
	root := t.TempDir()
	f := openFiles(t, root)
	i, err := f.Put(t.Context(), strings.NewReader("photo"), 10)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(root, "objects", i.ID.String()[:2], i.ID.String())
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte("phot0"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Put(t.Context(), strings.NewReader("photo"), 10); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(name); string(b) != "photo" {
		t.Errorf("still %q", b)
	}
}

func TestStraysAreNamedAndNotWalked(t *testing.T) {
	root := t.TempDir()
	f := openFiles(t, root)
	i, err := f.Put(t.Context(), strings.NewReader("photo"), 10)
	if err != nil {
		t.Fatal(err)
	}
	id := i.ID.String()
	wrongFolder := "objects/00/" + id
	if id[:2] == "00" {
		wrongFolder = "objects/01/" + id
	}
	for _, name := range []string{"objects/aa/notes.txt", wrongFolder} {
		if err := os.WriteFile(filepath.Join(root, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	strays, err := f.Strays(t.Context())
	if err != nil || len(strays) != 2 {
		t.Errorf("%v %v", strays, err)
	}
	n := 0
	if err := f.Walk(t.Context(), func(blob.Info) error { n++; return nil }); err != nil || n != 1 {
		t.Errorf("walked %d, %v", n, err)
	}
}

// A second process starts while the first one is receiving: it must sweep the dead one's spool and leave the living one's alone.
func TestSweepTakesOnlyTheDead(t *testing.T) {
	root := t.TempDir()
	living := openFiles(t, root)
	dead := filepath.Join(root, "spool", "dead")
	if err := os.Mkdir(dead, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{filepath.Join(dead, "17"), filepath.Join(dead, "lock"), filepath.Join(root, "spool", "stray")} {
		if err := os.WriteFile(name, []byte("half a pho"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	openFiles(t, root)
	left := names(t, filepath.Join(root, "spool"))
	for _, n := range left {
		if strings.Contains(n, "dead") || strings.Contains(n, "stray") {
			t.Errorf("left: %v", left)
		}
	}
	if i, err := living.Put(t.Context(), strings.NewReader("photo"), 10); err != nil || i.Size != 5 {
		t.Errorf("the living process lost its spool: %v", err)
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if name != dir && err == nil {
			out = append(out, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestKilledAtAnyMoment runs a writer that acknowledges each file on its standard output, kills it, and looks: every acknowledged file is there
// and whole, and no file has a name that is not its hash.
func TestKilledAtAnyMoment(t *testing.T) {
	if root := os.Getenv("ANXIN_BLOB_VICTIM"); root != "" {
		victim(root)
		return
	}
	root := t.TempDir()
	rng := rand.New(rand.NewPCG(7, 7))
	acked := 0
	for round := range 12 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilledAtAnyMoment$")
		cmd.Env = append(os.Environ(), "ANXIN_BLOB_VICTIM="+root, fmt.Sprint("ANXIN_BLOB_SEED=", round))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		sc := bufio.NewScanner(out)
		stopAt := rng.IntN(40)
		var ids []string
		for sc.Scan() {
			ids = append(ids, sc.Text())
			if len(ids) == stopAt+1 {
				time.Sleep(time.Duration(rng.IntN(3000)) * time.Microsecond)
				break
			}
		}
		_ = cmd.Process.Kill()
		for sc.Scan() { // acknowledged before the kill, still in the pipe
			ids = append(ids, sc.Text())
		}
		_ = cmd.Wait()
		acked += len(ids)
		for _, id := range ids {
			if len(id) != 64 {
				continue // a line cut by the kill was not an acknowledgement
			}
			if _, err := os.Stat(filepath.Join(root, "objects", id[:2], id)); err != nil {
				t.Fatalf("round %d: acknowledged and lost: %v", round, err)
			}
		}
	}
	if acked < 12 {
		t.Fatalf("only %d files were acknowledged: the test tests nothing", acked)
	}
	f := openFiles(t, root)
	if strays, err := f.Strays(t.Context()); err != nil || len(strays) != 0 {
		t.Errorf("half files under final names: %v %v", strays, err)
	}
	err := f.Walk(t.Context(), func(i blob.Info) error {
		b, err := os.ReadFile(filepath.Join(root, "objects", i.ID.String()[:2], i.ID.String()))
		if err == nil && sha256.Sum256(b) != i.ID {
			err = fmt.Errorf("%v is not what its name says", i.ID)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(filepath.Join(root, "spool"))
	if err != nil || len(left) != 1 { // our own
		t.Errorf("the spool was not swept: %v %v", left, err)
	}
}

func victim(root string) {
	f, err := blob.OpenFiles(root)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var seed [32]byte
	copy(seed[:], os.Getenv("ANXIN_BLOB_SEED"))
	src := rand.NewChaCha8(seed)
	for {
		b := make([]byte, 1+src.Uint64()%200_000)
		_, _ = src.Read(b)
		i, err := f.Put(context.Background(), bytes.NewReader(b), 1<<20)
		if err != nil {
			os.Exit(1)
		}
		fmt.Println(i.ID)
	}
}

func TestAFullDiskIsCalledThat(t *testing.T) {
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip("no /dev/full here")
	}
	f := openFiles(t, t.TempDir())
	blob.SpoolInto(f, full)
	if _, err := f.Put(t.Context(), bytes.NewReader(make([]byte, 1<<20)), 1<<20); !errors.Is(err, blob.ErrFull) {
		t.Errorf("%v", err)
	}
}
