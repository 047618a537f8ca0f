package letter

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"anxin/internal/law"
)

// Bar 6: each part of the decision letter, in both languages, for every remedy, in the structure and in the text that is drawn.
func TestEveryPartOfEveryLetter(t *testing.T) {
	parts := DecisionParts()
	if len(parts) != 14 {
		t.Fatalf("%d parts: whoever takes one away shows here which part of the design page it was", len(parts))
	}
	for _, r := range Remedies() {
		f := facts(r)
		d := compose(t, f)
		for _, lang := range []string{"zh", "en"} {
			l := d.In(lang)
			pdf, missing, err := PDF(d, PDFOptions{Lang: lang})
			if err != nil || len(missing) > 0 {
				t.Fatalf("%s/%s: %v, characters without a glyph: %q", r, lang, err, missing)
			}
			text := squeezed(pdfText(t, pdf))
			for _, p := range parts {
				s := l.Section(p)
				if s == nil || s.Heading == "" || len(s.Blocks) == 0 {
					t.Errorf("%s/%s: %s is not in the structure", r, lang, p)
					continue
				}
				if !strings.Contains(text, squeezed(s.Heading)) {
					t.Errorf("%s/%s: the heading of %s is not drawn", r, lang, p)
				}
				for _, b := range s.Blocks {
					for _, want := range texts(b) {
						if !strings.Contains(text, squeezed(want)) && !inCells(text, want) {
							t.Errorf("%s/%s: %s: %q is not drawn", r, lang, p, want)
						}
					}
				}
			}
			for what, want := range contents(f, lang) {
				if !strings.Contains(text, squeezed(want)) && !inCells(text, want) {
					t.Errorf("%s/%s: %s: %q is not in the letter", r, lang, what, want)
				}
			}
			if strings.Contains(text, "[letter.") || strings.Contains(text, "{") {
				t.Errorf("%s/%s: an unfilled text: %s", r, lang, regexp.MustCompile(`.{10}[{\[].{20}`).FindString(text))
			}
			if len(pdf) > 200_000 {
				t.Errorf("%s/%s: %d bytes", r, lang, len(pdf))
			}
		}
	}
}

// inCells: cells of a table are drawn line by line beside one another, so a long cell's lines are not neighbours; each of its pieces must be there.
func inCells(text, want string) bool {
	for _, p := range pieces(want) {
		if p = squeezed(p); p != "" && !strings.Contains(text, p) {
			return false
		}
	}
	return true
}

func texts(b Block) (out []string) {
	if b.Text != "" {
		out = append(out, b.Text)
	}
	for _, r := range b.Rows {
		out = append(out, r.Label, r.Value)
	}
	out = append(out, b.Head...)
	for _, c := range b.Cells {
		out = append(out, c...)
	}
	return out
}

