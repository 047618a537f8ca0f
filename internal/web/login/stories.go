package login

import (
	"time"

	"github.com/a-h/templ"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// say chooses between two languages for canned data.
func say(pg ui.Page, zh, en string) string {
	if pg.P.Lang == i18n.EN {
		return en
	}
	return zh
}

// Stories are the pages with canned data about invented people.
func Stories() []ui.Story {
	bare := func(name, note string, d func(pg ui.Page) templ.Component) ui.Story {
		return ui.Story{Area: "login", Name: name, Note: note, Render: func(pg ui.Page) templ.Component {
			pg.Staff, pg.Bare = true, true
			return d(pg)
		}}
	}
	inside := func(name, note string, d func(pg ui.Page) templ.Component) ui.Story {
		return ui.Story{Area: "login", Name: name, Note: note, Render: func(pg ui.Page) templ.Component {
			return d(narrow(staff.Frame{Name: say(pg, "林晓", "Lin Xiao"), Role: casefile.Dispatcher, Others: true, Account: "/account"}.Page(pg, "/account")))
		}}
	}
	qr, err := qrOf("otpauth://totp/" + "example?secret=EXAMPLE2EXAMPLE3EXAMPLE4EXAMPLE5&issuer=example")
	if err != nil {
		qr = QR{Size: 1}
	}
	return []ui.Story{
		bare("login", "", func(pg ui.Page) templ.Component { return LogInPage(pg, LogInView{}) }),
		bare("login-demo", "the demo shows its accounts", func(pg ui.Page) templ.Component {
			return LogInPage(pg, LogInView{NoTOTP: true, LoggedOut: true, Demo: []DemoLogin{
				{Login: "agent", Password: "demo demo demo", Role: casefile.Agent}, {Login: "hm-1042", Password: "demo demo demo", Role: casefile.Technician},
			}})
		}),
		bare("login-wrong", "the same words for every reason", func(pg ui.Page) templ.Component {
			v := LogInView{Login: "lin.xiao"}
			v.Form.Add("", pg.T("party.error.credentials"))
			return LogInPage(failed(pg), v)
		}),
		bare("login-wait", "", func(pg ui.Page) templ.Component {
			v := LogInView{Login: "lin.xiao"}
			v.Form.Add("", pg.T("login.wait", "d", pg.P.Duration(2*time.Minute)))
			return LogInPage(failed(pg), v)
		}),
		bare("code", "", func(pg ui.Page) templ.Component { return CodePage(pg, CodeView{}) }),
		bare("code-wrong", "", func(pg ui.Page) templ.Component {
			var v CodeView
			v.Form.Add("code", pg.T("party.error.code"))
			return CodePage(failed(pg), v)
		}),
		bare("enrol", "", func(pg ui.Page) templ.Component {
			return EnrolPage(pg, EnrolView{Action: "/login/enrol", Secret: "EXAM PLE2 EXAM PLE3 EXAM PLE4 EXAM PLE5", QR: qr})
		}),
		bare("recovery", "shown once", func(pg ui.Page) templ.Component {
			return RecoveryPage(pg, RecoveryView{Codes: []string{"k3v9q-2m7xd", "8hcwn-p4r0t", "zz1y6-gj5sb"}, Next: "/desk"})
		}),
		bare("setup", "the link printed at first start", func(pg ui.Page) templ.Component {
			return JoinPage(pg, JoinView{Token: "x", Purpose: "first_admin", Login: "admin"})
		}),
		bare("setup-wrong", "", func(pg ui.Page) templ.Component {
			v := JoinView{Token: "x", Purpose: "first_admin", Login: "admin", Name: say(pg, "林晓", "Lin Xiao")}
			v.Form.Add("password", pg.T("party.error.password_known"))
			return JoinPage(failed(pg), v)
		}),
		bare("invite", "", func(pg ui.Page) templ.Component {
			return JoinPage(pg, JoinView{Token: "x", Purpose: "invite", Login: "lin.xiao", Name: say(pg, "林晓", "Lin Xiao")})
		}),
		bare("reset", "", func(pg ui.Page) templ.Component {
			return JoinPage(pg, JoinView{Token: "x", Purpose: "reset", Login: "lin.xiao"})
		}),
		inside("account", "", func(pg ui.Page) templ.Component { return AccountPage(pg, demoAccount(pg)) }),
		inside("account-wrong", "", func(pg ui.Page) templ.Component {
			v := demoAccount(pg)
			v.TOTP = false
			v.Password.Add("old", pg.T("party.error.old_password"))
			return AccountPage(failed(pg), v)
		}),
		{Area: "login", Name: "mailbox", Note: "what would be sent by SMS", Render: func(pg ui.Page) templ.Component { return MailboxPage(pg, demoMailbox(pg)) }},
		{Area: "login", Name: "mailbox-empty", Render: func(pg ui.Page) templ.Component { return MailboxPage(pg, MailboxView{}) }},
	}
}

func failed(pg ui.Page) ui.Page {
	pg.Failed = true
	return pg
}

func demoAccount(pg ui.Page) AccountView {
	now := pg.P.Now
	return AccountView{
		Name: say(pg, "林晓", "Lin Xiao"), Login: "lin.xiao", Roles: []casefile.Role{casefile.Dispatcher, casefile.Technician}, Role: casefile.Dispatcher,
		TOTP: true, Required: true, Sessions: []SessionRow{
			{ID: "a", Label: "Firefox · Windows", Since: now.Add(-3 * time.Hour), Seen: now, Current: true},
			{ID: "b", Label: "WeChat · Android", Since: now.Add(-20 * time.Hour), Seen: now.Add(-90 * time.Minute)},
		},
	}
}

func demoMailbox(pg ui.Page) MailboxView {
	now := pg.P.Now
	text := say(pg, "【禾木家电】已受理您的报修，编号 261124-48391-7。", "[Hemu Home] We have your request, number 261124-48391-7.")
	return MailboxView{Demo: true, Next: "/mailbox?before=x", Mails: []Mail{
		{At: now.Add(-2 * time.Minute), To: "199****0001", Number: "261124-48391-7", Template: "receipt", Text: text, Lang: string(pg.P.Lang), Link: "/s/example"},
		{At: now.Add(-2 * time.Hour), Number: "261124-20717-4", Template: "update", Erased: true},
	}}
}
