package notify

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/i18n"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

// Channel is how a message leaves.
type Channel string

// The channels.
const (
	Mailbox Channel = "mailbox" // it stays here and is shown on the development page
	Webhook Channel = "webhook" // a gateway is told and fetches it
)

// Recipient is who a message is for.
type Recipient string

// The recipients. The desk and merchants get no words, only an event for programs; merchants read in their inbox.
const (
	ToCustomer   Recipient = "customer"
	ToTechnician Recipient = "technician"
	ToDesk       Recipient = "desk"
	ToMerchant   Recipient = "merchant"
)

// Message is something to tell somebody, in codes, numbers and times; words and the phone number are added here.
type Message struct {
	Tenant  casefile.Tenant
	Case    casefile.ID
	Number  casefile.Number
	To      Recipient
	Subject casefile.ID // the customer, when To is ToCustomer
	// Technician is who is told, when To is ToTechnician.
	Technician casefile.ID
	Template   string // one of Templates
	Lang       string // "zh" or "en"
	Visit      casefile.ID
	Offer      casefile.ID
	// Args fill the template: text, int, casefile.Fen (an amount), time.Time (a moment), [2]time.Time (a window), i18n.Key.
	Args map[string]any
	// Known is the customer when the caller has just written them in this transaction; nil has them looked up.
	Known *Known
	// Dedupe, when not empty, makes the message go once per tenant.
	Dedupe string
}

// Known is a customer whose key, phone and link the caller holds.
type Known struct {
	Box   *privacy.Box
	Phone privacy.Phone
	Link  string
}