// contents is what the design page demands, as it must read in the letter.
func contents(f Facts, lang string) map[string]string {
	pick := func(zh, en string) string {
		if lang == "en" {
			return en
		}
		return zh
	}
	out := map[string]string{
		"case number": f.Number, "check code": f.Code, "masked buyer": f.Buyer, "merchant": f.Merchant, "burden": f.Burden.Words.In(lang),
		"rules and version": pick("退款售后规则 第 1 版", "Rules for refunds and after-sales, version 1"), "basis": pick("第二十三条第三款", "article 23 paragraph 3"),
		"outside": pick("全国 12315 平台", "national 12315 platform"), "outside basis": pick("《中华人民共和国电子商务法》第六十条", "E-Commerce Law of the PRC, article 60"),
		"automated processing": pick("拒绝仅由自动化处理作出的决定", "refuse a decision made by automated processing alone"), "automated processing basis": pick("《中华人民共和国个人信息保护法》第二十四条", "Personal Information Protection Law of the PRC, article 24"),
		"summaries": pick("内容摘要", "unofficial summary"), "verify": f.VerifyURL,
	}
	if !f.AppealUntil.IsZero() {
		out["appeal until"], out["appeal how"] = pick("2026年11月29日 14:20 之前申诉", "may appeal before 29 November 2026, 14:20"), pick("在案件页面点“申诉”", `Choose "Appeal"`)
	} else {
		out["no appeal"] = pick("没有平台内的申诉程序", "no further appeal on the platform")
	}
	for _, e := range f.Evidence {
		out["evidence "+e.SHA256[:4]] = e.SHA256[:16]
	}
	if f.judged() {
		out["buyer's argument"], out["merchant's argument"] = f.OnBuyer.ZH, f.OnMerchant.ZH // typed words are shown as typed in both
		for _, x := range f.Found {
			out["fact"], out["limits"] = x.Fact.In(lang), x.Limits.In(lang)
		}
	} else {
		out["no judgement"] = pick("没有对双方意见作出判断", "arguments were not judged")
	}
	switch f.Remedy {
	case RefundOnly, RefundReturn:
		out["money"] = "¥1,299.00"
	case Partial:
		out["money"] = "¥300.00"
	case Settlement:
		out["money"] = "¥200.00"
	}
	if len(f.Steps) > 0 && !f.Steps[0].By.IsZero() {
		out["time"] = pick(f.Steps[0].By.Add(8*time.Hour).Format("2006年1月2日 15:04"), f.Steps[0].By.Add(8*time.Hour).Format("2 January 2006, 15:04"))
	}
	return out
}

// The reader of the test sees when a text is not drawn: the test above can fail.
func TestTheReaderSeesWhatIsNotDrawn(t *testing.T) {
	d := compose(t, facts(RefundOnly))
	for i := range d.ZH.Sections {
		if d.ZH.Sections[i].Part == PartBurden {
			d.ZH.Sections[i].Blocks = nil
		}
	}
	pdf, _, err := PDF(d, PDFOptions{Lang: "zh"})
	if err != nil {
		t.Fatal(err)
	}
	text := squeezed(pdfText(t, pdf))
	if strings.Contains(text, "由商家就有关瑕疵承担举证责任") {
		t.Error("a text that was taken away is read")
	}
	if got := d.Missing(DecisionParts()); len(got) != 1 || got[0] != "zh/burden" {
		t.Errorf("missing: %v", got)
	}
}

func TestTheOtherPapersAreComplete(t *testing.T) {
	b := book(t)
	notice, err := ComposeNotice(noticeFacts(), b)
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := ComposeReceipt(receiptFacts(), b)
	if err != nil {
		t.Fatal(err)
	}
	duty, err := ComposeDuty(dutyFacts(), b)
	if err != nil {
		t.Fatal(err)
	}
	empty, err := ComposeDuty(DutyFacts{Number: "261122-48391-7", Code: "D-7K2M-0QXT-9VBR", Issued: day(11, 22, 9, 0), Filed: day(11, 22, 8, 0), VerifyURL: "https://anxin.example.cn/verify"}, b)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		d      *Document
		parts  []Part
		zh, en []string
	}{
		{notice, NoticeParts(), []string{"2026年11月24日 09:20 之前答复", "不会因此自动作出对您不利的决定", "不会强制您接受仅退款", "王**"}, []string{"before 24 November 2026, 09:20", "no automatic decision against you", "does not force you"}},
		{receipt, ReceiptParts(), []string{"已经受理", "261122-48391-7", "60303ae22b998861", "代为记录"}, []string{"received your claim", "60303ae22b998861", "counts for nothing against you"}},
		{duty, DutyParts(), []string{"34 分钟，2 名审核人员", "exact@1", "视频关键帧", "损坏有材料证明，上门鉴定确认", "商家提出申诉，维持原决定", "电商法第三十四条", "至少保存三年"}, []string{"34 minutes, 2 people", "damage is shown; confirmed by inspection", "Appeal by: Merchant; decision upheld"}},
		{empty, DutyParts(), []string{"尚未决定", "没有运行", "未记录"}, []string{"Not yet decided", "did not run", "not recorded"}},
	} {
		if missing := c.d.Missing(c.parts); len(missing) > 0 {
			t.Errorf("%s: %v", c.d.Kind, missing)
		}
		for lang, wants := range map[string][]string{"zh": c.zh, "en": c.en} {
			pdf, missing, err := PDF(c.d, PDFOptions{Lang: lang})
			if err != nil || len(missing) > 0 || len(pdf) > 200_000 {
				t.Fatalf("%s/%s: %v %q %d bytes", c.d.Kind, lang, err, missing, len(pdf))
			}
			text := squeezed(pdfText(t, pdf))
			for _, want := range wants {
				if !strings.Contains(text, squeezed(want)) && !inCells(text, want) {
					t.Errorf("%s/%s: %q is not drawn", c.d.Kind, lang, want)
				}
			}
			if strings.Contains(text, "[letter.") {
				t.Errorf("%s/%s: a text without words: %s", c.d.Kind, lang, text[strings.Index(text, "[letter."):][:40])
			}
		}
	}
	broken := noticeFacts()
	broken.AnswerBy = time.Time{}
	if _, err := ComposeNotice(broken, b); err == nil {
		t.Error("a notice without a time to answer")
	}
	unsaid := receiptFacts()
	unsaid.Next.EN = ""
	if _, err := ComposeReceipt(unsaid, b); err == nil {
		t.Error("a receipt that does not say what happens next")
	}
}

