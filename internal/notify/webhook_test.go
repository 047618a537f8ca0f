package notify_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/notify"
	"anxin/internal/tx"
)

// The example of the standard-webhooks reference implementations.
func TestSignReference(t *testing.T) {
	got, err := notify.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if err != nil || got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Error(got, err)
	}
}

func TestVerify(t *testing.T) {
	secret, now := "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", time.Unix(1614265330, 0)
	h := http.Header{}
	h.Set(notify.HeaderID, "m1")
	h.Set(notify.HeaderTimestamp, "1614265330")
	sig, err := notify.Sign(secret, "m1", now, []byte("body"))
	check(t, err)
	h.Set(notify.HeaderSignature, "v1,AAAA v2,zzz "+sig)
	check(t, notify.Verify(secret, h, []byte("body"), now.Add(time.Minute), 5*time.Minute))
	for name, err := range map[string]error{
		"body":   notify.Verify(secret, h, []byte("bodY"), now, 5*time.Minute),
		"old":    notify.Verify(secret, h, []byte("body"), now.Add(6*time.Minute), 5*time.Minute),
		"future": notify.Verify(secret, h, []byte("body"), now.Add(-6*time.Minute), 5*time.Minute),
		"secret": notify.Verify("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", h, []byte("body"), now, 5*time.Minute),
	} {
		if err == nil {
			t.Errorf("wrong %s was accepted", name)
		}
	}
}

// receiver is somebody's server.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []*http.Request
	bodies []string
	status atomic.Int64
	delay  atomic.Int64
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{}
	r.status.Store(http.StatusNoContent)
	r.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		b, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		r.got, r.bodies = append(r.got, req), append(r.bodies, string(b))
		r.mu.Unlock()
		time.Sleep(time.Duration(r.delay.Load()))
		if s := int(r.status.Load()); s == http.StatusFound {
			http.Redirect(w, req, "/elsewhere", s)
		} else {
			w.WriteHeader(s)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.got)
}

func (r *receiver) guard() *notify.Guard {
	return notify.NewGuard(notify.GuardOptions{Allow: local, TLS: testTLS(r.Client()), Timeout: 5 * time.Second})
}

func (p *place) endpoint(url string, kinds ...string) (casefile.ID, string) {
	p.t.Helper()
	id, secret, err := p.endpoints.Create(ctx, p.admin, notify.NewEndpoint{Name: "测试", URL: url, Kinds: kinds})
	check(p.t, err)
	return id, secret
}

func (p *place) view(id casefile.ID) notify.EndpointView {
	p.t.Helper()
	list, err := p.endpoints.List(ctx, p.admin)
	check(p.t, err)
	for _, v := range list {
		if v.ID == id {
			return v
		}
	}
	p.t.Fatal("endpoint is gone")
	return notify.EndpointView{}
}

func TestWebhook(t *testing.T) {
	r := newReceiver(t)
	alone(t, r.guard(), func(t *testing.T, p *place) {
		before := r.count()
		id, secret := p.endpoint(r.URL+"/hooks", "message.receipt", "case.*")
		p.endpoint(r.URL+"/other", "offer.*")
		c := p.newCase("zh")
		p.queue(c, "receipt", nil)
		p.queue(c, "assigned", filled(p)) // nobody asked for it
		if n := p.runDue(); n != 1 {
			t.Fatalf("%d deliveries, want 1", n)
		}
		if r.count() != before+1 {
			t.Fatalf("%d requests", r.count()-before)
		}
		req, body := r.got[before], r.bodies[before]
		check(t, notify.Verify(secret, req.Header, []byte(body), p.now, time.Minute))
		if req.URL.Path != "/hooks" || req.Header.Get("Content-Type") != "application/json" || req.Method != http.MethodPost {
			t.Errorf("%s %s %v", req.Method, req.URL, req.Header)
		}
		var said struct {
			Type      string
			Timestamp time.Time
			Data      map[string]string
		}
		check(t, json.Unmarshal([]byte(body), &said))
		if said.Type != "message.receipt" || said.Data["case"] != c.ID.String() || said.Data["audience"] != "customer" || len(said.Data) != 3 || !said.Timestamp.Equal(p.now) {
			t.Errorf("body %s", body)
		}
		for _, personal := range []string{"1990000", "示例", "/s/", "禾木", c.Number.String()} {
			if strings.Contains(body, personal) {
				t.Errorf("the body says more than ids and type: %s", body)
			}
		}
		// The id leads to the message.
		mid, err := casefile.ParseID(said.Data["id"])
		check(t, err)
		out, err := p.messages.Outgoing(ctx, tenant, mid)
		check(t, err)
		if out.Template != "receipt" {
			t.Errorf("%+v", out)
		}
		if v := p.view(id); v.State != notify.EndpointActive || v.LastOK != p.now || v.LastError != "" {
			t.Errorf("%+v", v)
		}
		check(t, p.messages.Delivered(ctx, tenant, mid))
	})
}

