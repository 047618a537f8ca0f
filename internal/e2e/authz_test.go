package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"anxin/internal/api"
	"anxin/internal/app"
	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/web/admin"
	"anxin/internal/web/desk"
	"anxin/internal/web/merchant"
	"anxin/internal/web/orders"
	"anxin/internal/web/staff"
	"anxin/internal/web/tech"
)

var staffRoles = []casefile.Role{casefile.Technician, casefile.Agent, casefile.Dispatcher, casefile.Merchant, casefile.Reviewer, casefile.Admin}

func defOf(t *testing.T, action party.Action) party.Def {
	t.Helper()
	for _, d := range party.Defs() {
		if d.Action == action {
			return d
		}
	}
	t.Fatalf("action %q is not in the table", action)
	return party.Def{}
}

// methodOf cuts a pattern; the ones without a method are uploads in pieces.
func methodOf(pattern string) (method, path string) {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		return http.MethodHead, pattern
	}
	return method, path
}

// open are the acts that answer a name that is not there like one that somebody else was faster with: nothing is learned from it, nothing is changed.
var open = map[string]int{"POST /admin/timers/{id}": http.StatusSeeOther}

// forms are what an act must be given before it looks for its object.
var forms = map[string]string{"POST /admin/timers/{id}": "act=retry", "POST /admin/accounts/{id}/act": "act=disable", "POST /admin/webhooks/{id}": "act=pause",
	"POST /tech/offers/{case}/{offer}/decline": "reason=too_far"}

const form = "application/x-www-form-urlencoded"

// TestEveryRouteHidesForeignThings walks over every route that the server answers, as everybody, with the names of things that are another operator's, another
// customer's, another technician's, or nobody's.
func TestEveryRouteHidesForeignThings(t *testing.T) {
	w := newWorld(t)
	checked := map[string]int{}
	for _, r := range w.Routes() {
		n := 0
		switch method, path := methodOf(r.Pattern); {
		case r.Action != "":
			n = w.staffRoute(t, r, method, path)
		case strings.HasPrefix(path, "/s/{token}"):
			n = w.customerRoute(t, r.Pattern, method, path)
		default:
			n = w.publicRoute(t, r.Pattern, method, path)
		}
		if n == 0 {
			t.Errorf("%s: nothing was checked", r.Pattern)
		}
		checked[r.Pattern] += n
	}
	if len(checked) < 100 {
		t.Errorf("only %d routes", len(checked))
	}
	t.Logf("%d routes, %d requests", len(checked), w.requestsServed)
}

func (w *world) staffRoute(t *testing.T, r app.Route, method, path string) (n int) {
	def := defOf(t, r.Action)
	body := []byte(forms[r.Pattern])
	ask := func(who, cookie string, x things, what string, want ...int) {
		n++
		got := w.ask(w.handler, method, x.fill(path), cookie, "", form, body).Code
		if !slices.Contains(want, got) {
			t.Errorf("%s as %s, %s: %d, want %v", r.Pattern, who, what, got, want)
		}
	}
	notIn := http.StatusUnauthorized
	if method == http.MethodGet || method == http.MethodHead {
		notIn = http.StatusSeeOther
	}
	ask("nobody", "", w.mine, "one that is there", notIn)
	for _, role := range staffRoles {
		may := slices.Contains(def.Roles, role)
		if strings.Contains(path, "{") && !strings.HasSuffix(path, "/{size}") {
			want := http.StatusNotFound
			if def.Kind == party.KindTenant && !may {
				want = http.StatusForbidden
			} else if s, ok := open[r.Pattern]; ok {
				want = s
			}
			ask(string(role), w.cookies[role], w.theirs, "another operator's", want)
			ask(string(role), w.cookies[role], w.absent, "nobody's", want)
		}
		if !may {
			w.log.take()
			ask(string(role), w.cookies[role], w.mine, "one that is there", w.refusal(def))
			if seen := w.log.take(); !slices.Contains(seen, string(role)+" "+string(r.Action)) {
				t.Errorf("%s as %s: the policies were not asked for %s (refused: %v)", r.Pattern, role, r.Action, seen)
			}
		}
	}
	if strings.Contains(path, "{visit}") || strings.Contains(path, "{offer}") {
		ask("another technician", w.secondCookie, w.mine, "not theirs", http.StatusNotFound)
	}
	if strings.HasPrefix(path, "/merchant/claims/") {
		ask("another merchant", w.cookies[casefile.Merchant], w.second, "of another merchant's order", http.StatusNotFound)
	}
	if method == http.MethodGet && !strings.Contains(path, "{size}") { // it can also be reached: the test is not about a server that refuses all
		role := def.Roles[slices.IndexFunc(def.Roles, func(role casefile.Role) bool { return slices.Contains(staffRoles, role) })]
		n++
		if got := w.ask(w.handler, method, w.mine.fill(path), w.cookies[role], "", "", nil).Code; got == http.StatusNotFound || got == http.StatusForbidden || got >= 500 {
			t.Errorf("%s as %s, their own: %d", r.Pattern, role, got)
		}
	}
	return n
}

