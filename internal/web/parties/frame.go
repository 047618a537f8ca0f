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
