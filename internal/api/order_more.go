package api

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/order"
	"anxin/internal/party"
)

// Orders is what the API needs of package order; *order.Service is it.
type Orders interface {
	Put(ctx context.Context, a casefile.Actor, n order.NewOrder) (order.Put, error)
	PutMany(ctx context.Context, a casefile.Actor, all []order.NewOrder) ([]order.Put, error)
	Orders(ctx context.Context, a casefile.Actor, q order.Query) ([]order.View, error)
	Order(ctx context.Context, a casefile.Actor, id casefile.ID) (order.View, error)
	Progress(ctx context.Context, a casefile.Actor, p order.Progress) (order.Order, error)
	Link(ctx context.Context, a casefile.Actor, id casefile.ID) (token string, err error)
	PutListing(ctx context.Context, a casefile.Actor, n order.NewListing) (order.Listing, error)
	Listings(ctx context.Context, a casefile.Actor, merchant casefile.ID, after order.Cursor, limit int) ([]order.Listing, error)
	Listing(ctx context.Context, a casefile.Actor, id casefile.ID) (order.Listing, []order.Reference, error)
	AddReference(ctx context.Context, a casefile.Actor, in order.Incoming, body io.Reader) (order.Reference, error)
	Stage(ctx context.Context, a casefile.Actor, merchant casefile.ID, file io.Reader) (order.Import, error)
	Begin(ctx context.Context, a casefile.Actor, id casefile.ID) (order.Import, error)
	Discard(ctx context.Context, a casefile.Actor, id casefile.ID) error
	Import(ctx context.Context, a casefile.Actor, id casefile.ID) (order.Import, []order.Note, []order.Sample, error)
	Merchants(ctx context.Context, a casefile.Actor) ([]order.Merchant, error)
	ChangeMerchant(ctx context.Context, a casefile.Actor, id casefile.ID, name string, tier order.Tier) (order.Merchant, error)
	WhoseOrder(ctx context.Context, tenant casefile.Tenant, id casefile.ID) (caseID, merchant casefile.ID, err error)
	WhoseListing(ctx context.Context, tenant casefile.Tenant, id casefile.ID) (caseID, merchant casefile.ID, err error)
	WhoseImport(ctx context.Context, tenant casefile.Tenant, id casefile.ID) (caseID, merchant casefile.ID, err error)
}

func hexOf(h [32]byte) string { return hex.EncodeToString(h[:]) }

// refused are the fields of an error, in words.
func refused(lang i18n.Lang, err error) (out []FieldRefuse) {
	var e *casefile.Error
	if !errors.As(err, &e) {
		e = casefile.Fail(casefile.Internal, "error.internal")
	}
	for _, f := range e.Fields {
		out = append(out, FieldRefuse{f.Field, f.Key, i18n.TMap(lang, f.Key, f.Args)})
	}
	if len(out) == 0 {
		out = append(out, FieldRefuse{"", e.Key, i18n.TMap(lang, e.Key, e.Args)})
	}
	return out
}

// sealing is an operation whose body is a file.
func (s *Server) sealing(id, path, summary, name string, kinds ...string) {
	enum := make([]any, len(kinds))
	for i, k := range kinds {
		enum[i] = k
	}
	o := s.raw(id, http.MethodPut, path, summary, "application/octet-stream", typeOfSchema[ReferenceBody](s))
	o.Parameters = append(o.Parameters,
		&huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}},
		&huma.Param{Name: "kind", In: "query", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Enum: enum}})
	s.huma.OpenAPI().AddOperation(&o)
	s.mux.HandleFunc("PUT /api/v1"+path, func(w http.ResponseWriter, r *http.Request) {
		a, err := s.caller(r.Context(), r.Header.Get("Authorization"))
		var in order.Incoming
		if err == nil {
			thing, perr := casefile.ParseID(r.PathValue(name))
			whose := s.Orders.WhoseOrder
			if in.Order = thing; name == "listing" {
				whose, in.Listing, in.Order = s.Orders.WhoseListing, thing, casefile.Nil
			}
			if err = perr; err != nil {
				err = casefile.Fail(casefile.NotFound, "error.not_found")
			} else {
				ctx := context.WithValue(r.Context(), callerKey{}, a)
				_, err = s.ofThing(ctx, thing, party.ChangeOrder, whose)
			}
		}
		if in.Kind = r.URL.Query().Get("kind"); err == nil && !slices.Contains(kinds, in.Kind) {
			err = casefile.InvalidField("kind", "order.field.reference_kind")
		}
		if err != nil {
			refuse(w, err)
			return
		}
		ref, err := s.Orders.AddReference(r.Context(), a, in, http.MaxBytesReader(w, r.Body, s.MaxReference))
		if err != nil {
			refuse(w, err)
			return
		}
		writeJSON(w, http.StatusCreated, referenceBody(ref))
	})
}