// refusal is how a refusal looks: an object is not there, an installation is closed.
func (w *world) refusal(def party.Def) int {
	if def.Kind == party.KindTenant {
		return http.StatusForbidden
	}
	return http.StatusNotFound
}

// customerRoute: a link that opens nothing is not found, whoever is logged in beside it; the things of another case are not found under one's own link.
func (w *world) customerRoute(t *testing.T, pattern, method, path string) (n int) {
	for _, cookie := range []string{"", w.cookies[casefile.Agent], w.cookies[casefile.Admin], w.cookies[casefile.Technician]} {
		n++
		if got := w.ask(w.handler, method, w.absent.fill(path), cookie, "", form, nil).Code; got != http.StatusNotFound {
			t.Errorf("%s with a link that opens nothing: %d", pattern, got)
		}
	}
	for _, x := range []things{w.second, w.theirs, w.absent} {
		if !strings.Contains(path, "{item}") {
			break
		}
		x.report.Link, x.claim.link = w.mine.report.Link, w.mine.claim.link
		n++
		if got := w.ask(w.handler, method, x.fill(path), "", "", form, nil).Code; got != http.StatusNotFound {
			t.Errorf("%s with another case's thing: %d", pattern, got)
		}
	}
	if method == http.MethodGet && !strings.Contains(path, "{upload}") {
		n++
		if got := w.ask(w.handler, method, w.mine.fill(path), "", "", "", nil).Code; got == http.StatusNotFound || got >= 500 {
			t.Errorf("%s, their own: %d", pattern, got)
		}
	}
	return n
}

// publicRoute: what is open to all answers all; what it names besides is not there.
func (w *world) publicRoute(t *testing.T, pattern, method, path string) (n int) {
	for _, cookie := range []string{"", w.session(t, w.identities[casefile.Agent])} { // one of its own: POST /logout ends it
		for _, x := range []things{w.absent, w.theirs} {
			if strings.Contains(path, "{token}") { // a one-time link, not a case's
				x.report.Link = "AAAAAAAAAAAAAAAAAAAAAA"
			}
			n++
			got := w.ask(w.handler, method, x.fill(path), cookie, "", form, nil).Code
			if named := strings.Contains(path, "{token}") || strings.Contains(path, "{upload}"); named && got != http.StatusNotFound || got >= 500 {
				t.Errorf("%s: %d", pattern, got)
			} else if !named && (got == http.StatusNotFound || got == http.StatusForbidden) {
				t.Errorf("%s is for everybody: %d", pattern, got)
			}
		}
	}
	return n
}