func TestALetterThatLacksAPartIsNotWritten(t *testing.T) {
	for name, c := range map[string]struct {
		remedy Remedy
		turn   func(*Facts)
		want   string
	}{
		"no burden":           {RefundOnly, func(f *Facts) { f.Burden = Burden{} }, "G5"},
		"burden in one":       {RefundOnly, func(f *Facts) { f.Burden.Words.EN = "" }, "G5"},
		"no pack":             {RefundOnly, func(f *Facts) { f.Applied = Pack{} }, "version of the rules"},
		"no basis":            {RefundOnly, func(f *Facts) { f.Basis = nil }, "basis"},
		"unknown basis":       {RefundOnly, func(f *Facts) { f.Basis = []string{"cpl-99"} }, "cpl-99"},
		"not yet valid":       {RefundOnly, func(f *Facts) { f.Issued = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }, "platform-rules-refund"},
		"phone for a name":    {RefundOnly, func(f *Facts) { f.Buyer = "王 19900001234" }, "phone number"},
		"no answer to buyer":  {RefundOnly, func(f *Facts) { f.OnBuyer = Text{} }, "buyer's main argument"},
		"no answer to seller": {RefundOnly, func(f *Facts) { f.OnMerchant = Text{} }, "merchant's main argument"},
		"no findings":         {RefundOnly, func(f *Facts) { f.Found, f.Words = nil, Text{} }, "findings"},
		"one reviewer":        {Forged, func(f *Facts) { f.TwoPeople = false }, "G1"},
		"no material":         {Forged, func(f *Facts) { f.Evidence = nil }, "names the material"},
		"empty settlement":    {Settlement, func(f *Facts) { f.Settled = "" }, "consists of"},
		"unknown remedy":      {"fine", func(*Facts) {}, "no letter for the remedy"},
		"code":                {RefundOnly, func(f *Facts) { f.Code = "D-1" }, "check code"},
		"round":               {RefundOnly, func(f *Facts) { f.Round = 0 }, "rounds"},
	} {
		f := facts(c.remedy)
		c.turn(&f)
		if _, err := Compose(f, book(t)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	silent := facts(RefundOnly) // a merchant who said nothing has no argument to be answered, and nothing is held against them
	silent.OnMerchant, silent.Notices[0].Answered = Text{}, time.Time{}
	d := compose(t, silent)
	if s := d.ZH.Section(PartHearing).Text(); !strings.Contains(d.ZH.Section(PartArguments).Text(), "没有答复本身不作为认定的依据") || strings.Count(s, "期限内没有答复") != 1 {
		t.Error(s) // the notice of the inspection asked for no answer
	}
	if s := compose(t, facts(RefundOnly)).ZH.Section(PartHearing).Text(); strings.Contains(s, "没有答复") {
		t.Errorf("a notice that asks for nothing was not answered: %s", s)
	}
	bare := facts(RefundOnly) // a claim whose order nobody imported
	bare.Order, bare.Ordered, bare.OrderPack = "", time.Time{}, Pack{}
	if s := compose(t, bare).ZH.Text(); !strings.Contains(s, "下单时间  未记录") || !strings.Contains(s, "当时没有生效的版本") {
		t.Error(s)
	}
	quiet := dutyFacts()
	quiet.Notices[0].Answered = time.Time{}
	for over, want := range map[bool]string{true: "期限内没有答复", false: "未记录"} {
		quiet.Silent = over
		d, err := ComposeDuty(quiet, book(t))
		if err != nil || !strings.Contains(d.ZH.Section(PartDuties).Text(), "听取商家意见 | "+want) {
			t.Errorf("silent %v: %v", over, err)
		}
	}
}

// Findings are facts with their limits. No letter accuses anybody, in either language.
func TestNoLetterAccuses(t *testing.T) {
	for _, r := range Remedies() {
		d := compose(t, facts(r))
		zh, en := d.ZH.Text(), strings.ToLower(d.EN.Text())
		for _, word := range []string{"骗", "欺诈", "诈骗", "造假", "伪造", "恶意", "不诚信", "黑名单", "违法", "非法", "羊毛", "惩罚", "处罚", "警告"} {
			if strings.Contains(zh, word) {
				t.Errorf("%s: the letter says %s", r, word)
			}
		}
		for _, word := range []string{"fraud", "forge", "fake", "cheat", "dishonest", "liar", "scam", "blacklist", "illegal", "punish", "guilty"} {
			if strings.Contains(en, word) {
				t.Errorf("%s: the letter says %s", r, word)
			}
		}
	}
	forged := compose(t, facts(Forged))
	for lang, want := range map[string][]string{"zh": {"注明“不予采信”的材料", "不是对任何人的评价", "没有认定材料由谁制作", "排除合理怀疑", "两名审核员"}, "en": {"no assessment of any person", "did not determine who made", "no reasonable doubt", "Two reviewers"}} {
		for _, w := range want {
			if !strings.Contains(forged.In(lang).Text(), w) {
				t.Errorf("%s: %q is not said", lang, w)
			}
		}
	}
	if s := forged.ZH.Section(PartEvidence).Text(); strings.Count(s, "不予采信") != 1 || !strings.Contains(s, "60303ae22b998861 | 不予采信") {
		t.Errorf("the list does not mark the material:\n%s", s)
	}
	unmarked := facts(Forged)
	unmarked.Evidence[1].NotAccepted = false
	if s := compose(t, unmarked).ZH.Section(PartOutcome).Text(); strings.Contains(s, "注明") || !strings.Contains(s, "部分材料") {
		t.Errorf("the letter points to a mark that is not there: %s", s)
	}
	if s := compose(t, facts(Insufficient)).ZH.Text(); !strings.Contains(s, "证据不足不等于认定申请内容不真实") {
		t.Error("insufficient evidence reads as a finding")
	}
}

func TestEqualFactsGiveEqualBytes(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		a, _, err := PDF(compose(t, facts(RefundOnly)), PDFOptions{Lang: lang})
		if err != nil {
			t.Fatal(err)
		}
		b, _, err := PDF(compose(t, facts(RefundOnly)), PDFOptions{Lang: lang})
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: two drawings differ (%v)", lang, err)
		}
		f := facts(RefundOnly)
		f.Amount++
		if c, _, _ := PDF(compose(t, f), PDFOptions{Lang: lang}); bytes.Equal(a, c) {
			t.Errorf("%s: another amount gives the same bytes", lang)
		}
	}
}

