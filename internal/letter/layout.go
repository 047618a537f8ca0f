package letter

import (
	"strings"
	"unicode"
)

// Page geometry in points; A4.
const (
	pageWidth, pageHeight = 595.28, 841.89
	marginX               = 62.0
	marginTop             = 64.0
	marginBottom          = 64.0
	textWidth             = pageWidth - 2*marginX
)

// style is how a run of text is drawn.
type style struct {
	size float64
	bold bool
	gray bool
}

// Styles. Chinese is set with 1.6 times its size between lines, English a little tighter.
var (
	titleStyle   = style{size: 19, bold: true}
	headingStyle = style{size: 12, bold: true}
	bodyStyle    = style{size: 10.2}
	strongStyle  = style{size: 11.2, bold: true}
	smallStyle   = style{size: 8.6, gray: true}
	labelStyle   = style{size: 9.6, gray: true}
	tableStyle   = style{size: 8.8}
	columnStyle  = style{size: 8.8, bold: true}
	codeStyle    = style{size: 7.4}
	footStyle    = style{size: 8, gray: true}
)

// mark is one thing on a page: a text, a rule or the QR code.
type mark struct {
	x, y  float64 // of the base line
	text  string
	style style
	rule  float64 // length of a horizontal rule instead of a text
	qr    float64 // side length of the QR code instead of a text
}

// layout places a letter on pages. It knows the widths of characters and nothing of PDF.
type layout struct {
	width func(r rune, bold bool) float64 // of a character at size 1
	lead  float64                         // distance of lines in sizes
	pages [][]mark
	y     float64 // top of what comes next
	again func()  // draws the head of a table again on a new page
}

func (l *layout) put(m mark) { l.pages[len(l.pages)-1] = append(l.pages[len(l.pages)-1], m) }

func (l *layout) newPage() {
	l.pages = append(l.pages, nil)
	l.y = marginTop
	if len(l.pages) > 1 {
		l.y += 8
	}
}

// need begins a new page when less than h is left.
func (l *layout) need(h float64) {
	if l.y+h > pageHeight-marginBottom {
		l.newPage()
		if l.again != nil {
			l.again()
		}
	}
}

func (l *layout) lineHeight(s style) float64 { return s.size * l.lead }

// paragraph sets a text between x and x+width.
func (l *layout) paragraph(text string, s style, x, width float64) {
	for _, line := range l.wrap(text, s, width) {
		l.need(l.lineHeight(s))
		l.line(line, s, x)
	}
}

func (l *layout) line(text string, s style, x float64) {
	l.put(mark{x: x, y: l.y + s.size*1.15, text: text, style: s})
	l.y += l.lineHeight(s)
}

func (l *layout) measure(text string, s style) float64 {
	w := 0.0
	for _, r := range text {
		w += l.width(r, s.bold)
	}
	return w * s.size
}

// Characters that must not begin or end a line.
const (
	notFirst = "，。、；：！？）》】」』〕…—,.;:!?)]}%”’"
	notLast  = "（《【「『〔([{“‘¥"
)

func wide(r rune) bool {
	return unicode.In(r, unicode.Han) || r >= 0x3000 && r <= 0x30FF || r >= 0xFF00 && r <= 0xFFEF
}

// pieces cuts a text into what must stay together: single Chinese characters with the marks that belong to them, words, blanks.
func pieces(text string) []string {
	var out []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			out = append(out, word.String())
			word.Reset()
		}
	}
	for _, r := range text {
		switch {
		case r == ' ':
			flush()
			out = append(out, " ")
		case strings.ContainsRune(notFirst, r) && word.Len() > 0:
			word.WriteRune(r)
			if wide(r) {
				flush()
			}
		case strings.ContainsRune(notFirst, r) && len(out) > 0 && out[len(out)-1] != " ":
			out[len(out)-1] += string(r)
		case strings.ContainsRune(notLast, r):
			flush()
			word.WriteRune(r)
		case wide(r):
			if s := word.String(); s != "" && !strings.ContainsRune(notLast, []rune(s)[len([]rune(s))-1]) {
				flush()
			}
			word.WriteRune(r)
			flush()
		default:
			word.WriteRune(r)
		}
	}
	flush()
	return out
}

// wrap breaks a text into lines that fit. What is longer than a line is broken anywhere.
func (l *layout) wrap(text string, s style, width float64) []string {
	var out []string
	for _, part := range strings.Split(text, "\n") {
		line, used := "", 0.0
		for _, p := range pieces(part) {
			w := l.measure(p, s)
			if used+w > width && line != "" {
				out = append(out, strings.TrimRight(line, " "))
				line, used = "", 0
			}
			if p == " " && line == "" {
				continue
			}
			for w > width { // longer than a whole line
				head := l.fit(p, s, width)
				out = append(out, head)
				p = p[len(head):]
				w = l.measure(p, s)
			}
			line, used = line+p, used+w
		}
		out = append(out, strings.TrimRight(line, " "))
	}
	return out
}

// fit gives the longest beginning of a text that fits, at least one character.
func (l *layout) fit(text string, s style, width float64) string {
	used := 0.0
	for i, r := range text {
		if used += l.width(r, s.bold) * s.size; used > width && i > 0 {
			return text[:i]
		}
	}
	return text
}

