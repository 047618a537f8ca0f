package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/tx"
)

// The headers of the standard-webhooks form (https://www.standardwebhooks.com).
const (
	HeaderID        = "webhook-id"
	HeaderTimestamp = "webhook-timestamp"
	HeaderSignature = "webhook-signature"
)

// Sign makes the signature header of a webhook: "v1," and the base64 of HMAC-SHA256 over "<id>.<unix seconds>.<body>", with the secret's base64
// part after "whsec_" as key.
func Sign(secret, id string, at time.Time, body []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil || len(key) < 24 {
		return "", errors.New("not a webhook secret")
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// Verify checks a webhook as a receiver must: one of the space separated signatures is right and the time is within tolerance of now.
func Verify(secret string, h http.Header, body []byte, now time.Time, tolerance time.Duration) error {
	sec, err := strconv.ParseInt(h.Get(HeaderTimestamp), 10, 64)
	if err != nil {
		return errors.New("no webhook timestamp")
	}
	at := time.Unix(sec, 0)
	if d := now.Sub(at); d > tolerance || d < -tolerance {
		return errors.New("webhook timestamp is too far from now")
	}
	want, err := Sign(secret, h.Get(HeaderID), at, body)
	if err != nil {
		return err
	}
	for s := range strings.FieldsSeq(h.Get(HeaderSignature)) {
		if hmac.Equal([]byte(s), []byte(want)) {
			return nil
		}
	}
	return errors.New("webhook signature does not match")
}

// body is what a webhook says.
type body struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      bodyData  `json:"data"`
}

type bodyData struct {
	ID       casefile.ID `json:"id,omitzero"`
	Case     casefile.ID `json:"case,omitzero"`
	Visit    casefile.ID `json:"visit,omitzero"`
	Offer    casefile.ID `json:"offer,omitzero"`
	Audience string      `json:"audience,omitempty"`
}

const (
	// giveUpAfter is the age at which a delivery is dead and waits for an admin.
	giveUpAfter = 72 * time.Hour
	// perEndpoint is how many deliveries to one endpoint run at once, so that a slow one cannot hold all workers.
	perEndpoint = 2
	// restAfter is how long an endpoint that did not answer at all is left alone.
	restAfter = 30 * time.Second
)

// Deliverer sends webhooks; it is the handler of KindWebhook.
type Deliverer struct {
	run    tx.Runner
	store  EndpointStore
	keeper Keeper
	guard  *Guard
	source casefile.Source

	mu   sync.Mutex
	busy map[casefile.ID]int
	rest map[casefile.ID]time.Time
}

// NewDeliverer makes the sender of webhooks.
func NewDeliverer(run tx.Runner, store EndpointStore, keeper Keeper, guard *Guard, source casefile.Source) *Deliverer {
	return &Deliverer{run: run, store: store, keeper: keeper, guard: guard, source: source, busy: map[casefile.ID]int{}, rest: map[casefile.ID]time.Time{}}
}

// Handler is for clock.Handle(KindWebhook, …): about 72 hours of attempts, then dead until an admin retries it.
func (d *Deliverer) Handler() clock.Handler {
	return clock.Handler{Out: d.Deliver, Retry: webhookRetry, MaxAttempts: 1000, Timeout: 30 * time.Second}
}

// webhookRetry is 5 s, 30 s, 2 min, 5 min, 15 min, 30 min, then every hour.
func webhookRetry(attempts int) time.Duration {
	steps := []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute}
	if attempts >= 1 && attempts <= len(steps) {
		return steps[attempts-1]
	}
	return time.Hour
}

// Deliver sends one webhook. The timer's id is the webhook-id, the same at each attempt, so that a receiver can tell repetitions.
func (d *Deliverer) Deliver(ctx context.Context, tm clock.Timer) error {
	var p delivery
	if err := json.Unmarshal(tm.Payload, &p); err != nil {
		return clock.Hopeless(fmt.Errorf("payload: %w", err))
	}
	now := d.source.Now()
	old := now.Sub(p.At) >= giveUpAfter
	row, secret, err := d.endpoint(ctx, tm.Tenant, p.Endpoint)
	switch {
	case casefile.Is(err, casefile.NotFound):
		return nil // removed: nobody is left to tell
	case err != nil:
		return err
	case row.State == EndpointPaused && old:
		return clock.Hopeless(errors.New("endpoint is paused"))
	case row.State == EndpointPaused:
		return clock.Later(15*time.Minute, errors.New("endpoint is paused"))
	}
	wait, release := d.enter(row.ID, now)
	if wait > 0 {
		return clock.Later(wait, errors.New("endpoint is busy or resting"))
	}
	status, err := d.post(ctx, row.URL, secret, tm.ID, now, p)
	release(err != nil)
	return d.outcome(ctx, row, status, err, old)
}

