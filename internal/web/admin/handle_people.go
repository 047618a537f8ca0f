package admin

import (
	"net/http"
	"slices"
	"strings"

	"anxin/internal/casefile"
	"anxin/internal/notify"
	"anxin/internal/party"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

const accountsPerPage = 100

func (p *Pages) accounts(q *staff.Request) error {
	after := q.URL.Query().Get("after")
	rows, err := p.Accounts.List(q.Context(), q.Actor, staff.Clean(after, 64), accountsPerPage+1)
	if err != nil {
		return err
	}
	var v Accounts
	if len(rows) > accountsPerPage {
		rows = rows[:accountsPerPage]
		v.Next = rows[len(rows)-1].Login
	}
	for _, r := range rows {
		v.Rows = append(v.Rows, AccountRow{ID: r.ID, Login: r.Login, Name: r.Name, Roles: roleNames(r.Roles), State: string(r.State), SecondFactor: r.SecondFactor, Locked: r.LockedUntil, Seen: r.Seen})
	}
	return q.Render(http.StatusOK, AccountsPage(q.Done("admin.done."), v))
}

func roleNames(roles []casefile.Role) []string {
	var out []string
	for _, r := range roles {
		out = append(out, string(r))
	}
	return out
}

// accountID is the account of the path; Nil on the page of a new one.
func accountID(q *staff.Request) casefile.ID {
	id, _ := casefile.ParseID(q.PathValue("id"))
	return id
}

func (p *Pages) accountForm(q *staff.Request) error {
	v, err := p.accountView(q, accountID(q))
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, AccountPage(q.Done("admin.done."), v))
}

// offered are the roles that an account can be given here; merchants only where there is one that it can belong to.
var offered = []casefile.Role{casefile.Agent, casefile.Dispatcher, casefile.Technician, casefile.Reviewer, casefile.Merchant, casefile.Admin}

func (p *Pages) accountView(q *staff.Request, id casefile.ID) (Account, error) {
	pr := q.P()
	v := Account{ID: id, Idem: q.Idem()}
	var have []casefile.Role
	technician, merchant := "", ""
	if !id.IsNil() {
		a, err := p.Accounts.Get(q.Context(), q.Actor, id)
		if err != nil {
			return v, err
		}
		v.Login, v.Name, v.State, v.SecondFactor, v.Locked, v.Created, v.Seen = a.Login, a.Name, string(a.State), a.SecondFactor, a.LockedUntil, a.Created, a.Seen
		v.Own, have, technician, merchant = id == q.Actor.ID, a.Roles, a.Technician.String(), a.Merchant.String()
	}
	shops, err := p.merchantChoices(q)
	if err != nil {
		return v, err
	}
	v.Merchants = withOn(shops, merchant)
	for _, r := range offered {
		if r == casefile.Merchant && len(shops) == 0 {
			continue
		}
		v.Roles = append(v.Roles, ui.Choice{Value: string(r), Text: staff.Word(pr, "role", string(r)), Hint: pr.T("admin.role." + string(r)), On: slices.Contains(have, r)})
	}
	techs, err := p.technicianChoices(q)
	if err != nil {
		return v, err
	}
	v.Technicians = withOn(techs, technician)
	return v, nil
}

// maxChoices bounds the list of technicians to choose from.
const maxChoices = 1000

func (p *Pages) technicianChoices(q *staff.Request) ([]ui.Choice, error) {
	out := []ui.Choice{{Text: "–"}}
	for after := ""; len(out) < maxChoices; {
		rows, next, err := p.Service.Technicians(q.Context(), q.Actor, after, 200)
		if err != nil {
			return nil, err
		}
		for _, t := range rows {
			out = append(out, ui.Choice{Value: t.ID.String(), Text: t.Name + " " + t.Code})
		}
		if after = next; next == "" {
			break
		}
	}
	return out, nil
}

// merchantChoices are the merchants whose orders are here; none where claims are not used.
func (p *Pages) merchantChoices(q *staff.Request) ([]ui.Choice, error) {
	if p.Merchants == nil {
		return nil, nil
	}
	list, err := p.Merchants(q.Context(), q.Actor)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	out := []ui.Choice{{Text: "–"}}
	for _, m := range list {
		name := m.Name
		if name == "" {
			name = m.ID.String()
		}
		out = append(out, ui.Choice{Value: m.ID.String(), Text: name})
	}
	return out, nil
}

