package orders

import (
	"crypto/sha256"
	"time"

	"github.com/a-h/templ"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/order"
	"anxin/internal/privacy"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// Stories are the merchant's order pages with canned data about invented people.
func Stories() []ui.Story {
	story := func(name, note string, draw func(pg ui.Page) templ.Component) ui.Story {
		return ui.Story{Area: "orders", Name: name, Note: note, Render: func(pg ui.Page) templ.Component {
			return draw(staff.Frame{Name: say(pg, "禾木家电旗舰店", "Hemu Home"), Role: casefile.Merchant, Account: "/account"}.Page(pg, Nav))
		}}
	}
	p := &Pages{MaxPhoto: 30_000_000, MaxVideo: 1_000_000_000, MaxChat: 500_000_000}
	return []ui.Story{
		story("list", "one whose buyer's data were erased", func(pg ui.Page) templ.Component {
			return ListPage(pg, List{Rows: demoOrders(pg), Count: 2417, Next: "/orders?after=x"})
		}),
		story("list-empty", "", func(pg ui.Page) templ.Component { return ListPage(pg, List{}) }),
		story("list-none", "a number that is not there", func(pg ui.Page) templ.Component { return ListPage(pg, List{Number: "HM-0", Count: 2417}) }),
		story("order", "two packing photos, a video, one of the listing", func(pg ui.Page) templ.Component {
			o := demoOrders(pg)[0]
			o.References = demoReferences(pg)
			return OrderPage(pg, p.orderView(pg, o))
		}),
		story("order-bare", "nothing sealed yet", func(pg ui.Page) templ.Component { return OrderPage(pg, p.orderView(pg, demoOrders(pg)[1])) }),
		story("order-error", "a file from the chat that cannot be taken", func(pg ui.Page) templ.Component {
			v := p.orderView(pg, demoOrders(pg)[1])
			v.Form.Add("chat", pg.T("evidence.error.unknown_type"))
			v.Chat.Error = v.Form.For("chat")
			return OrderPage(pg, v)
		}),
		story("listings", "", func(pg ui.Page) templ.Component { return ListingsPage(pg, Listings{Rows: demoListings(pg)}) }),
		story("listings-errors", "a category that is no code", func(pg ui.Page) templ.Component {
			v := Listings{Rows: demoListings(pg), Typed: order.NewListing{Code: "HM-S3", Product: say(pg, "智能门锁 S3", "Smart lock S3"), Category: "门锁"}}
			v.Form.Add("category", pg.T("order.field.category"))
			return ListingsPage(pg, v)
		}),
		story("listing", "", func(pg ui.Page) templ.Component {
			l := demoListings(pg)[0]
			refs := references("/listings/x/media/", demoReferences(pg)[:1])
			return ListingPage(pg, ListingView{Listing: l, Base: "/listings/x", References: refs,
				Photos: ui.Upload{Name: "photos", Label: pg.T("order.listing.seal_label"), Hint: pg.T("order.listing.seal_hint"), Max: maxFiles, MaxBytes: 30 << 20, Required: true}})
		}),
		story("imports", "", func(pg ui.Page) templ.Component { return ImportsPage(pg, Imports{Rows: demoImports(pg)}) }),
		story("imports-error", "a column is missing", func(pg ui.Page) templ.Component {
			var v Imports
			v.Form.Add("file", pg.T("order.error.columns_missing", "columns", say(pg, "手机号、类目", "phone, category")))
			return ImportsPage(pg, v)
		}),
		story("import-staged", "the preview, with lines to look at", func(pg ui.Page) templ.Component {
			return ImportPage(pg, ImportView{Import: demoImports(pg)[0], Sample: demoSample(pg), Notes: demoNotes(), More: 12})
		}),
		story("import-running", "", func(pg ui.Page) templ.Component { return ImportPage(pg, ImportView{Import: demoImports(pg)[1]}) }),
		story("import-done", "", func(pg ui.Page) templ.Component { return ImportPage(pg, ImportView{Import: demoImports(pg)[2]}) }),
	}
}

func say(pg ui.Page, zh, en string) string {
	if pg.P.Lang == i18n.EN {
		return en
	}
	return zh
}

func demoID(n byte) casefile.ID { return casefile.ID{1, 0x9a, 6: 0x70, 8: 0x80, 15: n} }

func demoOrders(pg ui.Page) []order.View {
	now := pg.P.Now
	one := func(n byte, number, product, name, phone string, price casefile.Fen, days int) order.View {
		o := order.Order{ID: demoID(n), Case: demoID(n + 100), Number: number, Product: product, Code: "S3", Category: "lock", Price: price, Quantity: 1, Listing: demoID(90), Paid: now.AddDate(0, 0, -days),
			Shipped: now.AddDate(0, 0, 1-days), Created: now.AddDate(0, 0, -days), References: int(n % 3)}
		return order.View{Order: o, Case: casefile.Number("261120-48391-7"), Listing: "HM-S3", Name: privacy.NewName(name), Phone: privacy.NewPhone(phone)}
	}
	rows := []order.View{
		one(2, "HM20261120-00417", say(pg, "智能门锁 S3（曜石黑）", "Smart lock S3, black"), "陈小满", "19900001234", 129900, 4),
		one(3, "HM20261119-00388", say(pg, "厨下净水器 W2", "Water purifier W2"), "周末", "19900005678", 168000, 5),
		one(4, "HM20261102-00102", say(pg, "燃气热水器 R16", "Gas heater R16"), "", "", 239900, 22),
	}
	rows[2].Erased = true
	return rows
}

func demoReferences(pg ui.Page) []order.Reference {
	ref := func(n byte, kind, media string, size int64, hours int) order.Reference {
		return order.Reference{Item: demoID(n), Case: demoID(102), Kind: kind, Media: media, Size: size, SHA256: sha256.Sum256([]byte{n}),
			Sealed: casefile.Moment{At: pg.P.Now.Add(-time.Duration(hours) * time.Hour), Leaf: 40_000 + int64(n)}}
	}
	return []order.Reference{ref(50, order.CataloguePhoto, "image/jpeg", 412_000, 900), ref(51, order.PackingPhoto, "image/jpeg", 3_100_000, 80), ref(52, order.PackingPhoto, "image/heic", 2_400_000, 80),
		ref(53, order.PackingVideo, "video/mp4", 84_000_000, 79), ref(54, order.ChatPhoto, "image/jpeg", 210_000, 70)}
}

func demoListings(pg ui.Page) []order.Listing {
	return []order.Listing{{ID: demoID(90), Code: "HM-S3", Product: say(pg, "智能门锁 S3", "Smart lock S3"), Category: "lock", References: 4},
		{ID: demoID(91), Code: "HM-W2", Product: say(pg, "厨下净水器 W2", "Water purifier W2"), Category: "appliance"}}
}

func demoImports(pg ui.Page) []order.Import {
	at := pg.P.Now.Add(-time.Hour)
	return []order.Import{
		{ID: demoID(70), State: order.ImportStaged, Lines: 1204, Fresh: 1150, Same: 38, Differ: 2, Wrong: 14, Parts: 6, At: at},
		{ID: demoID(71), State: order.ImportRunning, Lines: 10_000, Fresh: 10_000, Made: 4200, Parts: 50, Part: 21, At: at.AddDate(0, 0, -1)},
		{ID: demoID(72), State: order.ImportDone, Lines: 310, Fresh: 308, Made: 307, Failed: 1, Same: 2, Parts: 2, Part: 2, At: at.AddDate(0, 0, -3)},
	}
}

func demoSample(pg ui.Page) []order.Sample {
	return []order.Sample{{Line: 2, Number: "HM20261120-00417", Name: privacy.NewName("陈小满"), Phone: privacy.NewPhone("19900001234"), Product: say(pg, "智能门锁 S3", "Smart lock S3"), Price: 129900, Paid: pg.P.Now.AddDate(0, 0, -4)},
		{Line: 3, Number: "HM20261120-00418", Name: privacy.NewName("周末"), Phone: privacy.NewPhone("19900005678"), Product: say(pg, "厨下净水器 W2", "Water purifier W2"), Price: 168000}}
}

func demoNotes() []order.Note {
	return []order.Note{{Line: 17, Kind: "wrong", Field: "phone", Key: "order.field.phone"}, {Line: 17, Kind: "wrong", Field: "paid_at", Key: "order.field.time"},
		{Line: 33, Kind: "differs", Field: "price_fen"}, {Line: 40, Kind: "wrong", Field: "number", Key: "order.field.twice", Args: map[string]any{"line": 12}},
		{Line: 58, Kind: "wrong", Field: "number", Key: "order.field.scientific"}}
}