// TestNoRouteIsHidden reads what internal/app gives its muxes: whatever is not in the list that the walk goes over has to be in this one, with its reason.
func TestNoRouteIsHidden(t *testing.T) {
	apart := map[string]string{
		"GET /healthz": "says ok", "GET /readyz": "says which part fails, no data", "GET /metrics": "this machine only; TestMetricsAreForThisMachine", "/assets/": "files of the program",
		"/api/": "walked by its description", "/openapi.json": "the description", "/": "not found",
	}
	f, err := parser.ParseFile(token.NewFileSet(), "../app/http.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 2 {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Handle" && sel.Sel.Name != "HandleFunc" {
			return true
		}
		switch arg := call.Args[0].(type) {
		case *ast.BasicLit:
			pattern, _ := strconv.Unquote(arg.Value)
			if found++; apart[pattern] == "" {
				t.Errorf("%s is mounted and nobody walks over it", pattern)
			}
			delete(apart, pattern)
		case *ast.Ident:
			if arg.Name != "p" && arg.Name != "prefix" {
				t.Errorf("a route is mounted by the name %s; say here what it is", arg.Name)
			}
		}
		return true
	})
	if found == 0 || len(apart) != 0 {
		t.Errorf("%d routes found, not mounted any more: %v", found, apart)
	}
	// The tables of the packages are all in the server's list.
	w := newWorld(t)
	listed := map[string]bool{}
	for _, r := range w.Routes() {
		listed[r.Pattern] = true
	}
	for _, r := range w.tables() {
		if !listed[r.Pattern] {
			t.Errorf("%s is not served", r.Pattern)
		}
	}
}

// tables are the routes of the staff pages over the real services.
func (w *world) tables() []staff.Route {
	d := &desk.Pages{Service: w.Service, Pauses: w.Policy, Live: w.Live, Catalogue: w.Catalogue}
	tp := &tech.Pages{Service: w.Service, Live: w.Live, Catalogue: w.Catalogue}
	a := &admin.Pages{Service: w.Service, Accounts: w.Party.Accounts, Keys: w.Party.Keys, Webhooks: w.Endpoints, Log: w.Party.Access, Calendars: w.Calendars, Policy: w.Policy,
		Places: w.Regions, Catalogue: w.Catalogue, Join: func(string) string { return "" }}
	o := &orders.Pages{Orders: w.Orders.Book, Spool: w.Spool, MaxPhoto: 1 << 20, MaxVideo: 1 << 20}
	m := &merchant.Pages{Claims: w.Claims.Service, Owners: w.Orders.Book, Live: w.Live, Max: 3, MaxBytes: 1 << 20}
	return slices.Concat(d.Routes(), tp.Routes(), a.Routes(), m.Routes(), o.Routes())
}

// lenient are policies with one check taken out.
type lenient struct {
	*party.Gate
	without party.Action
}

// Check implements staff.Gate.
func (l lenient) Check(ctx context.Context, a casefile.Actor, action party.Action, r party.Resource) error {
	if action == l.without {
		return nil
	}
	return l.Gate.Check(ctx, a, action, r)
}

// fixed is somebody who is logged in.
type fixed struct{ party.Identity }

// Current implements staff.Who.
func (f fixed) Current(context.Context) (party.Identity, bool) { return f.Identity, true }

// TestTakingAnyCheckOutIsNoticed takes the check of each staff route out in turn: what TestEveryRouteHidesForeignThings asserts of a role without the action must fail
// then, and must hold with the check.
func TestTakingAnyCheckOutIsNoticed(t *testing.T) {
	w := newWorld(t)
	for _, r := range w.tables() {
		def := defOf(t, r.Action)
		method, path := methodOf(r.Pattern)
		noticed, wrong := 0, 0
		for _, role := range staffRoles {
			if slices.Contains(def.Roles, role) {
				continue
			}
			holds := func(g staff.Gate) bool {
				edge := &staff.Edge{Site: w.Site, Who: fixed{w.identities[role]}, Gate: g, Source: w.Source, LogIn: "/login"}
				mux := http.NewServeMux()
				edge.Mount(mux, []staff.Route{r})
				w.log.take()
				status := func() (code int) {
					defer func() {
						if recover() != nil { // it went on into parts that this test does not have
							code = http.StatusInternalServerError
						}
					}()
					return w.ask(mux, method, w.mine.fill(path), "", "", form, []byte(forms[r.Pattern])).Code
				}()
				return status == w.refusal(def) && slices.Contains(w.log.take(), string(role)+" "+string(r.Action))
			}
			if !holds(w.Party.Gate) {
				wrong++
			}
			if !holds(lenient{w.Party.Gate, r.Action}) {
				noticed++
			}
		}
		if noticed == 0 || wrong > 0 {
			t.Errorf("%s: without its check %d assertions fail; with it %d", r.Pattern, noticed, wrong)
		}
	}
}

