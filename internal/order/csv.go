package order

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"anxin/internal/casefile"
)

// Bounds of a file of orders.
const (
	MaxLines  = 50_000
	MaxFile   = 64 << 20
	maxRecord = 64 << 10
)

// The columns of a file, by the names that shops give them. The first of each is the one in our own template.
var columnNames = map[string][]string{
	"number":       {"订单号", "订单编号", "订单id", "order number", "order no", "order_number", "order", "number"},
	"name":         {"收货人", "收件人", "买家姓名", "收货人姓名", "姓名", "buyer name", "buyer_name", "recipient", "name"},
	"phone":        {"手机号", "手机", "收货人手机", "联系电话", "电话", "phone", "mobile"},
	"product":      {"商品名称", "商品", "商品标题", "宝贝标题", "product", "title"},
	"category":     {"类目", "品类", "商品类目", "category"},
	"product_code": {"型号", "产品型号", "product_code", "model"},
	"province":     {"省份", "收货省份", "省", "province"},
	"listing":      {"货号", "商品编码", "商家编码", "商品id", "listing", "sku"},
	"price":        {"实付金额", "金额", "实收款", "买家实付", "price", "amount"},
	"price_fen":    {"金额分", "price_fen"},
	"quantity":     {"数量", "购买数量", "quantity"},
	"paid_at":      {"付款时间", "支付时间", "下单时间", "paid_at", "paid"},
	"shipped_at":   {"发货时间", "shipped_at", "shipped"},
	"delivered_at": {"签收时间", "送达时间", "delivered_at", "delivered"},
	"lang":         {"语言", "lang"},
}

// Template is the header of an empty file.
const Template = "订单号,收货人,手机号,商品名称,型号,类目,省份,货号,实付金额,数量,付款时间,发货时间,签收时间\n"

// required are the columns without which no line can be an order; one of the prices is needed too.
var required = []string{"number", "name", "phone", "product", "category"}

// Line is one line of a file, read.
type Line struct {
	N     int // of the file, the header is 1
	Order NewOrder
	Err   error // what is wrong with the line, an Invalid casefile.Error with fields
}

// ReadCSV reads a file of orders line by line: UTF-8, GB18030 or UTF-16 with a mark, commas, semicolons or tabs. A line that cannot be read is told in its
// Err; an error of the whole file (no header, a column missing, too long) ends the sequence. Nothing is checked beyond what reading needs.
func ReadCSV(r io.Reader) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		text, comma, err := decoded(r)
		if err != nil {
			yield(Line{}, err)
			return
		}
		bound := &recordBound{r: text}
		c := csv.NewReader(bound)
		c.Comma, c.FieldsPerRecord, c.TrimLeadingSpace, c.LazyQuotes = comma, -1, true, true
		var at map[string]int
		for n := 0; ; {
			record, err := c.Read()
			bound.record(c.InputOffset())
			if errors.Is(err, io.EOF) {
				if at == nil {
					yield(Line{}, casefile.InvalidField("file", "order.error.no_header"))
				}
				return
			}
			if err != nil {
				yield(Line{}, fileError(err))
				return
			}
			if blank(record) {
				continue
			}
			if at == nil {
				if at, err = header(record); err != nil {
					yield(Line{}, err)
					return
				}
				continue
			}
			if n++; n > MaxLines {
				yield(Line{}, &casefile.Error{Category: casefile.TooLarge, Key: "order.error.too_many_lines", Args: map[string]any{"max": MaxLines}})
				return
			}
			row, _ := c.FieldPos(0)
			l := readLine(record, at)
			l.N = row
			if !yield(l, nil) {
				return
			}
		}
	}
}

// decoded answers the file as UTF-8 and what parts its columns.
func decoded(r io.Reader) (io.Reader, rune, error) {
	b := bufio.NewReaderSize(io.LimitReader(r, MaxFile+1), 64<<10)
	head, err := b.Peek(64 << 10)
	if err != nil && err != io.EOF {
		return nil, 0, fileError(err)
	}
	var text io.Reader = b
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		text = transform.NewReader(b, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, err = b.Discard(3)
	case !validPrefix(head):
		text = transform.NewReader(b, simplifiedchinese.GB18030.NewDecoder())
	}
	if err != nil && err != io.EOF {
		return nil, 0, fileError(err)
	}
	again := bufio.NewReaderSize(text, 64<<10)
	first, err := again.Peek(8 << 10)
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
		return nil, 0, fileError(err)
	}
	if i := bytes.IndexByte(first, '\n'); i >= 0 {
		first = first[:i]
	}
	comma := ','
	for _, other := range []rune{'\t', ';'} {
		if strings.Count(string(first), string(other)) > strings.Count(string(first), string(comma)) {
			comma = other
		}
	}
	return again, comma, nil
}

// validPrefix reports whether b is UTF-8 but for a character that its end cuts.
func validPrefix(b []byte) bool {
	for cut := range utf8.UTFMax {
		if cut <= len(b) && utf8.Valid(b[:len(b)-cut]) {
			return true
		}
	}
	return false
}

// recordBound ends a file whose one record would fill the memory: a quote that is never closed.
type recordBound struct {
	r          io.Reader
	read, mark int64
}

var errLongRecord = casefile.InvalidField("file", "order.error.long_line")

func (b *recordBound) record(offset int64) { b.mark = offset }