func (p *Pages) saveAccount(q *staff.Request) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	id := accountID(q)
	v, err := p.accountView(q, id)
	if err != nil {
		return err
	}
	var roles []casefile.Role
	for i := range v.Roles {
		v.Roles[i].On = slices.Contains(q.PostForm["roles"], v.Roles[i].Value)
		if v.Roles[i].On {
			roles = append(roles, casefile.Role(v.Roles[i].Value))
		}
	}
	v.Name = q.Text("name", 60)
	technician := q.ID("technician")
	v.Technicians = withOn(v.Technicians, technician.String())
	if !slices.Contains(roles, casefile.Technician) {
		technician = casefile.Nil
	}
	merchant := q.ID("merchant")
	v.Merchants = withOn(v.Merchants, merchant.String())
	if !slices.Contains(roles, casefile.Merchant) {
		merchant = casefile.Nil
	}
	if id.IsNil() {
		v.Login = q.Text("login", 64)
		token, made, err := p.Accounts.Invite(q.Once(), q.Actor, party.NewAccount{Login: v.Login, Name: v.Name, Roles: roles, Technician: technician, Merchant: merchant})
		if err == nil {
			p.wrote(q, "account.invite")
			return p.showLink(q, made, token)
		}
		return p.accountFailed(q, v, err)
	}
	err = staff.Settled(p.Accounts.Change(q.Once(), q.Actor, id, party.AccountChange{Name: v.Name, Roles: roles, Technician: technician, Merchant: merchant}))
	if err != nil {
		return p.accountFailed(q, v, err)
	}
	p.wrote(q, "account.change")
	return q.See(accountPath(v) + "?done=saved")
}

func (p *Pages) accountFailed(q *staff.Request, v Account, err error) error {
	if casefile.IsRepeated(err) {
		// The invitation was made by the first of two clicks, and its link stands on that page; here the account can be found and a new link be made.
		return q.See("/admin/accounts")
	}
	if !staff.Redraws(err) {
		return err
	}
	v.Form = ui.FormOf(q.P(), err)
	return q.Render(ui.StatusOf(err), AccountPage(q.Page(), v))
}

// showLink answers with the account and its one-time link. It is the answer to the form, not a page: it cannot be opened again.
func (p *Pages) showLink(q *staff.Request, id casefile.ID, token string) error {
	v, err := p.accountView(q, id)
	if err != nil {
		return err
	}
	days := 7
	if v.State == string(party.Active) {
		days = 1
	}
	v.Link, v.LinkUntil = p.Join(token), q.P().Day(q.P().Now.AddDate(0, 0, days))
	return q.Render(http.StatusOK, AccountPage(q.Page(), v))
}

func (p *Pages) accountAct(q *staff.Request) error {
	id, err := q.PathID("id")
	if err != nil {
		return err
	}
	if err := q.ParseForm(); err != nil {
		return err
	}
	act := q.PostForm.Get("act")
	done := ""
	switch act {
	case "unlock":
		done, err = "unlocked", p.Accounts.Unlock(q.Context(), q.Actor, id)
	case "totp":
		done, err = "totp", p.Accounts.ResetTOTP(q.Context(), q.Actor, id)
	case "sessions":
		done, err = "sessions", p.Accounts.EndSessions(q.Context(), q.Actor, id)
	case "disable":
		done, err = "disabled", p.Accounts.Disable(q.Context(), q.Actor, id)
	case "enable":
		done, err = "enabled", p.Accounts.Enable(q.Context(), q.Actor, id)
	case "link":
		token, err := p.Accounts.ResetLink(q.Context(), q.Actor, id)
		if err != nil {
			return err
		}
		p.wrote(q, "account.link")
		return p.showLink(q, id, token)
	default:
		return casefile.Fail(casefile.Invalid, "error.invalid")
	}
	if err != nil {
		v, verr := p.accountView(q, id)
		if verr != nil {
			return verr
		}
		return p.accountFailed(q, v, err)
	}
	p.wrote(q, "account."+act)
	return q.See("/admin/accounts/" + id.String() + "?done=" + done)
}

func (p *Pages) keys(q *staff.Request) error {
	v, err := p.keysView(q)
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, KeysPage(q.Done("admin.done."), v))
}

func (p *Pages) keysView(q *staff.Request) (Keys, error) {
	pr := q.P()
	v := Keys{Idem: q.Idem()}
	rows, err := p.Keys.List(q.Context(), q.Actor)
	if err != nil {
		return v, err
	}
	for _, k := range rows {
		row := KeyRow{ID: k.ID, Prefix: k.Prefix, Name: k.Name, Role: string(k.Role), Created: k.Created, Used: k.Used, Revoked: k.Revoked}
		for _, s := range k.Scopes {
			row.Scopes = append(row.Scopes, string(s))
		}
		v.Rows = append(v.Rows, row)
	}
	for _, r := range []casefile.Role{casefile.Agent, casefile.Dispatcher, casefile.Admin} {
		v.Roles = append(v.Roles, ui.Choice{Value: string(r), Text: staff.Word(pr, "role", string(r))})
	}
	for _, s := range party.Scopes() {
		v.Scopes = append(v.Scopes, ui.Choice{Value: string(s), Text: pr.T("admin.scope." + string(s)), Hint: pr.T("admin.scope_text." + string(s))})
	}
	return v, nil
}