// Linker gives a case its private link; *party.Links is one.
type Linker interface {
	Issue(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (token string, err error)
}

// Directory knows the technicians' phones. Optional.
type Directory interface {
	// TechnicianPhone is the number of a technician, or the zero Phone.
	TechnicianPhone(ctx context.Context, t tx.Tx, tenant casefile.Tenant, technician casefile.ID) (privacy.Phone, error)
}

// Keeper is what notify needs of internal/privacy.
type Keeper interface {
	NewSubject(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) error
	Seal(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, field, clear string) ([]byte, error)
	For(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) (*privacy.Box, error)
	Open(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, field string, sealed []byte) (string, error)
	Person(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) (privacy.Person, error)
	Destroy(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) error
}

// Timers sets durable timers; *clock.Clock is one.
type Timers interface {
	Set(ctx context.Context, t tx.Tx, tm clock.Timer) error
}

// Config says who speaks.
type Config struct {
	// Brand is the name at the head of each message, by language.
	Brand map[i18n.Lang]string
	// LinkBase is the address before the token: "https://service.example.com/s/".
	LinkBase string
}

// Messages writes messages. It is safe for concurrent use.
type Messages struct {
	run       tx.Runner
	store     MessageStore
	endpoints *Endpoints
	keeper    Keeper
	links     Linker
	directory Directory
	source    casefile.Source
	config    Config
	log       *slog.Logger
}

// NewMessages makes the writer of messages. directory may be nil.
func NewMessages(run tx.Runner, store MessageStore, endpoints *Endpoints, keeper Keeper, links Linker, directory Directory, source casefile.Source,
	config Config, log *slog.Logger) *Messages {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Messages{run, store, endpoints, keeper, links, directory, source, config, log}
}

// The sealed fields of a message, under the key of the person it is about.
const (
	fieldTo   = "message.to"
	fieldBody = "message.body"
)

// textPrefix is the part of the catalogue with the templates, claimPrefix the one with those whose name begins with "claim_"; "update" stands in for one that is unknown or
// cannot be filled.
const (
	textPrefix  = "notify.text."
	claimPrefix = "claim_message.text."
	ofClaim     = "claim_"
	fallback    = "update"
)

// textKey is where the words of a template are.
func textKey(template string) string {
	if name, ok := strings.CutPrefix(template, ofClaim); ok {
		return claimPrefix + name
	}
	return textPrefix + template
}

// Templates lists the templates of the catalogue.
func Templates() []string {
	var out []string
	for _, k := range i18n.Keys() {
		if name, ok := strings.CutPrefix(k, textPrefix); ok {
			out = append(out, name)
		}
		if name, ok := strings.CutPrefix(k, claimPrefix); ok {
			out = append(out, ofClaim+name)
		}
	}
	return out
}

// Queue writes a message in the caller's transaction and tells the webhooks that want its kind. A template that is not known or not filled becomes
// the general "there is news": a wrong text must not undo a repair. A customer who was erased is not told anything.
func (m *Messages) Queue(ctx context.Context, t tx.Tx, msg Message) error {
	ev := Event{Tenant: msg.Tenant, Type: "message." + msg.Template, Case: msg.Case, Visit: msg.Visit, Offer: msg.Offer, Audience: string(msg.To)}
	targets, err := m.endpoints.targets(ctx, t, msg.Tenant, ev.Type)
	if err != nil {
		return err
	}
	if msg.To != ToDesk && msg.To != ToMerchant {
		id := m.source.NewID()
		switch how, err := m.write(ctx, t, msg, id, len(targets) > 0); {
		case err != nil:
			return err
		case how == repeated:
			return nil
		case how == written:
			ev.ID = id
		}
	}
	for _, id := range targets {
		if err := m.endpoints.queue(ctx, t, id, ev); err != nil {
			return err
		}
	}
	return nil
}

// outcome of write.
type outcome int

const (
	written  outcome = iota
	repeated         // the same Dedupe key was there
	nobody           // the person was erased, or has no key: there is nobody to seal it for
)

// write stores the message.
func (m *Messages) write(ctx context.Context, t tx.Tx, msg Message, id casefile.ID, told bool) (outcome, error) {
	row := MessageRow{
		Tenant: msg.Tenant, ID: id, Case: msg.Case, Channel: Mailbox, Template: msg.Template, Lang: msg.Lang, Dedupe: msg.Dedupe, Created: m.source.Now(),
	}
	if told {
		row.Channel = Webhook
	} else {
		row.Delivered = row.Created
	}
	phone, err := m.recipient(ctx, t, msg, &row)
	if err == nil {
		err = m.fill(ctx, t, msg, phone, &row)
	}
	switch {
	case casefile.Is(err, casefile.NotFound): // privacy.ErrErased is one
		return nobody, nil
	case err != nil:
		return nobody, err
	}
	fresh, err := m.store.InsertMessage(ctx, t, row)
	if err == nil && !fresh {
		return repeated, nil
	}
	return written, err
}

// fill renders the words and seals them and the number.
func (m *Messages) fill(ctx context.Context, t tx.Tx, msg Message, phone privacy.Phone, row *MessageRow) error {
	words, err := m.render(ctx, t, msg)
	if err != nil {
		return err
	}
	var box *privacy.Box
	if msg.Known != nil {
		box = msg.Known.Box
	} else if box, err = m.keeper.For(ctx, t, row.Tenant, row.Subject); err != nil {
		return err
	}
	if row.To, err = box.Seal(fieldTo, phone.Clear()); err != nil {
		return err
	}
	row.Body, err = box.Seal(fieldBody, words)
	return err
}

// recipient finds the phone and whose key seals the message.
func (m *Messages) recipient(ctx context.Context, t tx.Tx, msg Message, row *MessageRow) (privacy.Phone, error) {
	if msg.To == ToTechnician {
		row.Subject = msg.Technician
		if m.directory == nil {
			return privacy.Phone{}, nil
		}
		return m.directory.TechnicianPhone(ctx, t, msg.Tenant, msg.Technician)
	}
	row.Subject = msg.Subject
	if msg.Known != nil {
		return msg.Known.Phone, nil
	}
	p, err := m.keeper.Person(ctx, t, msg.Tenant, msg.Subject)
	if err == nil && !p.Erased.IsZero() {
		err = privacy.ErrErased
	}
	return p.Phone, err
}

func erased(err error) bool {
	return err == privacy.ErrErased //nolint:errorlint // Keeper answers the value itself
}

// render makes the words.
func (m *Messages) render(ctx context.Context, t tx.Tx, msg Message) (string, error) {
	lang, _ := i18n.ParseLang(msg.Lang)
	p := i18n.Printer{Lang: lang, Now: m.source.Now()}
	args := map[string]any{"brand": m.config.Brand[lang], "number": msg.Number.String()}
	for k, v := range msg.Args {
		if v = said(p, v); v != nil {
			args[k] = v
		}
	}
	key := textKey(msg.Template)
	known := i18n.Has(key)
	if !known {
		key = textPrefix + fallback
	}
	if msg.To == ToCustomer && wantsLink(lang, key) {
		token, err := m.link(ctx, t, msg)
		if err != nil {
			return "", err
		}
		args["link"] = m.config.LinkBase + token
	}
	text := p.TMap(key, args)
	if known && !open(text) {
		return text, nil
	}
	if known && key != textPrefix+fallback {
		// A value was missing. The words go out without it rather than with a hole.
		msg.Template = fallback
		m.log.LogAttrs(ctx, slog.LevelError, "message template not filled", slog.String("template", key))
		return m.render(ctx, t, msg)
	}
	if !known {
		m.log.LogAttrs(ctx, slog.LevelError, "message template unknown", slog.String("template", msg.Template))
	}
	return text, nil
}

func (m *Messages) link(ctx context.Context, t tx.Tx, msg Message) (string, error) {
	if msg.Known != nil && msg.Known.Link != "" {
		return msg.Known.Link, nil
	}
	return m.links.Issue(ctx, t, msg.Tenant, msg.Case)
}

func wantsLink(l i18n.Lang, key string) bool { return strings.Contains(i18n.T(l, key), "{link}") }

// open reports a placeholder that was not filled.
func open(text string) bool { return strings.ContainsAny(text, "{}") }

// said puts a value into words of the language; a time that is not known is no value.
func said(p i18n.Printer, v any) any {
	switch v := v.(type) {
	case time.Time:
		if v.IsZero() {
			return nil
		}
		return p.Time(v)
	case [2]time.Time:
		if v[0].IsZero() || v[1].IsZero() {
			return nil
		}
		return p.Window(v[0], v[1])
	case casefile.Fen:
		return p.Money(int64(v))
	case casefile.Number:
		return v.String()
	}
	return v
}

// SendCode sends a code to the phone of a case's customer; it implements party.CodeSender.
func (m *Messages) SendCode(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, subject casefile.ID, lang, code string) error {
	return m.Queue(ctx, t, Message{
		Tenant: tenant, Case: caseID, To: ToCustomer, Subject: subject, Template: "phone_code", Lang: lang, Args: map[string]any{"code": code},
	})
}

// Outgoing is one message in clear, for the gateway that sends it.
type Outgoing struct {
	ID, Case casefile.ID
	Template string
	Lang     string
	Phone    privacy.Phone
	Text     privacy.Words
	Created  time.Time
}

// Outgoing opens one message. The caller has asked the policies (message.read) and writes the access log. An erased person's message is not_found.
func (m *Messages) Outgoing(ctx context.Context, tenant casefile.Tenant, id casefile.ID) (Outgoing, error) {
	var out Outgoing
	err := m.run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		row, err := m.store.Message(ctx, t, tenant, id)
		if err != nil {
			return err
		}
		phone, err := m.keeper.Open(ctx, t, tenant, row.Subject, fieldTo, row.To)
		if err != nil {
			return err
		}
		body, err := m.keeper.Open(ctx, t, tenant, row.Subject, fieldBody, row.Body)
		out = Outgoing{row.ID, row.Case, row.Template, row.Lang, privacy.NewPhone(phone), privacy.NewWords(body), row.Created}
		return err
	})
	return out, err
}