// Letters are drawn at once; none may leave traces in the fonts that all share.
func TestLettersDrawnAtOnceDoNotMeet(t *testing.T) {
	data, err := fonts()
	if err != nil {
		t.Fatal(err)
	}
	before := map[fontName][32]byte{}
	for name, ttf := range data {
		before[name] = sha256.Sum256(ttf)
	}
	d := compose(t, facts(Exchange))
	want, _, err := PDF(d, PDFOptions{Lang: "zh"})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if got, _, err := PDF(d, PDFOptions{Lang: "zh"}); err != nil || !bytes.Equal(got, want) {
				t.Errorf("drawn at once, a letter differs (%v)", err)
			}
		})
	}
	wg.Wait()
	for name, ttf := range data {
		if sha256.Sum256(ttf) != before[name] {
			t.Errorf("drawing changed the font %s", name)
		}
	}
}

func TestADocumentSurvivesKeeping(t *testing.T) {
	d := compose(t, facts(Forged))
	text, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Decode(text)
	if err != nil || !reflect.DeepEqual(d, again) {
		t.Fatalf("%v", err)
	}
	a, _, _ := PDF(d, PDFOptions{Lang: "zh"})
	b, _, _ := PDF(again, PDFOptions{Lang: "zh"})
	if !bytes.Equal(a, b) {
		t.Error("a kept document is drawn differently")
	}
	for _, bad := range []string{"", "{}", `{"format":2}`, "[1]"} {
		if _, err := Decode([]byte(bad)); err == nil {
			t.Errorf("%q is a document", bad)
		}
	}
}