// A failed delivery is repeated under the same id, with a fresh timestamp and signature, later and later.
func TestWebhookIsRepeated(t *testing.T) {
	r := newReceiver(t)
	alone(t, r.guard(), func(t *testing.T, p *place) {
		r.status.Store(http.StatusServiceUnavailable)
		start := r.count()
		id, secret := p.endpoint(r.URL, "*")
		c := p.newCase("zh")
		p.queue(c, "receipt", nil)
		for i, wait := range []time.Duration{0, 7 * time.Second, 40 * time.Second, 3 * time.Minute, 7 * time.Minute} {
			p.advance(wait)
			if n := p.runDue(); n != 1 {
				t.Fatalf("attempt %d: %d ran", i+1, n)
			}
			if n := p.runDue(); n != 0 {
				t.Fatalf("attempt %d was repeated at once", i+1)
			}
		}
		v := p.view(id)
		if v.State != notify.EndpointFailing || v.Failures != 5 || v.LastError != "status 503" || !v.LastOK.IsZero() {
			t.Errorf("after five failures: %+v", v)
		}
		r.status.Store(http.StatusOK)
		p.advance(20 * time.Minute)
		p.runDue()
		v = p.view(id)
		if v.State != notify.EndpointActive || v.Failures != 0 || v.LastOK != p.now {
			t.Errorf("after a success: %+v", v)
		}
		ids, stamps := map[string]bool{}, map[string]bool{}
		for i := start; i < r.count(); i++ {
			ids[r.got[i].Header.Get(notify.HeaderID)] = true
			stamps[r.got[i].Header.Get(notify.HeaderTimestamp)] = true
		}
		if len(ids) != 1 || len(stamps) != 6 {
			t.Errorf("%d ids and %d timestamps in %d attempts", len(ids), len(stamps), r.count()-start)
		}
		last := r.count() - 1
		check(t, notify.Verify(secret, r.got[last].Header, []byte(r.bodies[last]), p.now, time.Minute))
	})
}

func TestWebhookGivesUp(t *testing.T) {
	r := newReceiver(t)
	alone(t, r.guard(), func(t *testing.T, p *place) {
		r.status.Store(http.StatusInternalServerError)
		p.endpoint(r.URL, "*")
		p.queue(p.newCase("zh"), "receipt", nil)
		p.runDue()
		p.advance(73 * time.Hour)
		p.runDue()
		before := r.count()
		p.advance(48 * time.Hour)
		if n := p.runDue(); n != 0 || r.count() != before {
			t.Errorf("still tried after it was given up: %d", n)
		}
		// Gone means never again.
		r.status.Store(http.StatusGone)
		id, _ := p.endpoint(r.URL, "ping")
		check(t, p.endpoints.Ping(ctx, p.admin, id))
		p.runDue()
		if v := p.view(id); v.State != notify.EndpointPaused {
			t.Errorf("after 410: %+v", v)
		}
	})
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	r := newReceiver(t)
	alone(t, r.guard(), func(t *testing.T, p *place) {
		r.status.Store(http.StatusFound)
		before := r.count()
		id, _ := p.endpoint(r.URL, "*")
		check(t, p.endpoints.Ping(ctx, p.admin, id))
		p.runDue()
		if r.count() != before+1 {
			t.Errorf("%d requests", r.count()-before)
		}
		if v := p.view(id); v.LastError != "status 302" {
			t.Errorf("%+v", v)
		}
	})
}

func TestPausedEndpoint(t *testing.T) {
	r := newReceiver(t)
	alone(t, r.guard(), func(t *testing.T, p *place) {
		id, _ := p.endpoint(r.URL, "*")
		c := p.newCase("zh")
		p.queue(c, "receipt", nil)
		check(t, p.endpoints.SetState(ctx, p.admin, id, notify.EndpointPaused))
		before := r.count()
		p.queue(c, "update", nil) // not queued at all
		p.runDue()
		if r.count() != before {
			t.Fatal("a paused endpoint was called")
		}
		check(t, p.endpoints.SetState(ctx, p.admin, id, notify.EndpointActive))
		p.advance(time.Hour)
		p.runDue()
		if got := r.count() - before; got != 1 {
			t.Errorf("%d deliveries after the pause, want the one that was waiting", got)
		}
		wantKey(t, p.endpoints.SetState(ctx, p.admin, id, "broken"), "notify.error.endpoint_state")
	})
}

