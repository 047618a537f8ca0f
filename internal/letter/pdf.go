package letter

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"codeberg.org/go-pdf/fpdf"
	qrcode "github.com/skip2/go-qrcode"
	"golang.org/x/image/font/sfnt"

	"anxin/internal/i18n"
)

// PDFOptions are what a drawing needs beyond the document.
type PDFOptions struct {
	Lang  string // zh, en
	Draft bool   // marked as a preview that nobody has issued
}

// missingGlyph stands for characters that no font of ours has.
const missingGlyph = '〓'

// PDF draws one language of a document. Equal documents give equal bytes. Fonts are cut down to the characters used; a letter has some 40 to 120 kB.
// Characters that no font has are drawn as 〓 and answered, so that nothing disappears unseen.
func PDF(d *Document, o PDFOptions) (pdf []byte, missing []rune, err error) {
	data, err := fonts()
	if err != nil {
		return nil, nil, err
	}
	x := d.In(o.Lang)
	p := fpdf.New("P", "pt", "A4", "")
	p.SetAutoPageBreak(false, 0)
	p.SetMargins(0, 0, 0)
	p.SetCompression(true)
	p.SetCatalogSort(true)
	p.SetCreationDate(d.Issued)
	p.SetModificationDate(d.Issued)
	p.SetProducer("anxin", false)
	p.SetTitle(x.Title+" "+d.Number, true)
	p.SetAuthor(x.Brand, true)
	p.SetLang(i18n.Lang(x.Lang).HTML())
	for _, name := range []fontName{hanFont, latinFont, boldFont} { // a fixed order: the bytes depend on it
		p.AddUTF8FontFromBytes(string(name), "", bytes.Clone(data[name])) // the writer appends to pieces of it: letters drawn at once would meet there
	}
	pen := &pen{p: p, choice: map[rune]fontName{}, widths: map[fontName]map[rune]float64{}}
	if err := pen.open(data); err != nil {
		return nil, nil, err
	}
	lead := 1.62
	if x.Lang == "en" {
		lead = 1.45
	}
	l := &layout{width: pen.width, lead: lead}
	l.letter(x, o.Draft, d.VerifyURL != "")
	for i, marks := range l.pages {
		pen.page(d, x, marks, i+1, len(l.pages))
	}
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		return nil, nil, fmt.Errorf("letter: %w", err)
	}
	return b.Bytes(), pen.missing, nil
}

func draftWord(lang string) string { return i18n.T(i18n.Lang(lang), "letter.draft") }

// pen draws marks.
type pen struct {
	p       *fpdf.Fpdf
	han     *sfnt.Font
	latin   *sfnt.Font
	buffer  sfnt.Buffer
	choice  map[rune]fontName // latinFont or hanFont; "" for none
	widths  map[fontName]map[rune]float64
	missing []rune
}

func (n *pen) open(data map[fontName][]byte) (err error) {
	if n.han, err = sfnt.Parse(data[hanFont]); err != nil {
		return fmt.Errorf("letter: font: %w", err)
	}
	if n.latin, err = sfnt.Parse(data[latinFont]); err != nil {
		return fmt.Errorf("letter: font: %w", err)
	}
	return nil
}

// font chooses the font of a character: Latin where it has it, else Chinese, else the character becomes 〓.
func (n *pen) font(r rune) (fontName, rune) {
	name, known := n.choice[r]
	if !known {
		has := func(f *sfnt.Font) bool {
			i, err := f.GlyphIndex(&n.buffer, r)
			return err == nil && i != 0
		}
		switch {
		case r > 0xFFFF || r == utf8.RuneError: // the writer knows the basic plane only
		case has(n.latin):
			name = latinFont
		case has(n.han):
			name = hanFont
		}
		if name == "" {
			n.missing = append(n.missing, r)
		}
		n.choice[r] = name
	}
	if name == "" {
		return hanFont, missingGlyph
	}
	return name, r
}