// Long texts, long tables and strange characters: everything is drawn, on as many pages as it takes, inside the margins.
func TestLongLettersBreakOverPages(t *testing.T) {
	f := facts(RefundOnly)
	for i := range 120 {
		e := f.Evidence[i%4]
		e.No = i + 1
		f.Evidence = append(f.Evidence, e)
	}
	f.Words = Typed(strings.Repeat("这是一段很长的审核说明，用来看分页时有没有丢字。", 150) + strings.Repeat("x", 400) + " 表情 😀 与生僻字 𠮷")
	d := compose(t, f)
	pdf, missing, err := PDF(d, PDFOptions{Lang: "zh", Draft: true})
	if err != nil {
		t.Fatal(err)
	}
	if string(missing) != "😀𠮷" {
		t.Errorf("characters without a glyph: %q", string(missing))
	}
	text := pdfText(t, pdf)
	flat := squeezed(text)
	if n := strings.Count(flat, "丢字"); n != 150 {
		t.Errorf("%d of 150 sentences are drawn", n)
	}
	if n := strings.Count(flat, "x"); n < 400 {
		t.Errorf("%d of 400 letters of a long word are drawn", n)
	}
	for _, want := range []string{"预览稿，未出具", "第1页，共", "表情〓与生僻字〓"} {
		if !strings.Contains(flat, want) {
			t.Errorf("%q is not drawn", want)
		}
	}
	if heads := strings.Count(text, "SHA-256 前 16 位"); heads < 3 {
		t.Errorf("the head of the table stands on %d pages", heads)
	}
	l := &layout{width: func(rune, bool) float64 { return 1 }, lead: 1.6}
	l.letter(&d.ZH, false, true)
	for i, page := range l.pages {
		for _, m := range page {
			if m.y > pageHeight-marginBottom+1 || m.x < marginX-1 || m.x > pageWidth-marginX {
				t.Errorf("page %d: %q at %.0f, %.0f", i+1, m.text, m.x, m.y)
			}
		}
	}
}

