package check_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/casefile/casefiledb"
	"anxin/internal/check"
	"anxin/internal/check/checkdb"
	"anxin/internal/clock"
	"anxin/internal/clock/clockdb"
	"anxin/internal/db"
	"anxin/internal/evidence/picture"
	"anxin/internal/ledger"
	"anxin/internal/ledger/ledgerdb"
	"anxin/internal/tx"
)

var ctx = context.Background()

// start is Tuesday, 24 November 2026, 10:00 in China.
var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

// bench is the service with real jobs and a real database; the vault and the decoder are in memory.
type bench struct {
	*check.Service
	d      *db.DB
	line   *casefile.Timeline
	clock  *clock.Clock
	told   []string
	names  map[casefile.ID]string
	buyers map[casefile.ID]string // phone by subject
	metas  map[[32]byte]check.Meta
	hang   func(ctx context.Context) error
	broken map[casefile.ID]bool
	leaf   int64
	trust  *check.TrustLists
	drawn  map[casefile.ID]check.Drawing // what was kept of comparisons, once it was written down
	blind  bool                          // ffmpeg is not installed
	films  int                           // how many videos were looked at

	mu    sync.Mutex
	now   time.Time
	files map[casefile.ID]stored
	src   casefile.Source
}

type stored struct {
	check.File
	tenant casefile.Tenant
	bytes  []byte
}

type content struct{ *bytes.Reader }

func (content) Close() error { return nil }

