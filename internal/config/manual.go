package config

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// field is one setting, found by reflection.
type field struct {
	path, env, doc string
	value          reflect.Value
}

func fields(c *Config) []field {
	var out []field
	var walk func(v reflect.Value, prefix string)
	walk = func(v reflect.Value, prefix string) {
		for i := range v.NumField() {
			sf := v.Type().Field(i)
			path := prefix + sf.Tag.Get("yaml")
			if sf.Type.Kind() == reflect.Struct {
				walk(v.Field(i), path+".")
				continue
			}
			out = append(out, field{path: path, env: sf.Tag.Get("env"), doc: sf.Tag.Get("doc"), value: v.Field(i)})
		}
	}
	walk(reflect.ValueOf(c).Elem(), "")
	return out
}

func fromEnv(c *Config, lookup func(string) (string, bool)) error {
	for _, f := range fields(c) {
		text, ok := lookup(f.env)
		if !ok {
			continue
		}
		if err := set(f.value, text); err != nil {
			return fmt.Errorf("environment %s: %w", f.env, err)
		}
	}
	return nil
}

func set(v reflect.Value, text string) error {
	switch p := v.Addr().Interface().(type) {
	case *string:
		*p = text
	case *bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q is not true or false", text)
		}
		*p = b
	case *int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", text)
		}
		*p = n
	case *int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", text)
		}
		*p = n
	case *time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("%q is not a duration such as 30m or 12h", text)
		}
		*p = d
	case *[]string:
		*p = nil
		for part := range strings.SplitSeq(text, ",") {
			if part = strings.TrimSpace(part); part != "" {
				*p = append(*p, part)
			}
		}
	default:
		return fmt.Errorf("a setting of type %s cannot come from the environment", v.Type())
	}
	return nil
}

// Sample is the settings file with every setting at its default, each with its sentence.
func Sample() string {
	c := Default()
	var b strings.Builder
	b.WriteString("# Settings of anxin. Every line is optional; what is commented out is the default.\n")
	section := ""
	for _, f := range fields(&c) {
		name, indent := f.path, ""
		if before, after, ok := strings.Cut(f.path, "."); ok {
			if before != section {
				section = before
				fmt.Fprintf(&b, "\n#%s:\n", section)
			}
			name, indent = after, "  "
		}
		fmt.Fprintf(&b, "\n#%s# %s\n#%s# environment: %s\n#%s%s: %s\n", indent, f.doc, indent, f.env, indent, name, literal(f.value))
	}
	return b.String()
}

// Manual is the table of settings as Markdown.
func Manual() string {
	c := Default()
	var b strings.Builder
	b.WriteString("# Settings\n\nGenerated from internal/config; `anxin config sample` prints a file with all of them.\n\n| setting | environment | default | meaning |\n|---|---|---|---|\n")
	for _, f := range fields(&c) {
		fmt.Fprintf(&b, "| `%s` | `%s` | `%s` | %s |\n", f.path, f.env, literal(f.value), f.doc)
	}
	return b.String()
}

func literal(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		return x.String()
	case string:
		return strconv.Quote(x)
	case []string:
		return "[" + strings.Join(x, ", ") + "]"
	default:
		return fmt.Sprint(x)
	}
}

// linear is the sRGB transfer function of WCAG.
func linear(c uint64) float64 {
	v := float64(c) / 255
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}