// letter places everything.
func (l *layout) letter(x *Letter, draft, qr bool) {
	l.newPage()
	if draft {
		l.put(mark{x: marginX, y: marginTop - 24, text: draftWord(x.Lang), style: style{size: 10, bold: true, gray: true}})
	}
	if x.Brand != "" {
		l.line(x.Brand, style{size: 10.5, gray: true}, marginX)
	}
	l.y += 4
	for _, line := range l.wrap(x.Title, titleStyle, textWidth) {
		l.put(mark{x: marginX, y: l.y + titleStyle.size, text: line, style: titleStyle})
		l.y += titleStyle.size * 1.35
	}
	l.y += 3
	l.paragraph(x.Number+"    "+x.Issued, labelStyle, marginX, textWidth)
	l.y += 5
	l.put(mark{x: marginX, y: l.y, rule: textWidth, style: style{size: 0.9}})
	l.y += 6
	for i := range x.Sections {
		l.section(&x.Sections[i], qr)
	}
}

const qrSide = 84.0

func (l *layout) section(s *Section, qr bool) {
	withQR := s.Part == PartVerify && qr
	first := 2.4 * l.lineHeight(bodyStyle)
	if len(s.Blocks) > 0 && len(s.Blocks[0].Head) > 0 {
		first = 7 * l.lineHeight(tableStyle) // a head of a table alone at the foot of a page says nothing
	}
	l.need(headingStyle.size*1.6 + first)
	if withQR {
		l.need(qrSide + 2*headingStyle.size)
	}
	l.y += 9
	l.put(mark{x: marginX, y: l.y + headingStyle.size, text: s.Heading, style: headingStyle})
	l.y += headingStyle.size * 1.75
	width, top := textWidth, l.y
	if withQR {
		l.put(mark{x: marginX + textWidth - qrSide, y: l.y - 12, qr: qrSide})
		width -= qrSide + 14
	}
	for _, b := range s.Blocks {
		switch {
		case len(b.Head) > 0:
			l.table(&b)
		case len(b.Rows) > 0:
			l.rows(b.Rows, width)
		case b.Strong:
			l.paragraph(b.Text, strongStyle, marginX, width)
			l.y += 2
		case b.Small:
			l.paragraph(b.Text, smallStyle, marginX, width)
			l.y += 1
		default:
			l.paragraph(b.Text, bodyStyle, marginX, width)
			l.y += 2
		}
	}
	if withQR {
		l.y = max(l.y, top+qrSide-12)
	}
}

// rows sets labels on the left and values beside them.
func (l *layout) rows(list []Row, width float64) {
	const left, gap = 104.0, 10.0
	for _, r := range list {
		labels, values := l.wrap(r.Label, labelStyle, left), l.wrap(r.Value, bodyStyle, width-left-gap)
		for i := range max(len(labels), len(values)) {
			l.need(l.lineHeight(bodyStyle))
			if i < len(labels) {
				l.put(mark{x: marginX, y: l.y + bodyStyle.size*1.15, text: labels[i], style: labelStyle})
			}
			if i < len(values) {
				l.put(mark{x: marginX + left + gap, y: l.y + bodyStyle.size*1.15, text: values[i], style: bodyStyle})
			}
			l.y += l.lineHeight(bodyStyle)
		}
	}
	l.y += 2
}

// table sets a table; its head stands again on every page.
func (l *layout) table(b *Block) {
	const pad = 5.0
	total := 0
	for _, w := range b.Widths {
		total += w
	}
	starts, widths := make([]float64, len(b.Widths)), make([]float64, len(b.Widths))
	x := marginX
	for i, w := range b.Widths {
		starts[i], widths[i] = x, textWidth*float64(w)/float64(total)-pad
		x += textWidth * float64(w) / float64(total)
	}
	isCode := func(column int) bool {
		for _, c := range b.Code {
			if c == column {
				return true
			}
		}
		return false
	}
	draw := func(cells []string, of func(int) style) {
		lines, most := make([][]string, len(cells)), 1
		for i, c := range cells {
			lines[i] = l.wrap(c, of(i), widths[i])
			most = max(most, len(lines[i]))
		}
		l.need(float64(most)*l.lineHeight(tableStyle) + 4)
		l.y += 2
		for i := range lines {
			for k, line := range lines[i] {
				l.put(mark{x: starts[i], y: l.y + tableStyle.size*1.1 + float64(k)*l.lineHeight(tableStyle), text: line, style: of(i)})
			}
		}
		l.y += float64(most)*l.lineHeight(tableStyle) + 2
		l.put(mark{x: marginX, y: l.y, rule: textWidth, style: style{size: 0.4}})
	}
	head := func() { draw(b.Head, func(int) style { return columnStyle }) }
	head()
	l.again = func() { // while it draws, it must not call itself
		keep := l.again
		l.again = nil
		head()
		l.again = keep
	}
	for _, c := range b.Cells {
		draw(c, func(i int) style {
			if isCode(i) {
				return codeStyle
			}
			return tableStyle
		})
	}
	l.again = nil
	l.y += 6
}
