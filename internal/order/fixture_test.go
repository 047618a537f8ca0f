package order_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net/netip"
	"sync"
	"testing"
	"time"

	"anxin/internal/blob"
	"anxin/internal/blob/blobtest"
	"anxin/internal/casefile"
	"anxin/internal/casefile/casefiledb"
	"anxin/internal/clock"
	"anxin/internal/clock/clockdb"
	"anxin/internal/db"
	"anxin/internal/evidence"
	"anxin/internal/evidence/evidencedb"
	"anxin/internal/evidence/picture"
	"anxin/internal/ledger"
	"anxin/internal/ledger/ledgerdb"
	"anxin/internal/order"
	"anxin/internal/order/orderdb"
	"anxin/internal/party"
	"anxin/internal/party/partydb"
	"anxin/internal/privacy"
	"anxin/internal/privacy/privacydb"
	"anxin/internal/tx"
)

var ctx = context.Background()

// start is Tuesday, 24 November 2026, 10:00 in China.
var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

// shop is the service with everything real around it but the telephone network.
type shop struct {
	*order.Service
	d      *db.DB
	keeper *privacy.Keeper
	line   *casefile.Timeline
	clock  *clock.Clock
	vault  *evidence.Service
	codes  *sent
	index  *indexed

	mu  sync.Mutex
	now time.Time
}

var (
	mer1 = casefile.Actor{Tenant: 1, Role: casefile.Merchant, ID: casefile.ID{1, 1}, Merchant: casefile.ID{7, 1}, Route: "api"}
	mer2 = casefile.Actor{Tenant: 1, Role: casefile.Merchant, ID: casefile.ID{1, 2}, Merchant: casefile.ID{7, 2}, Route: "api"}
	boss = casefile.Actor{Tenant: 1, Role: casefile.Admin, ID: casefile.ID{1, 9}, Route: "web"}
	// elsewhere is the same merchant id in another tenant.
	elsewhere = casefile.Actor{Tenant: 2, Role: casefile.Merchant, ID: casefile.ID{1, 1}, Merchant: casefile.ID{7, 1}, Route: "api"}
)

func (s *shop) time() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(time.Millisecond)
	return s.now
}

func (s *shop) later(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// sent keeps the codes that would have gone out.
type sent struct {
	mu   sync.Mutex
	last string
	n    int
}

func (c *sent) SendCode(_ context.Context, _ tx.Tx, _ casefile.Tenant, _, _ casefile.ID, _, code string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last, c.n = code, c.n+1
	return nil
}

// indexed hears about references.
type indexed struct{ all []order.Reference }

func (x *indexed) AddReference(_ context.Context, _ tx.Tx, r order.Reference) error {
	x.all = append(x.all, r)
	return nil
}

// vault is the adapter that internal/app has too.
type vault struct{ *evidence.Service }

func (v vault) Receive(ctx context.Context, a casefile.Actor, caseID casefile.ID, kind string, taken time.Time, body io.Reader) (order.Sealed, error) {
	i, err := v.Service.Receive(ctx, a, evidence.Incoming{Case: caseID, Kind: kind, Taken: taken}, body)
	return order.Sealed{ID: i.ID, Media: i.Media, Size: i.Size, SHA256: i.SHA256, Sealed: casefile.Moment{At: i.Received, Leaf: i.Leaf}}, err
}

func (v vault) Attach(ctx context.Context, t tx.Tx, by casefile.Actor, caseID, owner casefile.ID, kind string, item casefile.ID) error {
	return v.Service.Attach(ctx, t, by, evidence.Attachment{Case: caseID, Request: owner, Kind: kind, Items: []casefile.ID{item}})
}

func newShop(t testing.TB, d *db.DB) *shop {
	t.Helper()
	s := &shop{d: d, now: start, codes: &sent{}, index: &indexed{}}
	src := casefile.Source{Clock: s.time}
	m, err := privacy.NewMaster(src)
	if err != nil {
		t.Fatal(err)
	}
	s.keeper = privacy.New(m, privacydb.Store{}, src)
	log, err := ledger.New(d, ledgerdb.Store{}, src, ledger.Options{Origin: "log.example/test", Seed: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	s.line = casefile.NewTimeline(casefiledb.Store{}, log, nil, src)
	s.clock = clock.New(d, clockdb.Store{}, src, clock.Options{})
	s.vault = evidence.New(evidence.Config{Run: d, Store: evidencedb.Store{}, Ledger: log, Keys: s.keeper, Cases: s.line, Timers: s.clock,
		Vault: blob.NewSealer(blobtest.NewMemory(src.Now), rand.Reader), Renderer: &picture.Direct{Limits: picture.DefaultLimits}, Source: src})
	links := party.NewLinks(d, partydb.Store{}, s.keeper, src)
	run := casefile.OnceRunner{Runner: d, Idempotency: casefile.NewIdempotency(casefiledb.Store{}, src)}
	s.Service = order.New(order.Config{Run: run, Store: orderdb.Store{}, Timeline: s.line, Keeper: s.keeper, Links: links, Phones: party.NewFinder(links, partydb.Store{}, s.codes),
		Vault: vault{s.vault}, Timers: s.clock, Source: src, Index: s.index})
	s.clock.Handle(evidence.DeriveKind, s.vault.DeriveHandler())
	for kind, h := range s.Handlers() {
		s.clock.Handle(kind, h)
	}
	return s
}

func (s *shop) write(t testing.TB, f func(ctx context.Context, x tx.Tx) error) {
	t.Helper()
	if err := s.d.Write(ctx, f); err != nil {
		t.Fatal(err)
	}
}

func (s *shop) read(t testing.TB, f func(ctx context.Context, x tx.Tx) error) {
	t.Helper()
	if err := s.d.Read(ctx, f); err != nil {
		t.Fatal(err)
	}
}

func (s *shop) put(t testing.TB, a casefile.Actor, n order.NewOrder) order.Put {
	t.Helper()
	p, err := s.Put(ctx, a, n)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// lock is an order of a smart lock; the change adjusts it.
func lock(number string, change ...func(*order.NewOrder)) order.NewOrder {
	n := order.NewOrder{Number: number, Name: "陈小满", Phone: "19900001234", Product: "禾木家电 智能门锁 S3", Code: "S3", Category: "lock", Province: "浙江省杭州市", Listing: "HM-S3",
		Price: 129900, Paid: start.Add(-72 * time.Hour), Shipped: start.Add(-48 * time.Hour)}
	for _, c := range change {
		c(&n)
	}
	return n
}

func photo(t testing.TB, shade uint8) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 160, 120))
	for i := range img.Pix {
		img.Pix[i] = shade
	}
	img.Set(3, 3, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func fields(err error) []string {
	var e *casefile.Error
	if !errors.As(err, &e) {
		return nil
	}
	var out []string
	for _, f := range e.Fields {
		out = append(out, f.Field+":"+f.Key)
	}
	return out
}

var someAddress = netip.MustParseAddr("192.0.2.1")