func (n *pen) width(r rune, bold bool) float64 {
	name, r := n.font(r)
	if bold && name == latinFont {
		name = boldFont
	}
	if w, ok := n.widths[name][r]; ok {
		return w
	}
	if n.widths[name] == nil {
		n.widths[name] = map[rune]float64{}
	}
	n.p.SetFont(string(name), "", 10)
	w := float64(n.p.GetStringSymbolWidth(string(r))) / 1000
	n.widths[name][r] = w
	return w
}

func (n *pen) page(d *Document, x *Letter, marks []mark, number, total int) {
	n.p.AddPage()
	foot := n.text(i18n.T(i18n.Lang(x.Lang), "letter.page", "n", number, "total", total))
	if number > 1 {
		n.draw(marginX, marginTop-22, n.text(x.Title), footStyle)
		n.right(marginTop-22, n.text(x.Number), footStyle)
		n.rule(marginX, marginTop-14, textWidth, 0.4)
	}
	n.draw(marginX, pageHeight-36, n.text(d.Code), footStyle)
	n.right(pageHeight-36, foot, footStyle)
	for _, m := range marks {
		switch {
		case m.qr > 0:
			n.qr(d.VerifyURL, m)
		case m.rule > 0:
			n.rule(m.x, m.y, m.rule, m.style.size)
		default:
			n.draw(m.x, m.y, n.text(m.text), m.style)
		}
	}
}

type segment struct {
	font fontName
	text string
}

// text cuts a text into runs of one font.
func (n *pen) text(s string) (out []segment) {
	for _, r := range s {
		name, r := n.font(r)
		if r == ' ' && len(out) > 0 {
			name = out[len(out)-1].font
			if name == hanFont {
				name = latinFont
			}
		}
		if len(out) == 0 || out[len(out)-1].font != name {
			out = append(out, segment{font: name})
		}
		out[len(out)-1].text += string(r)
	}
	return out
}

func (n *pen) size(list []segment, s style) float64 {
	w := 0.0
	for _, seg := range list {
		for _, r := range seg.text {
			w += n.width(r, s.bold) * s.size
		}
	}
	return w
}

func (n *pen) right(y float64, list []segment, s style) {
	n.draw(pageWidth-marginX-n.size(list, s), y, list, s)
}

func (n *pen) draw(x, y float64, list []segment, s style) {
	level := 17
	if s.gray {
		level = 96
	}
	n.p.SetTextColor(level, level, level)
	for _, seg := range list {
		name, thick := seg.font, false
		if s.bold {
			if name == latinFont {
				name = boldFont
			} else {
				thick = true // there is no bold Chinese font: outline the characters
			}
		}
		n.p.SetFont(string(name), "", s.size)
		if thick {
			n.p.SetDrawColor(level, level, level)
			n.p.SetLineWidth(s.size * 0.028)
			n.p.SetTextRenderingMode(2)
		}
		n.p.Text(x, y, seg.text)
		if thick {
			n.p.SetTextRenderingMode(0)
		}
		x += n.size([]segment{seg}, s)
	}
}

func (n *pen) rule(x, y, length, width float64) {
	n.p.SetDrawColor(176, 176, 176)
	n.p.SetLineWidth(width)
	n.p.Line(x, y, x+length, y)
}

// qr draws the address of the verify page as squares, not as a picture: sharp at any size and a few hundred bytes.
func (n *pen) qr(text string, m mark) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil { // longer than a code can hold: the text beside it says the same
		return
	}
	bits := code.Bitmap()
	unit := m.qr / float64(len(bits))
	n.p.SetFillColor(0, 0, 0)
	for y, row := range bits {
		for x := 0; x < len(row); x++ {
			run := 0
			for x+run < len(row) && row[x+run] {
				run++
			}
			if run > 0 {
				n.p.Rect(m.x+float64(x)*unit, m.y+float64(y)*unit, float64(run)*unit, unit, "F")
				x += run
			}
		}
	}
}
