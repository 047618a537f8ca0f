package check_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/check"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/tx"
	"anxin/provenance/aigc"
)

// only is the check of an id.
func only(id string) check.Check {
	for _, c := range check.All() {
		if c.ID == id {
			return c
		}
	}
	panic("no check " + id)
}

// The golden cases: one claim per check, with everything that the check can say.

func TestGoldenExactReuse(t *testing.T) { reuse(t, "exact_reuse", 90) }
func TestGoldenNearReuse(t *testing.T)  { reuse(t, "near_reuse", 60) }

// reuse files a claim whose pictures are those of references and of earlier claims, saved with a JPEG quality: 90 is the same bytes.
func reuse(t *testing.T, id string, quality int) {
	b := newBench(t, dbtest.SQLite(t), only(id))
	file := func(seed uint64) []byte { return jpegOf(t, scene(seed), 90) }
	mine, listing, other := b.newCase(t, 1, "case"), b.newCase(t, 1, "listing case"), b.newCase(t, 1, "other listing case")
	order, page, foreign := b.id("order"), b.id("listing"), b.id("other listing")
	b.refer(t, 1, listing, page, "catalogue photo", "image/jpeg", file(1))
	b.refer(t, 1, other, foreign, "photo of another listing", "image/jpeg", file(2))
	me, same, stranger := b.id("buyer"), b.id("buyer before"), b.id("stranger")
	b.buyers[me], b.buyers[same], b.buyers[stranger] = "1", "1", "2"
	for n, who := range []casefile.ID{same, stranger} {
		c := b.newCase(t, 1, "case of "+b.names[who])
		b.start(t, check.Round{Tenant: 1, Case: c, Claim: b.id("claim of " + b.names[who]), Subject: who, Items: []casefile.ID{b.seal(1, c, "photo of "+b.names[who], "image/jpeg", file(uint64(3+n)))}})
	}
	b.due(t)
	r := check.Round{Tenant: 1, Case: mine, Claim: b.id("claim"), Subject: me, Owners: []casefile.ID{order, page}, Filed: casefile.Moment{At: b.src.Now(), Leaf: casefile.NoLeaf}}
	for n, name := range []string{"listing", "other listing", "own before", "stranger's", "sealed later", "new"} {
		r.Items = append(r.Items, b.seal(1, mine, "shows "+name, "image/jpeg", jpegOf(t, scene(uint64(n+1)), quality)))
	}
	b.later(time.Minute)
	b.refer(t, 1, mine, order, "packing photo after the claim", "image/jpeg", file(5))
	// Another tenant has the new picture too; that is nobody's business here.
	abroad := b.newCase(t, 2, "abroad")
	b.refer(t, 2, abroad, b.id("order abroad"), "abroad", "image/jpeg", file(6))
	if id == "near_reuse" {
		r.Items = append(r.Items, b.seal(1, mine, "grey wall", "image/jpeg", jpegOf(t, image.NewGray(image.Rect(0, 0, 99, 99)), 90)),
			b.seal(1, mine, "film", "video/mp4", []byte("\x00\x00\x00\x10ftypisom....")), b.seal(1, mine, "avif", "image/avif", []byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1")))
	}
	b.due(t)
	b.start(t, r)
	b.due(t)
	all, _ := b.signals(t, r)
	golden(t, id, b.text(all))
}

func TestGoldenMetadata(t *testing.T) {
	b := newBench(t, dbtest.SQLite(t), only("metadata"))
	c := b.newCase(t, 1, "case")
	r := check.Round{Tenant: 1, Case: c, Claim: b.id("claim"), Shipped: start.AddDate(0, 0, -5), Filed: casefile.Moment{At: start, Leaf: casefile.NoLeaf}}
	for n, x := range []struct {
		name string
		m    check.Meta
	}{
		{"phone", check.Meta{Read: true, Make: "Hemu", Model: "Hemu Phone 7", Place: true, Taken: start.Add(-time.Hour), Zone: true}},
		{"before it was sent", check.Meta{Read: true, Taken: start.AddDate(0, 0, -40)}},
		{"from the future", check.Meta{Read: true, Taken: start.AddDate(0, 0, 40)}},
		{"edited", check.Meta{Read: true, Software: "Adobe Photoshop 25.0"}},
		{"made", check.Meta{Read: true, Software: "ComfyUI"}},
		{"firmware", check.Meta{Read: true, Software: "HemuOS 4"}},
		{"place only", check.Meta{Read: true, Place: true}},
		{"nothing", check.Meta{}},
	} {
		raw := jpegOf(t, scene(uint64(50+n)), 90)
		r.Items = append(r.Items, b.seal(1, c, x.name, "image/jpeg", raw))
		b.metas[b.files[r.Items[n]].SHA256] = x.m
	}
	b.start(t, r)
	b.due(t)
	all, _ := b.signals(t, r)
	golden(t, "metadata", b.text(all))
}

func TestGoldenAIGCLabel(t *testing.T) {
	j, p := jpegOf(t, scene(1), 90), pngOf(t, scene(2))
	scanned(t, "aigc_label", map[string][]byte{
		"a xmp":                segmentIn(j, 0xe1, labelXMP()),
		"b user comment":       segmentIn(j, 0xe1, `Exif`+"\x00\x00"+`ASCII`+"\x00\x00\x00"+`{"AIGC":{"Label":"2","ContentProducer":"x"}}`),
		"d glued":              segmentIn(j, 0xef, "AIGC"+strings.Replace(labelText, `"1"`, `"3"`, 1)),
		"e png text":           chunkIn(p, "tEXt", "AIGC\x00"+labelText),
		"f png description":    chunkIn(p, "tEXt", "Description\x00"+labelText),
		"g behind the end":     append(append([]byte{}, p...), `{"AIGC":`+labelText+`}`...),
		"h written by us":      labelled(t, j),
		"i heic":               []byte(boxed("ftyp", "heic\x00\x00\x00\x00heicmif1") + boxed("meta", "iinf") + boxed("uuid", "\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac"+labelXMP())),
		"j unreadable value":   segmentIn(j, 0xe1, `http://ns.adobe.com/xap/1.0/`+"\x00"+`<x TC260:AIGC="">`),
		"k only speaks of it":  segmentIn(j, 0xfe, "no AIGC was used, Label 1, AIGC: none"),
		"p of a person":        segmentIn(j, 0xe1, strings.ReplaceAll(labelXMP(), "001191310000MA1FL00000001", "002111010119900101000000001")),
		"l plain":              j,
		"m cut in its segment": segmentIn(j, 0xe1, labelXMP())[:60],
		"n unknown":            []byte("GIF89a and so on and on"),
	})
}

// labelled is a copy with a label that our own writer put there.
func labelled(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	l := aigc.Label{Label: "1", ContentProducer: "example-studio", ProduceID: "x"}
	if err := aigc.Write(ctx, &out, bytes.NewReader(b), int64(len(b)), l, aigc.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestGoldenContentCredentials(t *testing.T) {
	j, p := jpegOf(t, scene(1), 90), pngOf(t, scene(2))
	jumbf := "JP\x00\x01\x00\x00\x00\x01\x00\x00\x10\x00jumb\x00\x00\x00\x1djumdc2pa"
	z, err := zip.OpenReader(filepath.Join("..", "..", "provenance", "c2pa", "testdata", "vectors.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	vector := func(name string) []byte {
		b, err := fs.ReadFile(z, name)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	trusted["anchors.pem"] = &fstest.MapFile{Data: vector("root.pem"), ModTime: start.AddDate(0, -1, 0)}
	defer delete(trusted, "anchors.pem")
	scanned(t, "content_credentials", map[string][]byte{
		"a unreadable": segmentIn(j, 0xeb, jumbf), "b ai": vector("ai.jpg"), "c ai, changed afterwards": vector("bad-ai-body.jpg"), "d trusted": vector("v2.jpg"),
		"e with a history": vector("family2-parent.jpg"), "f video": vector("v2.mp4"),
		"g elsewhere": segmentIn(j, 0xe1, "http://ns.adobe.com/xap/1.0/\x00<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description xmlns:dcterms=\"http://purl.org/dc/terms/\" dcterms:provenance=\"https://example.invalid/manifest.c2pa\"/></rdf:RDF>"),
		"h another":   segmentIn(j, 0xeb, "JP\x00\x01\x00\x00\x00\x01\x00\x00\x10\x00jumb something else"), "i plain": p, "j unknown": []byte("GIF89a and so on and on"),
		"k thumbnail as the picture": vector("thumbnail.png"), "l patched afterwards": vector("bad-thumbnail-patch.png"), "m signed with another thumbnail": vector("thumbnail-other.png"),
		"n thumbnail of another shape": vector("thumbnail-shape.png"),
	})
}

// Lists are read again when the folder changes, and one that cannot be read says why and spoils nothing.
func TestTrustLists(t *testing.T) {
	z, err := zip.OpenReader(filepath.Join("..", "..", "provenance", "c2pa", "testdata", "vectors.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	root, err := fs.ReadFile(z, "root.pem")
	if err != nil {
		t.Fatal(err)
	}
	folder := fstest.MapFS{"readme.txt": {Data: []byte("no list")}, "broken.pem": {Data: []byte("no certificate"), ModTime: start}, "deep/x.pem": {Data: root}}
	lists := check.NewTrustLists(folder)
	got := func() string {
		_, list, err := lists.Now()
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, l := range list {
			out = append(out, fmt.Sprintf("%s %s %d %v", l.Name, l.Kind, l.Count, l.Err != ""))
		}
		return strings.Join(out, ", ")
	}
	if _, list, _ := lists.Now(); list[0].Err != check.ListEmpty {
		t.Error(list[0].Err)
	}
	if s := got(); s != "broken.pem anchors 0 true" {
		t.Error(s)
	}
	folder["C2PA-TSA.pem"], folder["usages.cfg"] = &fstest.MapFile{Data: root, ModTime: start}, &fstest.MapFile{Data: []byte("//\n1.3.6.1.5.5.7.3.4\n"), ModTime: start}
	if s := got(); s != "C2PA-TSA.pem tsa 1 false, broken.pem anchors 0 true, usages.cfg usages 1 false" {
		t.Error(s)
	}
	// What is called like no list is shown as unused; the JSON beside a list says when it was issued.
	cut := bytes.Replace(root, []byte("MII"), []byte("MIJ"), 1)
	folder["roots.crt"], folder["a.pem"] = &fstest.MapFile{Data: root}, &fstest.MapFile{Data: cut}
	folder["C2PA-TSA.json"] = &fstest.MapFile{Data: []byte(`{"LoTE":{"ListAndSchemeInformation":{"ListIssueDateTime":"2026-08-05T00:11:39Z","NextUpdate":"2027-08-05T00:11:39Z"}}}`)}
	_, list, err := lists.Now()
	if err != nil || len(list) != 5 {
		t.Fatal(list, err)
	}
	for _, l := range list {
		switch l.Name {
		case "roots.crt":
			if l.Err != check.ListUnnamed {
				t.Error(l)
			}
		case "a.pem":
			if l.Err != check.ListBroken {
				t.Error(l)
			}
		case "C2PA-TSA.pem":
			if !l.Stated || l.Date.Format(time.DateOnly) != "2026-08-05" || l.Next.Year() != 2027 || len(l.Expires) != 1 || l.Expires[0].Year() < 2040 {
				t.Error(l)
			}
		}
	}
	delete(folder, "roots.crt")
	delete(folder, "a.pem")
	delete(folder, "C2PA-TSA.pem")
	delete(folder, "broken.pem")
	delete(folder, "usages.cfg")
	if trust, list, err := lists.Now(); trust == nil || len(list) != 0 || err != nil {
		t.Error(list, err)
	}
	if trust, list, err := check.NewTrustLists(nil).Now(); trust != nil || list != nil || err != nil {
		t.Error("a folder that is not there")
	}
}

// cracked is a picture with a jagged dark line drawn on it.
func cracked(img *image.RGBA, x0 int) *image.RGBA {
	out := image.NewRGBA(img.Rect)
	copy(out.Pix, img.Pix)
	x := x0
	for y := 40; y < 200; y++ {
		x += (y*7/3)%5 - 2
		for dx := range 4 {
			out.SetRGBA(x+dx, y, color.RGBA{12, 12, 14, 255})
		}
	}
	return out
}

// fine is a scene with enough small things in it to be matched.
func fine(seed uint64) *image.RGBA {
	img := scene(seed)
	r := rand.New(rand.NewPCG(seed, 9))
	for range 240 {
		x, y, s := r.IntN(316), r.IntN(236), 2+r.IntN(6)
		c := color.RGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
		for dy := range s {
			for dx := range s {
				img.SetRGBA(min(x+dx, 319), min(y+dy, 239), c)
			}
		}
	}
	return img
}

func TestGoldenSamePhotograph(t *testing.T) {
	b := newBench(t, dbtest.SQLite(t), only("same_photograph"))
	mine, listing, other, shop := b.newCase(t, 1, "case"), b.newCase(t, 1, "listing case"), b.newCase(t, 1, "other listing case"), b.id("merchant")
	order, page, foreign := b.id("order"), b.id("listing"), b.id("other listing")
	refer := func(c, owner casefile.ID, name string, seed uint64) {
		id := b.seal(1, c, name, "image/jpeg", jpegOf(t, fine(seed), 92))
		f := b.files[id]
		b.write(t, func(ctx context.Context, x tx.Tx) error {
			return b.Add(ctx, x, check.Media{Tenant: 1, Item: id, Case: c, Owner: owner, Merchant: shop, Role: check.RoleReference, Type: "image/jpeg", SHA256: f.SHA256, Sealed: f.Sealed})
		})
	}
	refer(listing, page, "catalogue photo", 1)
	refer(listing, page, "second catalogue photo", 2)
	refer(other, foreign, "photo of the merchant's other listing", 3)
	me, stranger := b.id("buyer"), b.id("stranger")
	b.buyers[me], b.buyers[stranger] = "1", "2"
	before := b.newCase(t, 1, "case of the stranger")
	b.start(t, check.Round{Tenant: 1, Case: before, Claim: b.id("claim of the stranger"), Subject: stranger, Merchant: shop,
		Items: []casefile.ID{b.seal(1, before, "the stranger's photo", "image/jpeg", jpegOf(t, fine(4), 92))}})
	b.due(t)
	r := check.Round{Tenant: 1, Case: mine, Claim: b.id("claim"), Subject: me, Merchant: shop, Owners: []casefile.ID{order, page}, Filed: casefile.Moment{At: b.src.Now(), Leaf: casefile.NoLeaf}}
	show := func(name string, img *image.RGBA) {
		r.Items = append(r.Items, b.seal(1, mine, name, "image/jpeg", jpegOf(t, img, 80)))
	}
	show("a: catalogue with a crack", cracked(fine(1), 150))
	show("b: second catalogue photo saved again", fine(2))
	show("c: other listing with a crack", cracked(fine(3), 90))
	show("d: the stranger's", fine(4))
	show("e: own", fine(5))
	show("f: sealed later", fine(6))
	r.Items = append(r.Items, b.seal(1, mine, "g: film", "video/mp4", []byte("\x00\x00\x00\x10ftypisom....")), b.seal(1, mine, "h: cut", "image/jpeg", jpegOf(t, fine(7), 80)[:900]))
	b.later(time.Minute)
	refer(mine, order, "packing photo after the claim", 6)
	b.due(t)
	b.start(t, r)
	b.due(t)
	all, _ := b.signals(t, r)
	golden(t, "same_photograph", b.text(all))
}

// Detectors of single pictures are capped, name places in the upright picture, and say when they cannot look.
func TestDetectors(t *testing.T) {
	var list []check.Check
	for _, c := range check.All() {
		if c.ID == "copy_move" || c.ID == "recapture" || c.ID == "jpeg_structure" {
			list = append(list, c)
		}
	}
	b := newBench(t, dbtest.SQLite(t), list...)
	c := b.newCase(t, 1, "case")
	copied := fine(9)
	for y := range 70 {
		for x := range 90 {
			copied.SetRGBA(210+x, 150+y, copied.RGBAAt(20+x, 20+y))
		}
	}
	r := check.Round{Tenant: 1, Case: c, Claim: b.id("claim"), Items: []casefile.ID{b.seal(1, c, "copied", "image/png", pngOf(t, copied)), b.seal(1, c, "plain", "image/jpeg", jpegOf(t, fine(8), 90)),
		b.seal(1, c, "avif", "image/avif", []byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1")), b.seal(1, c, "film", "video/mp4", []byte("\x00\x00\x00\x10ftypisom...."))}}
	b.start(t, r)
	b.due(t)
	all, _ := b.signals(t, r)
	seen := map[string]int{}
	for _, s := range all {
		seen[s.Check]++
		if s.Strength == check.Strong || s.Fact.ZH == "" || s.Honest.EN == "" || s.Limits.ZH == "" {
			t.Errorf("%+v", s)
		}
		if s.Check == "copy_move" && s.Strength != check.Neutral {
			if s.Strength != check.Moderate || s.Detail == nil || len(s.Detail.Places.Boxes) < 2 || s.Detail.Places.Size != [2]int{320, 240} || b.names[s.Inputs[0].Item] != "copied" {
				t.Errorf("%+v", s)
			}
			seen["copied"]++
		}
	}
	if seen["copied"] != 1 || seen["recapture"] == 0 || seen["jpeg_structure"] == 0 {
		t.Errorf("%v\n%s", seen, b.text(all))
	}
}

// scanned runs one check over files and compares.
func scanned(t *testing.T, id string, files map[string][]byte) {
	t.Helper()
	b := newBench(t, dbtest.SQLite(t), only(id))
	c := b.newCase(t, 1, "case")
	r := check.Round{Tenant: 1, Case: c, Claim: b.id("claim")}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		media := "application/octet-stream"
		if bytes.HasPrefix(files[name], []byte("\x89PNG")) {
			media = "image/png"
		}
		r.Items = append(r.Items, b.seal(1, c, name, media, files[name]))
	}
	b.start(t, r)
	b.due(t)
	all, _ := b.signals(t, r)
	golden(t, id, b.text(all))
}

// A whole round with the whole list: everything has a signal, in order, complete in both languages, and the claim is told once.
func TestRound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		c := b.newCase(t, 1, "case")
		r := check.Round{Tenant: 1, Case: c, Claim: b.id("claim"), Items: []casefile.ID{b.seal(1, c, "one", "image/jpeg", jpegOf(t, scene(1), 90)), b.seal(1, c, "two", "image/png", pngOf(t, scene(2)))}}
		b.start(t, r)
		if _, st := b.signals(t, r); st.Number != 1 || !st.Ended.IsZero() || len(st.Open) != len(check.All()) {
			t.Errorf("at the start: %+v", st)
		}
		b.due(t)
		all, st := b.signals(t, r)
		if st.Outcome != check.Finished || len(st.Open) != 0 || len(st.Versions) != len(check.All()) {
			t.Errorf("at the end: %+v", st)
		}
		var ids []string
		about := map[string]int{} // items by check: each check says something about both
		for _, s := range all {
			if !slices.Contains(ids, s.Check) {
				ids = append(ids, s.Check)
			}
			about[s.Check] += len(s.Inputs)
			for _, x := range []check.Text{s.Fact, s.Honest, s.Limits} {
				if x.ZH == "" || x.EN == "" || strings.Contains(x.ZH+x.EN, "%!") {
					t.Errorf("%s: a sentence is missing: %+v", s.Check, s)
				}
			}
			if len(s.Inputs) == 0 || len(s.Inputs[0].SHA256) != 64 || s.Strength != check.Neutral {
				t.Errorf("%+v", s)
			}
		}
		var want []string
		for _, x := range check.All() {
			if want = append(want, x.ID); about[x.ID] != 2 {
				t.Errorf("%s says something about %d items", x.ID, about[x.ID])
			}
		}
		if !slices.Equal(ids, want) {
			t.Errorf("signals of %v", ids)
		}
		b.later(check.Cap + time.Minute) // the cap was cancelled
		b.due(t)
		if !slices.Equal(b.told, []string{"claim finished"}) {
			t.Errorf("told %v", b.told)
		}
		// A second round looks again and replaces what is shown; another tenant sees nothing.
		b.start(t, r)
		b.due(t)
		if again, st := b.signals(t, r); st.Number != 2 || len(again) != len(all) || len(b.told) != 2 {
			t.Errorf("second round: %+v, %d signals, told %v", st, len(again), b.told)
		}
		r.Tenant = 2
		if err := d.Read(ctx, func(ctx context.Context, x tx.Tx) error {
			list, err := b.Signals(ctx, x, 2, r.Case, r.Claim)
			if len(list) > 0 {
				t.Error("another tenant sees signals")
			}
			if _, err := b.State(ctx, x, 2, r.Case, r.Claim); !casefile.Is(err, casefile.NotFound) {
				t.Errorf("another tenant's state: %v", err)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}

// A check that fails, panics or is slow says so and holds up nothing.
func TestChecksThatFail(t *testing.T) {
	nothing := check.Text{ZH: "%d 个", EN: "%d"}
	c := func(id string, look func(ctx context.Context, in *check.Input) ([]check.Finding, error)) check.Check {
		return check.Check{ID: id, Version: "1", Group: check.GroupContext, Nothing: nothing, Limits: nothing, Honest: nothing, Look: look}
	}
	b := newBench(t, dbtest.SQLite(t),
		c("fails", func(context.Context, *check.Input) ([]check.Finding, error) { return nil, errors.New("no") }),
		c("panics", func(context.Context, *check.Input) ([]check.Finding, error) { panic("hostile bytes") }),
		c("works", func(context.Context, *check.Input) ([]check.Finding, error) { return nil, nil }),
	)
	cs := b.newCase(t, 1, "case")
	r := check.Round{Tenant: 1, Case: cs, Claim: b.id("claim"), Items: []casefile.ID{b.seal(1, cs, "one", "image/jpeg", jpegOf(t, scene(1), 90))}}
	b.start(t, r)
	b.due(t)
	all, st := b.signals(t, r)
	var got []string
	for _, s := range all {
		got = append(got, fmt.Sprint(s.Check, " ", s.Applicability, " ", s.Strength))
	}
	if want := []string{"fails failed neutral", "panics failed neutral", "works ok neutral"}; !slices.Equal(got, want) || st.Outcome != check.Unfinished || !slices.Equal(st.Open, []string{"fails", "panics"}) {
		t.Errorf("%v %+v", got, st)
	}
	if !slices.Equal(b.told, []string{"claim unfinished"}) || !slices.Equal(check.Flags(all), []string{"unfinished"}) {
		t.Errorf("told %v, flags %v", b.told, check.Flags(all))
	}
}

// The cap ends a round whose job does not come through; what it finds later is still written, and the outcome stays.
func TestTheCapEndsARound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		c := b.newCase(t, 1, "case")
		r := check.Round{Tenant: 1, Case: c, Claim: b.id("claim"), Items: []casefile.ID{b.seal(1, c, "one", "image/jpeg", jpegOf(t, scene(1), 90))}}
		down := errors.New("the database of the vault is away")
		b.files[r.Items[0]] = stored{}
		b.broken[r.Items[0]] = true
		fail := true
		b.hang = func(context.Context) error {
			if fail {
				return down
			}
			return nil
		}
		b.files[r.Items[0]] = stored{check.File{Item: r.Items[0], Case: c, Media: "image/jpeg", Size: 10, Sealed: casefile.Moment{At: start, Leaf: 1}}, 1, []byte("0123456789")}
		b.start(t, r)
		// Nothing runs for ten minutes: the job's server is gone.
		if err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error {
			return b.clock.PauseKind(ctx, x, 1, check.RunKind)
		}); err != nil {
			t.Fatal(err)
		}
		b.later(check.Cap)
		b.due(t)
		if _, st := b.signals(t, r); st.Outcome != check.Unfinished || !slices.Equal(b.told, []string{"claim unfinished"}) {
			t.Fatalf("%+v told %v", st, b.told)
		}
		fail = false
		if err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error {
			_, err := b.clock.ResumeKind(ctx, x, 1, check.RunKind)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		b.later(time.Minute)
		b.due(t)
		all, st := b.signals(t, r)
		if len(all) < len(check.All()) || st.Outcome != check.Unfinished || len(b.told) != 1 {
			t.Errorf("%d signals, %+v, told %v", len(all), st, b.told)
		}
	})
}

// A new round ends the one that still runs; its job then writes nothing.
func TestANewRoundReplacesARunningOne(t *testing.T) {
	b := newBench(t, dbtest.SQLite(t))
	c := b.newCase(t, 1, "case")
	r := check.Round{Tenant: 1, Case: c, Claim: b.id("claim"), Items: []casefile.ID{b.seal(1, c, "one", "image/jpeg", jpegOf(t, scene(1), 90))}}
	b.start(t, r)
	r.Items = append(r.Items, b.seal(1, c, "two", "image/jpeg", jpegOf(t, scene(2), 90)))
	b.start(t, r)
	b.due(t)
	all, st := b.signals(t, r)
	if st.Number != 2 || st.Outcome != check.Finished || len(all) == 0 || len(all[0].Inputs) != 2 || !slices.Equal(b.told, []string{"claim finished"}) {
		t.Errorf("%+v %v", st, b.told)
	}
	b.later(check.Cap + time.Minute)
	b.due(t)
	if len(b.told) != 1 {
		t.Errorf("told %v", b.told)
	}
}

// An item that is gone from the vault, or no item at all, ends the round with words.
func TestNothingToLookAt(t *testing.T) {
	b := newBench(t, dbtest.SQLite(t))
	c := b.newCase(t, 1, "case")
	r := check.Round{Tenant: 1, Case: c, Claim: b.id("claim"), Items: []casefile.ID{b.id("removed")}}
	b.start(t, r)
	b.due(t)
	all, st := b.signals(t, r)
	if st.Outcome != check.Unfinished || len(all) != len(check.All()) || all[0].Applicability != check.NotApplicable {
		t.Errorf("%+v %+v", st, all)
	}
}
