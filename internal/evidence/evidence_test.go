package evidence_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"anxin/internal/blob"
	"anxin/internal/blob/blobtest"
	"anxin/internal/casefile"
	"anxin/internal/casefile/casefiledb"
	"anxin/internal/clock"
	"anxin/internal/clock/clockdb"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/evidence"
	"anxin/internal/evidence/evidencedb"
	"anxin/internal/evidence/picture"
	"anxin/internal/ledger"
	"anxin/internal/ledger/ledgerdb"
	"anxin/internal/privacy"
	"anxin/internal/privacy/privacydb"
	"anxin/internal/tx"
	"anxin/seal/bundle"

	"github.com/emmansun/gmsm/sm3"
)

var ctx = context.Background()

// world is the vault with everything around it, on a real database.
type world struct {
	*evidence.Service
	d      *db.DB
	mem    *blobtest.Memory
	keeper *privacy.Keeper
	line   *casefile.Timeline
	clock  *clock.Clock
	ledger *ledger.Ledger
	src    casefile.Source
	c      casefile.Case
	mu     sync.Mutex
	now    time.Time
	deny   evidence.Use
}

var (
	customer = casefile.Actor{Tenant: 1, Role: casefile.Customer, Route: "web"}
	agent    = casefile.Actor{Tenant: 1, Role: casefile.Agent, ID: casefile.ID{9}, Route: "web"}
)

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{d: d, now: time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)}
	w.src = casefile.Source{Clock: func() time.Time {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.now = w.now.Add(time.Millisecond)
		return w.now
	}}
	m, err := privacy.NewMaster(w.src)
	if err != nil {
		t.Fatal(err)
	}
	w.keeper = privacy.New(m, privacydb.Store{}, w.src)
	if w.ledger, err = ledger.New(d, ledgerdb.Store{}, w.src, ledger.Options{Origin: "log.example/test", Seed: make([]byte, 32)}); err != nil {
		t.Fatal(err)
	}
	w.line = casefile.NewTimeline(casefiledb.Store{}, w.ledger, nil, w.src)
	w.clock = clock.New(d, clockdb.Store{}, w.src, clock.Options{})
	w.mem = blobtest.NewMemory(w.src.Now)
	w.Service = evidence.New(evidence.Config{
		Run: d, Store: evidencedb.Store{}, Ledger: w.ledger, Keys: w.keeper, Cases: w.line, Timers: w.clock, Vault: blob.NewSealer(w.mem, rand.Reader),
		Renderer: &picture.Direct{Limits: picture.DefaultLimits}, Source: w.src,
		Access: func(_ context.Context, _ casefile.Actor, what evidence.Use, _ evidence.Item) error {
			if what == w.deny {
				return casefile.Fail(casefile.NotFound, "error.not_found")
			}
			return nil
		},
	})
	w.clock.Handle(evidence.DeriveKind, w.DeriveHandler())
	w.c = casefile.Case{Tenant: 1, ID: w.src.NewID(), Subject: w.src.NewID(), Lang: "zh", Created: w.src.Now()}
	w.write(t, func(ctx context.Context, x tx.Tx) error {
		if err := w.keeper.NewSubject(ctx, x, 1, w.c.Subject); err != nil {
			return err
		}
		c := w.c
		if err := w.line.Create(ctx, x, &c); err != nil {
			return err
		}
		return w.line.Append(ctx, x, &c, w.now, casefile.Event{Kind: "request.received", Role: casefile.Customer})
	})
	return w
}

func (w *world) write(t testing.TB, f func(ctx context.Context, x tx.Tx) error) {
	t.Helper()
	if err := w.d.Write(ctx, f); err != nil {
		t.Fatal(err)
	}
}