func newBench(t testing.TB, d *db.DB, checks ...check.Check) *bench {
	t.Helper()
	b := &bench{trust: check.NewTrustLists(trusted), drawn: map[casefile.ID]check.Drawing{}, d: d, now: start, names: map[casefile.ID]string{}, buyers: map[casefile.ID]string{}, metas: map[[32]byte]check.Meta{}, files: map[casefile.ID]stored{}, broken: map[casefile.ID]bool{}}
	b.src = casefile.Source{Clock: func() time.Time {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.now = b.now.Add(time.Millisecond)
		return b.now
	}}
	log, err := ledger.New(d, ledgerdb.Store{}, b.src, ledger.Options{Origin: "log.example/test", Seed: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	b.line = casefile.NewTimeline(casefiledb.Store{}, log, nil, b.src)
	b.clock = clock.New(d, clockdb.Store{}, b.src, clock.Options{})
	b.Service = check.New(check.Config{Run: d, Store: checkdb.Store{}, Timers: b.clock, Vault: b, Pictures: b, Matcher: b, Tracer: b, Films: b, Trust: b.trust, Buyers: b, Claims: b, Cases: b.line, Source: b.src, Folder: t.TempDir(), Checks: checks})
	t.Cleanup(func() { b.Close() })
	for kind, h := range b.Handlers() {
		b.clock.Handle(kind, h)
	}
	return b
}

// File implements check.Vault.
func (b *bench) File(_ context.Context, tenant casefile.Tenant, caseID, item casefile.ID) (check.File, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f, ok := b.files[item]
	if !ok || f.tenant != tenant || f.Case != caseID {
		return check.File{}, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return f.File, nil
}

// Open implements check.Vault.
func (b *bench) Open(_ context.Context, tenant casefile.Tenant, caseID, item casefile.ID) (check.Content, error) {
	if _, err := b.File(ctx, tenant, caseID, item); err != nil {
		return nil, err
	}
	return content{bytes.NewReader(b.files[item].bytes)}, nil
}

// trusted is a folder of trust lists that a test fills.
var trusted = fstest.MapFS{}

// Small implements check.Vault.
func (b *bench) Small(_ context.Context, tenant casefile.Tenant, caseID, item casefile.ID) ([]byte, error) {
	if _, err := b.File(ctx, tenant, caseID, item); err != nil {
		return nil, err
	}
	return b.files[item].bytes, nil
}

// Keep implements check.Vault.
func (b *bench) Keep(_ context.Context, _ casefile.Tenant, _, _ casefile.ID, list []check.Drawing) (ids []casefile.ID, write func(context.Context, tx.Tx) error, err error) {
	for _, d := range list {
		ids = append(ids, b.id(d.Kind))
	}
	return ids, func(context.Context, tx.Tx) error {
		for i, id := range ids {
			b.drawn[id] = list[i]
		}
		return nil
	}, nil
}

// engine is the real one, in this process.
var engine = &picture.Direct{Limits: picture.DefaultLimits}

// Match implements check.Matcher with the real engine.
func (b *bench) Match(ctx context.Context, claim []byte, sketches [][]byte, n int, load func(ctx context.Context, i int) ([]byte, error)) (check.Matched, error) {
	m, err := engine.Match(ctx, picture.Matching{Claim: claim, Sketches: sketches, Compare: n, Load: load})
	out := check.Matched{Decoded: m.Decoded, Width: m.Width, Height: m.Height}
	for _, p := range m.Pairs {
		r := p.Result
		x := check.Pair{Reference: p.Reference, Decoded: p.Decoded, Width: p.Width, Height: p.Height, Related: r.Related, Same: r.SamePhotograph, Mirrored: r.Mirrored, Changed: r.Changed,
			Band: r.Band, Inliers: r.Inliers, Coverage: r.Coverage, Residual: r.Residual, Area: r.ChangedArea, Boxes: r.Boxes, Map: p.Map}
		for _, f := range r.Facts {
			x.Facts = append(x.Facts, check.NamedFact{ID: f.ID, Text: check.Text{ZH: f.Zh, EN: f.En}})
		}
		if len(p.Mask) > 0 {
			x.Drawings = []check.Drawing{{Kind: check.DrawnOverlay, Bytes: p.Overlay}, {Kind: check.DrawnAligned, Bytes: p.Aligned}, {Kind: check.DrawnFlicker, Bytes: p.Flicker}, {Kind: check.DrawnMask, Bytes: p.Mask}}
		}
		out.Pairs = append(out.Pairs, x)
	}
	return out, err
}

// Trace implements check.Tracer with the real detectors.
func (b *bench) Trace(ctx context.Context, raw []byte, received, earliest time.Time) (check.Traced, error) {
	t, err := engine.Trace(ctx, picture.Tracing{File: raw, Received: received, Earliest: earliest})
	out := check.Traced{Decoded: t.Decoded, Width: t.Width, Height: t.Height}
	for _, x := range t.Traces {
		y := check.Trace{Detector: x.Detector, Applicability: x.Applicability, Alarm: x.Alarm, Band: x.Band, Honest: check.Text{ZH: x.Honest.Zh, EN: x.Honest.En}, Boxes: x.Boxes}
		for _, f := range x.Facts {
			y.Facts = append(y.Facts, check.Text{ZH: f.Zh, EN: f.En})
		}
		out.Traces = append(out.Traces, y)
	}
	return out, err
}

// Look implements check.Pictures with the real decoder, and the metadata that a test set.
func (b *bench) Look(ctx context.Context, raw []byte) (check.Picture, error) {
	if b.hang != nil {
		if err := b.hang(ctx); err != nil {
			return check.Picture{}, err
		}
	}
	s := picture.Inspect(raw, picture.DefaultLimits)
	return check.Picture{Decoded: s.Decoded, Prints: s.Prints, Quality: s.Quality, Sketch: s.Sketch, Coarse: s.Coarse, Meta: b.metas[sha256.Sum256(raw)]}, nil
}

// Same implements check.Buyers.
func (b *bench) Same(_ context.Context, _ tx.Tx, _ casefile.Tenant, x, y casefile.ID) (bool, error) {
	return b.buyers[x] != "" && b.buyers[x] == b.buyers[y], nil
}

// Checked implements check.Claims.
func (b *bench) Checked(_ context.Context, _ tx.Tx, _ casefile.Tenant, _, claim casefile.ID, o check.Outcome) error {
	b.told = append(b.told, b.names[claim]+" "+string(o))
	return nil
}

func (b *bench) later(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func (b *bench) write(t testing.TB, f func(ctx context.Context, x tx.Tx) error) {
	t.Helper()
	if err := b.d.Write(ctx, f); err != nil {
		t.Fatal(err)
	}
}

// id makes a new id that prints as name.
func (b *bench) id(name string) casefile.ID {
	id := b.src.NewID()
	b.names[id] = name
	return id
}

// newCase opens a case.
func (b *bench) newCase(t testing.TB, tenant casefile.Tenant, name string) casefile.ID {
	t.Helper()
	id := b.id(name)
	b.write(t, func(ctx context.Context, x tx.Tx) error {
		c := casefile.Case{Tenant: tenant, ID: id, Subject: b.id("subject of " + name), Lang: "zh", Created: b.src.Now()}
		return b.line.Create(ctx, x, &c)
	})
	return id
}

// seal puts bytes into the vault.
func (b *bench) seal(tenant casefile.Tenant, caseID casefile.ID, name, media string, raw []byte) casefile.ID {
	id := b.id(name)
	at := b.src.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.leaf++
	b.files[id] = stored{check.File{Item: id, Case: caseID, Media: media, Size: int64(len(raw)), SHA256: sha256.Sum256(raw), Sealed: casefile.Moment{At: at, Leaf: b.leaf}}, tenant, raw}
	return id
}

// refer seals a reference and puts it into the index.
func (b *bench) refer(t testing.TB, tenant casefile.Tenant, caseID, owner casefile.ID, name, media string, raw []byte) casefile.ID {
	t.Helper()
	id := b.seal(tenant, caseID, name, media, raw)
	f := b.files[id]
	b.write(t, func(ctx context.Context, x tx.Tx) error {
		return b.Add(ctx, x, check.Media{Tenant: tenant, Item: id, Case: caseID, Owner: owner, Role: check.RoleReference, Type: media, SHA256: f.SHA256, Sealed: f.Sealed})
	})
	return id
}

// start begins a round now.
func (b *bench) start(t testing.TB, r check.Round) {
	t.Helper()
	if r.Filed.At.IsZero() {
		r.Filed = casefile.Moment{At: b.src.Now(), Leaf: casefile.NoLeaf}
	}
	b.write(t, func(ctx context.Context, x tx.Tx) error {
		if _, err := b.line.Lock(ctx, x, r.Tenant, r.Case); err != nil {
			return err
		}
		_, err := b.Start(ctx, x, r)
		return err
	})
}

// due runs what is due, over and over until nothing is.
func (b *bench) due(t testing.TB) {
	t.Helper()
	for range 30 {
		n, err := b.clock.RunDue(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func (b *bench) signals(t testing.TB, r check.Round) (all []check.Signal, st check.RoundState) {
	t.Helper()
	err := b.d.Read(ctx, func(ctx context.Context, x tx.Tx) (err error) {
		if all, err = b.Signals(ctx, x, r.Tenant, r.Case, r.Claim); err == nil {
			st, err = b.State(ctx, x, r.Tenant, r.Case, r.Claim)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all, st
}

// text writes signals for people, with names in place of ids.
func (b *bench) text(all []check.Signal) string {
	var w strings.Builder
	for _, s := range all {
		var items []string
		for _, i := range s.Inputs {
			items = append(items, b.names[i.Item])
		}
		fmt.Fprintf(&w, "%s@%s %s %s/%s: %s\n", s.Check, s.Version, s.Group, s.Applicability, s.Strength, strings.Join(items, ", "))
		for _, line := range []struct {
			name string
			t    check.Text
		}{{"fact", s.Fact}, {"honest", s.Honest}, {"limits", s.Limits}} {
			fmt.Fprintf(&w, "  %s zh: %s\n  %s en: %s\n", line.name, line.t.ZH, line.name, line.t.EN)
		}
		for _, r := range s.Related {
			fmt.Fprintf(&w, "  related: %s (%s) %s in %s, %d bits", r.Relation, r.Role, b.names[r.Item], b.names[r.Case], r.Distance)
			if r.Seconds[1] > 0 {
				fmt.Fprintf(&w, ", %d s from %d s", r.Seconds[1], r.Seconds[0])
			}
			fmt.Fprintln(&w)
		}
		if s.Detail != nil && s.Detail.For {
			fmt.Fprintln(&w, "  speaks for the buyer")
		}
		b.detail(&w, s)
	}
	return measured(w.String())
}

// What the engine measured is its own tests' business: the golden cases keep its words and not its figures.
var (
	figures = regexp.MustCompile(`\d+(\.\d+)?`)
	places  = regexp.MustCompile(`After alignment (one place differs|# places differ)`)
)

func measured(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		for _, words := range []string{"两张图片出自同一张照片", "Both pictures come from one photograph"} {
			if before, after, ok := strings.Cut(l, words); ok {
				lines[i] = before + words + places.ReplaceAllString(figures.ReplaceAllString(after, "#"), "After alignment # place(s) differ")
			}
		}
	}
	return strings.Join(lines, "\n")
}

// detail writes what a signal says beyond its sentence.
func (b *bench) detail(w io.Writer, s check.Signal) {
	if s.Detail == nil {
		return
	}
	if m := s.Detail.Match; m != nil {
		fmt.Fprintf(w, "  match: %s beside %s, same %v, changed %v with boxes %v, %s, %v beside %v\n", b.names[m.Item], b.names[m.Reference.Item], m.Same, m.Changed, len(m.Boxes) > 0, m.Band, m.Size, m.ReferenceSize)
		for _, id := range s.Artefacts {
			fmt.Fprintf(w, "  drawn: %s\n", b.drawn[id].Kind)
		}
	}
	if c := s.Detail.Credentials; c != nil {
		fmt.Fprintf(w, "  credentials: %s by %s with %s, judged %s by %v\n", c.State, c.Signer, c.Made, c.Judged.Format(time.DateTime), c.Lists)
		for _, f := range c.Facts {
			fmt.Fprintf(w, "  %s: %s\n", f.ID, f.Value)
		}
		var tree func(v *check.Version, indent string)
		tree = func(v *check.Version, indent string) {
			if v == nil {
				return
			}
			fmt.Fprintf(w, "%s%s %s", indent, v.Relation, v.Made)
			for _, x := range v.Steps {
				fmt.Fprintf(w, " %s ai=%v", x.Name, x.AI)
			}
			fmt.Fprintln(w)
			for _, c := range v.Children {
				tree(c, indent+"  ")
			}
		}
		tree(c.History, "  history:")
	}
}

// golden compares with testdata/<name>.golden; ANXIN_UPDATE=1 writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if os.Getenv("ANXIN_UPDATE") == "1" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != got {
		t.Errorf("%s (ANXIN_UPDATE=1 writes it): %v\n%s", file, err, got)
	}
}

// scene is a picture with enough in it to be compared.
func scene(seed uint64) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 1))
	img := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for range 40 {
		x, y, s := r.IntN(320), r.IntN(240), 20+r.IntN(100)
		c := color.RGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
		for dy := range s {
			for dx := range s {
				if x+dx < 320 && y+dy < 240 {
					img.SetRGBA(x+dx, y+dy, c)
				}
			}
		}
	}
	return img
}

func jpegOf(_ testing.TB, img image.Image, quality int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// segmentIn puts an application segment into a JPEG.
func segmentIn(b []byte, marker byte, payload string) []byte {
	head := append([]byte{0xff, 0xd8, 0xff, marker}, binary.BigEndian.AppendUint16(nil, uint16(len(payload)+2))...)
	return append(append(head, payload...), b[2:]...)
}

// chunkIn puts a chunk before the end of a PNG.
func chunkIn(b []byte, typ, data string) []byte {
	c := append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), typ+data...)
	c = binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE([]byte(typ+data)))
	return append(append(append([]byte{}, b[:len(b)-12]...), c...), b[len(b)-12:]...)
}

// boxed is a box of an MP4 or HEIC file.
func boxed(typ, data string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(data)+8))) + typ + data
}

const labelText = `{"Label":"1","ContentProducer":"001191310000MA1FL00000001","ProduceID":"a","ReservedCode1":"","ContentPropagator":"","PropagateID":"","ReservedCode2":""}`

func labelXMP() string {
	quoted, _ := json.Marshal(labelText)
	return "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">" +
		"<rdf:Description xmlns:TC260=\"http://www.tc260.org.cn/ns/AIGC/1.0/\"><TC260:AIGC>" + strings.ReplaceAll(strings.Trim(string(quoted), `"`), `\"`, "&quot;") + "</TC260:AIGC></rdf:Description></rdf:RDF></x:xmpmeta>"
}
