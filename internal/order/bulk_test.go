package order_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/order"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

const head = "订单号,收货人,手机号,商品名称,类目,货号,实付金额,数量,付款时间\n"

func csvLine(n int) string {
	return fmt.Sprintf("B-%05d,周末,199%08d,净水器 W2,appliance,HM-W2,¥1，280.50,2,2026-11-20 08:30\n", n, n)
}

// stageAndRun brings a file in as the page does.
func (s *shop) stage(t testing.TB, file string) order.Import {
	t.Helper()
	i, err := s.Stage(ctx, mer1, casefile.Nil, strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func (s *shop) run(t testing.TB) {
	t.Helper()
	for range 20 {
		if n, err := s.clock.RunDue(ctx); err != nil || n == 0 {
			return
		}
		s.later(time.Minute)
	}
}

func TestImport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.put(t, mer1, lock("A-1"))
		file := head + csvLine(1) + csvLine(2) + "\n" +
			"A-1,陈小满,19900001234,别的东西,lock,HM-S3,1299,1,\n" + // differs
			"B-00001,周末,19900000001,净水器 W2,appliance,HM-W2,1,1,\n" + // twice in the file
			"6.9E+11,周末,1.99E+10,净水器,appliance,,1,1,\n" + // eaten by a spreadsheet
			"C-1,周末,19900000001,净水器,appliance,,很贵,0,昨天\n" +
			"=\"0012\",周末,'19900000009,净水器 W2,appliance,,1,1,\n"
		i := s.stage(t, file)
		if i.State != order.ImportStaged || i.Lines != 7 || i.Fresh != 3 || i.Differ != 1 || i.Wrong != 3 || i.Same != 0 {
			t.Fatalf("%+v", i)
		}
		if n, _ := s.CountOrders(ctx, mer1, casefile.Nil); n != 1 {
			t.Fatalf("%d orders before it was begun", n)
		}
		_, notes, sample, err := s.Import(ctx, mer1, i.ID)
		if err != nil || len(sample) != 3 || sample[0].Phone.String() != "199****0001" || sample[0].Price != 128050 || sample[2].Number != "0012" {
			t.Fatalf("%v %+v", err, sample)
		}
		var got []string
		for _, n := range notes {
			got = append(got, fmt.Sprint(n.Line, n.Kind, n.Field, n.Key))
		}
		want := []string{"5 differs product ", "5 differs product_code ", "5 differs province ", "5 differs paid_at ", "5 differs shipped_at ", "6 wrong number order.field.twice",
			"7 wrong number order.field.scientific", "7 wrong phone order.field.scientific", "8 wrong price_fen order.field.price", "8 wrong quantity order.field.quantity",
			"8 wrong paid_at order.field.time"}
		for k := range want {
			want[k] = strings.ReplaceAll(want[k], " ", "")
		}
		for k := range got {
			got[k] = strings.ReplaceAll(got[k], " ", "")
		}
		if !slices.Equal(got, want) {
			t.Errorf("notes\n%q\nwant\n%q", got, want)
		}
		for range 2 {
			if _, err := s.Begin(ctx, mer1, i.ID); err != nil {
				t.Fatal(err)
			}
		}
		s.run(t)
		done, _, sample, err := s.Import(ctx, mer1, i.ID)
		if err != nil || done.State != order.ImportDone || done.Made != 3 || done.Failed != 0 || len(sample) != 0 {
			t.Fatalf("%+v %v", done, err)
		}
		// The same file again changes nothing and says what differs.
		again := s.stage(t, file)
		if again.Fresh != 0 || again.Same != 3 || again.Differ != 1 {
			t.Errorf("again %+v", again)
		}
		// The lines are gone with their key.
		s.read(t, func(ctx context.Context, x tx.Tx) error {
			if _, err := s.keeper.For(ctx, x, 1, done.Subject); err != privacy.ErrErased {
				t.Errorf("the key of the lines: %v", err)
			}
			return nil
		})
		for _, a := range []casefile.Actor{mer2, elsewhere} {
			if _, _, _, err := s.Import(ctx, a, i.ID); !casefile.Is(err, casefile.NotFound) {
				t.Errorf("%v sees it: %v", a.Merchant, err)
			}
			if _, err := s.Begin(ctx, a, again.ID); !casefile.Is(err, casefile.NotFound) {
				t.Errorf("%v begins it: %v", a.Merchant, err)
			}
			if err := s.Discard(ctx, a, again.ID); !casefile.Is(err, casefile.NotFound) {
				t.Errorf("%v throws it away: %v", a.Merchant, err)
			}
		}
		if err := s.Discard(ctx, mer1, again.ID); err != nil {
			t.Error(err)
		}
		if _, err := s.Begin(ctx, mer1, again.ID); !casefile.Is(err, casefile.Conflict) {
			t.Errorf("begin what was thrown away: %v", err)
		}
	})
}

