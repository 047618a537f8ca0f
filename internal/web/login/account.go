package login

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

func seconds(d time.Duration) string { return strconv.Itoa(int((d + time.Second - 1) / time.Second)) }

// accountRoutes are the pages of one's own account. The policies see the account of the session, so that each is asked like any other resource.
func (h *Handler) accountRoutes() []staff.Route {
	own := func(q *staff.Request) (party.Resource, error) {
		return party.OfAccount(q.Identity.Tenant, q.Identity.Account), nil
	}
	route := func(pattern string, do func(q *staff.Request) error) staff.Route {
		return staff.Route{Pattern: pattern, Nav: "/account", Action: party.OwnAccount, Of: own, Do: do}
	}
	return []staff.Route{
		route("GET /account", h.account),
		route("POST /account/role", h.switchRole),
		route("POST /account/password", h.changePassword),
		route("GET /account/enrol", h.enrolLater),
		route("POST /account/enrol", h.tryEnrolLater),
		route("POST /account/factor", h.changeFactor),
		route("POST /account/sessions", h.endSessions),
	}
}

func (h *Handler) accountView(q *staff.Request) (AccountView, error) {
	a, err := h.Accounts.Get(q.Context(), q.Actor, q.Identity.Account)
	if err != nil {
		return AccountView{}, err
	}
	list, err := h.Sessions.List(q.Context())
	if err != nil {
		return AccountView{}, err
	}
	v := AccountView{
		Name: a.Name, Login: a.Login, Roles: q.Identity.Roles, Role: q.Identity.Role, TOTP: a.SecondFactor, Required: h.Accounts.RequiresTOTP(q.Identity.Roles),
	}
	for _, s := range list {
		v.Sessions = append(v.Sessions, SessionRow{ID: s.ID, Label: s.Label, Since: s.Created, Seen: s.Seen, Current: s.Current})
	}
	return v, nil
}

func (h *Handler) account(q *staff.Request) error {
	v, err := h.accountView(q)
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, AccountPage(narrow(q.Done("login.done.")), v))
}

// narrow is a staff page with the width of a form.
func narrow(pg ui.Page) ui.Page {
	pg.Wide = false
	return pg
}

// redraw shows the account page with the form that failed.
func (h *Handler) redraw(q *staff.Request, err error, part func(*AccountView) *ui.Form) error {
	if !staff.Redraws(err) && casefile.CategoryOf(err) != casefile.LogInFirst {
		return err
	}
	v, verr := h.accountView(q)
	if verr != nil {
		return verr
	}
	return h.again(q.W, q.Request, narrow(q.Page()), err, part(&v), func(pg ui.Page) templ.Component { return AccountPage(pg, v) })
}

func (h *Handler) switchRole(q *staff.Request) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	role := casefile.Role(q.Code("role"))
	if err := h.Sessions.SwitchRole(q.Context(), role); err != nil {
		return err
	}
	return q.See(staff.Home(role) + "?done=role")
}

func (h *Handler) changePassword(q *staff.Request) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	err := h.Accounts.ChangePassword(q.Context(), q.Identity, q.PostForm.Get("old"), q.PostForm.Get("password"))
	if err != nil {
		return h.redraw(q, err, func(v *AccountView) *ui.Form { return &v.Password })
	}
	return q.See("/account?done=password")
}

func (h *Handler) enrolLater(q *staff.Request) error {
	pg := narrow(q.Page())
	v, err := h.enrolView(q.Context(), q.Identity, pg)
	if err != nil {
		return err
	}
	v.Action = "/account/enrol"
	return q.Render(http.StatusOK, EnrolPage(pg, v))
}

func (h *Handler) tryEnrolLater(q *staff.Request) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	pg := narrow(q.Page())
	codes, err := h.Accounts.ConfirmTOTP(q.Context(), q.Identity, clip(q.PostForm.Get("code"), 64))
	if err != nil {
		v, verr := h.enrolView(q.Context(), q.Identity, pg)
		if verr != nil {
			return verr
		}
		v.Action = "/account/enrol"
		return h.again(q.W, q.Request, pg, err, &v.Form, func(pg ui.Page) templ.Component { return EnrolPage(pg, v) })
	}
	return q.Render(http.StatusOK, RecoveryPage(pg, RecoveryView{Codes: codes, Next: "/account"}))
}

// changeFactor makes new recovery codes or takes the second factor away, each against a code. Where a second factor is required, taking it away
// ends the session: the next log-in sets up another.
func (h *Handler) changeFactor(q *staff.Request) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	code := clip(q.PostForm.Get("code"), 64)
	if q.Code("do") != "remove" {
		codes, err := h.Accounts.RenewRecovery(q.Context(), q.Identity, code)
		if err != nil {
			return h.redraw(q, err, func(v *AccountView) *ui.Form { return &v.Code })
		}
		return q.Render(http.StatusOK, RecoveryPage(narrow(q.Page()), RecoveryView{Codes: codes, Next: "/account"}))
	}
	if err := h.Accounts.RemoveTOTP(q.Context(), q.Identity, code); err != nil {
		return h.redraw(q, err, func(v *AccountView) *ui.Form { return &v.Code })
	}
	if !h.Accounts.RequiresTOTP(q.Identity.Roles) {
		return q.See("/account/enrol")
	}
	i := q.Identity
	i.Stage = party.StageEnrol
	if err := errors.Join(h.Sessions.EndOther(q.Context(), ""), h.Sessions.Begin(q.Context(), i, browserLabel(q.UserAgent()))); err != nil {
		return err
	}
	return q.See("/login/enrol")
}

func (h *Handler) endSessions(q *staff.Request) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	id := q.Code("session")
	if _, named := q.PostForm["session"]; named && id == "" {
		return casefile.Fail(casefile.NotFound, "error.not_found") // an unreadable id must not end all the others
	}
	if err := h.Sessions.EndOther(q.Context(), id); err != nil {
		return err
	}
	if id == "" {
		return q.See("/account?done=sessions")
	}
	return q.See("/account?done=session")
}
