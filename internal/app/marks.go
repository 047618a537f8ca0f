package app

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"net/http"
	"strings"
	"sync"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/claim/claimdb"
	"anxin/internal/evidence"
	"anxin/internal/evidence/picture"
	"anxin/internal/tx"
	"anxin/provenance/aigc"
	"anxin/provenance/c2pa"
)

// ownMark is what the file of a picture says about AI: by a label of GB 45438 in its own words, by any other declaration that it was made so.
type ownMark struct {
	kind  aigc.Kind
	label *aigc.Label // nil without one, or when it cannot be carried on
}

// marks remembers what files say, because a page asks for every picture again and again.
type marks struct {
	mu   sync.Mutex
	kept map[casefile.ID]ownMark
}

// maxMarks bounds what is remembered.
const maxMarks = 10_000

func (m *marks) get(id casefile.ID) (ownMark, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	x, ok := m.kept[id]
	return x, ok
}

func (m *marks) put(id casefile.ID, x ownMark) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil || len(m.kept) >= maxMarks {
		m.kept = map[casefile.ID]ownMark{}
	}
	m.kept[id] = x
}

// markOf reads what a file says about AI. A file that cannot be read through says nothing.
func (c *Core) markOf(ctx context.Context, i evidence.Item) (ownMark, error) {
	if x, ok := c.Orders.marks.get(i.ID); ok {
		return x, nil
	}
	r, err := c.Vault.Examine(ctx, i.Tenant, i.Case, i.ID)
	if err != nil {
		return ownMark{}, err
	}
	defer r.Close()
	var x ownMark
	rep, err := aigc.Read(ctx, r, i.Size, aigc.Options{})
	switch {
	case err == nil && rep.Label != nil && rep.Label.Declares():
		x = ownMark{rep.Label.Kind(), rep.Label}
		if x.kind == aigc.KindUnclear {
			x.kind = aigc.KindSuspected
		}
	case err == nil && rep.DeclaresAI:
		x.kind = aigc.KindIs
	default:
		if cred, err := c2pa.Read(ctx, r, i.Size, c2pa.Options{At: i.Received}); err == nil && cred.DeclaresAI {
			x.kind = aigc.KindIs
		}
	}
	if err := ctx.Err(); err != nil {
		return ownMark{}, err
	}
	c.Orders.marks.put(i.ID, x)
	return x, nil
}

// declaredAI reports whether a picture's sender said that an AI tool made or changed it.
func (c *Core) declaredAI(ctx context.Context, tenant casefile.Tenant, caseID, item casefile.ID) (yes bool, err error) {
	err = c.DB.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		claims, err := claimdb.Store{}.Claims(ctx, t, tenant, caseID)
		if err != nil {
			return err
		}
		for i := range claims {
			media, err := claimdb.Store{}.Media(ctx, t, tenant, caseID, claims[i].ID)
			if err != nil {
				return err
			}
			for _, m := range media {
				if m.Item != item {
					continue
				}
				said, err := claimdb.Store{}.Statements(ctx, t, tenant, caseID, claims[i].ID)
				for _, s := range said {
					yes = yes || s.ID == m.Statement && s.Declared == claim.DeclaredAI
				}
				return err
			}
		}
		return nil
	})
	return yes, err
}

// markFor is the mark that a picture has to carry where others than its sender look at it (标识办法 art. 6): what its file says, else what its sender declared.
func (c *Core) markFor(ctx context.Context, i evidence.Item) (ownMark, error) {
	if picture.ByMedia(i.Media).Class != picture.Image {
		return ownMark{}, nil
	}
	x, err := c.markOf(ctx, i)
	if err != nil || x.kind != "" || !ofSides(i.Kind) {
		return x, err
	}
	yes, err := c.declaredAI(ctx, i.Tenant, i.Case, i.ID)
	if yes {
		x.kind = aigc.KindPossible
	}
	return x, err
}

// propagator is the operator in labels, as a name without blanks.
func (c *Core) propagator() string {
	if code := c.Config.Brand.ProviderCode; code != "" {
		return code
	}
	return "anxin-" + c.shortName()
}

// showMarked writes a copy of a picture to somebody who did not send it, with the mark that it has to carry; a plain copy when it needs none.
func (c *Core) showMarked(w http.ResponseWriter, r *http.Request, a casefile.Actor, caseID, item casefile.ID, thumb bool) error {
	i, err := c.Vault.Known(r.Context(), a.Tenant, caseID, item)
	if err != nil {
		return err
	}
	m, err := c.markFor(r.Context(), i)
	if err != nil {
		return err
	}
	if m.kind == "" {
		return c.show(w, r, a, caseID, item, thumb)
	}
	variant := evidence.Display
	if thumb {
		variant = evidence.Thumbnail
	}
	content, err := c.Vault.OpenMarked(r.Context(), a, caseID, item, variant, string(m.kind), func(ctx context.Context, b []byte) ([]byte, error) {
		return drawMark(ctx, b, m, c.propagator(), item.String())
	})
	if err != nil {
		return err
	}
	return serveContent(w, r, content)
}

// drawMark draws the explicit mark on a copy and writes the implicit label into it, with the operator as who passes it on. A copy too small for a readable mark gets the label alone; the
// page names the mark in words.
func drawMark(ctx context.Context, b []byte, m ownMark, by, id string) ([]byte, error) {
	img, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	marked, _, err := aigc.Mark(img, aigc.MarkOptions{Text: aigc.MarkFor(m.kind)})
	if err != nil && !errors.Is(err, aigc.ErrMarkSize) {
		return nil, err
	}
	if err == nil {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, marked, &jpeg.Options{Quality: 84}); err != nil {
			return nil, err
		}
		b = out.Bytes()
	}
	var out bytes.Buffer
	if err := aigc.Write(ctx, &out, bytes.NewReader(b), int64(len(b)), labelFor(m, by, strings.ReplaceAll(id, "-", "")), aigc.WriteOptions{}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// labelFor is the label of a copy. A producer that the file names is kept. One that it does not name, or not as the standard has it, cannot be invented: the label then says no more than
// "possibly", and the drawn mark says what the file says.
func labelFor(m ownMark, by, id string) aigc.Label {
	if m.label != nil {
		if l := m.label.Propagated(by, id); l.Check() == nil {
			return l
		}
	}
	kind := m.kind
	if kind == aigc.KindIs {
		kind = aigc.KindPossible
	}
	return aigc.Label{Label: string(kind)}.Propagated(by, id)
}
