package order

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"anxin/internal/casefile"
	"anxin/internal/privacy"
)

// Bounds of an order.
const (
	maxNumber   = 64
	maxCode     = 64
	maxName     = 60
	maxPhone    = 40
	maxProduct  = 120
	maxCategory = 40
	maxPrice    = casefile.Fen(100_000_000_00) // a hundred million yuan
	maxQuantity = 100_000
)

// The earliest and latest times that an order may speak of, seen from now: no shop system knows of sales before 2000, and clocks of others may be wrong by a day.
var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

const ahead = 24 * time.Hour

// fields collects what is wrong with an input, so that all of it is told at once.
type fields struct{ wrong []casefile.FieldError }

func (f *fields) bad(field, key string, args ...any) {
	e := casefile.FieldError{Field: field, Key: "order.field." + key}
	for i := 0; i+1 < len(args); i += 2 {
		if e.Args == nil {
			e.Args = map[string]any{}
		}
		e.Args[args[i].(string)] = args[i+1]
	}
	f.wrong = append(f.wrong, e)
}

func (f *fields) err() error {
	if len(f.wrong) == 0 {
		return nil
	}
	return &casefile.Error{Category: casefile.Invalid, Key: "error.invalid", Fields: f.wrong}
}

// line is one line of text: NFC, without control and invisible characters, white space folded.
func line(s string, most int) string {
	if limit := most*16 + 64; len(s) > limit {
		s = s[:limit]
	}
	s = norm.NFC.String(strings.ToValidUTF8(s, ""))
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

func (f *fields) text(field, value string, least, most int) string {
	value = line(value, most)
	switch n := utf8.RuneCountInString(value); {
	case n < least && n == 0:
		f.bad(field, "required")
	case n > most:
		f.bad(field, "too_long", "max", most)
	}
	return value
}

// code is a number or code of the merchant's own making: letters and digits of any script, and - _ . / # : +.
func (f *fields) code(field, value string, least, most int) string {
	value = f.text(field, value, least, most)
	for _, r := range value {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_./#:+", r) {
			f.bad(field, "code")
			break
		}
	}
	return value
}

// category is a code of ours: small letters, digits, underscore.
func (f *fields) category(field, value string) string {
	value = strings.ToLower(f.text(field, value, 1, maxCategory))
	for i, r := range value {
		if (r < 'a' || r > 'z') && (i == 0 || (r < '0' || r > '9') && r != '_') {
			f.bad(field, "category")
			break
		}
	}
	return value
}

// provinces are the 34 divisions of the first level, by how every name of theirs begins.
var provinces = map[string]string{
	"北京": "11", "天津": "12", "河北": "13", "山西": "14", "内蒙": "15", "辽宁": "21", "吉林": "22", "黑龙": "23", "上海": "31", "江苏": "32", "浙江": "33", "安徽": "34", "福建": "35",
	"江西": "36", "山东": "37", "河南": "41", "湖北": "42", "湖南": "43", "广东": "44", "广西": "45", "海南": "46", "重庆": "50", "四川": "51", "贵州": "52", "云南": "53", "西藏": "54",
	"陕西": "61", "甘肃": "62", "青海": "63", "宁夏": "64", "新疆": "65", "台湾": "71", "香港": "81", "澳门": "82",
}

// province answers the code of a province by code or name. Nothing more of an address is kept here.
func (f *fields) province(field, value string) string {
	value = line(value, maxProduct)
	if value == "" {
		return ""
	}
	if r := []rune(value); len(r) >= 2 {
		if code, ok := provinces[string(r[:2])]; ok {
			return code
		}
		for _, code := range provinces {
			if value == code {
				return code
			}
		}
	}
	f.bad(field, "province")
	return ""
}

// phone answers the digits of a phone number without the country code.
func (f *fields) phone(field, value string) string {
	value = line(value, maxPhone)
	if value == "" {
		f.bad(field, "required")
		return ""
	}
	digits := privacy.Normalize(privacy.IndexPhone, value)
	odd := strings.IndexFunc(norm.NFKC.String(value), func(r rune) bool { return !strings.ContainsRune("0123456789+-() .", r) }) >= 0
	if odd || len(digits) < 7 || len(digits) > 15 {
		f.bad(field, "phone")
		return ""
	}
	return digits
}

// moment cuts a time to what the database keeps and refuses impossible ones.
func (f *fields) moment(field string, t, now time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	t = t.UTC().Truncate(time.Microsecond)
	switch {
	case t.Before(earliest):
		f.bad(field, "time")
	case t.After(now.Add(ahead)):
		f.bad(field, "time_ahead")
	}
	return t
}

// times checks that an order was shipped after it was paid, and delivered after it was shipped.
func (f *fields) times(paid, shipped, delivered time.Time) {
	if !paid.IsZero() && !shipped.IsZero() && shipped.Before(paid) {
		f.bad("shipped_at", "before_paid")
	}
	from := shipped
	if from.IsZero() {
		from = paid
	}
	if !from.IsZero() && !delivered.IsZero() && delivered.Before(from) {
		f.bad("delivered_at", "before_shipped")
	}
}

// check normalises an order in place and answers everything that is wrong with it.
func (n *NewOrder) check(now time.Time) error {
	var f fields
	n.Number = f.code("number", n.Number, 1, maxNumber)
	n.Name = f.text("name", n.Name, 1, maxName)
	n.Phone = f.phone("phone", n.Phone)
	n.Product = f.text("product", n.Product, 1, maxProduct)
	n.Category = f.category("category", n.Category)
	n.Code = f.code("product_code", n.Code, 0, maxCode)
	n.Province = f.province("province", n.Province)
	n.Listing = f.code("listing", n.Listing, 0, maxCode)
	if n.Price < 0 || n.Price > maxPrice {
		f.bad("price_fen", "price")
	}
	if n.Quantity == 0 {
		n.Quantity = 1
	}
	if n.Quantity < 0 || n.Quantity > maxQuantity {
		f.bad("quantity", "quantity")
	}
	n.Paid, n.Shipped, n.Delivered = f.moment("paid_at", n.Paid, now), f.moment("shipped_at", n.Shipped, now), f.moment("delivered_at", n.Delivered, now)
	f.times(n.Paid, n.Shipped, n.Delivered)
	if n.Lang != "en" {
		n.Lang = "zh"
	}
	return f.err()
}
