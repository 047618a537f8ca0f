package privacydb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/privacy"
	"anxin/internal/privacy/privacydb"
	"anxin/internal/privacy/privacytest"
	"anxin/internal/tx"
)

var somebody = privacy.Person{Tenant: 1, Name: privacy.NewName("欧阳示例"), Phone: privacy.NewPhone("19900001234")}

// add stores somebody as a new subject of a new case.
func add(t testing.TB, d *db.DB, k *privacy.Keeper) privacy.Person {
	t.Helper()
	p := somebody
	p.Subject, p.Case = casefile.Source{}.NewID(), casefile.Source{}.NewID()
	write(t, d, func(ctx context.Context, x tx.Tx) error { return k.AddPerson(ctx, x, p) })
	return p
}

// A closure that fails or runs again must never leave ciphertext under a key that was not stored.
func TestARolledBackKeyIsNeverUsed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := keeper(t)
		subject := casefile.Source{}.NewID()
		var sealed []byte
		for _, fail := range []error{errors.New("first run is rolled back"), nil} {
			err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error {
				if err := k.NewSubject(ctx, x, 1, subject); err != nil {
					return err
				}
				var err error
				if sealed, err = k.Seal(ctx, x, 1, subject, "f", "text"); err != nil {
					return err
				}
				return fail
			})
			if !errors.Is(err, fail) {
				t.Fatal(err)
			}
		}
		write(t, d, func(ctx context.Context, x tx.Tx) error {
			text, err := k.Open(ctx, x, 1, subject, "f", sealed)
			if text != "text" {
				t.Errorf("%q %v", text, err)
			}
			return err
		})
	})
}

// What is cached on one node must not outlive an erasure on another.
func TestAnErasureCountsOnEveryNodeAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m, err := privacy.NewMaster(casefile.Source{})
		if err != nil {
			t.Fatal(err)
		}
		one, two := privacy.New(m, privacydb.Store{}, casefile.Source{}), privacy.New(m, privacydb.Store{}, casefile.Source{})
		p := add(t, d, one)
		var blob []byte
		write(t, d, func(ctx context.Context, x tx.Tx) (err error) {
			blob, err = two.BlobKey(ctx, x, 1, p.Subject)
			return err
		})
		if len(blob) != 32 {
			t.Fatalf("blob key of %d bytes", len(blob))
		}
		write(t, d, func(ctx context.Context, x tx.Tx) error { return one.Destroy(ctx, x, 1, p.Subject) })
		for name, k := range map[string]*privacy.Keeper{"the node that erased": one, "the other node": two} {
			write(t, d, func(ctx context.Context, x tx.Tx) error {
				_, err1 := k.BlobKey(ctx, x, 1, p.Subject)
				_, err2 := k.Seal(ctx, x, 1, p.Subject, "f", "new words")
				err3 := k.ChangePerson(ctx, x, p)
				for _, err := range []error{err1, err2, err3} {
					if !errors.Is(err, privacy.ErrErased) || !casefile.Is(err, casefile.NotFound) {
						t.Errorf("%s: %v", name, err)
					}
				}
				return nil
			})
		}
	})
}

func TestWrongPlacesDoNotOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := keeper(t)
		a, b := add(t, d, k), add(t, d, k)
		write(t, d, func(ctx context.Context, x tx.Tx) error {
			sealed, err := k.Seal(ctx, x, 1, a.Subject, "f", "text")
			if err != nil {
				return err
			}
			again, _ := k.Seal(ctx, x, 1, a.Subject, "f", "text")
			if bytes.Equal(sealed, again) {
				t.Error("the same text twice gives the same ciphertext: equal texts show")
			}
			flipped := bytes.Clone(sealed)
			flipped[len(flipped)-1] ^= 1
			future := bytes.Clone(sealed)
			future[0] = 9
			for name, try := range map[string]func() (string, error){
				"another subject": func() (string, error) { return k.Open(ctx, x, 1, b.Subject, "f", sealed) },
				"another field":   func() (string, error) { return k.Open(ctx, x, 1, a.Subject, "g", sealed) },
				"a flipped bit":   func() (string, error) { return k.Open(ctx, x, 1, a.Subject, "f", flipped) },
				"another version": func() (string, error) { return k.Open(ctx, x, 1, a.Subject, "f", future) },
				"cut short":       func() (string, error) { return k.Open(ctx, x, 1, a.Subject, "f", sealed[:5]) },
			} {
				if text, err := try(); !errors.Is(err, privacy.ErrForged) || text != "" {
					t.Errorf("%s: %q %v", name, text, err)
				}
			}
			if _, err := k.Open(ctx, x, 2, a.Subject, "f", sealed); !casefile.Is(err, casefile.NotFound) {
				t.Errorf("another tenant: %v", err)
			}
			if text, err := k.Open(ctx, x, 1, a.Subject, "f", nil); text != "" || err != nil {
				t.Errorf("nothing opens to %q %v", text, err)
			}
			other := keeper(t)
			if _, err := other.Open(ctx, x, 1, a.Subject, "f", sealed); err == nil || !strings.Contains(err.Error(), "master") {
				t.Errorf("another master key: %v", err)
			}
			return nil
		})
		err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error { return k.NewSubject(ctx, x, 1, a.Subject) })
		if !casefile.Is(err, casefile.Conflict) {
			t.Errorf("a second key for one subject: %v", err)
		}
		err = d.Write(ctx, func(ctx context.Context, x tx.Tx) error { return k.Destroy(ctx, x, 1, casefile.Source{}.NewID()) })
		if !casefile.Is(err, casefile.NotFound) {
			t.Errorf("erasing nobody: %v", err)
		}
	})
}

func TestAChangedPersonIsFoundUnderTheNewNumberOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := keeper(t)
		p := add(t, d, k)
		p.Phone = privacy.NewPhone("19900005678")
		write(t, d, func(ctx context.Context, x tx.Tx) error { return k.ChangePerson(ctx, x, p) })
		write(t, d, func(ctx context.Context, x tx.Tx) error {
			old, err1 := k.FindPersons(ctx, x, 1, privacy.IndexPhone, "19900001234")
			now, err2 := k.FindPersons(ctx, x, 1, privacy.IndexPhone, "199 0000 5678")
			none, err3 := k.FindPersons(ctx, x, 1, privacy.IndexPhone, "?")
			if len(old) != 0 || len(now) != 1 || now[0].Case != p.Case || len(none) != 0 {
				t.Errorf("old %v, new %v, nothing %v", old, now, none)
			}
			return errors.Join(err1, err2, err3)
		})
	})
}

// policy allows agents and says which field it was asked about.
type policy struct{ asked []privacy.Reveal }

func (p *policy) MayReveal(_ context.Context, a casefile.Actor, r privacy.Reveal) (string, bool, error) {
	p.asked = append(p.asked, r)
	return "agent.reveal", a.Role == casefile.Agent, nil
}

func TestARevealLeavesATraceOrShowsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, p := keeper(t), &policy{}
		who := add(t, d, k)
		agent := casefile.Actor{Tenant: 1, Role: casefile.Agent, ID: casefile.Source{}.NewID()}
		ask := privacy.Reveal{Case: who.Case, Subject: who.Subject, Field: privacy.FieldPhone, Reason: "call_back", Words: privacy.NewWords("回电 19900001234")}
		got, err := k.Reveal(ctx, d, p, agent, ask, nil)
		if err != nil || got.Clear() != "19900001234" {
			t.Fatalf("%v %v", got.Clear(), err)
		}
		looked := func() (lines []privacy.Access) {
			write(t, d, func(ctx context.Context, x tx.Tx) (err error) { lines, err = k.Looked(ctx, x, 1, who.Case); return err })
			return lines
		}
		lines := looked()
		if len(lines) != 1 || lines[0].Action != "reveal" || lines[0].Actor != agent.ID || lines[0].Role != casefile.Agent || lines[0].Field != "phone" ||
			lines[0].Reason != "call_back" || lines[0].Words.Clear() != "回电 19900001234" || lines[0].Policy != "agent.reveal" || lines[0].At.IsZero() {
			t.Errorf("log %+v", lines)
		}
		for name, tc := range map[string]struct {
			actor casefile.Actor
			ask   privacy.Reveal
			want  casefile.Category
			lines int
		}{
			"no reason":      {agent, privacy.Reveal{Case: who.Case, Subject: who.Subject, Field: "phone"}, casefile.Invalid, 0},
			"text as reason": {agent, privacy.Reveal{Case: who.Case, Subject: who.Subject, Field: "phone", Reason: "because I can"}, casefile.Invalid, 0},
			"long words":     {agent, privacy.Reveal{Case: who.Case, Subject: who.Subject, Field: "phone", Reason: "x", Words: privacy.NewWords(strings.Repeat("字", 201))}, casefile.Invalid, 0},
			"refused":        {casefile.Actor{Tenant: 1, Role: casefile.Merchant}, ask, casefile.Denied, 1},
			"foreign case":   {agent, privacy.Reveal{Case: casefile.Source{}.NewID(), Subject: who.Subject, Field: "phone", Reason: "x"}, casefile.NotFound, 0},
			"foreign tenant": {casefile.Actor{Tenant: 2, Role: casefile.Agent}, ask, casefile.NotFound, 0},
			"no such field":  {agent, privacy.Reveal{Case: who.Case, Subject: who.Subject, Field: "shoe", Reason: "x"}, casefile.Invalid, 0},
		} {
			before := len(looked())
			got, err := k.Reveal(ctx, d, p, tc.actor, tc.ask, nil)
			if !casefile.Is(err, tc.want) || !got.IsZero() || len(looked()) != before+tc.lines {
				t.Errorf("%s: %v, %d new lines", name, err, len(looked())-before)
			}
		}
		// Other fields come through a reader of their domain.
		var sealed []byte
		write(t, d, func(ctx context.Context, x tx.Tx) (err error) {
			sealed, err = k.Seal(ctx, x, 1, who.Subject, "address", "示例路1号")
			return err
		})
		ask.Field = "address"
		got, err = k.Reveal(ctx, d, p, agent, ask, func(context.Context, tx.Tx) ([]byte, error) { return sealed, nil })
		if err != nil || got.Clear() != "示例路1号" {
			t.Errorf("address: %v %v", got.Clear(), err)
		}
		write(t, d, func(ctx context.Context, x tx.Tx) error { return k.Destroy(ctx, x, 1, who.Subject) })
		if _, err := k.Reveal(ctx, d, p, agent, ask, nil); !errors.Is(err, privacy.ErrErased) {
			t.Errorf("after erasure: %v", err)
		}
		for _, line := range looked() {
			if !line.Words.IsZero() || line.Reason == "" || strings.Contains(line.Reason, " ") {
				t.Errorf("after erasure the words of a reason are gone and the code stays: %+v", line)
			}
		}
		write(t, d, func(ctx context.Context, x tx.Tx) error { // the erasure itself is logged, with words that cannot be kept
			return k.Log(ctx, x, privacy.Access{Tenant: 1, Role: casefile.Customer, Action: "erase", Case: who.Case, Subject: who.Subject, Field: "all", Words: privacy.NewWords("bye")})
		})
		if line := looked()[0]; line.Action != "erase" {
			t.Errorf("newest first: %+v", line)
		}
	})
}

func TestTheMasterKeyIsReplacedUnderWork(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		path := filepath.Join(t.TempDir(), "master.json")
		open := func() *privacy.Keeper {
			m, _, err := privacy.OpenMaster(path, casefile.Source{})
			if err != nil {
				t.Fatal(err)
			}
			return privacy.New(m, privacydb.Store{}, casefile.Source{})
		}
		k, other := open(), open()
		var people []privacy.Person
		for range 5 {
			people = append(people, add(t, d, k))
		}
		write(t, d, func(ctx context.Context, x tx.Tx) error { return k.Destroy(ctx, x, 1, people[4].Subject) })
		before := k.Index(1, privacy.IndexPhone, "19900001234")
		n, err := k.Rotate(ctx, d)
		if err != nil || n != 4 {
			t.Fatalf("wrapped %d (%v)", n, err)
		}
		late := add(t, d, k)
		for name, keeper := range map[string]*privacy.Keeper{"this node": k, "another node, which reads the file again": other, "after a restart": open()} {
			write(t, d, func(ctx context.Context, x tx.Tx) error {
				for _, p := range append(people[:4:4], late) {
					got, err := keeper.Person(ctx, x, 1, p.Subject)
					if err != nil || !got.Phone.Equal(p.Phone) {
						t.Errorf("%s: %v", name, err)
					}
				}
				_, err := keeper.BlobKey(ctx, x, 1, people[4].Subject)
				if !errors.Is(err, privacy.ErrErased) {
					t.Errorf("%s: the erased one: %v", name, err)
				}
				return nil
			})
			if !bytes.Equal(before, keeper.Index(1, privacy.IndexPhone, "19900001234")) {
				t.Errorf("%s: search finds nobody any more", name)
			}
		}
		if n, err := k.Rewrap(ctx, d); n != 0 || err != nil {
			t.Errorf("%d keys were left (%v)", n, err)
		}
	})
}

