package notify_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/notify"
	"anxin/internal/tx"
)

func openGuard() *notify.Guard { return notify.NewGuard(notify.GuardOptions{Allow: local}) }

// filled has a value for each placeholder a template may use.
func filled(p *place) map[string]any {
	from := p.source.Now().Add(2 * time.Hour)
	return map[string]any{
		"from": from, "to": from.Add(time.Hour), "technician": "王示例", "code": "HM-1042", "window": [2]time.Time{from, from.Add(40 * time.Minute)}, "total": casefile.Fen(12800), "minutes": 3,
	}
}

// Every template, in both languages, can be filled and stays a short message.
func TestEveryTemplateCanBeFilled(t *testing.T) {
	each(t, openGuard(), func(t *testing.T, p *place) {
		for _, lang := range []string{"zh", "en"} {
			c := p.newCase(lang)
			for _, template := range notify.Templates() {
				p.queue(c, template, filled(p))
			}
			mails, err := p.messages.OfCase(ctx, tenant, c.ID)
			check(t, err)
			if len(mails) != len(notify.Templates()) {
				t.Fatalf("%d messages of %d templates", len(mails), len(notify.Templates()))
			}
			for _, m := range mails {
				text := m.Body.Clear()
				if strings.ContainsAny(text, "{}") || strings.Contains(text, "notify.") || len([]rune(text)) > 280 || lang == "zh" && !strings.HasPrefix(text, "【禾木家电】") {
					t.Errorf("%s %s: %s", lang, m.Template, text)
				}
				if m.To.Clear() != "19900000001" || m.To.String() != "199****0001" || m.Number != c.Number || m.Channel != notify.Mailbox || m.Delivered.IsZero() {
					t.Errorf("%s: %+v", m.Template, m)
				}
			}
		}
	})
}

func TestWordsOfAMessage(t *testing.T) {
	each(t, openGuard(), func(t *testing.T, p *place) {
		c := p.newCase("zh")
		p.queue(c, "rescheduled", filled(p))
		mails, err := p.messages.OfCase(ctx, tenant, c.ID)
		check(t, err)
		text := mails[0].Body.Clear()
		before, link, _ := strings.Cut(text, "https://service.example.com/s/")
		if before != "【禾木家电】上门时间改为 今天 16:05-16:45，编号 "+c.Number.String()+"。不合适请告诉我们：" || len(link) != 22 {
			t.Errorf("%q %q", before, link)
		}
	})
}

// A wrong template or a missing value must not undo the act, nor send a text with holes.
func TestTemplateThatDoesNotFitBecomesNews(t *testing.T) {
	each(t, openGuard(), func(t *testing.T, p *place) {
		c := p.newCase("zh")
		p.queue(c, "rescheduled", nil)
		p.queue(c, "rescheduled", map[string]any{"window": [2]time.Time{}})
		p.queue(c, "no_such_template", nil)
		mails, err := p.messages.OfCase(ctx, tenant, c.ID)
		check(t, err)
		for _, m := range mails {
			if !strings.Contains(m.Body.Clear(), "有新进展") {
				t.Errorf("%s: %s", m.Template, m.Body.Clear())
			}
		}
		if len(mails) != 3 {
			t.Errorf("%d messages", len(mails))
		}
	})
}

