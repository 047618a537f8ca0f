package app

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/evidence"
	"anxin/internal/evidence/picture"
	"anxin/internal/i18n"
	"anxin/internal/letter"
	"anxin/internal/web/admin"
	"anxin/internal/web/claimant"
	"anxin/internal/web/guard"
	"anxin/internal/web/merchant"
	"anxin/internal/web/parties"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// The most files of one form of a claim, and the largest of them: a video of a phone.
const (
	claimFiles = 12
	claimBytes = 100_000_000
)

// claimantPages are the buyer's pages of a claim.
func (s *Server) claimantPages(mux *http.ServeMux) {
	h := claimant.New(claimant.Config{
		Site: s.Site, Tenant: Tenant, Claims: s.Claims.Service, Orders: s.Orders.Book, Links: s.Party.Links, Gate: s.Party.Gate, Limits: s.Party.Limits, Media: claimMedia{s.Core, s.Site},
		Letters: letterPress{}, Spool: s.Spool, Live: s.Live, Source: s.Source, BaseURL: s.baseURL, Address: func(r *http.Request) netip.Addr { return guard.Address(r.Context()) },
		Max: claimFiles, MaxBytes: claimBytes,
	})
	for _, p := range h.Patterns() {
		mux.Handle(p, h)
		s.routes = append(s.routes, Route{Pattern: p})
	}
}

// merchantPages are a merchant's pages of claims.
func (s *Server) merchantPages(edge *staff.Edge, mux *http.ServeMux) {
	p := &merchant.Pages{Claims: s.Claims.Service, Owners: s.Orders.Book, Media: claimMedia{s.Core, s.Site}, Letters: letterPress{}, Spool: s.Spool, Live: s.Live, BaseURL: s.baseURL,
		Max: claimFiles, MaxBytes: claimBytes}
	s.mount(edge, mux, p.Routes())
}

// claimMedia is the vault as both sides' pages need it.
type claimMedia struct {
	*Core
	site *ui.Site
}

// errNoMedia is the answer to a file that is neither a photograph nor a video nor a paper.
var errNoMedia = casefile.InvalidField("file", "evidence.error.unknown_type")

// mediaKind is the kind of evidence that bytes are, by who sends them: sniffed, never taken from a name.
func mediaKind(role casefile.Role, class picture.Class) (string, bool) {
	seller := role == casefile.Merchant
	switch class {
	case picture.Image, picture.Opaque:
		if seller {
			return claim.MediaAnswerPhoto, true
		}
		return claim.MediaClaimPhoto, true
	case picture.Video:
		if seller {
			return claim.MediaAnswerVideo, true
		}
		return claim.MediaClaimVideo, true
	case picture.Document:
		return claim.MediaDocument, true
	}
	return "", false
}

// Receive implements claimant.Media and merchant.Media.
func (m claimMedia) Receive(ctx context.Context, a casefile.Actor, caseID casefile.ID, body io.Reader) (casefile.ID, error) {
	buf := bufio.NewReaderSize(body, picture.SniffLen)
	head, err := buf.Peek(picture.SniffLen)
	if err != nil && !errors.Is(err, io.EOF) {
		return casefile.Nil, err
	}
	kind, ok := mediaKind(a.Role, picture.Sniff(head).Class)
	if !ok {
		return casefile.Nil, errNoMedia
	}
	i, err := m.Vault.Receive(ctx, a, evidence.Incoming{Case: caseID, Kind: kind}, buf)
	return i.ID, err
}

// Show implements claimant.Media and merchant.Media. The page has looked whether the reader's view of the claim holds the item; the vault asks once more ([Core.sideMaySee]). What no
// statement has taken yet is shown to who sent it.
//
// To everybody but its sender a picture that says it was made by AI, or was declared so, is shown with the mark of 标识办法 art. 6.
func (m claimMedia) Show(w http.ResponseWriter, r *http.Request, a casefile.Actor, l parties.Look) error {
	i, err := m.Vault.Known(r.Context(), a.Tenant, l.Case, l.Item)
	if err != nil {
		return err
	}
	if !l.Listed && !stagedBy(a, i) {
		return casefile.Failf(casefile.NotFound, "evidence.error.not_here", "item %s is not on the page", l.Item)
	}
	show := m.showMarked
	if i.Role == a.Role { // there is one buyer and one merchant in a claim
		show = m.show
	}
	err = show(w, r, a, l.Case, l.Item, l.Thumb)
	var e *casefile.Error
	if errors.As(err, &e) && e.Key == "evidence.error.no_copy" {
		// It is sealed and safe, but of a kind that cannot be shown here: a quiet tile instead of a broken picture.
		http.Redirect(w, r, m.site.Assets.Path("nophoto.svg"), http.StatusFound)
		return nil
	}
	return err
}