// Rewrap pages through more keys than one page has.
func TestRewrapReachesEveryKey(t *testing.T) {
	d := dbtest.SQLite(t)
	path := filepath.Join(t.TempDir(), "master.json")
	m, _, err := privacy.OpenMaster(path, casefile.Source{})
	if err != nil {
		t.Fatal(err)
	}
	k := privacy.New(m, privacydb.Store{}, casefile.Source{})
	write(t, d, func(ctx context.Context, x tx.Tx) error {
		for i := range 450 {
			if err := k.NewSubject(ctx, x, casefile.Tenant(1+i%3), casefile.Source{}.NewOpaqueID()); err != nil {
				return err
			}
		}
		return nil
	})
	if n, err := k.Rotate(ctx, d); n != 450 || err != nil {
		t.Errorf("wrapped %d (%v)", n, err)
	}
}

func TestNothingIsInTheDatabaseFilesInClear(t *testing.T) {
	path := filepath.Join(t.TempDir(), "anxin.db")
	d, err := db.Open(ctx, db.Options{URL: path})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	k := keeper(t)
	who := add(t, d, k)
	agent := casefile.Actor{Tenant: 1, Role: casefile.Agent, ID: casefile.Source{}.NewID()}
	_, err = k.Reveal(ctx, d, &policy{}, agent, privacy.Reveal{Case: who.Case, Subject: who.Subject, Field: "phone", Reason: "other", Words: privacy.NewWords("欧阳示例 19900001234")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	planted := privacytest.Plant(map[string]string{"phone": "19900001234", "name": "欧阳示例"})
	planted.MustBeClean(t, filepath.Dir(path))
	for _, s := range []string{fmt.Sprint(who), fmt.Sprintf("%+v", who), fmt.Sprintf("%#v", &who)} {
		if found := planted.Bytes("print", []byte(s)); len(found) != 0 {
			t.Errorf("%v in %s", found, s)
		}
	}
}

func BenchmarkSealAndOpen(b *testing.B) {
	d := dbtest.SQLite(b)
	k := keeper(b)
	p := add(b, d, k)
	write(b, d, func(ctx context.Context, x tx.Tx) error {
		for b.Loop() {
			sealed, err := k.Seal(ctx, x, 1, p.Subject, "f", "浙江省示例市样本路1号")
			if err != nil {
				return err
			}
			if _, err := k.Open(ctx, x, 1, p.Subject, "f", sealed); err != nil {
				return err
			}
		}
		return nil
	})
	b.ReportMetric(float64(time.Second)/float64(b.Elapsed()/time.Duration(b.N)), "pairs/s")
}

// The wrapped key must not survive in a freed corner of the database file: with the master key at hand it would undo the erasure.
func TestADestroyedKeyIsNotLeftInTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "anxin.db")
	d, err := db.Open(ctx, db.Options{URL: path})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	k := keeper(t)
	var wrapped [][]byte
	var people []privacy.Person
	for range 20 {
		p := add(t, d, k)
		people = append(people, p)
		write(t, d, func(ctx context.Context, x tx.Tx) error {
			w, err := privacydb.Store{}.Key(ctx, x, 1, p.Subject)
			wrapped = append(wrapped, w)
			return err
		})
	}
	for _, p := range people[:10] {
		write(t, d, func(ctx context.Context, x tx.Tx) error { return k.Destroy(ctx, x, 1, p.Subject) })
	}
	if err := d.Close(); err != nil { // folds the write-ahead log into the file
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range wrapped {
		// The first bytes of a freed cell are used by SQLite for its own list; what follows them is what would be left.
		if there := bytes.Contains(file, w[8:]); there != (i >= 10) {
			t.Errorf("key %d of 20 (the first ten were destroyed) is in the file: %v", i, there)
		}
	}
}
