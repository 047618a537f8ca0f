// Package tsa asks an RFC 3161 time stamp authority over HTTP. What it answers is verified by package stamp before anybody believes it.
package tsa

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"anxin/seal/stamp"
)

// Authority is a time stamp authority at an address, as the operator configured it.
type Authority struct {
	url    string
	client *http.Client
}

// New checks the address. client may be nil; its time-out is 20 seconds then. Redirects are not followed: an authority that moved is the operator's business.
func New(address string, client *http.Client) (*Authority, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, fmt.Errorf("the address of the time stamp authority must look like https://tsa.example/, not %.80q", address)
	}
	if client == nil {
		client = &http.Client{Timeout: 20 * time.Second}
	}
	c := *client
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Authority{u.String(), &c}, nil
}

// Stamp implements stamp.Authority.
func (a *Authority) Stamp(ctx context.Context, request []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url, bytes.NewReader(request))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	req.Header.Set("Accept", "application/timestamp-reply")
	resp, err := a.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("time stamp authority: %w", err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, stamp.MaxResponseSize+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("time stamp authority: %w", err)
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("time stamp authority: HTTP status %d", resp.StatusCode)
	case len(b) > stamp.MaxResponseSize:
		return nil, fmt.Errorf("time stamp authority: an answer of more than %d bytes", stamp.MaxResponseSize)
	}
	return b, nil
}
