package aigc

import (
	"strings"
	"unicode"
)

func (s *scan) declares(form, place, by, value string, part bool) {
	if len(s.decl) < maxCarriers {
		s.decl = append(s.decl, Declaration{Form: form, Part: part, Place: place, By: shown(by), Value: clip(strings.ToValidUTF8(value, "\ufffd"), 256)})
	}
}

// shown makes a name from a file fit for a sentence: one line, printable, short.
func shown(name string) string {
	return clip(strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, "\ufffd"))), 40)
}

// aiSourceTypes are the IPTC digital source types that declare AI; true when only a part.
var aiSourceTypes = map[string]bool{
	"trainedalgorithmicmedia":              false,
	"trainedalgorithmicdata":               false,
	"compositewithtrainedalgorithmicmedia": true,
	"compositesynthetic":                   true,
}

// sourceType takes an IPTC digital source type: a term of the vocabulary as URI, or its name alone.
func (s *scan) sourceType(place, uri string) {
	name := strings.TrimRight(strings.TrimSpace(uri), "/")
	if i := strings.LastIndexAny(name, "/:#"); i >= 0 {
		name = name[i+1:]
	}
	if name == "" || len(s.sources) >= maxCarriers {
		return
	}
	part, ai := aiSourceTypes[strings.ToLower(name)]
	s.sources = append(s.sources, SourceType{URI: clip(uri, 256), Name: clip(name, 64), AI: ai, Part: part, Place: place})
	if ai {
		s.declares(DeclaresIPTC, place, "", uri, part)
	}
}

// credit takes the credit line: Google's models write theirs there.
func (s *scan) credit(place, value string) {
	switch v := strings.ToLower(strings.TrimSpace(value)); v {
	case "made with google ai":
		s.declares(DeclaresCredit, place, "Google", value, false)
	case "edited with google ai":
		s.declares(DeclaresCredit, place, "Google", value, true)
	}
}

// record looks whether a text is the record of a service that has a form of its own.
func (s *scan) record(place, text string) {
	t := strings.TrimLeft(text, "\x00 \t\r\n")
	if !strings.HasPrefix(t, "{") || len(t) > maxObjectBytes {
		return
	}
	o, err := parseObject(t)
	if err != nil {
		return
	}
	tencent := 0
	for _, key := range []string{"ServiceProvider", "ServiceUser", "Time", "ContentId"} {
		for _, m := range o.members {
			if strings.EqualFold(m.key, key) {
				tencent++
				break
			}
		}
	}
	if tencent == 4 {
		s.declares(DeclaresTencent, place, o.text("ServiceProvider"), t, false)
		return
	}
	s.byteDanceRecord(place, o, t)
}

// byteDanceGenerators are the products of ByteDance that only make pictures and films; their editors write the same record,
// and declare AI only by its other fields.
var byteDanceGenerators = map[string]string{"doubao": "Doubao", "dreamina": "Dreamina", "xinghui": "Xinghui", "jimeng": "Jimeng", "dola": "Dola"}

func (s *scan) byteDance(place, text string) {
	if o, err := parseObject(strings.TrimLeft(text, "\x00 \t\r\n")); err == nil {
		s.byteDanceRecord(place, o, text)
	}
}

// byteDanceRecord reads the export record: {"aigc_info":{"aigc_label_type":1,"source_info":"dreamina"},"data":{"product":…,
// "exportType":"generation"}}, whole or one of its objects.
func (s *scan) byteDanceRecord(place string, o *object, text string) {
	var product, source, label, export string
	for _, x := range []*object{o, sub(o, "aigc_info"), sub(o, "data")} {
		if x == nil {
			continue
		}
		product, source = first(product, x.text("product")), first(source, x.text("source_info"))
		label, export = first(label, x.text("aigc_label_type")), first(export, x.text("exportType"))
	}
	by := first(byteDanceGenerators[strings.ToLower(product)], byteDanceGenerators[strings.ToLower(source)])
	labelled := label != "" && strings.Trim(label, "0") != ""
	if product == "" && label == "" || !labelled && by == "" && !(export == "generation" && product != "") {
		return
	}
	s.declares(DeclaresByteDance, place, first(by, product), text, false)
}

func sub(o *object, key string) *object {
	x, _ := o.object(key)
	return x
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// grok recognises what xAI writes: a signature as description and a UUID as artist. Either alone says nothing.
func (s *scan) grok() {
	if strings.HasPrefix(s.describe, "Signature: ") && len(s.describe) > 40 && opaqueForm(strings.TrimSpace(s.artist)) == "uuid" {
		s.declares(DeclaresGrok, "EXIF Artist, ImageDescription", "xAI Grok", s.describe, false)
	}
}

// generator recognises the settings that local generators keep with their pictures.
func (s *scan) generator(place, key, value string) {
	switch strings.ToLower(key) {
	case "parameters", "usercomment":
		if strings.Contains(value, "Steps: ") && strings.Contains(value, "Sampler: ") {
			s.declares(DeclaresGenerator, place, "Stable Diffusion", value, false)
		}
	case "prompt", "workflow":
		if strings.HasPrefix(strings.TrimSpace(value), "{") && strings.Contains(value, `"class_type"`) {
			s.declares(DeclaresGenerator, place, "ComfyUI", value, false)
		}
	case "invokeai_metadata", "sd-metadata", "dream":
		s.declares(DeclaresGenerator, place, "InvokeAI", value, false)
	}
}
