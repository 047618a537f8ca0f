package aigc

import (
	"bytes"
	"html"
	"strings"
)

// text looks at a text with a key: a label's own key, or one that can hold any text.
func (s *scan) text(place string, at int64, key, value string) {
	standard := s.format == PNG && key == "AIGC"
	switch {
	case strings.EqualFold(key, "AIGC"):
		s.label(FormText, place, at, standard, false, value)
	case strings.EqualFold(key, "AigcInfo"):
		s.byteDance(place, value)
	case holdsLabel(value):
		s.label(FormText, place, at, false, false, value)
	default:
		s.record(place, value)
		s.generator(place, key, value)
		if strings.EqualFold(key, "software") || strings.EqualFold(key, "comment") || strings.EqualFold(key, "usercomment") {
			s.writer(place, value)
		}
	}
}

// key takes a metadata key of a media file or document.
func (s *scan) key(place string, at int64, standard bool, key, value string) {
	switch {
	case key == "AIGC":
		s.label(FormKey, place, at, standard, false, value)
	case strings.EqualFold(key, "AIGC"):
		s.label(FormKey, place, at, false, false, value)
	case strings.EqualFold(key, "AigcInfo"):
		s.byteDance(place, value)
	case holdsLabel(value):
		s.label(FormKey, place+" "+clip(key, 40), at, false, false, value)
	default:
		s.record(place+" "+clip(key, 40), value)
		if strings.EqualFold(key, "encoder") || strings.EqualFold(key, "software") || key == "\xa9too" || key == "\xa9swr" {
			s.writer(place, value)
		}
	}
}

// holdsLabel says whether a whole text is a label: {"AIGC":{…}}, AIGC{…}, or the bare object with at least two of its
// fields. A text that merely speaks of labels is none.
func holdsLabel(text string) bool {
	t := strings.TrimLeft(clipBytes(text, maxObjectBytes), "\x00 \t\r\n\ufeff\"'")
	if !strings.HasPrefix(t, "{") && !strings.HasPrefix(t, "AIGC") || !strings.Contains(t, "AIGC") && !strings.Contains(t, "ContentProducer") && !strings.Contains(t, "ProduceID") && !strings.Contains(t, `\u`) {
		return false
	}
	l, _, err := parseLabel(text)
	return err == nil && l.known() >= 2
}

// known counts the fields that say something.
func (l *Label) known() int {
	n := 0
	for i := range fieldNames {
		if *l.field(i) != "" {
			n++
		}
	}
	return n
}

// looseNeedles are what labels glued anywhere begin with, or hold.
var looseNeedles = [][]byte{[]byte("AIGC"), []byte("ContentProducer")}

const (
	maxLoose     = 256 // places tried in a file
	maxLooseBack = 4 << 10
	maxLooseText = 64 << 10
)

// loose looks for labels in bytes that have no structure: AIGC{…}, "AIGC":{…}, or the bare object.
func (s *scan) loose(place string, at int64, data []byte, standard bool) {
	s.looseBut(place, at, data, standard, func(int64) bool { return false })
}

// looseBut leaves out labels at places that were read otherwise.
func (s *scan) looseBut(place string, at int64, data []byte, standard bool, known func(at int64) bool) {
	end := 0 // labels found up to here
	for from := 0; ; {
		i, needle := nextNeedle(data, from)
		if i < 0 || s.tooManyTries() {
			return
		}
		if from = i + 1; i < end {
			from = end
		}
		if i < end || known(at+int64(i)) {
			continue
		}
		s.tries++
		start, raw := looseAt(data, i, needle)
		if raw == "" {
			continue
		}
		s.label(FormGlued, place, at+int64(start), standard, true, raw)
		end = start + len(raw)
	}
}

// tooManyTries ends the search where somebody has sown beginnings of labels, and says that it was ended.
func (s *scan) tooManyTries() bool {
	if s.tries < maxLoose {
		return false
	}
	if s.tries == maxLoose {
		s.tries++
		s.incomplete("more than 256 places where a glued label could begin")
	}
	return true
}

func nextNeedle(data []byte, from int) (int, int) {
	best, which := -1, 0
	for n, needle := range looseNeedles {
		if i := bytes.Index(data[min(from, len(data)):], needle); i >= 0 && (best < 0 || from+i < best) {
			best, which = from+i, n
		}
	}
	return best, which
}

// looseAt gives the text of a label around a needle; "" when there is none.
func looseAt(data []byte, i, needle int) (int, string) {
	start := i
	if needle == 0 {
		rest := data[i+4:]
		j := 0
		for j < len(rest) && j < 16 && strings.IndexByte("\"' :=\t\r\n\x00\\&;quot", rest[j]) >= 0 {
			j++
		}
		if j >= len(rest) || rest[j] != '{' {
			return 0, ""
		}
		start = i + 4 + j
	} else {
		back := data[max(0, i-maxLooseBack):i]
		j := bytes.LastIndexByte(back, '{')
		if j < 0 {
			return 0, ""
		}
		start = i - len(back) + j
	}
	text := string(data[start:min(len(data), start+maxLooseText)])
	plain := text
	if strings.HasPrefix(text, "{&quot;") {
		plain = html.UnescapeString(text)
	} else if u, p := unpack(text); p != "" {
		plain = u
	}
	o, err := parseObject(plain)
	if err != nil {
		return 0, ""
	}
	if inner, _ := unwrap(o); inner != nil {
		o = inner
	}
	if l, _ := labelFrom(o); l == nil || l.known() < 2 {
		return 0, ""
	}
	if plain != text {
		if e := strings.IndexByte(text, '}'); e >= 0 {
			return start, text[:e+1]
		}
		return start, text
	}
	return start, text[:min(o.size, len(text))]
}