// stagedBy reports whether an item waits to be attached by this actor: a buyer's own (there is one per case), or one that the same merchant account or key sent.
func stagedBy(a casefile.Actor, i evidence.Item) bool {
	if !i.Attached.IsZero() || i.Role != a.Role {
		return false
	}
	return a.Role == casefile.Customer || i.Actor == a.ID
}

// sideMaySee decides whether one of the two sides of a claim sees a picture of it: from the statement on that brought it, and before that only who sent it. References of the order are
// the claim's to show too. It answers false for what is no claim's.
func (c *Core) sideMaySee(ctx context.Context, a casefile.Actor, i evidence.Item) (bool, error) {
	if stagedBy(a, i) {
		if a.Role == casefile.Customer {
			return a.Case == i.Case, nil
		}
		owner, err := c.Orders.Book.MerchantOf(ctx, i.Tenant, i.Case)
		return err == nil && owner == a.Merchant && !owner.IsNil(), err
	}
	return c.Claims.MayShowItem(ctx, a, i.Case, i.ID)
}

// ofSides tells the kinds of evidence that the stage of a claim opens to its sides: what a side sent. References have a rule of their own.
func ofSides(kind string) bool { return ofClaim(kind) && !isReference(kind) }

// letterPress puts the kept document of a letter on a page and on paper.
type letterPress struct{}

// Parts implements parties.Press.
func (letterPress) Parts(v claim.LetterView, lang i18n.Lang) (title, outcome string, parts []parties.LetterPart, err error) {
	d, err := letter.Decode(v.Document)
	if err != nil {
		return "", "", nil, casefile.Failf(casefile.NotFound, "error.not_found", "letter %s: %w", v.Code, err)
	}
	l := d.In(string(lang))
	for _, s := range l.Sections {
		p := parties.LetterPart{Title: s.Heading}
		for _, b := range s.Blocks {
			p.Blocks = append(p.Blocks, letterBlock(s.Heading, b))
		}
		parts = append(parts, p)
	}
	return l.Title, "", parts, nil
}

func letterBlock(caption string, b letter.Block) parties.LetterBlock {
	out := parties.LetterBlock{Text: b.Text, Strong: b.Strong, Small: b.Small}
	for _, r := range b.Rows {
		out.Facts = append(out.Facts, ui.Pair{Key: r.Label, Text: r.Value})
	}
	if len(b.Cells) > 0 {
		t := &ui.Table{Caption: caption, HideCaption: true}
		for _, h := range b.Head {
			t.Columns = append(t.Columns, ui.Column{Title: h})
		}
		for _, row := range b.Cells {
			cells := make([]ui.Cell, 0, len(row))
			for _, c := range row {
				cells = append(cells, ui.Text(c))
			}
			t.Rows = append(t.Rows, cells)
		}
		out.Table = t
	}
	return out
}

// PDF implements parties.Press. The code to scan is the document's own.
func (letterPress) PDF(w io.Writer, v claim.LetterView, lang i18n.Lang, _ string) error {
	d, err := letter.Decode(v.Document)
	if err != nil {
		return casefile.Failf(casefile.NotFound, "error.not_found", "letter %s: %w", v.Code, err)
	}
	b, _, err := letter.PDF(d, letter.PDFOptions{Lang: string(lang)})
	if err == nil {
		_, err = w.Write(b)
	}
	return err
}

// The two sides of a claim are the only readers that the claim's stage is asked for.
func isSide(a casefile.Actor) bool {
	return a.Role == casefile.Customer || a.Role == casefile.Merchant
}

// shops are the merchants whose orders are here, for the accounts of merchants.
func (s *Server) shops(ctx context.Context, a casefile.Actor) ([]admin.Shop, error) {
	list, err := s.Orders.Book.Merchants(ctx, a)
	out := make([]admin.Shop, 0, len(list))
	for _, m := range list {
		out = append(out, admin.Shop{ID: m.ID, Name: m.Name})
	}
	return out, err
}
