package privacy

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"anxin/internal/casefile"
)

func TestTheMasterKeyIsMadeOnceAndReadAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "master.json")
	first, created, err := OpenMaster(path, casefile.Source{})
	if err != nil || !created {
		t.Fatalf("created %v (%v)", created, err)
	}
	again, created, err := OpenMaster(path, casefile.Source{})
	if err != nil || created {
		t.Fatalf("created %v (%v)", created, err)
	}
	if *first.secret() != *again.secret() || first.primary != again.primary {
		t.Error("another key came back")
	}
	sealed, err := first.wrap.Encrypt([]byte("x"), []byte("y"))
	if err != nil {
		t.Fatal(err)
	}
	if clear, err := again.wrap.Decrypt(sealed, []byte("y")); err != nil || string(clear) != "x" {
		t.Errorf("%q %v", clear, err)
	}
	for p, mode := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		st, err := os.Stat(p)
		if err != nil || st.Mode().Perm() != mode {
			t.Errorf("%s: %v (%v)", p, st.Mode(), err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAMasterKeyOthersMayReadIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.json")
	if _, _, err := OpenMaster(path, casefile.Source{}); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660, 0o644} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, _, err := OpenMaster(path, casefile.Source{}); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
}

// A damaged file must be an error. Making a new key over it would lose all data.
func TestADamagedMasterKeyIsNeverReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.json")
	if _, _, err := OpenMaster(path, casefile.Source{}); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{
		"empty": nil, "half": good[:len(good)/2], "other format": bytes.Replace(good, []byte("master-key/1"), []byte("master-key/9"), 1),
		"no keys": []byte(`{"format":"anxin-master-key/1","hashing_secret":"AAAA"}`), "short secret": bytes.Replace(good, []byte(`"hashing_secret": "`), []byte(`"hashing_secret": "AAAA", "x": "`), 1),
		"huge": append(bytes.Clone(good), bytes.Repeat([]byte(" "), maxMasterFile)...),
	} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, created, err := OpenMaster(path, casefile.Source{}); err == nil || created {
			t.Errorf("%s: accepted", name)
		}
		if now, _ := os.ReadFile(path); !bytes.Equal(now, text) {
			t.Errorf("%s: the file was changed", name)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/zero", path); err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenMaster(path, casefile.Source{}); err == nil {
		t.Error("a device was read as a key")
	}
}

func TestManyFirstStartsAgreeOnOneKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "master.json")
	var wg sync.WaitGroup
	keys, made := make([]*Master, 16), make([]bool, 16)
	for i := range keys {
		wg.Go(func() {
			var err error
			if keys[i], made[i], err = OpenMaster(path, casefile.Source{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	n := 0
	for i, m := range keys {
		if m == nil || *m.secret() != *keys[0].secret() || m.primary != keys[0].primary {
			t.Fatal("two starts work with two keys")
		}
		if made[i] {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d starts say they made it", n)
	}
}

func TestTheKeyFileIsReplacedStepByStep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.json")
	src := casefile.Source{Clock: func() time.Time { return time.Unix(1795344377, 0) }}
	first, _, err := OpenMaster(path, src)
	if err != nil {
		t.Fatal(err)
	}
	sealed, _ := first.wrap.Encrypt([]byte("x"), nil)
	check := func(step string, m *Master, err error, keys int, samePrimary bool) *Master {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", step, err)
		}
		if m.handle.Len() != keys || (m.primary == first.primary) != samePrimary || *m.secret() != *first.secret() {
			t.Errorf("%s: %d keys, primary %08x (first %08x)", step, m.handle.Len(), m.primary, first.primary)
		}
		if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", step, st.Mode(), err)
		}
		return m
	}
	m, err := AddMasterKey(path, src)
	check("add", m, err, 2, true)
	m, err = PromoteMasterKey(path, src)
	m = check("promote", m, err, 2, false)
	if _, err := m.wrap.Decrypt(sealed, nil); err != nil || !m.knows(sealed) {
		t.Errorf("the old key must still open: %v", err)
	}
	m, err = RetireMasterKeys(path, src)
	m = check("retire", m, err, 1, false)
	if _, err := m.wrap.Decrypt(sealed, nil); err == nil || m.knows(sealed) {
		t.Error("the old key must be gone")
	}
}

func TestDerivedValuesAreSeparate(t *testing.T) {
	m, err := NewMaster(casefile.Source{})
	if err != nil {
		t.Fatal(err)
	}
	k := New(m, nil, casefile.Source{})
	seen := map[string]string{}
	add := func(what string, b []byte) {
		if other, twice := seen[string(b)]; twice {
			t.Errorf("%s and %s are the same", what, other)
		}
		seen[string(b)] = what
	}
	add("phone of tenant 1", k.Index(1, IndexPhone, clearPhone))
	add("phone of tenant 2", k.Index(2, IndexPhone, clearPhone))
	add("name", k.Index(1, IndexName, clearPhone))
	add("parts ab, c", k.Derive("p", []byte("ab"), []byte("c")))
	add("parts a, bc", k.Derive("p", []byte("a"), []byte("bc")))
	add("parts abc", k.Derive("p", []byte("abc")))
	add("purpose q", k.Derive("q", []byte("abc")))
	other, _ := NewMaster(casefile.Source{})
	add("another master", New(other, nil, casefile.Source{}).Derive("p", []byte("abc")))
	id := casefile.Source{}.NewID()
	for _, token := range []string{k.LinkToken(1, id, 1), k.LinkToken(1, id, 2), k.LinkToken(2, id, 1)} {
		add("token", []byte(token))
		if len(token) != 22 || strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Errorf("token %q", token)
		}
	}
	if _, again := seen[New(m, nil, casefile.Source{}).LinkToken(1, id, 1)]; !again {
		t.Error("a link cannot be sent again after a restart")
	}
	if k.Index(1, IndexPhone, "none") != nil {
		t.Error("nothing searchable must have no index")
	}
}