// endpoint reads the endpoint and opens its secret.
func (d *Deliverer) endpoint(ctx context.Context, tenant casefile.Tenant, id casefile.ID) (row EndpointRow, secret string, err error) {
	err = d.run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		if row, err = d.store.Endpoint(ctx, t, tenant, id); err != nil {
			return err
		}
		secret, err = d.keeper.Open(ctx, t, tenant, id, fieldSecret, row.Secret)
		return err
	})
	return row, secret, err
}

// enter asks for a place at an endpoint; wait above zero is no.
func (d *Deliverer) enter(id casefile.ID, now time.Time) (wait time.Duration, release func(unreachable bool)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if until := d.rest[id]; now.Before(until) {
		return until.Sub(now), nil
	}
	delete(d.rest, id)
	if d.busy[id] >= perEndpoint {
		return 2 * time.Second, nil
	}
	d.busy[id]++
	return 0, func(unreachable bool) {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.busy[id]--; d.busy[id] == 0 {
			delete(d.busy, id)
		}
		if unreachable {
			d.rest[id] = d.source.Now().Add(restAfter)
		}
	}
}

// post makes the request. The answer's body is read a little (so that the connection can be used again) and thrown away.
func (d *Deliverer) post(ctx context.Context, address, secret string, id casefile.ID, now time.Time, p delivery) (status int, err error) {
	u, err := d.guard.ParseURL(address)
	if err != nil {
		return 0, err
	}
	text, err := json.Marshal(body{p.Type, p.At, bodyData{p.ID, p.Case, p.Visit, p.Offer, p.Audience}})
	if err != nil {
		return 0, err
	}
	signature, err := Sign(secret, id.String(), now, text)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(text))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "anxin-webhook/1")
	req.Header.Set(HeaderID, id.String())
	req.Header.Set(HeaderTimestamp, strconv.FormatInt(now.Unix(), 10))
	req.Header.Set(HeaderSignature, signature)
	res, err := d.guard.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, 4<<10)
	return res.StatusCode, nil
}

// outcome keeps what happened and says whether to try again.
func (d *Deliverer) outcome(ctx context.Context, row EndpointRow, status int, err error, old bool) error {
	code := ""
	switch {
	case err != nil:
		code = reason(err)
	case status < 200 || status > 299:
		code = "status " + strconv.Itoa(status)
	}
	if werr := d.keep(context.WithoutCancel(ctx), row, status, code); werr != nil && code == "" {
		return werr
	}
	if code == "" {
		return nil
	}
	failure := errors.New(code)
	if old || status == http.StatusGone {
		return clock.Hopeless(failure)
	}
	return failure
}

func (d *Deliverer) keep(ctx context.Context, row EndpointRow, status int, code string) error {
	return d.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		now := d.source.Now()
		if err := d.store.NoteDelivery(ctx, t, row.Tenant, row.ID, now, code); err != nil {
			return err
		}
		switch {
		case code == "" && row.State == EndpointFailing:
			return d.store.SetEndpointState(ctx, t, row.Tenant, row.ID, EndpointActive, now)
		case status == http.StatusGone:
			return d.store.SetEndpointState(ctx, t, row.Tenant, row.ID, EndpointPaused, now)
		case code != "" && row.State == EndpointActive && row.Failures+1 >= failingAfter:
			return d.store.SetEndpointState(ctx, t, row.Tenant, row.ID, EndpointFailing, now)
		}
		return nil
	})
}

// reason is a short code for an error; the text of network errors can quote addresses and is not kept.
func reason(err error) string {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, errRefused):
		return "refused: private address"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "stopped"
	}
	return "no connection"
}