// operations are the operations of the API: what each asks of the policies. A new one has to be put here.
var operations = map[string]party.Action{
	"createDraft": party.Report, "createRequest": party.Report, "checkCoverage": party.CheckCoverage, "resolveAddress": "",
	"verifyTechnician": party.VerifyPublic, "verifyDocument": party.VerifyPublic, "verifyHotline": party.VerifyPublic, "verifyPart": party.VerifyPublic,
	"getStatus": party.ViewStatus, "cancelRequest": party.Cancel, "reopenRequest": party.Reopen, "confirmRegion": party.ConfirmRegion, "attachPhotos": party.AttachPhotos,
	"rateVisit": party.Rate, "answerQuote": party.AnswerQuote, "signVisit": party.Sign, "confirmArrival": party.ArriveByCustomer,
	"listOffers": party.ListOffers, "acceptOffer": party.AcceptOffer, "declineOffer": party.DeclineOffer, "getVisit": party.ViewVisit, "enRoute": party.EnRoute,
	"arrive": party.Arrive, "proposeQuote": party.Propose, "finishVisit": party.Finish, "noAccess": party.NoAccess, "followUp": party.FollowUp,
	"listRequests": party.ViewQueue, "findCase": party.SearchCases, "addNote": party.AddNote, "pinVisit": party.Pin, "reassignVisit": party.Reassign,
	"listCandidates": party.ViewCase, "uploadEvidence": party.AttachPhotos, "listEvidence": party.ViewEvidence, "getMessage": party.ReadMessage, "messageDelivered": party.ReadMessage,
	"createOrder": party.PutOrders, "createOrders": party.PutOrders, "listOrders": party.ListOrders, "getOrder": party.ViewOrder, "progressOrder": party.ChangeOrder,
	"sealOrderReference": party.ChangeOrder, "sealListingReference": party.ChangeOrder, "createListing": party.PutOrders, "listListings": party.ListOrders, "getListing": party.ViewOrder,
	"createImport": party.PutOrders, "getImport": party.ViewOrder, "beginImport": party.ChangeOrder, "discardImport": party.ChangeOrder, "listMerchants": party.ListOrders,
	"changeMerchant": party.ChangeMerchant,
	"getClaim":       party.ViewClaim, "getClaimForm": party.FileClaim, "listClaims": party.ListClaims, "getClaimLetter": party.ViewClaim, "openClaimNotices": party.ViewClaim,
	"fileClaim": party.FileClaim, "withdrawClaim": party.WithdrawClaim, "supplyClaimEvidence": party.SpeakInClaim, "cannotSupplyEvidence": party.SpeakInClaim,
	"commentClaim": party.SpeakInClaim, "extendClaim": party.SpeakInClaim, "acceptClaim": party.AnswerClaim, "offerClaim": party.AnswerClaim, "contestClaim": party.AnswerClaim,
	"answerOffer": party.SettleClaim, "goodsSent": party.CarryOutClaim, "confirmClaimStep": party.CarryOutClaim, "appealClaim": party.AppealClaim, "respondAppeal": party.SpeakInClaim,
	"takeBackAppeal": party.AppealClaim, "waiveAppeal": party.AppealClaim,
}