func TestEndpointsBelongToATenant(t *testing.T) {
	r := newReceiver(t)
	alone(t, r.guard(), func(t *testing.T, p *place) {
		id, secret := p.endpoint(r.URL, "*")
		stranger := casefile.Actor{Tenant: tenant + 1000, Role: casefile.Admin}
		if list, err := p.endpoints.List(ctx, stranger); err != nil || len(list) != 0 {
			t.Error(list, err)
		}
		_, rotated := p.endpoints.RotateSecret(ctx, stranger, id)
		for _, err := range []error{
			p.endpoints.Ping(ctx, stranger, id), p.endpoints.Remove(ctx, stranger, id), p.endpoints.SetState(ctx, stranger, id, notify.EndpointPaused), rotated,
			p.endpoints.Change(ctx, stranger, id, notify.NewEndpoint{Name: "x", URL: r.URL, Kinds: []string{"*"}}),
		} {
			if !casefile.Is(err, casefile.NotFound) {
				t.Errorf("a stranger: %v", err)
			}
		}
		next, err := p.endpoints.RotateSecret(ctx, p.admin, id)
		check(t, err)
		check(t, p.endpoints.Ping(ctx, p.admin, id))
		p.runDue()
		last := r.count() - 1
		check(t, notify.Verify(next, r.got[last].Header, []byte(r.bodies[last]), p.now, time.Minute))
		if notify.Verify(secret, r.got[last].Header, []byte(r.bodies[last]), p.now, time.Minute) == nil {
			t.Error("the old secret still signs")
		}
		check(t, p.endpoints.Ping(ctx, p.admin, id))
		check(t, p.endpoints.Remove(ctx, p.admin, id))
		p.runDue()
		if r.count() != last+1 {
			t.Error("a removed endpoint was called")
		}
		for range 20 {
			p.endpoint(r.URL, "*")
		}
		_, _, err = p.endpoints.Create(ctx, p.admin, notify.NewEndpoint{Name: "x", URL: r.URL, Kinds: []string{"*"}})
		wantKey(t, err, "notify.error.endpoint_many")
	})
}

// An act that is rolled back tells nobody.
func TestNoMessageWithoutTheAct(t *testing.T) {
	r := newReceiver(t)
	alone(t, r.guard(), func(t *testing.T, p *place) {
		p.endpoint(r.URL, "*")
		c := p.newCase("zh")
		before := r.count()
		err := p.db.Write(ctx, func(ctx context.Context, x tx.Tx) error {
			if err := p.messages.Queue(ctx, x, message(c, "receipt", nil)); err != nil {
				return err
			}
			return casefile.Fail(casefile.Conflict, "error.conflict")
		})
		if !casefile.Is(err, casefile.Conflict) {
			t.Fatal(err)
		}
		p.runDue()
		mails, err := p.messages.OfCase(ctx, tenant, c.ID)
		check(t, err)
		if len(mails) != 0 || r.count() != before {
			t.Errorf("%d messages, %d requests", len(mails), r.count()-before)
		}
	})
}

// An endpoint that does not answer rests a while; others go on.
func TestSilentEndpointRests(t *testing.T) {
	silent, good := newReceiver(t), newReceiver(t)
	silent.delay.Store(int64(2 * time.Second))
	guard := notify.NewGuard(notify.GuardOptions{Allow: local, TLS: testTLS(silent.Client()), Timeout: 800 * time.Millisecond})
	alone(t, guard, func(t *testing.T, p *place) {
		bad, _ := p.endpoint(silent.URL, "*")
		before := silent.count()
		check(t, p.endpoints.Ping(ctx, p.admin, bad))
		p.runDue()
		if v := p.view(bad); v.LastError != "timeout" {
			t.Errorf("%+v", v)
		}
		check(t, p.endpoints.Ping(ctx, p.admin, bad))
		p.runDue()
		if silent.count() != before+1 {
			t.Errorf("called %d times while it rests", silent.count()-before)
		}
		other, _ := p.endpoint(good.URL, "*")
		check(t, p.endpoints.Ping(ctx, p.admin, other))
		p.runDue()
		p.advance(time.Minute)
		p.runDue()
		if silent.count() < before+2 {
			t.Error("never tried again")
		}
	})
}
