package login

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/web/guard"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// Options say what the pages work with.
type Options struct {
	Site     *ui.Site
	Accounts *party.Accounts
	Sessions *party.Sessions
	// Edge guards the account pages.
	Edge *staff.Edge
	// Tenant is whose accounts log in here.
	Tenant casefile.Tenant
	// Secure is whether the server is reached over TLS; it decides the name and the flags of the device cookie.
	Secure bool
	// NoTOTP shows the warning that the second factor is switched off.
	NoTOTP bool
	// Demo are log-ins to show on the page; nil for real use.
	Demo []DemoLogin
}

// Handler answers the pages.
type Handler struct{ Options }

// New makes the handler.
func New(o Options) *Handler { return &Handler{o} }

// Patterns are the routes, for the test that walks over all routes.
func Patterns() []string {
	return []string{
		"GET /login", "POST /login", "GET /login/code", "POST /login/code", "GET /login/enrol", "POST /login/enrol", "POST /logout", "GET /setup/{token}",
		"GET /join/{token}", "POST /join/{token}",
	}
}

// Mount adds the routes. The mux must be behind guard.Sessions. rate wraps the acts that try a password or a code; nil wraps nothing.
func (h *Handler) Mount(mux *http.ServeMux, rate func(http.Handler) http.Handler) {
	if rate == nil {
		rate = func(next http.Handler) http.Handler { return next }
	}
	do := map[string]func(http.ResponseWriter, *http.Request, ui.Page) error{
		"GET /login": h.logIn, "POST /login": h.tryLogIn, "GET /login/code": h.code, "POST /login/code": h.tryCode, "GET /login/enrol": h.enrol,
		"POST /login/enrol": h.tryEnrol, "POST /logout": h.logOut, "GET /setup/{token}": h.join, "GET /join/{token}": h.join, "POST /join/{token}": h.tryJoin,
	}
	for _, pattern := range Patterns() {
		f := do[pattern]
		var page http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			pg := h.Site.NewPage(r)
			pg.Staff, pg.Bare = true, true
			err := r.ParseForm()
			if err == nil {
				err = f(w, r, pg)
			} else {
				var big *http.MaxBytesError
				if err = casefile.Fail(casefile.Invalid, "error.invalid"); errors.As(err, &big) {
					err = casefile.Fail(casefile.TooLarge, "error.too_large")
				}
			}
			if err != nil {
				ui.Fail(w, r, pg, err)
			}
		})
		if strings.HasPrefix(pattern, "POST") && pattern != "POST /logout" {
			page = rate(page)
		}
		mux.Handle(pattern, page)
	}
	h.Edge.Mount(mux, h.accountRoutes())
}

// safeNext keeps a way back on our own origin: a path, not "//host" or "/\host".
func safeNext(next string) string {
	u, err := url.Parse(next)
	if err != nil || len(next) > 500 || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") || u.Host != "" || u.Scheme != "" {
		return ""
	}
	switch {
	case u.Path == "/login" || strings.HasPrefix(u.Path, "/login/") || u.Path == "/logout":
		return ""
	}
	return next
}

