package app

import (
	"context"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"anxin/internal/casefile"
	"anxin/internal/evidence"
	"anxin/internal/notify"
	"anxin/internal/privacy"
	"anxin/internal/service"
	"anxin/internal/service/servicedb"
	"anxin/internal/tx"
	"anxin/seal"
)

// vault gives the service half its part of the evidence vault.
type vault struct {
	*evidence.Service
	core *Core
}

// Attached implements service.Evidence.
func (v vault) Attached(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]service.Item, error) {
	items, err := v.Service.Attached(ctx, t, tenant, caseID)
	out := make([]service.Item, 0, len(items))
	for _, i := range items {
		out = append(out, service.Item{ID: i.ID, Request: i.Request, Visit: i.Visit, Kind: i.Kind, Received: i.Received})
	}
	return out, err
}

// Forget implements service.Evidence.
func (v vault) Forget(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) error {
	return v.Timers.Set(ctx, t, evidence.ForgetTimer(tenant, caseID))
}

// texts maps what the service half says to the template that says it; what is not here has the same name.
var texts = map[string]string{
	"quote": "quote_waiting", "please_sign": "sign_waiting", "done": "finished", "reassigning": "searching", "promise_at_risk": "at_risk", "address_changed": "visit_changed",
}

// moments are the values of messages that are times, in microseconds.
var moments = map[string]bool{"from": true, "to": true, "arrive": true, "expires": true}

// notifier turns the service half's messages into words.
type notifier struct {
	messages *notify.Messages
	source   casefile.Source
}

// Queue implements service.Notifier.
func (n notifier) Queue(ctx context.Context, t tx.Tx, m service.Message) error {
	out := notify.Message{Tenant: m.Tenant, Case: m.Case, Number: m.Number, To: notify.Recipient(m.To), Subject: m.Subject, Technician: m.Technician,
		Template: m.Template, Lang: m.Lang, Visit: m.Visit, Offer: m.Offer, Args: map[string]any{}}
	if k := m.Known; k != nil {
		out.Known = &notify.Known{Box: k.Box, Phone: k.Phone, Link: k.Link}
	}
	if name, ok := texts[m.Template]; ok {
		out.Template = name
	}
	for k, v := range m.Args {
		us, isInt := v.(int64)
		switch {
		case k == "expires" && isInt:
			out.Args["minutes"] = max(1, int(time.UnixMicro(us).Sub(n.source.Now())/time.Minute))
		case moments[k] && isInt:
			out.Args[k] = time.UnixMicro(us)
		default:
			out.Args[k] = v
		}
	}
	return n.messages.Queue(ctx, t, out)
}

// directory knows the technicians' phones, sealed under their own keys.
type directory struct{ keeper *privacy.Keeper }

// fieldPhone is the sealed field of a technician's phone, as the service half names it.
const fieldPhone = "technician.phone"

// TechnicianPhone implements notify.Directory.
func (d directory) TechnicianPhone(ctx context.Context, t tx.Tx, tenant casefile.Tenant, technician casefile.ID) (privacy.Phone, error) {
	x, err := servicedb.Store{}.Technician(ctx, t, tenant, technician, time.Time{})
	if err != nil || len(x.Phone) == 0 {
		return privacy.Phone{}, err
	}
	clear, err := d.keeper.Open(ctx, t, tenant, technician, fieldPhone, x.Phone)
	return privacy.NewPhone(clear), err
}

// signer signs the answers of /verify with a key of its own.
type signer struct{ key *seal.Signer }

// SignText implements service.Signer.
func (s signer) SignText(text string) (string, error) {
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	b, err := note.Sign(&note.Note{Text: text}, s.key)
	return string(b), err
}