// raw describes an operation whose body is streamed and not read as JSON.
func (s *Server) raw(id, method, path, summary, media string, answers *huma.Schema) huma.Operation {
	o := op(id, method, path, summary, "orders", withKey)
	o.MaxBodyBytes = s.MaxReference
	o.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{media: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}
	o.Responses = map[string]*huma.Response{"201": {Description: "done", Content: map[string]*huma.MediaType{"application/json": {Schema: answers}}}}
	return o
}

func typeOfSchema[T any](s *Server) *huma.Schema {
	return huma.SchemaFromType(s.huma.OpenAPI().Components.Schemas, typeOf[T]())
}

// ListingBody is a product page of a merchant.
type ListingBody struct {
	ID         casefile.ID     `json:"id" format:"uuid"`
	Merchant   casefile.ID     `json:"merchant" format:"uuid"`
	Code       string          `json:"code"`
	Product    string          `json:"product"`
	Category   string          `json:"category"`
	Created    time.Time       `json:"created"`
	Count      int             `json:"references_count"`
	References []ReferenceBody `json:"references,omitempty"`
}

func listingBody(l order.Listing, refs []order.Reference) ListingBody {
	b := ListingBody{ID: l.ID, Merchant: l.Merchant, Code: l.Code, Product: l.Product, Category: l.Category, Created: l.Created, Count: l.References}
	for _, r := range refs {
		b.References = append(b.References, referenceBody(r))
	}
	return b
}

func (s *Server) listings() {
	type newListing struct {
		Body struct {
			Merchant *casefile.ID `json:"merchant,omitempty" format:"uuid" doc:"for keys of the operator"`
			Code     string       `json:"code" minLength:"1" maxLength:"64"`
			Product  string       `json:"product" minLength:"1" maxLength:"120"`
			Category string       `json:"category" minLength:"1" maxLength:"40"`
		}
	}
	huma.Register(s.huma, op("createListing", http.MethodPost, "/listings", "Make a product page known; the same code again answers the one that is there", "orders", withKey),
		func(ctx context.Context, in *newListing) (*body[ListingBody], error) {
			a := actor(ctx)
			if err := s.Callers.Check(ctx, a, party.PutOrders, party.OfTenant(a.Tenant)); err != nil {
				return nil, problem(ctx, err)
			}
			n := order.NewListing{Merchant: deref(in.Body.Merchant), Code: in.Body.Code, Product: in.Body.Product, Category: in.Body.Category}
			out := answer(ListingBody{})
			l, err := s.Orders.PutListing(ctx, a, n)
			if casefile.IsRepeated(err) {
				out.Replayed = "true"
				l, err = s.Orders.PutListing(casefile.WithoutOnce(ctx), a, n)
			}
			out.Body = listingBody(l, nil)
			return out, problem(ctx, err)
		})
	huma.Register(s.huma, op("listListings", http.MethodGet, "/listings", "Product pages, newest first", "orders", withKey),
		func(ctx context.Context, in *struct {
			After string `query:"after" maxLength:"100"`
			Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
		}) (*body[struct {
			Listings []ListingBody `json:"listings"`
			Next     string        `json:"next,omitempty"`
		}], error) {
			a := actor(ctx)
			err := s.Callers.Check(ctx, a, party.ListOrders, party.OfTenant(a.Tenant))
			var after order.Cursor
			if err == nil {
				after, err = cursor(in.After)
			}
			var rows []order.Listing
			if err == nil {
				rows, err = s.Orders.Listings(ctx, a, casefile.Nil, after, in.Limit)
			}
			out := struct {
				Listings []ListingBody `json:"listings"`
				Next     string        `json:"next,omitempty"`
			}{Listings: []ListingBody{}}
			for _, l := range rows {
				out.Listings = append(out.Listings, listingBody(l, nil))
			}
			if n := len(rows); n == in.Limit {
				out.Next = cursorText(order.Cursor{At: rows[n-1].Created, ID: rows[n-1].ID})
			}
			return answer(out), problem(ctx, err)
		})
	huma.Register(s.huma, op("getListing", http.MethodGet, "/listings/{listing}", "One product page with its references", "orders", withKey),
		func(ctx context.Context, in *ListingPath) (*body[ListingBody], error) {
			a, err := s.ofThing(ctx, in.Listing, party.ViewOrder, s.Orders.WhoseListing)
			if err != nil {
				return nil, problem(ctx, err)
			}
			l, refs, err := s.Orders.Listing(ctx, a, in.Listing)
			return answer(listingBody(l, refs)), problem(ctx, err)
		})
}

