package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"anxin/client"
	"anxin/internal/demo/scene"
)

// kills is how often the server is killed: few in every test run, ANXIN_KILLS=300 for the bar.
func kills() int {
	if n, err := strconv.Atoi(os.Getenv("ANXIN_KILLS")); err == nil && n > 0 {
		return n
	}
	return 8
}

// promises are what the server acknowledged before it was killed.
type promises struct {
	mu      sync.Mutex
	reports map[string]client.Receipt // by idempotency key
	photos  map[string]photo          // by item id
	taken   map[string]string         // visit → offer that was accepted
	asked   atomic.Int64              // calls made, to see that there was load
}

type photo struct{ caseID, sha, token string }

// TestKill9LosesAndDoublesNothing kills the server with SIGKILL at random moments while customers report with photos and technicians answer
// offers, starts it again each time, and then looks for everything that was acknowledged.
func TestKill9LosesAndDoublesNothing(t *testing.T) {
	t.Parallel() // waits more than it works
	if testing.Short() {
		t.Skip("starts and kills a real server many times")
	}
	s := newServer(t)
	p := &promises{reports: map[string]client.Receipt{}, photos: map[string]photo{}, taken: map[string]string{}}
	ctx, stop := context.WithCancel(context.Background())
	s.start(t)
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() { p.customers(ctx, s, i) })
	}
	for _, key := range s.technicians {
		wg.Go(func() { p.technician(ctx, s, key) })
	}
	r := rand.New(rand.NewPCG(11, 22))
	for range kills() {
		// On a busy machine nothing may have been answered yet: a kill before that shows nothing, so the next call is waited for, but not long.
		for before, end := p.asked.Load(), time.Now().Add(5*time.Second); p.asked.Load() < before+4 && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Duration(30+r.IntN(400)) * time.Millisecond)
		s.kill(t)
		s.start(t)
	}
	time.Sleep(2 * time.Second) // one stretch without a kill, so that timers that were due while it was dead fire
	stop()
	wg.Wait()
	t.Logf("%d kills, %d calls, %d reports, %d photos, %d accepted offers acknowledged", kills(), p.asked.Load(), len(p.reports), len(p.photos), len(p.taken))
	if len(p.reports) < 2*kills() || len(p.photos) == 0 || len(p.taken) == 0 {
		t.Fatalf("too little was acknowledged for the test to mean anything")
	}
	p.check(t, s)
	s.stop(t)
	s.verify(t)
}

// customers report again and again, every third time with a photo, and repeat every report once with the same key.
func (p *promises) customers(ctx context.Context, s *server, n int) {
	c := s.client("")
	img, err := scene.JPEG(scene.Options{Subject: "smart_lock", Seed: uint64(n), Width: 200, Fault: true})
	if err != nil {
		panic(err)
	}
	for i := 0; ctx.Err() == nil; i++ {
		key := fmt.Sprintf("crash-%d-%d", n, i)
		r := client.Report{Kind: "repair", Product: "smart_lock", Fault: "keypad", Urgency: "express", Name: "李禾生", Phone: fmt.Sprintf("1990000%04d", n*1000+i%1000),
			Address: "浙江省杭州市西湖区竹影巷31号2幢"}
		var item client.Item
		var d client.Draft
		if i%3 == 0 {
			if d, err = c.Draft(ctx); err != nil {
				continue
			}
			bytesOf := append(bytes.Clone(img), byte(n), byte(i), byte(i>>8)) // every photo is another file; bytes after the end are ignored by decoders
			if item, err = c.Upload(ctx, d.Case, "report_photo", d.Draft, "", bytesOf); err != nil {
				continue
			}
			sum := sha256.Sum256(bytesOf)
			if item.SHA256 != hex.EncodeToString(sum[:]) {
				panic("the server sealed other bytes than were sent")
			}
			r.Draft, r.Photos = d.Draft, []string{item.ID}
		}
		p.asked.Add(1)
		got, err := c.Report(ctx, key, r)
		if err != nil {
			continue
		}
		again, err := c.Report(ctx, key, r)
		if err == nil && again.Number != got.Number {
			panic("the same key made two cases: " + got.Number + " and " + again.Number)
		}
		p.mu.Lock()
		p.reports[key] = got
		if item.ID != "" {
			p.photos[item.ID] = photo{caseID: got.Case, sha: item.SHA256, token: got.Token}
		}
		p.mu.Unlock()
	}
}

