package claimant

import (
	"github.com/a-h/templ"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/web/parties"
	"anxin/internal/web/ui"
)

func demoLetter(pg ui.Page) parties.Letter {
	l, err := parties.LetterOf(pg, parties.DemoPress{}, claim.LetterView{LetterRef: claim.LetterRef{ID: demoID(51), Code: "D-7K2M-Q9XW-3F5T", Issued: hours(pg, -2), Remedy: claim.RefundReturn}, Number: casefile.Number(demoNumber),
		Digest: "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea"}, "https://service.example.com")
	if err != nil {
		panic(err)
	}
	l.Back, l.BackText, l.PDF = demoBase, pg.T("claimant.back"), demoBase+"/letter/"+l.Code+"/pdf"
	return l
}

func letterStories() []ui.Story {
	return []ui.Story{
		story("letter", "the letter, with the way to appeal", func(pg ui.Page) templ.Component {
			l := demoLetter(pg)
			l.Appeal, l.Until = &parties.Link{Text: pg.T("claimant.more.appeal"), Href: demoBase + "/appeal"}, hours(pg, 166)
			return parties.LetterPage(pg, l)
		}),
		story("letter-second", "the letter of an appeal, with the one before it", func(pg ui.Page) templ.Component {
			l := demoLetter(pg)
			l.Others = []parties.Link{{Text: pg.T("parties.letter.name", "remedy", parties.Word(pg.P, "remedy", "insufficient")), Hint: pg.P.Time(hours(pg, -100)), Href: demoBase + "/letter/D-2222-3333-4444"}}
			return parties.LetterPage(pg, l)
		}),
	}
}
