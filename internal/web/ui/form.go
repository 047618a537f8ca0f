package ui

import (
	"errors"
	"unicode/utf8"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
)

// FieldError is one thing wrong with a form, in words the reader understands.
type FieldError struct {
	// Field is the name of the input; the error summary links to it. Empty is an error of the whole form.
	Field, Text string
}

// Form is what a form page knows of its last try. The zero value is a form not yet tried.
type Form struct {
	Errors []FieldError
}

// Failed reports whether there is anything to say.
func (f Form) Failed() bool { return len(f.Errors) > 0 }

// Add notes an error.
func (f *Form) Add(field, text string) { f.Errors = append(f.Errors, FieldError{field, text}) }

// For is the text of the first error of a field, or empty.
func (f Form) For(field string) string {
	for _, e := range f.Errors {
		if e.Field == field {
			return e.Text
		}
	}
	return ""
}

// FormOf makes the form's errors out of a domain error of category Invalid.
func FormOf(p i18n.Printer, err error) Form {
	var f Form
	var e *casefile.Error
	if !errors.As(err, &e) {
		return f
	}
	for _, x := range e.Fields {
		f.Add(x.Field, p.TMap(x.Key, x.Args))
	}
	if len(f.Errors) == 0 {
		f.Add("", ErrorText(p, err))
	}
	return f
}

// ErrorText is the sentence for an error: its own if it has one, else that of its category.
func ErrorText(p i18n.Printer, err error) string {
	var e *casefile.Error
	if errors.As(err, &e) && e.Key != "" && i18n.Has(e.Key) {
		return p.TMap(e.Key, e.Args)
	}
	return p.T("error." + string(casefile.CategoryOf(err)))
}

// Input describes a one-line or many-line text field.
type Input struct {
	Name, Label, Hint, Value, Error string
	// Type is the HTML type: text when empty; tel, date, time, email, password, search.
	Type string
	// Autocomplete is the HTML autofill name, such as "name", "tel", "street-address"; empty leaves it to the browser.
	Autocomplete string
	// InputMode is the keyboard a phone shows: numeric, tel, search.
	InputMode   string
	Placeholder string
	MaxLength   int
	// Rows above 1 makes a textarea.
	Rows int
	// Optional adds the word; fields without it are required (which the server checks, in words).
	Optional bool
	// Class is added to the input: input-code, input-short.
	Class string
	// Min and Max bound dates and numbers.
	Min, Max string
	// Pattern is checked by scripts only; the server has the say.
	Data templAttrs
}

type templAttrs = map[string]any

// describedBy lists the ids of hint and error, for aria-describedby.
func describedBy(name, hint, err string) string {
	s := ""
	if hint != "" {
		s = name + "-hint"
	}
	if err != "" {
		if s != "" {
			s += " "
		}
		s += name + "-error"
	}
	return s
}

// Choice is one option of a radio group, a check list or a select.
type Choice struct {
	Value, Text, Hint string
	On                bool
	// Wide lets the choice take a whole row where choices stand in two columns.
	Wide bool
	// Lang is the language of Text where it is not the page's, such as "zh-CN" for the name of a place.
	Lang string
	// Icon is the name of an icon, for choices that are easier seen than read.
	Icon string
}

// Choices describes a group of radio buttons (or check boxes when Many).
type Choices struct {
	Name, Legend, Hint, Error string
	Items                     []Choice
	Many, Optional            bool
	// TwoColumns puts short choices side by side where there is room.
	TwoColumns bool
}

// choiceID is the element id of the i-th choice; the first has the group's name, so that the error summary can link to it.
func choiceID(name string, i int) string {
	if i == 0 {
		return name
	}
	return name + "-" + string(rune('a'+i))
}

// Clip cuts what came from outside to at most n bytes, at the end of a character: for fields whose honest content is far shorter.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
