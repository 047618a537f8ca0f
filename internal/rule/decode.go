package rule

import (
	"reflect"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"anxin/internal/law"
)

// located is a text with its place, for everything that is compiled or looked up later.
type located struct {
	text string
	at   place
	// columns says that the text stands on one line beginning at the place, so that columns inside it can be told; lines that it is a block whose
	// lines follow the place.
	columns, lines bool
}

// inside gives the place of a position (1-based line, 0-based column in runes) in the text.
func (l located) inside(line, column int) place {
	switch {
	case l.columns && line <= 1:
		return place{l.at.line, l.at.column + column}
	case l.lines:
		return place{l.at.line + line, 0}
	}
	return place{l.at.line, 0}
}

// placed is embedded in structs that want to know where they stand.
type placed struct{ at place }

func (p *placed) setPlace(at place) { p.at = at }

var (
	locatedType = reflect.TypeFor[located]()
	nodeType    = reflect.TypeFor[yaml.Node]()
	dateType    = reflect.TypeFor[law.Date]()
)

// decode fills a struct from a YAML node: unknown, repeated and missing keys and wrong kinds are told in plain words with their line. It exists because
// the YAML library's strict mode speaks of Go types and stops at custom decoders. A struct that embeds placed gets its place. Keys are the
// yaml tags; ",required" demands the key.
func (n *notes) decode(node *yaml.Node, into any, where string) {
	n.value(node, reflect.ValueOf(into).Elem(), where)
}

func at(node *yaml.Node) place { return place{node.Line, node.Column} }

func (n *notes) value(node *yaml.Node, v reflect.Value, where string) {
	if node.Kind == yaml.AliasNode {
		n.add(at(node), "%s：不能使用 YAML 引用（*、&）", "%s: YAML aliases (*, &) are not allowed", where)
		return
	}
	switch v.Type() {
	case locatedType:
		n.text(node, v, where)
		return
	case nodeType:
		v.Set(reflect.ValueOf(*node))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		n.structure(node, v, where)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		n.value(node, v.Elem(), where)
	case reflect.Slice:
		n.sequence(node, v, where)
	default:
		n.scalar(node, v, where)
	}
}

func (n *notes) text(node *yaml.Node, v reflect.Value, where string) {
	if node.Kind != yaml.ScalarNode {
		n.add(at(node), "%s：应是一段文字", "%s: should be a text", where)
		return
	}
	l := located{text: strings.TrimRight(node.Value, "\n"), at: at(node)}
	switch {
	case node.Style&yaml.LiteralStyle != 0:
		l.lines = true
	case node.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		l.columns = true
		l.at.column++
	case node.Style&yaml.FoldedStyle == 0:
		l.columns = true
	}
	*v.Addr().Interface().(*located) = l
}

func (n *notes) structure(node *yaml.Node, v reflect.Value, where string) {
	if node.Kind != yaml.MappingNode {
		n.add(at(node), "%s：应是“键: 值”的形式", "%s: should be of the form key: value", where)
		return
	}
	if p, ok := v.Addr().Interface().(interface{ setPlace(place) }); ok {
		p.setPlace(at(node))
	}
	fields, keys := map[string]int{}, []string{}
	required := map[string]bool{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "" || name == "-" {
			continue
		}
		fields[name] = i
		keys = append(keys, name)
		required[name] = option == "required"
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		field, ok := fields[key.Value]
		switch {
		case !ok:
			zh, en := meant(key.Value, keys)
			n.add(at(key), "%s：没有叫“%s”的项"+zh, "%s: there is no key \"%s\""+en, where, key.Value)
			continue
		case seen[key.Value]:
			n.add(at(key), "%s：“%s”写了两次", "%s: \"%s\" stands twice", where, key.Value)
			continue
		}
		seen[key.Value] = true
		n.value(node.Content[i+1], v.Field(field), where+"."+key.Value)
	}
	for _, k := range keys {
		if required[k] && !seen[k] {
			n.add(at(node), "%s：缺少“%s”", "%s: \"%s\" is missing", where, k)
		}
	}
}

func (n *notes) sequence(node *yaml.Node, v reflect.Value, where string) {
	if node.Kind != yaml.SequenceNode {
		n.add(at(node), "%s：应是一个列表", "%s: should be a list", where)
		return
	}
	if len(node.Content) > maxRows {
		n.add(at(node), "%s：多于 %d 项", "%s: more than %d entries", where, maxRows)
		return
	}
	out := reflect.MakeSlice(v.Type(), len(node.Content), len(node.Content))
	for i, c := range node.Content {
		n.value(c, out.Index(i), where+"["+strconv.Itoa(i+1)+"]")
	}
	v.Set(out)
}

func (n *notes) scalar(node *yaml.Node, v reflect.Value, where string) {
	if node.Kind != yaml.ScalarNode || node.Tag == "!!null" {
		n.add(at(node), "%s：这里应是一个值", "%s: a single value belongs here", where)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.TrimSpace(node.Value))
		if v.Type() == dateType {
			if err := law.Date(v.String()).Check(); err != nil {
				n.add(at(node), "%s：“%s”不是日期，请写 2026-02-01", "%s: \"%s\" is not a date, write 2026-02-01", where, node.Value)
			}
		}
	case reflect.Bool:
		switch node.Value {
		case "true", "是":
			v.SetBool(true)
		case "false", "否":
		default:
			n.add(at(node), "%s：请写 true 或 false，不是“%s”", "%s: write true or false, not \"%s\"", where, node.Value)
		}
	case reflect.Int, reflect.Int64:
		i, err := strconv.ParseInt(strings.ReplaceAll(node.Value, "_", ""), 10, 64)
		if err != nil || i < 0 || i > maxNumber {
			n.add(at(node), "%s：“%s”不是 0 以上的整数", "%s: \"%s\" is not a whole number from 0 up", where, node.Value)
			return
		}
		v.SetInt(i)
	}
}