// technician accepts and declines offers by turns.
func (p *promises) technician(ctx context.Context, s *server, key string) {
	c := s.client("Bearer " + key)
	for i := 0; ctx.Err() == nil; i++ {
		offers, err := c.Offers(ctx)
		if err != nil || len(offers) == 0 {
			time.Sleep(30 * time.Millisecond)
			continue
		}
		o := offers[0]
		p.asked.Add(1)
		if i%3 != 0 {
			_, _ = c.Act(ctx, "", o.Case, "offers/"+o.ID+"/decline", map[string]string{"reason": "busy"})
			continue
		}
		got, err := c.Act(ctx, "", o.Case, "offers/"+o.ID+"/accept", nil)
		if err != nil {
			continue
		}
		p.mu.Lock()
		if before, ok := p.taken[o.Visit]; ok && before != o.ID {
			panic(fmt.Sprintf("two offers of visit %s were accepted: %s, then %s (%+v)", o.Visit, before, o.ID, got))
		}
		p.taken[o.Visit] = o.ID
		p.mu.Unlock()
	}
}

// check asks the restarted server for everything that was acknowledged.
func (p *promises) check(t *testing.T, s *server) {
	ctx := context.Background()
	numbers := map[string]string{}
	for key, r := range p.reports {
		if other, ok := numbers[r.Number]; ok {
			t.Errorf("number %s was given to %s and %s", r.Number, other, key)
		}
		numbers[r.Number] = key
		st, err := s.client("Link "+r.Token).Status(ctx, r.Case)
		if err != nil || st.Number != r.Number {
			t.Errorf("report %s (%s) is lost: %v", key, r.Number, err)
			continue
		}
		for i, e := range st.Timeline[:max(0, len(st.Timeline)-1)] {
			if st.Timeline[i+1].Seq <= e.Seq {
				t.Errorf("%s: timeline out of order", r.Number)
			}
		}
		received := 0
		for _, e := range st.Timeline {
			if e.Kind == "request.received" {
				received++
			}
		}
		if received != 1 {
			t.Errorf("%s was received %d times", r.Number, received)
		}
	}
	for id, ph := range p.photos {
		st, err := s.client("Link "+ph.token).Status(ctx, ph.caseID)
		if err != nil {
			t.Errorf("photo %s: %v", id, err)
			continue
		}
		found := 0
		for _, x := range st.Photos {
			if x == id {
				found++
			}
		}
		if found != 1 {
			t.Errorf("photo %s is there %d times", id, found)
		}
	}
	p.checkOffers(t, s)
}

// checkOffers: an accepted offer stays accepted, no visit has two, and no offer is open after its time.
func (p *promises) checkOffers(t *testing.T, s *server) {
	rows := s.offers(t)
	accepted := map[string]string{}
	late := 0
	for _, o := range rows {
		if o.State == "accepted" {
			if other, ok := accepted[o.Visit]; ok {
				t.Errorf("visit %s has two accepted offers, %s and %s", o.Visit, other, o.Offer)
			}
			accepted[o.Visit] = o.Offer
		}
		if o.Open() && time.Since(o.Expires) > 15*time.Second {
			late++
		}
	}
	if late > 0 {
		t.Errorf("%d offers are open after their time: their timers did not fire", late)
	}
	for visit, offer := range p.taken {
		if accepted[visit] != offer {
			t.Errorf("the accepted offer %s of visit %s is %q now", offer, visit, accepted[visit])
		}
	}
}