func see(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// withNext is a path with the way back.
func withNext(path, next string) string {
	if next == "" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}

// onward is where somebody goes after log-in.
func onward(i party.Identity, next string) string {
	if next != "" {
		return next
	}
	return staff.Home(i.Role)
}

func (h *Handler) logIn(w http.ResponseWriter, r *http.Request, pg ui.Page) error {
	next := safeNext(r.URL.Query().Get("next"))
	if i, ok := h.Sessions.Current(r.Context()); ok {
		return see(w, r, onward(i, next))
	}
	ui.Render(w, r, http.StatusOK, LogInPage(pg, h.view(LogInView{Next: next, LoggedOut: r.URL.Query().Get("out") == "1"})))
	return nil
}

func (h *Handler) view(v LogInView) LogInView {
	v.NoTOTP, v.Demo = h.NoTOTP, h.Demo
	return v
}

func (h *Handler) tryLogIn(w http.ResponseWriter, r *http.Request, pg ui.Page) error {
	login, next := r.PostForm.Get("login"), safeNext(r.PostForm.Get("next"))
	i, err := h.Accounts.LogIn(r.Context(), party.LogIn{
		Tenant: h.Tenant, Login: login, Password: r.PostForm.Get("password"), Address: guard.Address(r.Context()), Device: h.device(r),
	})
	if err != nil {
		v := h.view(LogInView{Login: clip(login, 64), Next: next})
		return h.again(w, r, pg, err, &v.Form, func(pg ui.Page) templ.Component { return LogInPage(pg, v) })
	}
	return h.begin(w, r, i, next)
}

// again shows a form once more with what went wrong: words that are in the form's power to mend; everything else is an error page.
func (h *Handler) again(w http.ResponseWriter, r *http.Request, pg ui.Page, err error, form *ui.Form, page func(pg ui.Page) templ.Component) error {
	status := http.StatusUnprocessableEntity
	var e *casefile.Error
	switch casefile.CategoryOf(err) {
	case casefile.Invalid:
		*form = ui.FormOf(pg.P, err)
	case casefile.LogInFirst, casefile.Conflict:
		form.Add("", ui.ErrorText(pg.P, err))
	case casefile.Limited:
		status = http.StatusTooManyRequests
		if errors.As(err, &e) && e.RetryAfter > 0 {
			w.Header().Set("Retry-After", seconds(e.RetryAfter))
			form.Add("", pg.T("login.wait", "d", pg.P.Duration(e.RetryAfter)))
		} else {
			form.Add("", ui.ErrorText(pg.P, err))
		}
	default:
		return err
	}
	pg.Failed = true
	ui.Render(w, r, status, page(pg))
	return nil
}

// begin makes the session of a log-in and goes on to what must follow.
func (h *Handler) begin(w http.ResponseWriter, r *http.Request, i party.Identity, next string) error {
	if err := h.Sessions.Begin(r.Context(), i, browserLabel(r.UserAgent())); err != nil {
		return err
	}
	switch i.Stage {
	case party.StageCode:
		return see(w, r, withNext("/login/code", next))
	case party.StageEnrol:
		return see(w, r, withNext("/login/enrol", next))
	}
	h.keepDevice(w, i)
	return see(w, r, onward(i, next))
}

// pending is the log-in that waits for the stage; without one the log-in begins again.
func (h *Handler) pending(ctx context.Context, stage party.Stage) (party.Identity, bool) {
	i, ok := h.Sessions.Pending(ctx)
	return i, ok && i.Stage == stage
}

func (h *Handler) code(w http.ResponseWriter, r *http.Request, pg ui.Page) error {
	next := safeNext(r.URL.Query().Get("next"))
	if _, ok := h.pending(r.Context(), party.StageCode); !ok {
		return see(w, r, withNext("/login", next))
	}
	ui.Render(w, r, http.StatusOK, CodePage(pg, CodeView{Next: next}))
	return nil
}

func (h *Handler) tryCode(w http.ResponseWriter, r *http.Request, pg ui.Page) error {
	next := safeNext(r.PostForm.Get("next"))
	i, ok := h.pending(r.Context(), party.StageCode)
	if !ok {
		return see(w, r, withNext("/login", next))
	}
	full, err := h.Accounts.SecondFactor(r.Context(), i, clip(r.PostForm.Get("code"), 64))
	if err != nil {
		v := CodeView{Next: next}
		return h.again(w, r, pg, err, &v.Form, func(pg ui.Page) templ.Component { return CodePage(pg, v) })
	}
	return h.begin(w, r, full, next)
}

// enrolView makes the page that sets up a second factor.
func (h *Handler) enrolView(ctx context.Context, i party.Identity, pg ui.Page) (EnrolView, error) {
	e, err := h.Accounts.BeginTOTP(ctx, i, pg.Site.Brand.NameIn(pg.P.Lang))
	if err != nil {
		return EnrolView{}, err
	}
	qr, err := qrOf(e.URI)
	return EnrolView{Secret: e.Secret, QR: qr}, err
}

func (h *Handler) enrol(w http.ResponseWriter, r *http.Request, pg ui.Page) error {
	next := safeNext(r.URL.Query().Get("next"))
	i, ok := h.pending(r.Context(), party.StageEnrol)
	if !ok {
		return see(w, r, withNext("/login", next))
	}
	v, err := h.enrolView(r.Context(), i, pg)
	if err != nil {
		return err
	}
	v.Action, v.Next = "/login/enrol", next
	ui.Render(w, r, http.StatusOK, EnrolPage(pg, v))
	return nil
}

func (h *Handler) tryEnrol(w http.ResponseWriter, r *http.Request, pg ui.Page) error {
	next := safeNext(r.PostForm.Get("next"))
	i, ok := h.pending(r.Context(), party.StageEnrol)
	if !ok {
		return see(w, r, withNext("/login", next))
	}
	codes, err := h.Accounts.ConfirmTOTP(r.Context(), i, clip(r.PostForm.Get("code"), 64))
	if err != nil {
		v, verr := h.enrolView(r.Context(), i, pg)
		if verr != nil {
			return verr
		}
		v.Action, v.Next = "/login/enrol", next
		return h.again(w, r, pg, err, &v.Form, func(pg ui.Page) templ.Component { return EnrolPage(pg, v) })
	}
	i.Stage = party.StageFull
	if err := h.Sessions.Begin(r.Context(), i, browserLabel(r.UserAgent())); err != nil {
		return err
	}
	h.keepDevice(w, i)
	ui.Render(w, r, http.StatusOK, RecoveryPage(pg, RecoveryView{Codes: codes, Next: onward(i, next)}))
	return nil
}

func (h *Handler) logOut(w http.ResponseWriter, r *http.Request, _ ui.Page) error {
	if err := h.Sessions.End(r.Context()); err != nil {
		return err
	}
	return see(w, r, "/login?out=1")
}

func (h *Handler) join(w http.ResponseWriter, r *http.Request, pg ui.Page) error {
	token := r.PathValue("token")
	o, err := h.Accounts.OneTime(r.Context(), token)
	if err != nil {
		return err
	}
	v := JoinView{Token: token, Purpose: string(o.Purpose), Login: o.Login, Name: o.Name}
	if o.Purpose == party.FirstAdmin {
		v.Name = ""
	}
	ui.Render(w, r, http.StatusOK, JoinPage(pg, v))
	return nil
}

func (h *Handler) tryJoin(w http.ResponseWriter, r *http.Request, pg ui.Page) error {
	token := r.PathValue("token")
	login, name := clip(r.PostForm.Get("login"), 64), clip(r.PostForm.Get("name"), 120)
	i, err := h.Accounts.Accept(r.Context(), token, r.PostForm.Get("password"), login, name)
	if casefile.Is(err, casefile.Invalid) {
		o, oerr := h.Accounts.OneTime(r.Context(), token)
		if oerr != nil {
			return oerr
		}
		v := JoinView{Token: token, Purpose: string(o.Purpose), Login: o.Login, Name: o.Name}
		if o.Purpose == party.FirstAdmin {
			v.Login, v.Name = login, name
		}
		return h.again(w, r, pg, err, &v.Form, func(pg ui.Page) templ.Component { return JoinPage(pg, v) })
	}
	if err != nil {
		return err
	}
	return h.begin(w, r, i, "")
}

const deviceCookie = "anxin-device"

// device is the token of a browser that logged in here before.
func (h *Handler) device(r *http.Request) string {
	c, err := r.Cookie(ui.CookieName(deviceCookie, h.Secure))
	if err != nil {
		return ""
	}
	return c.Value
}

func (h *Handler) keepDevice(w http.ResponseWriter, i party.Identity) {
	c := ui.HostCookie(deviceCookie, h.Accounts.DeviceToken(i), h.Secure)
	c.MaxAge, c.SameSite = 365*24*3600, http.SameSiteStrictMode
	http.SetCookie(w, c)
}

// clip cuts a value that is shown or handed on, at a character.
func clip(s string, max int) string {
	r := []rune(s)
	return string(r[:min(len(r), max)])
}
