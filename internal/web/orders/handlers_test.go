package orders

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"anxin/internal/casefile"
	"anxin/internal/order"
	"anxin/internal/privacy"
	"anxin/internal/web/staff/stafftest"
	"anxin/internal/web/upload"
)

// book is a fake of the service that remembers what it was asked to do.
type book struct {
	Orders
	acts []string
	err  error
}

func (b *book) did(format string, args ...any) { b.acts = append(b.acts, fmt.Sprintf(format, args...)) }

func (b *book) WhoseOrder(_ context.Context, tenant casefile.Tenant, id casefile.ID) (casefile.ID, casefile.ID, error) {
	if tenant != 1 || id == demoID(99) {
		return casefile.Nil, casefile.Nil, order.ErrNotFound
	}
	return demoID(100), demoID(7), nil
}

func (b *book) WhoseListing(ctx context.Context, tenant casefile.Tenant, id casefile.ID) (casefile.ID, casefile.ID, error) {
	return b.WhoseOrder(ctx, tenant, id)
}

func (b *book) WhoseImport(ctx context.Context, tenant casefile.Tenant, id casefile.ID) (casefile.ID, casefile.ID, error) {
	return b.WhoseOrder(ctx, tenant, id)
}

func (b *book) CountOrders(context.Context, casefile.Actor, casefile.ID) (int64, error) {
	return 1, nil
}

func (b *book) Order(_ context.Context, _ casefile.Actor, id casefile.ID) (order.View, error) {
	return order.View{Order: order.Order{ID: id, Number: "A-1", Product: "门锁"}, Name: privacy.NewName("陈小满"), Phone: privacy.NewPhone("19900001234")}, nil
}

func (b *book) PutListing(_ context.Context, _ casefile.Actor, n order.NewListing) (order.Listing, error) {
	if n.Category == "?" {
		return order.Listing{}, casefile.InvalidField("category", "order.field.category")
	}
	b.did("listing %s", n.Code)
	return order.Listing{ID: demoID(1)}, nil
}

func (b *book) Listings(context.Context, casefile.Actor, casefile.ID, order.Cursor, int) ([]order.Listing, error) {
	return nil, nil
}

func (b *book) Listing(_ context.Context, _ casefile.Actor, id casefile.ID) (order.Listing, []order.Reference, error) {
	return order.Listing{ID: id, Code: "L-1", Product: "门锁"}, nil, nil
}

func (b *book) Merchants(context.Context, casefile.Actor) ([]order.Merchant, error) { return nil, nil }

func (b *book) AddReference(_ context.Context, _ casefile.Actor, in order.Incoming, body io.Reader) (order.Reference, error) {
	text, err := io.ReadAll(body)
	if string(text) == "EXE" {
		return order.Reference{}, casefile.Fail(casefile.Invalid, "evidence.error.unknown_type")
	}
	b.did("seal %s %s", in.Kind, text)
	return order.Reference{Item: demoID(5)}, err
}

func (b *book) Stage(_ context.Context, _ casefile.Actor, _ casefile.ID, file io.Reader) (order.Import, error) {
	text, err := io.ReadAll(file)
	b.did("stage %s", text)
	if b.err != nil {
		return order.Import{}, b.err
	}
	return order.Import{ID: demoID(3)}, err
}

func (b *book) Imports(context.Context, casefile.Actor, casefile.ID) ([]order.Import, error) {
	return nil, nil
}

func (b *book) Import(_ context.Context, _ casefile.Actor, id casefile.ID) (order.Import, []order.Note, []order.Sample, error) {
	return order.Import{ID: id, State: order.ImportRunning, Fresh: 10, Made: 4}, nil, nil, nil
}

func (b *book) Begin(_ context.Context, _ casefile.Actor, id casefile.ID) (order.Import, error) {
	b.did("begin")
	return order.Import{ID: id}, b.err
}

func (b *book) Discard(context.Context, casefile.Actor, casefile.ID) error {
	b.did("discard")
	return b.err
}

// orders1 is the method that shares its name with the interface.
type orders1 struct{ *book }

