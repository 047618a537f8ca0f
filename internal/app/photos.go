package app

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"anxin/internal/api"
	"anxin/internal/casefile"
	"anxin/internal/evidence"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/web/customer"
	"anxin/internal/web/guard"
	"anxin/internal/web/tech"
	"anxin/region"
)

// receive seals bytes under a draft or a case.
func (c *Core) receive(ctx context.Context, a casefile.Actor, d service.Draft, in evidence.Incoming, body io.Reader) (evidence.Item, error) {
	if !d.Case.IsNil() && !d.Subject.IsNil() {
		if err := c.Service.EnsureDraft(ctx, a.Tenant, d); err != nil {
			return evidence.Item{}, err
		}
		in.Case, in.Subject = d.Case, d.Subject
	}
	return c.Vault.Receive(ctx, a, in, body)
}

// customerPhotos is the vault as the customer's pages need it.
type customerPhotos struct{ *Core }

// Receive implements customer.Photos.
func (p customerPhotos) Receive(ctx context.Context, a casefile.Actor, in customer.Incoming, body io.Reader) (casefile.ID, error) {
	i, err := p.receive(ctx, a, in.Draft, evidence.Incoming{Case: in.Case, Kind: in.Kind}, body)
	return i.ID, err
}

// maxCopy bounds a display copy in memory: 1600 pixels of JPEG.
const maxCopy = 4 << 20

// Show implements customer.Photos.
func (p customerPhotos) Show(ctx context.Context, a casefile.Actor, caseID, item casefile.ID, small bool) (customer.Picture, error) {
	variant := evidence.Display
	if small {
		variant = evidence.Thumbnail
	}
	c, err := p.Vault.Open(ctx, a, caseID, item, variant)
	if err != nil {
		return customer.Picture{}, err
	}
	defer c.Close()
	b, err := io.ReadAll(io.LimitReader(c, maxCopy))
	return customer.Picture{Type: c.Item.Media, Bytes: b}, err
}

// Bundle implements customer.Photos.
func (p customerPhotos) Bundle(ctx context.Context, a casefile.Actor, caseID casefile.ID, w io.Writer) error {
	return p.Vault.Export(ctx, a, evidence.ExportRequest{Case: caseID, Events: true}, w)
}

// techVault is the vault as the technician's pages need it.
type techVault struct{ *Core }

// Receive implements tech.Vault. Only who holds the visit may add to its case; for anybody else it does not exist.
func (v techVault) Receive(ctx context.Context, a casefile.Actor, in tech.Incoming, body io.Reader) (casefile.ID, error) {
	if _, err := v.Service.VisitPage(ctx, a, service.VisitRef{Case: in.Case, Visit: in.Visit}); err != nil {
		return casefile.Nil, err
	}
	i, err := v.receive(ctx, a, service.Draft{}, evidence.Incoming{Case: in.Case, Kind: in.Kind, Visit: in.Visit}, body)
	return i.ID, err
}

// Show implements tech.Vault.
func (v techVault) Show(w http.ResponseWriter, r *http.Request, a casefile.Actor, caseID, item casefile.ID, thumb bool) error {
	return v.show(w, r, a, caseID, item, thumb)
}

// show writes a copy to look at.
func (c *Core) show(w http.ResponseWriter, r *http.Request, a casefile.Actor, caseID, item casefile.ID, thumb bool) error {
	variant := evidence.Display
	if thumb {
		variant = evidence.Thumbnail
	}
	content, err := c.Vault.Open(r.Context(), a, caseID, item, variant)
	if err != nil {
		return err
	}
	return serveContent(w, r, content)
}

// serveContent writes a piece of evidence, by ranges when asked, under its own headers, and closes it.
func serveContent(w http.ResponseWriter, r *http.Request, content *evidence.Content) error {
	defer content.Close()
	for _, h := range content.Headers() {
		w.Header().Set(h[0], h[1])
	}
	http.ServeContent(w, r, "", time.Time{}, content)
	return nil
}

// regionNames names divisions.
type regionNames struct{ *region.Resolver }

// RegionName implements tech.Regions.
func (r regionNames) RegionName(code string) string {
	if d, ok := r.Lookup(region.Code(code), region.Date{}); ok {
		return d.Path
	}
	if h := r.History(region.Code(code)); len(h) > 0 {
		return h[len(h)-1].Path // abolished since
	}
	return code
}