// A run that dies between two parts, or in the middle of one, goes on where it was and makes nothing twice.
func TestImportGoesOn(t *testing.T) {
	s := newShop(t, dbtest.SQLite(t))
	var b strings.Builder
	b.WriteString(head)
	for n := range 450 {
		b.WriteString(csvLine(n))
	}
	i := s.stage(t, b.String())
	if i.Parts != 3 {
		t.Fatalf("%d parts", i.Parts)
	}
	// Half of the second part is in already: what a killed run leaves.
	for n := 200; n < 300; n += 2 {
		s.put(t, mer1, order.NewOrder{Number: fmt.Sprintf("B-%05d", n), Name: "周末", Phone: fmt.Sprintf("199%08d", n), Product: "净水器 W2", Category: "appliance", Listing: "HM-W2",
			Price: 128050, Quantity: 2, Paid: time.Date(2026, 11, 20, 0, 30, 0, 0, time.UTC)})
	}
	if _, err := s.Begin(ctx, mer1, i.ID); err != nil {
		t.Fatal(err)
	}
	s.run(t)
	done, notes, _, err := s.Import(ctx, mer1, i.ID)
	n, _ := s.CountOrders(ctx, mer1, casefile.Nil)
	if err != nil || done.State != order.ImportDone || done.Made != 450 || len(notes) != 0 || n != 450 {
		t.Errorf("%+v, %d orders, %d notes, %v", done, n, len(notes), err)
	}
}

func TestFilesThatAreNone(t *testing.T) {
	s := newShop(t, dbtest.SQLite(t))
	for name, c := range map[string]struct{ file, want string }{
		"empty":          {"", "file:order.error.no_header"},
		"no lines":       {head, "file:order.error.no_lines"},
		"columns":        {"订单号,姓名\nA,B\n", "file:order.error.columns_missing"},
		"not a table":    {"%PDF-1.7 nothing", "file:order.error.columns_missing"},
		"one long line":  {head + `"` + strings.Repeat("x", 200<<10), "file:order.error.long_line"},
		"endless record": {strings.Repeat("订单号,", 60_000), "file:order.error.long_line"},
	} {
		_, err := s.Stage(ctx, mer1, casefile.Nil, strings.NewReader(c.file))
		if got := fields(err); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: %v", name, err)
		}
	}
	list, err := s.Imports(ctx, mer1, casefile.Nil)
	for _, i := range list {
		if i.State != order.ImportDiscarded {
			t.Errorf("left behind: %+v", i)
		}
	}
	if err != nil || len(list) != 6 {
		t.Errorf("%d imports, %v", len(list), err)
	}
}

// Files come as spreadsheets write them.
func TestEncodings(t *testing.T) {
	text := head + csvLine(1)
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	var wide bytes.Buffer
	wide.WriteString("\xff\xfe")
	for _, r := range text {
		wide.WriteByte(byte(r))
		wide.WriteByte(byte(r >> 8))
	}
	for name, file := range map[string]string{"utf-8": text, "mark": "\xef\xbb\xbf" + text, "gbk": gbk, "utf-16": wide.String(), "tabs": strings.ReplaceAll(text, ",", "\t"),
		"english": "order_number;name;phone;product;category;price;quantity\r\nB-00001;周末;19900000001;净水器 W2;appliance;1280.5;2\r\n"} {
		n := 0
		for l, err := range order.ReadCSV(strings.NewReader(file)) {
			n++
			if err != nil || l.Err != nil || l.Order.Number != "B-00001" || l.Order.Name != "周末" || l.Order.Price != 128050 || l.Order.Quantity != 2 || l.N != 2 {
				t.Errorf("%s: %+v %v", name, l, err)
			}
		}
		if n != 1 {
			t.Errorf("%s: %d lines", name, n)
		}
	}
}

func TestSweepImports(t *testing.T) {
	s := newShop(t, dbtest.SQLite(t))
	i := s.stage(t, head+csvLine(1))
	s.later(25 * time.Hour)
	if err := s.SweepImports(ctx, 1); err != nil {
		t.Fatal(err)
	}
	if got, _, _, err := s.Import(ctx, mer1, i.ID); err != nil || got.State != order.ImportDiscarded {
		t.Errorf("%+v %v", got, err)
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add([]byte(head + csvLine(1)))
	f.Add([]byte("order;name\n\"a\n"))
	f.Add([]byte("\xff\xfe1\x00"))
	f.Add([]byte("\xc4\xe3\xba\xc3,\x81"))
	f.Fuzz(func(t *testing.T, b []byte) {
		ended := false
		for _, err := range order.ReadCSV(io.LimitReader(bytes.NewReader(b), 1<<20)) {
			if ended {
				t.Fatal("more after the end")
			}
			ended = err != nil
			if err != nil && casefile.CategoryOf(err) == casefile.Internal {
				t.Fatal(err)
			}
		}
	})
}