func (p *Pages) createKey(q *staff.Request) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	n := party.NewKey{Name: q.Text("name", 80), Role: casefile.Role(q.Code("role"))}
	for _, s := range q.PostForm["scopes"] {
		n.Scopes = append(n.Scopes, party.Scope(staff.CleanCode(s)))
	}
	token, _, err := p.Keys.Create(q.Once(), q.Actor, n)
	if casefile.IsRepeated(err) {
		return q.See("/admin/keys")
	}
	if err != nil && !staff.Redraws(err) {
		return err
	}
	v, verr := p.keysView(q)
	if verr != nil {
		return verr
	}
	if err != nil {
		v.Name, v.Form = n.Name, ui.FormOf(q.P(), err)
		v.Roles = withOn(v.Roles, string(n.Role))
		for i := range v.Scopes {
			v.Scopes[i].On = slices.Contains(n.Scopes, party.Scope(v.Scopes[i].Value))
		}
		return q.Render(ui.StatusOf(err), KeysPage(q.Page(), v))
	}
	p.wrote(q, "key.create")
	v.Secret = token
	return q.Render(http.StatusOK, KeysPage(q.Page(), v))
}

func (p *Pages) revokeKey(q *staff.Request) error {
	id, err := q.PathID("id")
	if err != nil {
		return err
	}
	if err := p.Keys.Revoke(q.Context(), q.Actor, id); err != nil {
		return err
	}
	p.wrote(q, "key.revoke")
	return q.See("/admin/keys?done=revoked")
}

func (p *Pages) webhooks(q *staff.Request) error {
	v, err := p.webhooksView(q)
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, EndpointsPage(q.Done("admin.done."), v))
}

func (p *Pages) webhooksView(q *staff.Request) (Endpoints, error) {
	pr := q.P()
	v := Endpoints{Idem: q.Idem()}
	rows, err := p.Webhooks.List(q.Context(), q.Actor)
	if err != nil {
		return v, err
	}
	for _, e := range rows {
		v.Rows = append(v.Rows, EndpointRow{ID: e.ID, Name: e.Name, URL: strings.TrimPrefix(e.URL, "https://"), Kinds: e.Kinds, State: string(e.State), LastOK: e.LastOK, LastError: e.LastError, Created: e.Created})
	}
	for _, k := range p.Events {
		c := ui.Choice{Value: k, Text: kindWord(pr, k)}
		if c.Text != k {
			c.Hint = k
		}
		v.Kinds = append(v.Kinds, c)
	}
	return v, nil
}

func (p *Pages) createWebhook(q *staff.Request) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	if err := q.Check(party.ChangeEndpoint, party.Resource{Tenant: q.Actor.Tenant, Kind: party.KindEndpoint}); err != nil {
		return err
	}
	n := notify.NewEndpoint{Name: q.Text("name", 60), URL: strings.TrimSpace(q.PostForm.Get("url"))}
	for _, k := range q.PostForm["kinds"] {
		if slices.Contains(p.Events, k) {
			n.Kinds = append(n.Kinds, k)
		}
	}
	chosen := n.Kinds
	if len(n.Kinds) == 0 {
		n.Kinds = []string{"*"}
	}
	_, secret, err := p.Webhooks.Create(q.Once(), q.Actor, n)
	if casefile.IsRepeated(err) {
		return q.See("/admin/webhooks")
	}
	if err != nil && !staff.Redraws(err) {
		return err
	}
	v, verr := p.webhooksView(q)
	if verr != nil {
		return verr
	}
	if err != nil {
		v.Name, v.URL, v.Form = n.Name, staff.Clean(n.URL, 500), ui.FormOf(q.P(), err)
		for i := range v.Kinds {
			v.Kinds[i].On = slices.Contains(chosen, v.Kinds[i].Value)
		}
		return q.Render(ui.StatusOf(err), EndpointsPage(q.Page(), v))
	}
	p.wrote(q, "endpoint.create")
	v.Secret = secret
	return q.Render(http.StatusOK, EndpointsPage(q.Page(), v))
}

func (p *Pages) webhookAct(q *staff.Request) error {
	id, err := q.PathID("id")
	if err != nil {
		return err
	}
	if err := q.ParseForm(); err != nil {
		return err
	}
	act := q.PostForm.Get("act")
	done := ""
	switch act {
	case "pause":
		done, err = "paused", p.Webhooks.SetState(q.Context(), q.Actor, id, notify.EndpointPaused)
	case "resume":
		done, err = "resumed", p.Webhooks.SetState(q.Context(), q.Actor, id, notify.EndpointActive)
	case "remove":
		done, err = "removed", p.Webhooks.Remove(q.Context(), q.Actor, id)
	case "test":
		done, err = "pinged", p.Webhooks.Ping(q.Context(), q.Actor, id)
	case "secret":
		secret, err := p.Webhooks.RotateSecret(q.Context(), q.Actor, id)
		if err != nil {
			return err
		}
		p.wrote(q, "endpoint.secret")
		v, err := p.webhooksView(q)
		if err != nil {
			return err
		}
		v.Secret = secret
		return q.Render(http.StatusOK, EndpointsPage(q.Page(), v))
	default:
		return casefile.Fail(casefile.Invalid, "error.invalid")
	}
	if err != nil {
		return err
	}
	p.wrote(q, "endpoint."+act)
	return q.See("/admin/webhooks?done=" + done)
}
