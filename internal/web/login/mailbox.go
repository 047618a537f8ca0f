package login

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"regexp"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/notify"
	"anxin/internal/party"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// Messages lists what was sent; *notify.Messages does.
type Messages interface {
	List(ctx context.Context, tenant casefile.Tenant, before notify.Cursor, limit int) (notify.MailPage, error)
}

// AccessLog keeps that somebody looked; *party.AccessLog does.
type AccessLog interface {
	Add(ctx context.Context, a casefile.Actor, e party.Entry) error
}

// MailboxPages shows what would be sent by SMS: to everybody in the demo, else to administrators, with private links and codes blacked out and a line in
// the access log.
type MailboxPages struct {
	Site     *ui.Site
	Messages Messages
	Access   AccessLog
	Edge     *staff.Edge
	Tenant   casefile.Tenant
	Demo     bool
}

const mailsPerPage = 30

// MailboxPath is where the mailbox is.
const MailboxPath = "/mailbox"

// Mount adds the route. Outside the demo the mux must be behind guard.Sessions.
func (m *MailboxPages) Mount(mux *http.ServeMux) {
	if !m.Demo {
		m.Edge.Mount(mux, []staff.Route{{Pattern: "GET " + MailboxPath, Nav: MailboxPath, Action: party.ViewMailbox, Do: m.forAdmins}})
		return
	}
	mux.HandleFunc("GET "+MailboxPath, func(w http.ResponseWriter, r *http.Request) {
		pg := m.Site.NewPage(r)
		v, err := m.view(r)
		if err != nil {
			ui.Fail(w, r, pg, err)
			return
		}
		ui.Render(w, r, http.StatusOK, MailboxPage(pg, v))
	})
}

func (m *MailboxPages) forAdmins(q *staff.Request) error {
	v, err := m.view(q.Request)
	if err != nil {
		return err
	}
	if err := m.Access.Add(q.Context(), q.Actor, party.Entry{Action: party.LogOpen, Field: "mailbox"}); err != nil {
		return err
	}
	return q.Render(http.StatusOK, MailboxPage(narrow(q.Page()), v))
}

func (m *MailboxPages) view(r *http.Request) (MailboxView, error) {
	page, err := m.Messages.List(r.Context(), m.Tenant, parseCursor(r.URL.Query().Get("before")), mailsPerPage)
	if err != nil {
		return MailboxView{}, err
	}
	v := MailboxView{Demo: m.Demo}
	if c := cursorText(page.Next); c != "" {
		v.Next = MailboxPath + "?before=" + c
	}
	for _, mail := range page.Mails {
		x := Mail{At: mail.Created, To: mail.To.String(), Template: mail.Template, Text: mail.Body.Clear(), Lang: mail.Lang, Erased: mail.Erased}
		if mail.Number != "" {
			x.Number = mail.Number.String()
		}
		if m.Demo {
			x.Link = privateLink.FindString(x.Text)
		} else {
			x.Text = blackOut(x.Text)
		}
		v.Mails = append(v.Mails, x)
	}
	return v, nil
}

var (
	privateLink = regexp.MustCompile(`/s/[A-Za-z0-9_-]{22}\b`)
	codeDigits  = regexp.MustCompile(`\b[0-9]{6}\b`)
	privateTail = regexp.MustCompile(`/s/[A-Za-z0-9_-]+`)
	blacked     = "••••••"
)

// blackOut takes what opens something out of a text: links and codes. Case numbers keep their digits; they open nothing.
func blackOut(text string) string {
	return codeOutsideNumbers(privateTail.ReplaceAllString(text, "/s/"+blacked))
}

// codeOutsideNumbers blacks out groups of six digits that are not the date in a case number such as 261124-48391-7.
func codeOutsideNumbers(text string) string {
	var out []byte
	last := 0
	for _, at := range codeDigits.FindAllStringIndex(text, -1) {
		if at[1] < len(text) && text[at[1]] == '-' {
			continue
		}
		out = append(append(out, text[last:at[0]]...), blacked...)
		last = at[1]
	}
	return string(append(out, text[last:]...))
}

func cursorText(c notify.Cursor) string {
	if c.At.IsZero() {
		return ""
	}
	b := binary.BigEndian.AppendUint64(nil, uint64(c.At.UnixMicro()))
	return base64.RawURLEncoding.EncodeToString(append(b, c.ID[:]...))
}

// parseCursor reads what cursorText wrote; anything else is the newest message.
func parseCursor(s string) notify.Cursor {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != 24 {
		return notify.Cursor{}
	}
	return notify.Cursor{At: time.UnixMicro(int64(binary.BigEndian.Uint64(b))).UTC(), ID: casefile.ID(b[8:])}
}