func (o orders1) Orders(context.Context, casefile.Actor, order.Query) ([]order.View, error) {
	v, _ := o.Order(context.Background(), casefile.Actor{}, demoID(2))
	return []order.View{v}, nil
}

type noVault struct{}

func (noVault) Show(http.ResponseWriter, *http.Request, casefile.Actor, casefile.ID, casefile.ID, bool) error {
	return casefile.Fail(casefile.NotFound, "error.not_found")
}

var fill = strings.NewReplacer("{order}", demoID(2).String(), "{listing}", demoID(2).String(), "{import}", demoID(2).String(), "{item}", demoID(2).String(), "{size}", "thumb",
	"{field}", "photos", "{upload}", "AAAAAAAAAAAAAAAAAAAAAA")

func newPages(t *testing.T) (*Pages, *book) {
	t.Helper()
	spool, err := upload.New(t.TempDir(), upload.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := &book{}
	return &Pages{Orders: orders1{b}, Vault: noVault{}, Spool: spool, MaxPhoto: 1 << 20, MaxVideo: 2 << 20, MaxChat: 1 << 19}, b
}

func TestEveryRouteAsks(t *testing.T) {
	p, b := newPages(t)
	stafftest.EveryRouteAsks(t, p.Routes(), fill, func() int { return len(b.acts) })
	stafftest.RolesOf(t, p.Routes(), fill)
}

// form sends a multipart form as the operator.
func form(t *testing.T, p *Pages, path string, fields ...string) *httptest.ResponseRecorder {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 3 {
		part, err := w.CreateFormFile(fields[i], fields[i+1])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, fields[i+2]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	stafftest.Edge(t, casefile.Admin).Mount(mux, p.Routes())
	r := httptest.NewRequest("POST", path, &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, r)
	return rec
}

func (b *book) take() string {
	out := strings.Join(b.acts, "; ")
	b.acts = nil
	return out
}

func TestPagesWork(t *testing.T) {
	p, b := newPages(t)
	get := func(path string) string {
		t.Helper()
		rec := stafftest.Serve(stafftest.Edge(t, casefile.Admin), p.Routes(), "GET", path, nil)
		if rec.Code != http.StatusOK {
			t.Fatalf("%s: %d", path, rec.Code)
		}
		return rec.Body.String()
	}
	for path, want := range map[string]string{"/orders": "A-1", "/orders/" + demoID(2).String(): "199****1234", "/listings": "新建商品页", "/imports": "CSV 文件",
		"/imports/" + demoID(2).String(): "已导入 4 / 10", "/import-template.csv": "订单号"} {
		if body := get(path); !strings.Contains(body, want) || strings.Contains(body, "19900001234") || strings.Contains(body, "陈小满") {
			t.Errorf("%s: %q is not there, or more than it should show", path, want)
		}
	}
	for _, path := range []string{"/orders/" + demoID(99).String(), "/orders/x", "/orders?after=x", "/imports/" + demoID(99).String()} {
		if rec := stafftest.Serve(stafftest.Edge(t, casefile.Admin), p.Routes(), "GET", path, nil); rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
	post := func(path string, values url.Values, code int, to string) {
		t.Helper()
		values.Set("idem", "x")
		rec := stafftest.Serve(stafftest.Edge(t, casefile.Admin), p.Routes(), "POST", path, values)
		if rec.Code != code || rec.Header().Get("Location") != to {
			t.Errorf("%s: %d to %q", path, rec.Code, rec.Header().Get("Location"))
		}
	}
	post("/listings", url.Values{"code": {"L-1"}, "product": {"门锁"}, "category": {"lock"}}, 303, "/listings/"+demoID(1).String()+"?done=listing")
	post("/listings", url.Values{"code": {"L-1"}, "product": {"门锁"}, "category": {"?"}}, 422, "")
	post("/imports/"+demoID(2).String()+"/begin", url.Values{}, 303, "/imports/"+demoID(2).String())
	b.err = casefile.ErrRepeated
	post("/imports/"+demoID(2).String()+"/discard", url.Values{}, 303, "/imports?done=discarded")
	if got := b.take(); got != "listing L-1; begin; discard" {
		t.Error(got)
	}
}

// Without scripts files come with the form, and go into the vault as they come.
func TestFilesWithoutScripts(t *testing.T) {
	p, b := newPages(t)
	one := "/orders/" + demoID(2).String()
	if rec := form(t, p, one+"/references", "photos", "a.jpg", "AAA", "photos", "b.jpg", "BBB", "video", "c.mp4", "CCC", "other", "d.exe", "DDD"); rec.Code != 303 {
		t.Errorf("%d", rec.Code)
	}
	if got := b.take(); got != "seal packing_photo AAA; seal packing_photo BBB; seal packing_video CCC" {
		t.Error(got)
	}
	if rec := form(t, p, one+"/references", "chat", "a.jpg", "AAA", "chat_video", "b.mp4", "BBB"); rec.Code != 303 {
		t.Errorf("%d", rec.Code)
	}
	if got := b.take(); got != "seal chat_photo AAA; seal chat_video BBB" {
		t.Error(got)
	}
	for field, file := range map[string][2]string{"chat": {"a.exe", "EXE"}, "chat_video": {"", ""}} { // a file that is none of these, and none at all
		rec := form(t, p, one+"/references", field, file[0], file[1])
		words := map[bool]string{true: "认不出这个文件", false: "还没有选择文件"}[file[0] != ""]
		if rec.Code != 422 || strings.Count(rec.Body.String(), words) < 2 || !strings.Contains(rec.Body.String(), `href="#`+field+`"`) || b.take() != "" {
			t.Errorf("%s: %d", field, rec.Code)
		}
	}
	if rec := form(t, p, "/listings/"+demoID(2).String()+"/references", "photos", "", ""); rec.Code != 422 || b.take() != "" {
		t.Errorf("no catalogue photograph: %d", rec.Code)
	}
	if form(t, p, "/listings/"+demoID(2).String()+"/references", "photos", "a.jpg", "AAA", "video", "c.mp4", "CCC"); b.take() != "seal catalogue_photo AAA" {
		t.Error("a listing took something else")
	}
	if rec := form(t, p, "/imports", "file", "orders.csv", "订单号\n1"); rec.Code != 303 || b.take() != "stage 订单号\n1" {
		t.Errorf("%d", rec.Code)
	}
	b.err = casefile.InvalidField("file", "order.error.no_lines")
	if rec := form(t, p, "/imports", "file", "orders.csv", "x"); rec.Code != 422 || !strings.Contains(rec.Body.String(), "没有订单") {
		t.Errorf("%d", rec.Code)
	}
	if rec := form(t, p, "/imports"); rec.Code != 422 {
		t.Errorf("no file: %d", rec.Code)
	}
}

// With scripts a file is sealed with its last piece.
func TestPieces(t *testing.T) {
	p, b := newPages(t)
	mux := http.NewServeMux()
	stafftest.Edge(t, casefile.Admin).Mount(mux, p.Routes())
	ask := func(method, path, offset, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		if method == "POST" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		r.Header.Set("Upload-Offset", offset)
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, r)
		return rec
	}
	base := "/orders/" + demoID(2).String() + "/uploads/"
	at := ask("POST", base+"video", "", "size=6&name=x").Header().Get("Location")
	if at == "" || ask("PATCH", at, "0", "abc").Code != 204 || ask("PATCH", at, "3", "def").Header().Get("Upload-Token") != demoID(5).String() || b.take() != "seal packing_video abcdef" {
		t.Errorf("at %q", at)
	}
	at = ask("POST", base+"chat", "", "size=3&name=x").Header().Get("Location")
	if at == "" || ask("PATCH", at, "0", "abc").Code != 204 || b.take() != "seal chat_photo abc" {
		t.Errorf("a picture from the chat: %q", at)
	}
	if rec := ask("POST", base+"chat_video", "", "size=1000000&name=x"); rec.Code < 400 {
		t.Errorf("a video from the chat that is too large: %d", rec.Code)
	}
	if rec := ask("POST", base+"nothing", "", "size=6"); rec.Code != 404 {
		t.Errorf("an unknown field: %d", rec.Code)
	}
}
