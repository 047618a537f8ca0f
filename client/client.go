// Package client calls the JSON API of an Anxin server. It needs nothing but the standard library.
//
// Calls that change something carry an Idempotency-Key and are retried with the same key after a lost connection, 429 or 503, so that a retry never does a
// thing twice.
package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client calls one server as one caller. It is safe for concurrent use.
type Client struct {
	// Base is the server's address, e.g. https://service.example.com.
	Base string
	// Authorization is "Bearer ax_…" (API key), "Link …" (customer of one case), or empty.
	Authorization string
	// HTTP does the calls; nil means http.DefaultClient.
	HTTP *http.Client
	// Retries is how often a call is repeated after a lost connection, 429 or 503. 0 means 4; negative means never.
	Retries int
	// Lang is the language of sentences in answers: zh (default) or en.
	Lang string
}

// Problem is an error answer (RFC 9457).
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Errors []struct {
		Location string `json:"location"`
		Message  string `json:"message"`
	} `json:"errors"`
	RetryAfter time.Duration `json:"-"`
}

func (p *Problem) Error() string {
	s := fmt.Sprintf("%d %s %s", p.Status, p.Type, p.Detail)
	for _, e := range p.Errors {
		s += "; " + e.Location + ": " + e.Message
	}
	return s
}

// IsStatus reports whether the error is a Problem with the HTTP status.
func IsStatus(err error, status int) bool {
	var p *Problem
	return errors.As(err, &p) && p.Status == status
}

// As is the same client for another caller.
func (c *Client) As(authorization string) *Client {
	d := *c
	d.Authorization = authorization
	return &d
}

// NewKey makes an idempotency key.
func NewKey() string { return rand.Text() }

// maxAnswer bounds what is read of an answer.
const maxAnswer = 8 << 20

// Do calls method path with a JSON body (nil: none) and decodes the answer into out (nil: dropped). key is the idempotency key of calls
// that change something; empty means a new one.
func (c *Client) Do(ctx context.Context, method, path, key string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	if key == "" && method != http.MethodGet {
		key = NewKey()
	}
	return c.retry(ctx, func() error {
		return c.once(ctx, method, path, key, "application/json", bytes.NewReader(body), out)
	})
}

func (c *Client) retry(ctx context.Context, call func() error) error {
	retries := c.Retries
	if retries == 0 {
		retries = 4
	}
	for attempt := 0; ; attempt++ {
		err := call()
		if err == nil || attempt >= retries || !worthRetry(err) {
			return err
		}
		wait := time.Duration(50<<attempt) * time.Millisecond
		var p *Problem
		if errors.As(err, &p) && p.RetryAfter > wait {
			wait = p.RetryAfter
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
}

// worthRetry: a lost connection or a server that asks to come back; never an answer about the call itself.
func worthRetry(err error) bool {
	var p *Problem
	if errors.As(err, &p) {
		return p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests || p.Status == http.StatusBadGateway || p.Status == http.StatusGatewayTimeout
	}
	var u *url.Error
	return errors.As(err, &u) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

func (c *Client) once(ctx context.Context, method, path, key, contentType string, body io.Reader, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.Base, "/")+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	if method != http.MethodGet {
		req.Header.Set("Content-Type", contentType)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	if c.Authorization != "" {
		req.Header.Set("Authorization", c.Authorization)
	}
	if c.Lang != "" {
		req.Header.Set("Accept-Language", c.Lang)
	}
	h := c.HTTP
	if h == nil {
		h = http.DefaultClient
	}
	resp, err := h.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return &url.Error{Op: method, URL: path, Err: err}
	}
	if resp.StatusCode >= 400 {
		p := &Problem{Status: resp.StatusCode}
		if json.Unmarshal(text, p) != nil || p.Status == 0 {
			p = &Problem{Status: resp.StatusCode, Detail: http.StatusText(resp.StatusCode)}
		}
		if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
			p.RetryAfter = time.Duration(s) * time.Second
		}
		return p
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}