func TestLinesBreakAsChineseIsRead(t *testing.T) {
	l := &layout{width: func(r rune, _ bool) float64 {
		if wide(r) {
			return 1
		}
		return 0.5
	}, lead: 1.6}
	s := style{size: 10}
	for width := 58.0; width < 200; width += 7 {
		text := "买家主张：收货时（11月18日）面板已经破损，“右下角”有裂纹；商家说 shipping was fine，金额 ¥1,299.00。"
		lines := l.wrap(text, s, width)
		for i, line := range lines {
			r := []rune(line)
			if i > 0 && strings.ContainsRune("，。；：）”、", r[0]) {
				t.Errorf("width %.0f: line %q begins with %q", width, line, r[0])
			}
			if i < len(lines)-1 && strings.ContainsRune("（“", r[len(r)-1]) {
				t.Errorf("width %.0f: line %q ends with %q", width, line, r[len(r)-1])
			}
		}
		if got := squeezed(strings.Join(lines, "")); got != squeezed(text) {
			t.Errorf("width %.0f: %q", width, got)
		}
	}
}

func TestTheCodeIsInTheAddress(t *testing.T) {
	if got := verifyLink("https://a.example/verify?x=1", "D-1"); got != "https://a.example/verify?code=D-1&x=1" {
		t.Error(got)
	}
}

// Every basis that letters name by themselves exists and is valid today and on the first day of the default rules.
func TestEveryBasisOfLettersIsValid(t *testing.T) {
	b := book(t)
	for _, name := range []string{"compose.go", "papers.go"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		ids := regexp.MustCompile(`"((?:ecl|cpl|civil|pipl|platform-rules|evidence|label)-[a-z0-9-]+)"`).FindAllStringSubmatch(string(text), -1)
		if len(ids) < 3 {
			t.Fatalf("%s names %d clauses: the pattern is broken", name, len(ids))
		}
		for _, m := range ids {
			for _, day := range []law.Date{"2026-10-01", "2026-11-22"} {
				if err := b.Basis(m[1], day); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	}
}

// The fonts are the files of the packages that fonts/README.md names.
func TestFontsAreUnchanged(t *testing.T) {
	data, err := fonts() // checks the sums
	if err != nil || len(data) != len(fontSums) {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("fonts/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, sum := range fontSums {
		if !strings.Contains(string(readme), sum) || !strings.Contains(string(readme), string(name)+".ttf") {
			t.Errorf("fonts/README.md does not tell of %s", name)
		}
	}
	if _, err := os.Stat("fonts/LICENSE-Apache-2.0.txt"); err != nil {
		t.Error(err)
	}
}

// ANXIN_LETTERS=folder writes every letter as PDF, for looking at them.
func TestWriteLetters(t *testing.T) {
	folder := os.Getenv("ANXIN_LETTERS")
	if folder == "" {
		t.Skip("ANXIN_LETTERS is not set: no files are written")
	}
	b := book(t)
	docs := map[string]*Document{}
	for _, r := range Remedies() {
		docs[string(r)] = compose(t, facts(r))
	}
	docs["notice"], _ = ComposeNotice(noticeFacts(), b)
	docs["receipt"], _ = ComposeReceipt(receiptFacts(), b)
	docs["duty"], _ = ComposeDuty(dutyFacts(), b)
	for name, d := range docs {
		for _, lang := range []string{"zh", "en"} {
			pdf, _, err := PDF(d, PDFOptions{Lang: lang})
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, name+"-"+lang+".pdf"), pdf, 0o644); err != nil {
				t.Fatal(err)
			}
			t.Logf("%s-%s: %d kB", name, lang, len(pdf)/1000)
		}
	}
}

func BenchmarkPDF(b *testing.B) {
	d := compose(b, facts(RefundOnly))
	size := 0
	b.ReportAllocs()
	for b.Loop() {
		pdf, _, err := PDF(d, PDFOptions{Lang: "zh"})
		if err != nil {
			b.Fatal(err)
		}
		size = len(pdf)
	}
	b.ReportMetric(float64(size)/1000, "kB")
}
