package claimant

import (
	"anxin/internal/i18n"
)

func hasKey(key string) bool { return i18n.Has(key) }

// button is the class of a todo's button: the first of the first todo is the page's primary one.
func button(todo, i int) string {
	if todo == 0 && i == 0 {
		return "btn btn-primary"
	}
	return "btn"
}

// formKey is under which name a form that is being written is kept in the tab.
func formKey(number string) string { return "claim-" + number }

func yes(on bool) string {
	if on {
		return "1"
	}
	return ""
}
