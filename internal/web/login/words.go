package login

import (
	"fmt"
	"strings"

	"github.com/skip2/go-qrcode"

	"anxin/internal/i18n"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

func codeInput(pg ui.Page, err, hint string) ui.Input {
	return ui.Input{
		Name: "code", Label: pg.T("login.code"), Hint: hint, Error: err, Autocomplete: "one-time-code", MaxLength: 20, Class: "input-code",
	}
}

func joinTitle(pg ui.Page, v JoinView) string {
	switch v.Purpose {
	case "first_admin":
		return pg.T("login.setup_title")
	case "reset":
		return pg.T("login.reset_title")
	}
	return pg.T("login.invite_title")
}

func joinLead(pg ui.Page, v JoinView) string {
	switch v.Purpose {
	case "first_admin":
		return pg.T("login.setup_lead")
	case "reset":
		return pg.T("login.reset_lead", "login", v.Login)
	}
	return pg.T("login.invite_lead", "name", v.Name, "login", v.Login)
}

func roleChoices(pg ui.Page, v AccountView) ui.Choices {
	c := ui.Choices{Name: "role", Legend: pg.T("login.role_title"), Hint: pg.T("login.role_hint")}
	for _, r := range v.Roles {
		c.Items = append(c.Items, ui.Choice{Value: string(r), Text: staff.Word(pg.P, "role", string(r)), On: r == v.Role})
	}
	return c
}

// failedPart is the form of the account page that failed; at most one did.
func failedPart(v AccountView) ui.Form {
	if v.Code.Failed() {
		return v.Code
	}
	return v.Password
}

func demoTable(pg ui.Page, logins []DemoLogin) ui.Table {
	t := ui.Table{
		Caption: pg.T("login.demo_title"),
		Columns: []ui.Column{{Title: pg.T("login.role_title")}, {Title: pg.T("login.demo_login")}, {Title: pg.T("login.demo_password")}},
	}
	for _, d := range logins {
		t.Rows = append(t.Rows, []ui.Cell{{Body: demoRole(pg, d), Header: true}, ui.Text(d.Login), ui.Text(d.Password)})
	}
	return t
}

func sessionTable(pg ui.Page, rows []SessionRow) ui.Table {
	t := ui.Table{
		Caption: pg.T("login.sessions_title"), HideCaption: true,
		Columns: []ui.Column{{Title: pg.T("login.session_label")}, {Title: pg.T("login.session_since")}, {Title: pg.T("login.session_seen")}, {Title: pg.T("login.session_end")}},
	}
	for _, s := range rows {
		if s.Label == "" {
			s.Label = pg.T("login.unknown_device")
		}
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: s.Label, Header: true}, {Body: sessionTime(pg, s, true)}, {Body: sessionTime(pg, s, false)}, {Body: sessionEnd(pg, s)},
		})
	}
	return t
}

func mailTo(pg ui.Page, m Mail) string {
	if m.To == "" {
		return pg.T("login.mailbox_no_phone")
	}
	return m.To
}

func htmlLang(lang string) string {
	l, _ := i18n.ParseLang(lang)
	return l.HTML()
}

func qrBox(q QR) string { return fmt.Sprintf("0 0 %d %d", q.Size, q.Size) }

// qrOf draws a text as a QR code. Runs of dark squares of a row become one stroke of the path.
func qrOf(text string) (QR, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return QR{}, err
	}
	bitmap := code.Bitmap()
	var b strings.Builder
	for y, row := range bitmap {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			from := x
			for x < len(row) && row[x] {
				x++
			}
			fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from, y, x-from, x-from)
		}
	}
	return QR{b.String(), len(bitmap)}, nil
}

// browserLabel names a browser and its system in two words, for the list of one's own sessions; the full text would identify people.
func browserLabel(userAgent string) string {
	if len(userAgent) > 1000 {
		userAgent = userAgent[:1000]
	}
	find := func(pairs [][2]string) string {
		for _, p := range pairs {
			if strings.Contains(userAgent, p[0]) {
				return p[1]
			}
		}
		return ""
	}
	browser := find([][2]string{
		{"MicroMessenger", "WeChat"}, {"DingTalk", "DingTalk"}, {"AlipayClient", "Alipay"}, {"Edg", "Edge"}, {"HuaweiBrowser", "Huawei Browser"},
		{"UCBrowser", "UC"}, {"QQBrowser", "QQ Browser"}, {"MiuiBrowser", "Mi Browser"}, {"Firefox", "Firefox"}, {"Chrome", "Chrome"}, {"Safari", "Safari"},
	})
	system := find([][2]string{
		{"HarmonyOS", "HarmonyOS"}, {"OpenHarmony", "HarmonyOS"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"},
		{"Mac OS X", "macOS"}, {"Linux", "Linux"},
	})
	switch {
	case browser == "":
		return system
	case system == "":
		return browser
	}
	return browser + " · " + system
}
