package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"anxin/internal/casefile"
	claimcheck "anxin/internal/check"
	"anxin/internal/evidence"
	"anxin/internal/evidence/picture"
	"anxin/internal/tx"
	"anxin/internal/web/admin"
)

// trustFolder is where the lists are that content credentials are believed by.
func (s *Store) trustFolder() string {
	if f := s.Config.Trust.Folder; f != "" {
		return f
	}
	return filepath.Join(s.DataDir, "trust")
}

func (c *Core) trustLists() *claimcheck.TrustLists {
	return claimcheck.NewTrustLists(os.DirFS(c.trustFolder()))
}

// Small implements check.Vault.
func (v checkVault) Small(ctx context.Context, tenant casefile.Tenant, caseID, item casefile.ID) ([]byte, error) {
	return v.ExamineSmall(ctx, tenant, caseID, item)
}

// Keep implements check.Vault.
func (v checkVault) Keep(ctx context.Context, tenant casefile.Tenant, caseID, source casefile.ID, list []claimcheck.Drawing) ([]casefile.ID, func(context.Context, tx.Tx) error, error) {
	out := make([]evidence.Derived, 0, len(list))
	for _, d := range list {
		out = append(out, evidence.Derived(d))
	}
	return v.Service.Keep(ctx, tenant, caseID, source, out)
}

// Match implements check.Matcher. A picture that ends its process is damaged; that is an answer, not an error.
func (p checkPictures) Match(ctx context.Context, claim []byte, sketches [][]byte, compare int, load func(ctx context.Context, i int) ([]byte, error)) (claimcheck.Matched, error) {
	matcher, ok := p.renderer.(picture.Matcher)
	if !ok {
		return claimcheck.Matched{Decoded: "unsupported"}, nil
	}
	m, err := matcher.Match(ctx, picture.Matching{Claim: claim, Sketches: sketches, Compare: compare, Load: load})
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		return claimcheck.Matched{Decoded: "too_large"}, nil
	case errors.Is(err, picture.ErrDamaged):
		return claimcheck.Matched{Decoded: "damaged"}, nil
	case err != nil:
		return claimcheck.Matched{}, err
	}
	out := claimcheck.Matched{Decoded: m.Decoded, Width: m.Width, Height: m.Height}
	for _, x := range m.Pairs {
		out.Pairs = append(out.Pairs, pairOf(x, m))
	}
	return out, nil
}

func pairOf(p picture.Pair, m picture.Matched) claimcheck.Pair {
	r := p.Result
	x := claimcheck.Pair{Reference: p.Reference, Decoded: p.Decoded, Width: p.Width, Height: p.Height, Related: r.Related, Same: r.SamePhotograph, Mirrored: r.Mirrored, Changed: r.Changed,
		Band: r.Band, Inliers: r.Inliers, Coverage: r.Coverage, Residual: r.Residual, Area: r.ChangedArea, Boxes: r.Boxes, Map: p.Map}
	for _, f := range r.Facts {
		x.Facts = append(x.Facts, claimcheck.NamedFact{ID: f.ID, Text: claimcheck.Text{ZH: f.Zh, EN: f.En}})
	}
	if len(p.Mask) == 0 {
		return x
	}
	for _, d := range []struct {
		kind string
		b    []byte
	}{{evidence.KindMatchOverlay, p.Overlay}, {evidence.KindMatchAligned, p.Aligned}, {evidence.KindMatchFlicker, p.Flicker}} {
		w, h, _ := picture.Size(picture.JPEG, d.b)
		x.Drawings = append(x.Drawings, claimcheck.Drawing{Kind: d.kind, Media: "image/jpeg", Width: w, Height: h, Bytes: d.b})
	}
	x.Drawings = append(x.Drawings, claimcheck.Drawing{Kind: evidence.KindMatchMask, Media: "image/png", Width: m.Width, Height: m.Height, Bytes: p.Mask})
	return x
}

// Trace implements check.Tracer.
func (p checkPictures) Trace(ctx context.Context, b []byte, received, earliest time.Time) (claimcheck.Traced, error) {
	tracer, ok := p.renderer.(picture.Tracer)
	if !ok {
		return claimcheck.Traced{Decoded: "unsupported"}, nil
	}
	t, err := tracer.Trace(ctx, picture.Tracing{File: b, Received: received, Earliest: earliest})
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		return claimcheck.Traced{Decoded: "too_large"}, nil
	case errors.Is(err, picture.ErrDamaged):
		return claimcheck.Traced{Decoded: "damaged"}, nil
	case err != nil:
		return claimcheck.Traced{}, err
	}
	out := claimcheck.Traced{Decoded: t.Decoded, Width: t.Width, Height: t.Height}
	for _, x := range t.Traces {
		y := claimcheck.Trace{Detector: x.Detector, Applicability: x.Applicability, Alarm: x.Alarm, Band: x.Band, Honest: claimcheck.Text{ZH: x.Honest.Zh, EN: x.Honest.En}, Boxes: x.Boxes}
		for _, f := range x.Facts {
			y.Facts = append(y.Facts, claimcheck.Text{ZH: f.Zh, EN: f.En})
		}
		out.Traces = append(out.Traces, y)
	}
	return out, nil
}

// shownTrust are the trust lists for the operator's page.
func (c *Core) shownTrust() ([]admin.TrustList, string, error) {
	_, lists, err := c.Orders.Checks.Trust.Now()
	out := make([]admin.TrustList, 0, len(lists))
	for _, l := range lists {
		out = append(out, admin.TrustList{Name: l.Name, Kind: string(l.Kind), Count: l.Count, Date: l.Date, Next: l.Next, Stated: l.Stated, Expires: l.Expires, Problem: string(l.Err)})
	}
	return out, c.trustFolder(), err
}
