package check_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"anxin/fingerprint"
	"anxin/fingerprint/imagefile"
	"anxin/imagematch"
	"anxin/internal/casefile"
	"anxin/internal/check"
	"anxin/internal/check/checkdb"
	"anxin/internal/db/dbtest"
)

var store checkdb.Store

// A film of the tests is a text: "film" and the scene of each second. Zero is a black frame.
func scenes(c check.Content) (out []uint64, ok bool) {
	b, err := io.ReadAll(io.NewSectionReader(c, 0, 1<<20))
	words := strings.Fields(string(b))
	if err != nil || len(words) == 0 || words[0] != "film" {
		return nil, false
	}
	for _, w := range words[1:] {
		n, err := strconv.ParseUint(w, 10, 64)
		if err != nil {
			return nil, false
		}
		out = append(out, n)
	}
	return out, true
}

// frameOf is the frame of a scene, mirrored for scenes from 1000 on.
func frameOf(seed uint64) image.Image {
	if seed >= 1000 {
		return imagefile.Upright(frameOf(seed-1000), 2)
	}
	if seed == 0 {
		return image.NewGray(image.Rect(0, 0, 320, 240))
	}
	img, err := jpeg.Decode(bytes.NewReader(jpegOf(nil, fine(seed), 95))) // frames are never transparent
	if err != nil {
		panic(err)
	}
	return img
}

// Film implements check.Films.
func (b *bench) Film(_ context.Context, c check.Content, _ int64, _ string) (check.Film, error) {
	b.films++
	list, ok := scenes(c)
	switch {
	case b.blind:
		return check.Film{State: check.FilmNoProgram}, nil
	case !ok:
		return check.Film{State: check.FilmDamaged}, nil
	}
	f := check.Film{State: check.FilmOK}
	for n, seed := range list {
		img := frameOf(seed)
		p := fingerprint.OfImage(img)
		f.Prints = append(f.Prints, fingerprint.Print{Hash: p.Hash, Quality: p.Quality})
		if seed > 0 && (n == 0 || list[n-1] != seed) {
			f.Kept = append(f.Kept, check.Frame{Second: n, Sketch: imagematch.Extract(img, imagematch.Options{}).Sketch(256)})
		}
	}
	return f, nil
}

// Still implements check.Films.
func (b *bench) Still(_ context.Context, c check.Content, _ int64, _ string, second int, _ []fingerprint.Hash) ([]byte, error) {
	list, ok := scenes(c)
	if b.blind || !ok || second >= len(list) {
		return nil, nil
	}
	return jpegOf(nil, frameOf(list[second]), 92), nil
}

// Installed implements check.Films.
func (b *bench) Installed() bool { return !b.blind }

// filmed is a claim with videos and pictures beside videos that were here before.
func filmed(t *testing.T, b *bench) check.Round {
	t.Helper()
	mine, his, listing := b.newCase(t, 1, "case"), b.newCase(t, 1, "his case"), b.newCase(t, 1, "listing case")
	me, him, shop, order, page := b.id("buyer"), b.id("stranger"), b.id("merchant"), b.id("order"), b.id("listing")
	b.buyers[me], b.buyers[him] = "1", "2"
	b.send(t, check.Media{Tenant: 1, Case: mine, Owner: order, Merchant: shop, Role: check.RoleReference, Type: "video/mp4"}, "packing film", []byte("film 1 2 3 4 5 6 7 8 9"))
	b.send(t, check.Media{Tenant: 1, Case: listing, Owner: page, Merchant: shop, Role: check.RoleReference}, "catalogue photo", jpegOf(t, fine(40), 90))
	b.start(t, check.Round{Tenant: 1, Case: his, Claim: b.id("his claim"), Subject: him, Items: []casefile.ID{b.seal(1, his, "his film", "video/mp4", []byte("film 20 21 22 23 24 0 0"))}})
	abroad := b.newCase(t, 2, "abroad")
	b.send(t, check.Media{Tenant: 2, Case: abroad, Owner: b.id("order abroad"), Role: check.RoleReference, Type: "video/mp4"}, "film abroad", []byte("film 50 51 52 53"))
	b.due(t)
	r := check.Round{Tenant: 1, Case: mine, Claim: b.id("claim"), Subject: me, Merchant: shop, Owners: []casefile.ID{order, page}, Filed: casefile.Moment{At: b.src.Now(), Leaf: casefile.NoLeaf}}
	film := func(name, text string) { r.Items = append(r.Items, b.seal(1, mine, name, "video/mp4", []byte(text))) }
	show := func(name string, img image.Image) {
		r.Items = append(r.Items, b.seal(1, mine, name, "image/jpeg", jpegOf(t, img, 80)))
	}
	film("a: piece of the packing film", "film 60 61 3 4 5 6 62")
	film("b: his film", "film 21 22 23 24")
	film("c: nothing moves", "film 30 30 30 30 30")
	film("d: own", "film 31 32 33 34")
	film("e: shows the catalogue photo", "film 35 36 40 37")
	film("f: like one abroad", "film 50 51 52 53")
	film("g: no film", "something else")
	film("g2: his film mirrored, compressed again", "film 63 1021 1022 1023 1024 64")
	show("h: frame of the packing film with a crack", cracked(fine(5), 150))
	show("i: piece cut out of a frame", fine(7).SubImage(image.Rect(40, 30, 300, 220)))
	show("j: own", fine(70))
	b.later(time.Minute)
	b.start(t, r)
	b.due(t)
	return r
}

// Videos are searched second by second, pictures among the frames of videos and frames among pictures.
func TestGoldenVideoReuse(t *testing.T) {
	b := newBench(t, dbtest.SQLite(t), only("video_reuse"), only("near_reuse"), only("same_photograph"))
	all, _ := b.signals(t, filmed(t, b))
	golden(t, "video_reuse", b.text(all))
}

// Without ffmpeg a video cannot be inspected. That is said, it is neutral, and it never reads like "nothing was found"; the claim is not held up by it.
func TestVideosWithoutTheProgram(t *testing.T) {
	b := newBench(t, dbtest.SQLite(t), only("video_reuse"))
	b.blind = true
	r := filmed(t, b)
	all, st := b.signals(t, r)
	said := false
	for _, s := range all {
		if s.Strength != check.Neutral || s.Applicability == check.OK && strings.Contains(s.Fact.ZH, "没有发现") {
			t.Errorf("%s/%s %s", s.Applicability, s.Strength, s.Fact.ZH)
		}
		if strings.Contains(s.Fact.ZH, "无法检查") && strings.Contains(s.Fact.EN, "cannot be inspected") {
			said = true
			if len(s.Inputs) != 8 || s.Applicability != check.Partial {
				t.Errorf("%d videos, %s", len(s.Inputs), s.Applicability)
			}
		}
	}
	if !said || st.Outcome != check.Finished || len(check.Flags(all)) != 0 {
		t.Errorf("said %v, %+v, flags %v", said, st, check.Flags(all))
	}
	// Once the program is there, a new round looks, and what was sealed before is looked at after the next start.
	b.blind = false
	if err := b.Fill(ctx, 1); err != nil {
		t.Fatal(err)
	}
	b.due(t)
	b.start(t, r)
	b.due(t)
	if all, _ = b.signals(t, r); !strings.Contains(b.text(all), "related: reference (reference) packing film in case") {
		t.Error(b.text(all))
	}
}
