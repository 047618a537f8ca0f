// Package i18n holds every sentence a person reads, in Chinese and in English, and the ways of writing times, money, distances and phone
// numbers that people of both languages expect.
//
// Sentences live in catalog/{zh,en}/<area>.yaml, one file per area, so that several people can add sentences without touching the same
// file. A key is "<area>.<name in the file>": the entry `report.title` of customer.yaml is "customer.report.title". A value is a text with
// {placeholders}, or for counted things a map of `one` and `other` chosen by the placeholder n. The two languages must have the same keys and
// the same placeholders; a test holds that.
package i18n

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

// Lang is a language of the product. The zero value is Chinese.
type Lang string

// The languages.
const (
	ZH Lang = "zh"
	EN Lang = "en"
)

// Langs lists the languages, Chinese first.
func Langs() []Lang { return []Lang{ZH, EN} }

// ParseLang reads a language name such as "zh", "zh-CN" or "en-GB"; anything else is not ok.
func ParseLang(s string) (l Lang, ok bool) {
	base, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(s)), "-")
	switch base {
	case "zh":
		return ZH, true
	case "en":
		return EN, true
	}
	return ZH, false
}

// HTML is the value of an HTML lang attribute.
func (l Lang) HTML() string {
	if l == EN {
		return "en"
	}
	return "zh-CN"
}

// Other is the language that a switch offers.
func (l Lang) Other() Lang {
	if l == EN {
		return ZH
	}
	return EN
}

// Name is the language's name in itself.
func (l Lang) Name() string {
	if l == EN {
		return "English"
	}
	return "中文"
}

//go:embed catalog/zh/*.yaml catalog/en/*.yaml
var files embed.FS

// message is a sentence; one is set for counted sentences only.
type message struct {
	one, other string
}

// catalogs are parsed once; the files are embedded, so a broken file is a broken build and panics.
var catalogs = sync.OnceValue(func() map[Lang]map[string]message {
	out := map[Lang]map[string]message{}
	for _, l := range Langs() {
		c, err := load(files, l)
		if err != nil {
			panic("i18n: " + err.Error())
		}
		out[l] = c
	}
	return out
})

func load(fsys fs.FS, l Lang) (map[string]message, error) {
	out := map[string]message{}
	dir := "catalog/" + string(l)
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		area := strings.TrimSuffix(e.Name(), ".yaml")
		if err := parseCatalog(area, data, out); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return out, nil
}

// parseCatalog reads one area's file into out. Duplicate keys and values that are neither text nor {one, other} are errors.
func parseCatalog(area string, data []byte, out map[string]message) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return err
	}
	if len(doc.Content) == 0 {
		return nil
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return fmt.Errorf("not a mapping")
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		k, v := root.Content[i], root.Content[i+1]
		key := area + "." + k.Value
		if _, dup := out[key]; dup {
			return fmt.Errorf("line %d: %s is given twice", k.Line, key)
		}
		switch v.Kind {
		case yaml.ScalarNode:
			out[key] = message{other: strings.TrimRight(v.Value, "\n")}
		case yaml.MappingNode:
			var m struct{ One, Other string }
			if err := v.Decode(&m); err != nil {
				return fmt.Errorf("line %d: %s: %w", v.Line, key, err)
			}
			out[key] = message{one: m.One, other: m.Other}
		default:
			return fmt.Errorf("line %d: %s is neither text nor one/other", v.Line, key)
		}
		if out[key].other == "" {
			return fmt.Errorf("line %d: %s is empty", v.Line, key)
		}
	}
	return nil
}

// Has reports whether the key has a sentence.
func Has(key string) bool {
	_, ok := catalogs()[ZH][key]
	return ok
}

// Keys lists all keys in order.
func Keys() []string {
	c := catalogs()[ZH]
	keys := make([]string, 0, len(c))
	for k := range c {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// T is the sentence of a key in a language. args are pairs of a placeholder's name and its value: T(l, "customer.hello", "name", n).
// A key without a sentence comes back in brackets, so that it is seen; the catalogue test finds such keys before a user does.
func T(l Lang, key string, args ...any) string {
	m := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		if name, ok := args[i].(string); ok {
			m[name] = args[i+1]
		}
	}
	return TMap(l, key, m)
}

// TMap is T with the placeholders' values in a map, as casefile errors carry them.
func TMap(l Lang, key string, args map[string]any) string {
	if l != EN {
		l = ZH
	}
	m, ok := catalogs()[l][key]
	if !ok {
		return "[" + key + "]"
	}
	text := m.other
	if m.one != "" && fmt.Sprint(args["n"]) == "1" {
		text = m.one
	}
	return fill(l, text, args)
}

var placeholder = regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)

// fill puts values into placeholders. A value that is a Key is translated itself. A placeholder without a value stays as it is.
func fill(l Lang, text string, args map[string]any) string {
	if !strings.Contains(text, "{") {
		return text
	}
	return placeholder.ReplaceAllStringFunc(text, func(ph string) string {
		v, ok := args[ph[1:len(ph)-1]]
		if !ok {
			return ph
		}
		switch v := v.(type) {
		case string:
			return v
		case Key:
			return T(l, string(v))
		case int:
			return strconv.Itoa(v)
		case interface{ In(lang string) string }: // a text in both languages, such as one of the service catalogue
			return v.In(string(l))
		}
		return fmt.Sprint(v)
	})
}

// Key is a value of a placeholder that is itself a sentence of the catalogue.
type Key string

// placeholders lists the names of a message's placeholders in order, each once.
func (m message) placeholders() []string {
	seen := map[string]bool{}
	var out []string
	for _, text := range []string{m.one, m.other} {
		for _, f := range placeholder.FindAllStringSubmatch(text, -1) {
			if !seen[f[1]] {
				seen[f[1]] = true
				out = append(out, f[1])
			}
		}
	}
	sort.Strings(out)
	return out
}