// bodies are given where what the schema allows is refused before the object is looked for: a code has to be one of the catalogue.
var bodies = map[string]string{
	"cancelRequest": `{"reason":"changed_mind"}`, "reopenRequest": `{"reason":"same_fault"}`, "confirmRegion": `{"region":"330106"}`,
	"attachPhotos": `{"items":["01920000-0000-7000-8000-000000000001"]}`, "reassignVisit": `{"visit":"01920000-0000-7000-8000-000000000001","reason":"late"}`,
	"declineOffer": `{"reason":"too_far"}`,
}

// also are roles that an operation serves under another action than the one above.
var also = map[string][]casefile.Role{"getStatus": {casefile.Agent, casefile.Dispatcher}, "createRequest": {casefile.Agent, casefile.Dispatcher}}

// operation is one operation of the description.
type operation struct {
	id, method, path string
	action           party.Action
	contentType      string
	body             []byte
}

func (w *world) operations(t *testing.T) (out []operation) {
	t.Helper()
	rec := w.ask(w.handler, http.MethodGet, "/openapi.json", "", "", "", nil)
	var doc map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil || rec.Code != http.StatusOK {
		t.Fatalf("openapi.json: %d, %v", rec.Code, err)
	}
	for path, methods := range doc["paths"].(map[string]any) {
		for method, o := range methods.(map[string]any) {
			spec := o.(map[string]any)
			op := operation{id: spec["operationId"].(string), method: strings.ToUpper(method), path: path}
			action, known := operations[op.id]
			if !known {
				t.Errorf("operation %s %s %s is not in the list of this test", op.id, op.method, path)
				continue
			}
			op.action = action
			if b, ok := spec["requestBody"].(map[string]any); ok {
				for kind, media := range b["content"].(map[string]any) {
					op.contentType, op.body = kind, []byte("x")
					if kind == "application/json" {
						op.body = asJSON(t, sample(doc, media.(map[string]any)["schema"].(map[string]any)))
					}
				}
			}
			if b, ok := bodies[op.id]; ok {
				op.body = []byte(b)
			}
			op.path += map[string]string{"uploadEvidence": "?kind=before_photo&visit={visit}", "sealOrderReference": "?kind=packing_photo", "sealListingReference": "?kind=catalogue_photo"}[op.id]
			out = append(out, op)
		}
	}
	if len(out) != len(operations) {
		t.Errorf("%d operations described, %d listed", len(out), len(operations))
	}
	return out
}

// body names the visit of the path's things where the operation takes it in its body.
func (o operation) bodyFor(x things) []byte {
	return []byte(strings.ReplaceAll(string(o.body), `"visit":"01920000-0000-7000-8000-000000000001"`, `"visit":"`+x.visit.String()+`"`))
}

func (w *world) call(h http.Handler, o operation, x things, authorization string) int {
	return w.ask(h, o.method, x.fill(o.path), "", authorization, o.contentType, o.bodyFor(x)).Code
}

// named reports whether the path names something that belongs to somebody. Codes at /verify are questions of the public.
func (o operation) named() bool {
	return strings.Contains(o.path, "{") && !strings.Contains(o.path, "/verify/")
}