// ImportBody is a file of orders that is being brought in.
type ImportBody struct {
	ID      casefile.ID `json:"id" format:"uuid"`
	State   string      `json:"state" enum:"reading,staged,running,done,discarded"`
	Lines   int         `json:"lines"`
	Fresh   int         `json:"fresh" doc:"not known before"`
	Same    int         `json:"same"`
	Differ  int         `json:"differ" doc:"known with other words; left as they are"`
	Wrong   int         `json:"wrong"`
	Done    int         `json:"done" doc:"orders made"`
	Failed  int         `json:"failed"`
	Created time.Time   `json:"created"`
	Ended   *time.Time  `json:"ended,omitempty"`
	Notes   []NoteBody  `json:"notes,omitempty"`
}

// NoteBody is what is to be said about a line.
type NoteBody struct {
	Line  int    `json:"line" doc:"of the file; the header is 1"`
	Kind  string `json:"kind" enum:"wrong,differs,failed"`
	Field string `json:"field,omitempty"`
	Key   string `json:"key,omitempty"`
	Text  string `json:"text,omitempty"`
}

func (s *Server) importBody(ctx context.Context, i order.Import, notes []order.Note) ImportBody {
	b := ImportBody{ID: i.ID, State: string(i.State), Lines: i.Lines, Fresh: i.Fresh, Same: i.Same, Differ: i.Differ, Wrong: i.Wrong, Done: i.Made, Failed: i.Failed, Created: i.At, Ended: timePtr(i.Ended)}
	lang := i18n.ZH
	if actor(ctx).Lang == "en" {
		lang = i18n.EN
	}
	for _, n := range notes[:min(len(notes), maxNotes)] {
		x := NoteBody{Line: n.Line, Kind: n.Kind, Field: n.Field, Key: n.Key}
		if n.Key != "" {
			x.Text = i18n.TMap(lang, n.Key, n.Args)
		}
		b.Notes = append(b.Notes, x)
	}
	return b
}

// maxNotes bounds what is told about one import at once.
const maxNotes = 1000

const importPath = "/api/v1/order-imports"

// ImportPath names an import in a path.
type ImportPath struct {
	Import casefile.ID `path:"import" format:"uuid"`
}