func TestMessagesAreSealedAndErased(t *testing.T) {
	each(t, openGuard(), func(t *testing.T, p *place) {
		c := p.newCase("zh")
		p.queue(c, "receipt", nil)
		var dump bytes.Buffer
		check(t, p.db.Dump(ctx, &dump))
		for _, secret := range []string{"19900000001", "0000001", "service.example.com/s/", "张示例"} {
			if strings.Contains(dump.String(), secret) {
				t.Errorf("%q is in the database in clear", secret)
			}
		}
		p.write(func(ctx context.Context, x tx.Tx) error { return p.keeper.Destroy(ctx, x, tenant, c.Subject) })
		mails, err := p.messages.OfCase(ctx, tenant, c.ID)
		check(t, err)
		if len(mails) != 1 || !mails[0].Erased || mails[0].Body.Clear() != "" || mails[0].To.Clear() != "" {
			t.Errorf("after erasure: %+v", mails)
		}
		_, err = p.messages.Outgoing(ctx, tenant, mails[0].ID)
		if !casefile.Is(err, casefile.NotFound) {
			t.Errorf("gateway reads an erased message: %v", err)
		}
		p.queue(c, "update", nil) // nobody is left to tell, and that is no error
		if mails, err = p.messages.OfCase(ctx, tenant, c.ID); err != nil || len(mails) != 1 {
			t.Errorf("an erased person was written to: %v", err)
		}
	})
}

func TestMailboxPages(t *testing.T) {
	each(t, openGuard(), func(t *testing.T, p *place) {
		c := p.newCase("zh")
		for i := range 7 {
			p.write(func(ctx context.Context, x tx.Tx) error {
				m := message(c, "receipt", nil)
				m.Dedupe = []string{"", "", "", "once", "once", "", ""}[i]
				return p.messages.Queue(ctx, x, m)
			})
			if i%2 == 0 {
				p.advance(time.Second)
			}
		}
		seen := map[casefile.ID]bool{}
		var cursor notify.Cursor
		for range 10 {
			page, err := p.messages.List(ctx, tenant, cursor, 2)
			check(t, err)
			for _, m := range page.Mails {
				seen[m.ID] = true
			}
			if cursor = page.Next; cursor.At.IsZero() {
				break
			}
		}
		if len(seen) != 6 {
			t.Errorf("%d messages on the pages, want 6 (one of seven was a repetition)", len(seen))
		}
		if page, err := p.messages.List(ctx, tenant+1000, notify.Cursor{}, 10); err != nil || len(page.Mails) != 0 {
			t.Errorf("another tenant reads them: %v %v", page, err)
		}
		check(t, p.messages.Sweep(ctx, tenant, 24*time.Hour))
		p.advance(25 * time.Hour)
		check(t, p.messages.Sweep(ctx, tenant, 24*time.Hour))
		if page, err := p.messages.List(ctx, tenant, notify.Cursor{}, 10); err != nil || len(page.Mails) != 0 {
			t.Errorf("not swept: %v %v", page, err)
		}
	})
}

func TestSendCode(t *testing.T) {
	each(t, openGuard(), func(t *testing.T, p *place) {
		c := p.newCase("en")
		p.write(func(ctx context.Context, x tx.Tx) error {
			return p.messages.SendCode(ctx, x, tenant, c.ID, c.Subject, "en", "123456")
		})
		mails, err := p.messages.OfCase(ctx, tenant, c.ID)
		check(t, err)
		if got := mails[0].Body.Clear(); !strings.Contains(got, "123456") || strings.Contains(got, "/s/") {
			t.Error(got)
		}
		out, err := p.messages.Outgoing(ctx, tenant, mails[0].ID)
		check(t, err)
		if out.Phone.Clear() != "19900000001" || out.Text.Clear() != mails[0].Body.Clear() {
			t.Errorf("%v", out)
		}
		if _, err = p.messages.Outgoing(ctx, tenant+1000, mails[0].ID); !casefile.Is(err, casefile.NotFound) {
			t.Errorf("another tenant reads a message: %v", err)
		}
	})
}

func TestTemplatesExist(t *testing.T) {
	if len(notify.Templates()) < 20 || !notify.KnownTemplate("receipt") || notify.KnownTemplate("x") {
		t.Error(notify.Templates())
	}
	for _, name := range notify.Templates() {
		for _, l := range i18n.Langs() {
			key := "notify.text." + name
			if claim, ok := strings.CutPrefix(name, "claim_"); ok {
				key = "claim_message.text." + claim
			}
			if !strings.Contains(i18n.T(l, key), "{brand}") {
				t.Errorf("%s %s does not say who writes", l, name)
			}
		}
	}
}