func photo(t testing.TB, shade uint8) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 640, 480))
	for i := range img.Pix {
		img.Pix[i] = shade
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (w *world) receive(t testing.TB, b []byte) evidence.Item {
	t.Helper()
	i, err := w.Receive(ctx, customer, evidence.Incoming{Case: w.c.ID, Kind: "report_photo", Taken: w.now.Add(-time.Hour)}, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func (w *world) read(t testing.TB, id casefile.ID, v evidence.Variant) ([]byte, *evidence.Content) {
	t.Helper()
	c, err := w.Open(ctx, agent, w.c.ID, id, v)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	b, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return b, c
}

func (w *world) custody(t testing.TB, id casefile.ID) string {
	t.Helper()
	log, err := w.CustodyOf(ctx, agent, w.c.ID, id)
	if err != nil {
		t.Fatal(err)
	}
	var acts []string
	for n, c := range log {
		if c.Seq != int64(n) {
			t.Errorf("entry %d has number %d", n, c.Seq)
		}
		acts = append(acts, string(c.Act))
	}
	return strings.Join(acts, " ")
}

func TestLifeOfAPhotograph(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := photo(t, 100)
		i := w.receive(t, b)
		if i.SHA256 != sha256.Sum256(b) || i.SM3 != sm3.Sum(b) || i.Size != int64(len(b)) || i.Media != "image/jpeg" || i.Width != 640 || i.Height != 480 || i.Subject != w.c.Subject || i.DeviceAt.IsZero() {
			t.Fatalf("%+v", i)
		}
		if stored := w.mem.Bytes(i.Stored); bytes.Contains(stored, b[:64]) || len(stored) == 0 {
			t.Error("the photograph is stored in clear, or not at all")
		}
		got := w.reload(t, i.ID)
		if got != i {
			t.Errorf("read back\n%+v\ninstead of\n%+v", got, i)
		}

		w.write(t, func(ctx context.Context, x tx.Tx) error {
			return w.Attach(ctx, x, agent, evidence.Attachment{Case: w.c.ID, Request: casefile.ID{5}, Visit: casefile.ID{6}, Kind: "report_photo", Items: []casefile.ID{i.ID}})
		})
		if n, err := w.clock.RunDue(ctx); err != nil || n != 1 {
			t.Fatalf("%d jobs, %v", n, err)
		}
		got = w.reload(t, i.ID)
		if got.Note != evidence.NoteOK || got.Request != (casefile.ID{5}) || got.Visit != (casefile.ID{6}) || got.Attached.IsZero() {
			t.Errorf("%+v", got)
		}
		shown, c := w.read(t, i.ID, evidence.Display)
		if img, err := jpeg.Decode(bytes.NewReader(shown)); err != nil || img.Bounds().Dx() != 640 || c.Item.Source != i.ID {
			t.Errorf("%v %+v", err, c.Item)
		}
		if thumb, c := w.read(t, i.ID, evidence.Thumbnail); len(thumb) >= len(shown) || c.Item.Width != 320 {
			t.Errorf("thumbnail of %d bytes, %+v", len(thumb), c.Item)
		}
		original, c := w.read(t, i.ID, evidence.Original)
		if !bytes.Equal(original, b) {
			t.Error("the original is not what was received")
		}
		headers := fmt.Sprint(c.Headers())
		if !strings.Contains(headers, "attachment") || !strings.Contains(headers, "sandbox") || !strings.Contains(headers, "application/octet-stream") || !strings.Contains(headers, "nosniff") {
			t.Errorf("an original must be a download: %s", headers)
		}
		if got := w.custody(t, i.ID); got != "received attached derived opened" {
			t.Errorf("custody: %s", got)
		}
		items, err := w.Items(ctx, customer, w.c.ID)
		if err != nil || len(items) != 1 || items[0].ID != i.ID {
			t.Errorf("%+v %v", items, err)
		}
		err = d.Read(ctx, func(ctx context.Context, x tx.Tx) error {
			a, err := w.Attached(ctx, x, 1, w.c.ID)
			if err != nil || len(a) != 1 {
				t.Errorf("%+v %v", a, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func (w *world) reload(t testing.TB, id casefile.ID) (i evidence.Item) {
	t.Helper()
	err := w.d.Read(ctx, func(ctx context.Context, x tx.Tx) (err error) {
		i, err = evidencedb.Store{}.Item(ctx, x, 1, w.c.ID, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestTheSameBytesAreTheSameItem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := photo(t, 50)
		var wg sync.WaitGroup
		ids := make([]casefile.ID, 8)
		for n := range ids {
			wg.Go(func() {
				i, err := w.Receive(ctx, customer, evidence.Incoming{Case: w.c.ID, Kind: "report_photo"}, bytes.NewReader(b))
				if err != nil {
					t.Error(err)
				}
				ids[n] = i.ID
			})
		}
		wg.Wait()
		slices.SortFunc(ids, func(a, b casefile.ID) int { return bytes.Compare(a[:], b[:]) })
		if len(slices.Compact(ids)) != 1 {
			t.Errorf("one photograph became %d items", len(slices.Compact(ids)))
		}
		n := 0
		_ = w.mem.Walk(ctx, func(blob.Info) error { n++; return nil })
		if n != 1 {
			t.Errorf("%d files are stored for one item", n)
		}
		other, err := w.Receive(ctx, customer, evidence.Incoming{Case: w.c.ID, Kind: "before_photo"}, bytes.NewReader(b))
		if err != nil || other.ID == ids[0] {
			t.Errorf("another kind is another item: %v", err)
		}
	})
}

func TestWhatIsRefused(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	good := photo(t, 1)
	for name, c := range map[string]struct {
		kind string
		body io.Reader
		want casefile.Category
		key  string
	}{
		"unknown kind":      {"selfie", bytes.NewReader(good), casefile.Invalid, "evidence.error.kind"},
		"a kind of copies":  {evidence.KindDisplay, bytes.NewReader(good), casefile.Invalid, "evidence.error.kind"},
		"nothing":           {"report_photo", strings.NewReader(""), casefile.Invalid, "evidence.error.empty"},
		"zip":               {"report_photo", strings.NewReader("PK\x03\x04 photo.jpg"), casefile.Invalid, "evidence.error.archive"},
		"zip as document":   {"document", strings.NewReader("PK\x03\x04 docx"), casefile.Invalid, "evidence.error.archive"},
		"HTML":              {"report_photo", strings.NewReader("<html><script>"), casefile.Invalid, "evidence.error.unknown_type"},
		"SVG":               {"report_photo", strings.NewReader("<svg onload=>"), casefile.Invalid, "evidence.error.unknown_type"},
		"program":           {"document", strings.NewReader("MZ\x90\x00"), casefile.Invalid, "evidence.error.unknown_type"},
		"PDF as photo":      {"report_photo", strings.NewReader("%PDF-1.7"), casefile.Invalid, "evidence.error.wrong_type"},
		"photo as document": {"document", bytes.NewReader(good), casefile.Invalid, "evidence.error.wrong_type"},
		"too large":         {"signature", io.MultiReader(bytes.NewReader(good), bytes.NewReader(make([]byte, 2_000_000))), casefile.TooLarge, "evidence.error.too_large"},
		"line drops":        {"report_photo", io.MultiReader(bytes.NewReader(good), iotest.ErrReader(io.ErrUnexpectedEOF)), casefile.Unavailable, "evidence.error.interrupted"},
		"line drops early":  {"report_photo", iotest.ErrReader(errors.New("reset")), casefile.Unavailable, "evidence.error.interrupted"},
		"disk full":         {"report_photo", io.MultiReader(bytes.NewReader(good), iotest.ErrReader(blob.ErrFull)), casefile.Unavailable, "error.disk_full"},
	} {
		_, err := w.Receive(ctx, customer, evidence.Incoming{Case: w.c.ID, Kind: c.kind}, c.body)
		var e *casefile.Error
		if !errors.As(err, &e) || e.Category != c.want || e.Key != c.key && (len(e.Fields) == 0 || e.Fields[0].Key != c.key) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Receive(ctx, customer, evidence.Incoming{Case: casefile.ID{1}, Kind: "report_photo"}, bytes.NewReader(good)); !casefile.Is(err, casefile.NotFound) {
		t.Errorf("an unknown case: %v", err)
	}
	foreign := customer
	foreign.Tenant = 2
	if _, err := w.Receive(ctx, foreign, evidence.Incoming{Case: w.c.ID, Kind: "report_photo"}, bytes.NewReader(good)); !casefile.Is(err, casefile.NotFound) {
		t.Errorf("another tenant's case: %v", err)
	}
	_ = w.mem.Walk(ctx, func(i blob.Info) error { t.Errorf("something was kept: %+v", i); return nil })
}

func TestADraftBringsItsSubject(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	draft := w.src.NewID()
	in := evidence.Incoming{Case: w.src.NewID(), Subject: draft, Kind: "report_photo"}
	if _, err := w.Receive(ctx, customer, in, bytes.NewReader(photo(t, 1))); !casefile.Is(err, casefile.NotFound) {
		t.Errorf("a subject without a key: %v", err)
	}
	w.write(t, func(ctx context.Context, x tx.Tx) error { return w.keeper.NewSubject(ctx, x, 1, draft) })
	if i, err := w.Receive(ctx, customer, in, bytes.NewReader(photo(t, 1))); err != nil || i.Subject != draft || i.Case != in.Case {
		t.Errorf("%+v %v", i, err)
	}
}

func TestAttachTakesOnlyWhatBelongsThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		i := w.receive(t, photo(t, 1))
		attach := func(a evidence.Attachment) error {
			if a.Items == nil {
				a.Items = []casefile.ID{i.ID}
			}
			return d.Write(ctx, func(ctx context.Context, x tx.Tx) error { return w.Attach(ctx, x, agent, a) })
		}
		good := evidence.Attachment{Case: w.c.ID, Request: casefile.ID{5}, Kind: "report_photo"}
		for name, change := range map[string]func(a *evidence.Attachment){
			"another case": func(a *evidence.Attachment) { a.Case = casefile.ID{1} }, "another kind": func(a *evidence.Attachment) { a.Kind = "after_photo" },
			"no such item": func(a *evidence.Attachment) { a.Items = []casefile.ID{{7}} },
		} {
			a := good
			change(&a)
			if err := attach(a); !casefile.Is(err, casefile.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for range 2 { // again is no error and no second entry
			if err := attach(good); err != nil {
				t.Fatal(err)
			}
		}
		withVisit := good
		withVisit.Visit = casefile.ID{6}
		if err := attach(withVisit); err != nil {
			t.Errorf("into a visit of the same request: %v", err)
		}
		if got := w.custody(t, i.ID); got != "received attached attached" {
			t.Errorf("custody: %s", got)
		}
		for name, change := range map[string]func(a *evidence.Attachment){
			"another request": func(a *evidence.Attachment) { a.Request = casefile.ID{8} }, "another visit": func(a *evidence.Attachment) { a.Visit = casefile.ID{8} },
		} {
			a := withVisit
			change(&a)
			if err := attach(a); !casefile.Is(err, casefile.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, c := w.read(t, i.ID, evidence.Display); c != nil {
			copyItem := c.Item
			if err := attach(evidence.Attachment{Case: w.c.ID, Request: casefile.ID{5}, Kind: copyItem.Kind, Items: []casefile.ID{copyItem.ID}}); !casefile.Is(err, casefile.NotFound) {
				t.Errorf("a copy was attached: %v", err)
			}
		}
	})
}

func TestCopiesAreMadeOnDemandAndOnce(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	i := w.receive(t, photo(t, 1))
	w.read(t, i.ID, evidence.Display) // before the job ran
	w.read(t, i.ID, evidence.Thumbnail)
	if _, err := w.clock.RunDue(ctx); err != nil {
		t.Fatal(err)
	}
	if got := w.custody(t, i.ID); got != "received derived" {
		t.Errorf("custody: %s", got)
	}
	n := 0
	_ = w.mem.Walk(ctx, func(blob.Info) error { n++; return nil })
	if n != 3 {
		t.Errorf("%d files instead of original, display and thumbnail", n)
	}
}

func TestWhatCannotBeShownSaysWhy(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	cut := photo(t, 1)
	cut = cut[:len(cut)/2]
	avif := []byte("\x00\x00\x00\x10ftypavif\x00\x00\x00\x00 and more")
	var huge bytes.Buffer
	if err := png.Encode(&huge, image.NewPaletted(image.Rect(0, 0, 9000, 9000), []color.Color{color.Black})); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		kind string
		b    []byte
		note evidence.Note
	}{
		"cut": {"report_photo", cut, evidence.NoteDamaged}, "AVIF": {"report_photo", avif, evidence.NoteOpaque}, "81 megapixels": {"report_photo", huge.Bytes(), evidence.NoteLarge},
		"PDF": {"document", []byte("%PDF-1.7 hello"), evidence.NoteNoImage}, "video": {"packing_video", []byte("\x00\x00\x00\x10ftypisom\x00\x00\x00\x00"), evidence.NoteNoImage},
	} {
		i, err := w.Receive(ctx, customer, evidence.Incoming{Case: w.c.ID, Kind: c.kind}, bytes.NewReader(c.b))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for range 2 {
			_, err = w.Open(ctx, agent, w.c.ID, i.ID, evidence.Display)
			var e *casefile.Error
			if !errors.As(err, &e) || e.Category != casefile.NotFound || e.Key != "evidence.error.no_copy" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := w.reload(t, i.ID); got.Note != c.note {
			t.Errorf("%s: note %q", name, got.Note)
		}
		if b, _ := w.read(t, i.ID, evidence.Original); !bytes.Equal(b, c.b) {
			t.Errorf("%s: the original is lost", name)
		}
	}
}

func TestAccessIsAskedForEveryUse(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	i := w.receive(t, photo(t, 1))
	w.read(t, i.ID, evidence.Display)
	for use, try := range map[evidence.Use]func() error{
		evidence.UseSee: func() error { _, err := w.Open(ctx, agent, w.c.ID, i.ID, evidence.Display); return err },
		evidence.UseOpen: func() error {
			_, err := w.Open(ctx, agent, w.c.ID, i.ID, evidence.Original)
			_, err2 := w.CustodyOf(ctx, agent, w.c.ID, i.ID)
			if err2 == nil {
				t.Error("the custody log was shown")
			}
			return err
		},
		evidence.UseExport: func() error { return w.Export(ctx, agent, evidence.ExportRequest{Case: w.c.ID}, io.Discard) },
	} {
		w.deny = use
		if err := try(); !casefile.Is(err, casefile.NotFound) {
			t.Errorf("%s: %v", use, err)
		}
	}
	w.deny = evidence.UseSee
	if items, err := w.Items(ctx, agent, w.c.ID); err != nil || len(items) != 0 {
		t.Errorf("%d items, %v", len(items), err)
	}
	w.deny = ""
	if got := w.custody(t, i.ID); got != "received derived" {
		t.Errorf("a refused use was written down as done: %s", got)
	}
	for name, a := range map[string]struct {
		a    casefile.Actor
		c, i casefile.ID
	}{"another tenant": {casefile.Actor{Tenant: 2}, w.c.ID, i.ID}, "another case": {agent, casefile.ID{1}, i.ID}, "no such item": {agent, w.c.ID, casefile.ID{1}}} {
		if _, err := w.Open(ctx, a.a, a.c, a.i, evidence.Original); !casefile.Is(err, casefile.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStagedItemsAreSweptAttachedOnesStay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		loose, kept := w.receive(t, photo(t, 1)), w.receive(t, photo(t, 200))
		w.read(t, loose.ID, evidence.Display)
		w.write(t, func(ctx context.Context, x tx.Tx) error {
			return w.Attach(ctx, x, agent, evidence.Attachment{Case: w.c.ID, Request: casefile.ID{5}, Kind: "report_photo", Items: []casefile.ID{kept.ID}})
		})
		if n, err := w.SweepStaged(ctx, 1); n != 0 || err != nil {
			t.Fatalf("swept %d at once, %v", n, err)
		}
		w.now = w.now.Add(25 * time.Hour)
		if n, err := w.SweepStaged(ctx, 1); n != 1 || err != nil {
			t.Fatalf("swept %d, %v", n, err)
		}
		if _, err := w.Open(ctx, agent, w.c.ID, loose.ID, evidence.Original); !casefile.Is(err, casefile.NotFound) {
			t.Errorf("%v", err)
		}
		if w.mem.Bytes(loose.Stored) != nil || w.mem.Bytes(kept.Stored) == nil {
			t.Error("the wrong bytes were deleted")
		}
		if got := w.reload(t, loose.ID); got.Note != evidence.NoteRemoved {
			t.Errorf("%+v", got)
		}
		again := w.receive(t, photo(t, 1))
		if again.ID == loose.ID {
			t.Error("the same photograph sent again came back as the removed item")
		}
		// An upload that failed after its bytes were durable, and a removal that was interrupted.
		if _, err := w.mem.Put(ctx, strings.NewReader("orphan"), 100); err != nil {
			t.Fatal(err)
		}
		if n, err := w.SweepOrphans(ctx); n != 0 || err != nil { // Memory says that every file is from now
			t.Errorf("a young file was swept: %d %v", n, err)
		}
	})
}

// oldFiles makes every file of a store old.
type oldFiles struct{ *blobtest.Memory }

func (o oldFiles) Walk(ctx context.Context, yield func(blob.Info) error) error {
	return o.Memory.Walk(ctx, func(i blob.Info) error {
		i.At = i.At.Add(-48 * time.Hour)
		return yield(i)
	})
}

func TestOrphansAreSweptItemsNever(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	i := w.receive(t, photo(t, 1))
	w.read(t, i.ID, evidence.Display)
	orphan, err := w.mem.Put(ctx, strings.NewReader("orphan"), 100)
	if err != nil {
		t.Fatal(err)
	}
	c := w.Config
	c.Vault = blob.NewSealer(oldFiles{w.mem}, rand.Reader)
	if n, err := evidence.New(c).SweepOrphans(ctx); n != 1 || err != nil {
		t.Errorf("%d %v", n, err)
	}
	if w.mem.Bytes(orphan.ID) != nil || w.mem.Bytes(i.Stored) == nil {
		t.Error("the wrong file was swept")
	}
}

func TestExportVerifiesOfflineAndErasureLeavesTheProofs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := photo(t, 77)
		i := w.receive(t, b)
		w.receive(t, photo(t, 78))
		w.read(t, i.ID, evidence.Original)
		export := func(r evidence.ExportRequest) (bundle.Report, []byte) {
			t.Helper()
			var out bytes.Buffer
			if err := w.Export(ctx, agent, r, &out); err != nil {
				t.Fatal(err)
			}
			f, err := bundle.OpenZip(bytes.NewReader(out.Bytes()), int64(out.Len()))
			if err != nil {
				t.Fatal(err)
			}
			rep, err := bundle.Verify(f, bundle.Options{Keys: w.ledger.Keys(1)})
			if err != nil || !rep.OK {
				t.Fatalf("%+v %v", rep, err)
			}
			return rep, out.Bytes()
		}
		rep, z := export(evidence.ExportRequest{Case: w.c.ID, Items: []casefile.ID{i.ID}})
		if len(rep.Entries) != 3 || rep.Entries[0].SHA256 != evidence.Hex(i.SHA256) { // the item, "opened", "exported"
			t.Errorf("%+v", rep.Entries)
		}
		r, err := zip.NewReader(bytes.NewReader(z), int64(len(z)))
		if err != nil {
			t.Fatal(err)
		}
		f, err := r.Open("entries/0001/content.jpg")
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := io.ReadAll(f); !bytes.Equal(got, b) {
			t.Error("the exported original is not what was received")
		}
		if rep, _ = export(evidence.ExportRequest{Case: w.c.ID, Events: true}); len(rep.Entries) != 7 || rep.Entries[6].Kind != "event" {
			t.Errorf("%d entries: %+v", len(rep.Entries), rep.Entries)
		}
		if err := w.Export(ctx, agent, evidence.ExportRequest{Case: w.c.ID, Items: []casefile.ID{{1}}}, io.Discard); !casefile.Is(err, casefile.NotFound) {
			t.Errorf("an item that is not there: %v", err)
		}

		w.write(t, func(ctx context.Context, x tx.Tx) error { return w.keeper.Destroy(ctx, x, 1, w.c.Subject) })
		for _, v := range []evidence.Variant{evidence.Display, evidence.Original} {
			if _, err := w.Open(ctx, agent, w.c.ID, i.ID, v); !casefile.Is(err, casefile.NotFound) {
				t.Errorf("%s opens after the erasure: %v", v, err)
			}
		}
		if _, err := w.Receive(ctx, customer, evidence.Incoming{Case: w.c.ID, Kind: "report_photo"}, bytes.NewReader(photo(t, 3))); !casefile.Is(err, casefile.NotFound) {
			t.Errorf("something was received for an erased person: %v", err)
		}
		rep, _ = export(evidence.ExportRequest{Case: w.c.ID, Items: []casefile.ID{i.ID}})
		if rep.Entries[0].Content != "" || !slices.ContainsFunc(rep.Reservations, func(n bundle.Note) bool { return n.Code == "no-content" }) {
			t.Errorf("%+v", rep)
		}
		if err := w.Remove(ctx, agent, w.c.ID, "erased"); err != nil {
			t.Fatal(err)
		}
		n := 0
		_ = w.mem.Walk(ctx, func(blob.Info) error { n++; return nil })
		if n != 0 {
			t.Errorf("%d files are left", n)
		}
	})
}