func (s *Server) imports() {
	o := s.raw("createImport", http.MethodPost, "/order-imports", "Read a CSV file of orders and compare it with what is here; nothing is brought in yet", "text/csv", typeOfSchema[ImportBody](s))
	o.MaxBodyBytes = order.MaxFile
	o.Parameters = append(o.Parameters, &huma.Param{Name: "merchant", In: "query", Description: "for keys of the operator", Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}})
	s.huma.OpenAPI().AddOperation(&o)
	s.mux.HandleFunc("POST "+importPath, func(w http.ResponseWriter, r *http.Request) {
		a, err := s.caller(r.Context(), r.Header.Get("Authorization"))
		if err == nil {
			err = s.Callers.Check(r.Context(), a, party.PutOrders, party.OfTenant(a.Tenant))
		}
		if err != nil {
			refuse(w, err)
			return
		}
		merchant, _ := casefile.ParseID(r.URL.Query().Get("merchant")) // Nil: the key's own
		i, err := s.Orders.Stage(r.Context(), a, merchant, http.MaxBytesReader(w, r.Body, order.MaxFile))
		if err != nil {
			refuse(w, err)
			return
		}
		writeJSON(w, http.StatusCreated, s.importBody(r.Context(), i, nil))
	})
	huma.Register(s.huma, op("getImport", http.MethodGet, "/order-imports/{import}", "How far an import is, and what is to be said about its lines", "orders", withKey),
		func(ctx context.Context, in *ImportPath) (*body[ImportBody], error) {
			a, err := s.ofThing(ctx, in.Import, party.ViewOrder, s.Orders.WhoseImport)
			if err != nil {
				return nil, problem(ctx, err)
			}
			i, notes, _, err := s.Orders.Import(ctx, a, in.Import)
			return answer(s.importBody(ctx, i, notes)), problem(ctx, err)
		})
	act := func(id, verb, summary string, do func(ctx context.Context, a casefile.Actor, id casefile.ID) error) {
		huma.Register(s.huma, op(id, http.MethodPost, "/order-imports/{import}/"+verb, summary, "orders", withKey),
			func(ctx context.Context, in *ImportPath) (*body[ImportBody], error) {
				a, err := s.ofThing(ctx, in.Import, party.ChangeOrder, s.Orders.WhoseImport)
				if err == nil {
					err = do(ctx, a, in.Import)
				}
				out := answer(ImportBody{})
				if casefile.IsRepeated(err) {
					out.Replayed, err = "true", nil
				}
				if err != nil {
					return nil, problem(ctx, err)
				}
				i, notes, _, err := s.Orders.Import(ctx, a, in.Import)
				out.Body = s.importBody(ctx, i, notes)
				return out, problem(ctx, err)
			})
	}
	act("beginImport", "begin", "Bring the fresh lines of a file in", func(ctx context.Context, a casefile.Actor, id casefile.ID) error {
		_, err := s.Orders.Begin(ctx, a, id)
		return err
	})
	act("discardImport", "discard", "Throw a file away that was not brought in", func(ctx context.Context, a casefile.Actor, id casefile.ID) error { return s.Orders.Discard(ctx, a, id) })
}

// MerchantBody is a merchant.
type MerchantBody struct {
	ID   casefile.ID `json:"id" format:"uuid"`
	Name string      `json:"name"`
	Tier string      `json:"tier" enum:"new,standard,trusted,watched"`
}

func (s *Server) merchants() {
	huma.Register(s.huma, op("listMerchants", http.MethodGet, "/merchants", "The merchants; a merchant sees itself", "orders", withKey),
		func(ctx context.Context, _ *struct{}) (*body[struct {
			Merchants []MerchantBody `json:"merchants"`
		}], error) {
			a := actor(ctx)
			if err := s.Callers.Check(ctx, a, party.ListOrders, party.OfTenant(a.Tenant)); err != nil {
				return nil, problem(ctx, err)
			}
			rows, err := s.Orders.Merchants(ctx, a)
			out := struct {
				Merchants []MerchantBody `json:"merchants"`
			}{[]MerchantBody{}}
			for _, m := range rows {
				out.Merchants = append(out.Merchants, MerchantBody{m.ID, m.Name, string(m.Tier)})
			}
			return answer(out), problem(ctx, err)
		})
	type changeIn struct {
		Body MerchantBody
	}
	huma.Register(s.huma, op("changeMerchant", http.MethodPut, "/merchants", "Name a merchant and say how far it is trusted", "orders", withKey),
		func(ctx context.Context, in *changeIn) (*body[MerchantBody], error) {
			a := actor(ctx)
			if err := s.Callers.Check(ctx, a, party.ChangeMerchant, party.OfTenant(a.Tenant)); err != nil {
				return nil, problem(ctx, err)
			}
			m, err := s.Orders.ChangeMerchant(casefile.WithoutOnce(ctx), a, in.Body.ID, in.Body.Name, order.Tier(in.Body.Tier))
			return answer(MerchantBody{m.ID, m.Name, string(m.Tier)}), problem(ctx, err)
		})
}

// streams reports whether the body of a call goes into the vault or is read line by line: it is not hashed, since it finds itself again.
func streams(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, uploadPath) || r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/references") || r.Method == http.MethodPost && r.URL.Path == importPath
}
