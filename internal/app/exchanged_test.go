package app

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/evidence"
	"anxin/internal/order"
	"anxin/internal/service"
	"anxin/internal/tx"
)

// detailed is a picture with enough in it to be matched; cracked draws a line on it.
func detailed(t *testing.T, seed uint64, cracked bool) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 3))
	m := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for range 300 {
		x, y, w, h := r.IntN(320), r.IntN(240), 2+r.IntN(30), 2+r.IntN(30)
		c := color.RGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
		for j := y; j < min(240, y+h); j++ {
			for i := x; i < min(320, x+w); i++ {
				m.SetRGBA(i, j, c)
			}
		}
	}
	for y := 40; cracked && y < 200; y++ {
		for dx := range 4 {
			m.SetRGBA(150+y%7+dx, y, color.RGBA{10, 10, 12, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 88}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// packing makes a film of a picture that is moved about.
func packing(t *testing.T, picture []byte) []byte {
	t.Helper()
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		return nil
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.jpg"), filepath.Join(dir, "out.mp4")
	if err := os.WriteFile(in, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := exec.Command(ffmpeg, "-v", "error", "-loop", "1", "-r", "5", "-i", in, "-vf", "crop=280:210:x='t*6':y='t*4'", "-t", "5", "-c:v", "mpeg4", "-q:v", "2", out).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, b)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What was exchanged before a claim through the doors of the product is found by its checks: a picture sent with a report of the same customer's other case, one from the chat about the
// order, the merchant's answer in an earlier claim, and a frame of the packing video.
func TestWhatWasExchangedBefore(t *testing.T) {
	h := newClaimHouse(t)
	ctx := context.Background()
	shop := casefile.Actor{Tenant: Tenant, Role: casefile.Merchant, ID: casefile.ID{7, 2}, Merchant: claimShop, Route: "web", Lang: "zh"}
	receive := func(a casefile.Actor, caseID casefile.ID, kind string, b []byte) casefile.ID {
		i, err := h.Vault.Receive(ctx, a, evidence.Incoming{Case: caseID, Kind: kind}, bytes.NewReader(b))
		h.ok(err)
		return i.ID
	}
	// An earlier case of the same customer, with a report and a claim that the merchant answered.
	before := h.buy("T20261124001")
	report := receive(before, before.Case, "report_photo", detailed(t, 1, false))
	h.ok(h.DB.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		if _, err := h.Timeline.Lock(ctx, t, Tenant, before.Case); err != nil {
			return err
		}
		return vault{h.Vault, h.Core}.Attach(ctx, t, before, service.Attachment{Case: before.Case, Request: h.Source.NewID(), Kind: "report_photo", Items: []casefile.ID{report}})
	}))
	h.file(before)
	answer := receive(shop, before.Case, claim.MediaAnswerPhoto, detailed(t, 2, false))
	h.must(h.Claims.Contest(ctx, shop, claim.Contest{Case: before.Case, Reason: "intact_when_packed", Words: "打包时完好", Declared: claim.DeclaredNone, Media: []casefile.ID{answer}}))
	// The order that the claim is about.
	buyer := h.buy("T20261124002")
	var id casefile.ID
	h.ok(h.DB.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		o, _, err := h.Orders.Book.OfCase(ctx, t, Tenant, buyer.Case)
		id = o.ID
		return err
	}))
	chat, err := h.Orders.Book.AddReference(ctx, shop, order.Incoming{Order: id, Kind: order.ChatPhoto}, bytes.NewReader(detailed(t, 3, false)))
	h.ok(err)
	h.pass(time.Second)
	want := []string{"message report " + report.String(), "message answer " + answer.String(), "message chat " + chat.Item.String()}
	media := []casefile.ID{receive(buyer, buyer.Case, claim.MediaClaimPhoto, detailed(t, 1, true)), receive(buyer, buyer.Case, claim.MediaClaimPhoto, detailed(t, 2, true)),
		receive(buyer, buyer.Case, claim.MediaClaimPhoto, detailed(t, 3, true))}
	if film := packing(t, detailed(t, 4, false)); film != nil {
		ref, err := h.Orders.Book.AddReference(ctx, shop, order.Incoming{Order: id, Kind: order.PackingVideo}, bytes.NewReader(film))
		h.ok(err)
		h.pass(time.Second)
		media = append(media, receive(buyer, buyer.Case, claim.MediaClaimPhoto, detailed(t, 4, true)), receive(buyer, buyer.Case, claim.MediaClaimVideo, append(slices.Clone(film), "\x00\x00\x00\x08free"...)))
		want = append(want, "reference reference "+ref.Item.String()+" frame", "reference reference "+ref.Item.String()+" stretch")
	} else {
		t.Log("ffmpeg is not installed: videos are not tested")
	}
	h.pass(time.Second)
	receipt, err := h.Claims.File(ctx, buyer, claim.File{Key: "claim-key-two", Case: buyer.Case, Reason: "damaged", Story: "外壳裂了一道，拆箱时就这样", Wish: claim.RefundOnly, Declared: claim.DeclaredNone, Lang: "zh", Media: media})
	h.ok(err)
	h.pass(time.Second)
	var got []string
	h.ok(h.DB.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		list, err := h.Orders.Checks.Signals(ctx, t, Tenant, buyer.Case, receipt.Claim)
		for _, s := range list {
			for _, r := range s.Related {
				x := string(r.Relation) + " " + string(r.Role) + " " + r.Item.String()
				switch {
				case r.Seconds[1] == 1:
					x += " frame"
				case r.Seconds[1] > 2:
					x += " stretch"
				}
				got = append(got, x)
			}
		}
		return err
	}))
	h.ok(h.Vault.Remove(ctx, casefile.SystemActor(Tenant), before.Case, "erased"))
	h.ok(h.DB.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		for _, item := range []casefile.ID{report, answer} {
			if _, err := h.Orders.Checks.Store.Media(ctx, t, Tenant, item); !casefile.Is(err, casefile.NotFound) {
				h.t.Errorf("a removed picture can still be recognised: %v", err)
			}
		}
		return nil
	}))
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("not found: %s\namong\n%s", w, strings.Join(got, "\n"))
		}
	}
}