// TestEveryOperationHidesForeignThings is the same walk over the API.
func TestEveryOperationHidesForeignThings(t *testing.T) {
	w := newWorld(t)
	everybody := map[string]string{"nobody": "", "a customer": "Link " + w.mine.report.Link, "another customer": "Link " + w.second.report.Link}
	for role := range w.keys {
		everybody[string(role)] = "Bearer " + w.keys[role]
	}
	for _, o := range w.operations(t) {
		if o.action == "" {
			continue // asks nothing and names nothing: a text in, a text out
		}
		def := defOf(t, o.action)
		if o.named() {
			for who, authorization := range everybody {
				for what, x := range map[string]things{"another operator's": w.theirs, "nobody's": w.absent} {
					want := http.StatusNotFound
					if def.Kind == party.KindTenant && !slices.Contains(def.Roles, casefile.Role(who)) {
						want = http.StatusForbidden
					}
					if got := w.call(w.handler, o, x, authorization); got != want {
						t.Errorf("%s as %s, %s: %d, want %d", o.id, who, what, got, want)
					}
				}
			}
		}
		for _, what := range w.unfit(t, w.handler, o) {
			t.Error(what)
		}
		if own := def.Own; slices.Contains(own, casefile.Customer) && o.named() {
			if got := w.call(w.handler, o, w.mine, everybody["another customer"]); got != http.StatusNotFound {
				t.Errorf("%s as another customer: %d", o.id, got)
			}
		}
		if slices.Contains(def.Own, casefile.Technician) && o.named() {
			if got := w.call(w.handler, o, w.mine, "Bearer "+w.secondKey); got != http.StatusNotFound {
				t.Errorf("%s as another technician: %d", o.id, got)
			}
		}
	}
	for who, path := range map[string]string{"Link " + w.mine.report.Link: "/api/v1/cases/{case}", "Bearer " + w.keys[casefile.Technician]: "/api/v1/cases/{case}/visits/{visit}",
		"Bearer " + w.keys[casefile.Agent]: "/api/v1/cases/{case}/evidence", "Bearer " + w.keys[casefile.Dispatcher]: "/api/v1/cases/{case}", "Bearer " + w.keys[casefile.Admin]: "/api/v1/messages/{message}"} {
		if got := w.ask(w.handler, http.MethodGet, w.mine.fill(path), "", who, "", nil).Code; got != http.StatusOK {
			t.Errorf("%s, their own: %d", path, got)
		}
	}
	t.Logf("%d requests", w.requestsServed)
}

// unfit asks an operation as every role that may not do it, about what is there: each must be refused, by the policies.
func (w *world) unfit(t *testing.T, h http.Handler, o operation) (wrong []string) {
	def := defOf(t, o.action)
	expect := func(who, authorization string, role casefile.Role) {
		w.log.take()
		got := w.call(h, o, w.mine, authorization)
		seen := w.log.take()
		asked := slices.ContainsFunc(seen, func(s string) bool { return strings.HasPrefix(s, string(role)+" ") })
		if got != w.refusal(def) || !asked {
			wrong = append(wrong, fmt.Sprintf("%s as %s: %d, want %d (refused: %v)", o.id, who, got, w.refusal(def), seen))
		}
	}
	for role := range w.keys {
		if !slices.Contains(def.Roles, role) && !slices.Contains(also[o.id], role) {
			expect(string(role), "Bearer "+w.keys[role], role)
		}
		if def.Scope != party.ScopeMessages {
			expect(string(role)+" with a key for messages only", "Bearer "+w.narrow[role], role)
		}
	}
	if !slices.Contains(def.Roles, party.Visitor) {
		expect("nobody", "", party.Visitor)
	}
	return wrong
}

// bare are the callers of the API with one check taken out.
type bare struct {
	api.Callers
	without party.Action
}

// Check implements api.Callers.
func (b bare) Check(ctx context.Context, a casefile.Actor, action party.Action, r party.Resource) error {
	if action == b.without {
		return nil
	}
	return b.Callers.Check(ctx, a, action, r)
}

// TestTakingAnyCheckOutOfTheAPIIsNoticed takes the check of each operation out in turn.
func TestTakingAnyCheckOutOfTheAPIIsNoticed(t *testing.T) {
	w := newWorld(t)
	for _, o := range w.operations(t) {
		if o.action == "" {
			continue
		}
		deps := w.API.Deps
		deps.Callers = bare{w.API.Callers, o.action}
		if len(w.unfit(t, api.New(deps).Handler(), o)) == 0 {
			t.Errorf("%s without its check for %s: no assertion fails", o.id, o.action)
		}
	}
}

func TestMetricsAreForThisMachine(t *testing.T) {
	w := newWorld(t)
	if got := w.ask(w.handler, http.MethodGet, "/metrics", "", "", "", nil).Code; got != http.StatusOK {
		t.Errorf("from here: %d", got)
	}
}