func (b *recordBound) Read(p []byte) (int, error) {
	if b.read-b.mark > maxRecord {
		return 0, errLongRecord
	}
	n, err := b.r.Read(p[:min(len(p), 8<<10)])
	if b.read += int64(n); b.read > MaxFile {
		return 0, &casefile.Error{Category: casefile.TooLarge, Key: "order.error.file_too_large", Args: map[string]any{"mb": MaxFile >> 20}}
	}
	return n, err
}

func fileError(err error) error {
	var known *casefile.Error
	if errors.As(err, &known) {
		return known
	}
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return &casefile.Error{Category: casefile.Invalid, Key: "error.invalid",
			Fields: []casefile.FieldError{{Field: "file", Key: "order.error.unreadable_line", Args: map[string]any{"line": parse.StartLine}}}}
	}
	return casefile.Failf(casefile.Unavailable, "upload.error.broken", "read the file: %w", err)
}

func blank(record []string) bool {
	for _, f := range record {
		if strings.TrimSpace(f) != "" {
			return false
		}
	}
	return true
}

// header finds the columns by name.
func header(record []string) (map[string]int, error) {
	byName := map[string]string{}
	for column, names := range columnNames {
		for _, n := range names {
			byName[n] = column
		}
	}
	at := map[string]int{}
	for i, f := range record {
		name := strings.ToLower(strings.TrimRight(line(f, 60), "*（）() "))
		if column, ok := byName[name]; ok {
			if _, twice := at[column]; !twice {
				at[column] = i
			}
		}
	}
	var missing []string
	for _, column := range required {
		if _, ok := at[column]; !ok {
			missing = append(missing, columnNames[column][0])
		}
	}
	_, yuan := at["price"]
	if _, fen := at["price_fen"]; !yuan && !fen {
		missing = append(missing, columnNames["price"][0])
	}
	if len(missing) > 0 {
		return nil, &casefile.Error{Category: casefile.Invalid, Key: "error.invalid", Fields: []casefile.FieldError{
			{Field: "file", Key: "order.error.columns_missing", Args: map[string]any{"columns": strings.Join(missing, "、")}}}}
	}
	return at, nil
}

// scientific is what a spreadsheet makes of long numbers: the digits are lost.
var scientific = regexp.MustCompile(`^\d(?:\.\d+)?[eE]\+?\d+$`)

// readLine takes the fields out of a record.
func readLine(record []string, at map[string]int) Line {
	var f fields
	get := func(column string) string {
		i, ok := at[column]
		if !ok || i >= len(record) {
			return ""
		}
		return unquoted(record[i])
	}
	for _, column := range []string{"number", "phone", "listing"} {
		if scientific.MatchString(get(column)) {
			f.bad(column, "scientific")
		}
	}
	n := NewOrder{Number: get("number"), Name: get("name"), Phone: get("phone"), Product: get("product"), Category: get("category"), Code: get("product_code"), Province: get("province"), Listing: get("listing"), Lang: strings.ToLower(get("lang"))}
	var ok bool
	if fen := get("price_fen"); fen != "" {
		v, err := strconv.ParseInt(fen, 10, 64)
		if n.Price = casefile.Fen(v); err != nil {
			f.bad("price_fen", "price")
		}
	} else if n.Price, ok = yuan(get("price")); !ok {
		f.bad("price_fen", "price")
	}
	if q := get("quantity"); q != "" {
		v, err := strconv.Atoi(q)
		if n.Quantity = v; err != nil || v < 1 {
			f.bad("quantity", "quantity")
		}
	}
	for _, x := range []struct {
		column string
		to     *time.Time
	}{{"paid_at", &n.Paid}, {"shipped_at", &n.Shipped}, {"delivered_at", &n.Delivered}} {
		if *x.to, ok = readTime(get(x.column)); !ok {
			f.bad(x.column, "time")
		}
	}
	return Line{Order: n, Err: f.err()}
}

// unquoted takes off what spreadsheets put around numbers that must stay text: ="0012", '0012, a tab.
func unquoted(s string) string {
	s = strings.TrimSpace(s)
	if inner, ok := strings.CutPrefix(s, "="); ok {
		s = strings.Trim(inner, `"`)
	}
	return strings.TrimSpace(strings.TrimPrefix(s, "'"))
}

var yuanText = regexp.MustCompile(`^(\d{1,12})(?:\.(\d{1,2})0*)?$`)

// yuan reads an amount in yuan: 128, 128.5, ¥1,280.00.
func yuan(s string) (casefile.Fen, bool) {
	s = strings.NewReplacer(",", "", "，", "", "¥", "", "￥", "", "元", "", " ", "").Replace(s)
	m := yuanText.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	whole, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return 0, false
	}
	cents, _ := strconv.ParseInt((m[2] + "00")[:2], 10, 64) // digits by the pattern
	return casefile.Fen(whole*100 + cents), true
}

var timeLayouts = []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006-01-02", "2006/1/2", "2006年1月2日 15:04", "2006年1月2日"}

// readTime reads a time as shop systems write it, in the country's time zone when it names none.
func readTime(s string) (time.Time, bool) {
	if s == "" || s == "-" {
		return time.Time{}, true
	}
	if len(s) > 40 {
		return time.Time{}, false
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), true
	}
	for _, layout := range timeLayouts {
		if t, err := time.ParseInLocation(layout, s, casefile.Shanghai); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