// Delivered notes that a gateway has sent a message.
func (m *Messages) Delivered(ctx context.Context, tenant casefile.Tenant, id casefile.ID) error {
	return m.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		if _, err := m.store.Message(ctx, t, tenant, id); err != nil {
			return err
		}
		return m.store.SetDelivered(ctx, t, tenant, id, m.source.Now())
	})
}

// Mail is a message as the development mailbox shows it.
type Mail struct {
	ID, Case  casefile.ID
	Number    casefile.Number
	To        privacy.Phone // prints masked
	Body      privacy.Words
	Template  string
	Lang      string
	Channel   Channel
	Created   time.Time
	Delivered time.Time
	// Erased messages have neither To nor Body.
	Erased bool
}

// MailPage is a page of the mailbox, newest first. Next is where the following page begins, the zero Cursor at the end.
type MailPage struct {
	Mails []Mail
	Next  Cursor
}

// List shows the messages of a tenant before a cursor (zero: the newest), at most limit (1 to 200).
func (m *Messages) List(ctx context.Context, tenant casefile.Tenant, before Cursor, limit int) (MailPage, error) {
	limit = min(max(limit, 1), 200)
	if before.At.IsZero() {
		before = Cursor{m.source.Now().Add(24 * time.Hour), casefile.ID{15: 1}}
	}
	var page MailPage
	err := m.run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		rows, err := m.store.Messages(ctx, t, tenant, before, limit+1)
		if err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			page.Next = Cursor{rows[limit-1].Created, rows[limit-1].ID}
		}
		page.Mails, err = m.open(ctx, t, rows)
		return err
	})
	return page, err
}

// OfCase shows the messages of a case, newest first, at most 200: what a customer sees under "what is stored about me".
func (m *Messages) OfCase(ctx context.Context, tenant casefile.Tenant, caseID casefile.ID) (mails []Mail, err error) {
	err = m.run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		rows, err := m.store.MessagesOfCase(ctx, t, tenant, caseID, 200)
		if err == nil {
			mails, err = m.open(ctx, t, rows)
		}
		return err
	})
	return mails, err
}

func (m *Messages) open(ctx context.Context, t tx.Tx, rows []MessageRow) ([]Mail, error) {
	out := make([]Mail, 0, len(rows))
	for _, r := range rows {
		mail := Mail{
			ID: r.ID, Case: r.Case, Number: r.Number, Template: r.Template, Lang: r.Lang, Channel: r.Channel, Created: r.Created, Delivered: r.Delivered,
		}
		to, err := m.keeper.Open(ctx, t, r.Tenant, r.Subject, fieldTo, r.To)
		if err == nil {
			var body string
			body, err = m.keeper.Open(ctx, t, r.Tenant, r.Subject, fieldBody, r.Body)
			mail.To, mail.Body = privacy.NewPhone(to), privacy.NewWords(body)
		}
		if mail.Erased = erased(err); err != nil && !mail.Erased {
			return nil, err
		}
		out = append(out, mail)
	}
	return out, nil
}

// Sweep removes messages older than keep.
func (m *Messages) Sweep(ctx context.Context, tenant casefile.Tenant, keep time.Duration) error {
	return m.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		_, err := m.store.DeleteMessagesBefore(ctx, t, tenant, m.source.Now().Add(-keep))
		return err
	})
}

// payload writes an outbox payload; it holds ids and codes only.
func payload(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("{}") // a struct of ids and texts always encodes
	}
	return b
}

// KnownTemplate reports whether the template has words of its own.
func KnownTemplate(name string) bool { return slices.Contains(Templates(), name) }
