package parties

import (
	"github.com/a-h/templ"

	"anxin/internal/web/ui"
)

// formKind lets a form with a file input send files.
func formKind(v Act) templ.Attributes {
	if v.Upload == nil {
		return nil
	}
	return templ.Attributes{"enctype": "multipart/form-data"}
}

func tileIcon(kind string) string {
	if kind == "video" {
		return "camera"
	}
	return "paper"
}

// operator is who stands on papers: the legal name, else the brand.
func operator(pg ui.Page) string {
	if n := pg.Site.Brand.Operator[pg.P.Lang]; n != "" {
		return n
	}
	return pg.Site.Brand.NameIn(pg.P.Lang)
}

// letterFrame is the page of a letter: titled with letter and number. A buyer's has no footer, so that the paper ends with the letter.
func letterFrame(pg ui.Page, v Letter) ui.Page {
	pg.Bare = true
	return pg.WithTitle(v.Title + " " + v.Number)
}

// accepted is what the file dialogue offers: photographs, videos, papers.
const accepted = "image/*,video/*,application/pdf"

// UploadField is the field for photographs, videos and papers. create is where a file is sent in pieces; empty sends it with the form.
func UploadField(pg ui.Page, create string, most int, bytes int64) ui.Upload {
	return ui.Upload{Name: MediaField, Label: pg.T("parties.upload.label"), Hint: pg.T("parties.upload.hint", "n", most, "size", pg.P.Bytes(bytes)), Create: create, Max: most, MaxBytes: bytes,
		Accept: accepted, Add: pg.T("parties.upload.add"), Refused: pg.T("parties.upload.refused")}
}