// apiEvidence is the vault as the API needs it.
type apiEvidence struct{ *Core }

// Receive implements api.Evidence.
func (e apiEvidence) Receive(ctx context.Context, a casefile.Actor, in api.Upload, body io.Reader) (api.Item, error) {
	var d service.Draft
	if in.Draft != "" {
		var err error
		if d, err = e.Service.ParseDraft(a.Tenant, in.Draft); err != nil {
			return api.Item{}, err
		}
	}
	i, err := e.receive(ctx, a, d, evidence.Incoming{Case: in.Case, Kind: in.Kind, Visit: in.Visit, Taken: in.Taken}, body)
	return apiItem(i), err
}

// Items implements api.Evidence.
func (e apiEvidence) Items(ctx context.Context, a casefile.Actor, caseID casefile.ID) ([]api.Item, error) {
	list, err := e.Vault.Items(ctx, a, caseID)
	out := make([]api.Item, 0, len(list))
	for _, i := range list {
		out = append(out, apiItem(i))
	}
	return out, err
}

func apiItem(i evidence.Item) api.Item {
	return api.Item{ID: i.ID, Kind: i.Kind, Type: i.Media, Size: i.Size, SHA256: hex.EncodeToString(i.SHA256[:]), SM3: hex.EncodeToString(i.SM3[:]), Received: i.Received}
}

// callers finds out who calls the API.
type callers struct{ *Core }

// Key implements api.Callers.
func (c callers) Key(ctx context.Context, token string) (casefile.Actor, error) {
	return c.Party.Keys.Actor(ctx, token)
}

// Link implements api.Callers. An unknown link is "log in first", not "not found": the caller is unknown, whatever they ask for.
func (c callers) Link(ctx context.Context, token string) (casefile.Actor, error) {
	a, err := c.Party.Links.Actor(ctx, token)
	if casefile.Is(err, casefile.NotFound) {
		err = casefile.Fail(casefile.LogInFirst, "error.log_in")
	}
	return a, err
}

// Check implements api.Callers.
func (c callers) Check(ctx context.Context, a casefile.Actor, action party.Action, r party.Resource) error {
	guard.Acting(ctx, a)
	return c.Party.Gate.Check(ctx, a, action, r)
}

// gateway hands messages to who sends them.
type gateway struct{ *Core }

// Outgoing implements api.Messages. The line in the access log comes first: who cannot be written down gets nothing.
func (g gateway) Outgoing(ctx context.Context, a casefile.Actor, id casefile.ID) (api.Outgoing, error) {
	m, err := g.Core.Messages.Outgoing(ctx, a.Tenant, id)
	if err != nil {
		return api.Outgoing{}, err
	}
	if err := g.Party.Access.Add(ctx, a, party.Entry{Action: party.LogExport, Case: m.Case, Field: "message", Reason: m.Template}); err != nil {
		return api.Outgoing{}, err
	}
	return api.Outgoing{ID: m.ID, Case: m.Case, Template: m.Template, Lang: m.Lang, Phone: m.Phone, Text: m.Text, Created: m.Created}, nil
}

// Delivered implements api.Messages.
func (g gateway) Delivered(ctx context.Context, a casefile.Actor, id casefile.ID) error {
	return g.Core.Messages.Delivered(ctx, a.Tenant, id)
}

func (c *Core) apiDeps() api.Deps {
	return api.Deps{Messages: gateway{c}, Service: c.Service, Coverage: pagesCoverage{c}, Evidence: apiEvidence{c}, Callers: callers{c}, Tenant: Tenant, Version: c.Version,
		PublicURL: c.PublicURL(), MaxUpload: c.Config.Limits.PhotoBytes, Orders: c.Orders.Book, MaxReference: maxReference, Claims: c.Claims.Service, ClaimOwners: c.Orders.Book, MaxClaim: claimBytes, Now: c.Source.Now}
}

// vaultWorks writes and removes a small file, for /readyz: a full or read-only disk shows here before a customer meets it.
func (c *Core) vaultWorks(context.Context) error {
	f, err := os.CreateTemp(c.DataDir, "ready-*.tmp")
	if err != nil {
		return err
	}
	_, err = f.WriteString("ready")
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}
