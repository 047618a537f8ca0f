package claimant

import (
	"anxin/internal/i18n"
	"anxin/internal/web/parties"
	"anxin/internal/web/ui"
)

func hasKey(key string) bool { return i18n.Has(key) }

// accepted is what the file dialogue offers: photographs, videos, papers.
const accepted = "image/*,video/*,application/pdf"

// uploadField is the field for photographs, videos and papers.
func uploadField(pg ui.Page, create string, most int, bytes int64) ui.Upload {
	return ui.Upload{Name: parties.MediaField, Label: pg.T("parties.upload.label"), Hint: pg.T("parties.upload.hint", "n", most, "size", pg.P.Bytes(bytes)), Create: create, Max: most, MaxBytes: bytes,
		Accept: accepted, Add: pg.T("parties.upload.add"), Refused: pg.T("parties.upload.refused")}
}

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
