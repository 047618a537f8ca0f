package desk

import (
	"net/http"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/service"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

func (p *Pages) newForm(q *staff.Request) error {
	v := NewCase{Kind: string(service.Repair), Urgency: string(service.Booked), Idem: q.Idem()}
	p.newChoices(q, &v)
	return q.Render(http.StatusOK, NewCasePage(q.Page(), v))
}

// newChoices fills what can be chosen.
func (p *Pages) newChoices(q *staff.Request, v *NewCase) {
	pr := q.P()
	lang := string(pr.Lang)
	for _, k := range service.Kinds() {
		v.Kinds = append(v.Kinds, ui.Choice{Value: string(k), Text: staff.Word(pr, "kind", string(k)), Icon: staff.KindIcon(string(k))})
	}
	for _, u := range service.Urgencies() {
		v.Urgencies = append(v.Urgencies, ui.Choice{Value: string(u), Text: staff.Word(pr, "urgency", string(u))})
	}
	choose := ui.Choice{Text: pr.T("desk.new.choose")}
	v.Products, v.Faults = []ui.Choice{choose}, []ui.Choice{choose}
	for _, x := range p.Catalogue.Products {
		v.Products = append(v.Products, ui.Choice{Value: x.Code, Text: x.In(lang)})
	}
	for _, f := range p.Catalogue.Faults(v.Kind, v.Product) {
		v.Faults = append(v.Faults, ui.Choice{Value: f.Code, Text: f.In(lang)})
	}
	v.Parts = []ui.Choice{
		{Text: pr.T("desk.new.part_any")}, {Value: "am", Text: pr.T("desk.new.part_am")}, {Value: "pm", Text: pr.T("desk.new.part_pm")}, {Value: "eve", Text: pr.T("desk.new.part_eve")},
	}
	today := pr.In(pr.Now)
	v.Earliest, v.Latest = today.Format(time.DateOnly), today.AddDate(0, 0, 60).Format(time.DateOnly)
}

func (p *Pages) newCase(q *staff.Request) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	v := NewCase{
		Phone: q.Text("phone", 30), Name: q.Text("name", 60), Kind: q.Code("kind"), Product: q.Code("product"), Fault: q.Code("fault"), Words: q.Text("words", 2000),
		Address: q.Text("address", 300), Region: q.Code("region"), Urgency: q.Code("urgency"), WishDate: q.Code("wish_date"), WishPart: q.Code("wish_part"),
		Idem: staff.CleanCode(q.PostForm.Get("idem")),
	}
	p.newChoices(q, &v)
	if q.PostForm.Get("act") == "check" {
		if err := p.tell(q, &v); err != nil {
			return err
		}
		return q.Render(http.StatusOK, NewCasePage(q.Page(), v))
	}
	report := service.Report{
		Key: v.Idem, Kind: service.Kind(v.Kind), Product: v.Product, Fault: v.Fault, Words: v.Words, Urgency: service.Urgency(v.Urgency), Name: v.Name, Phone: v.Phone,
		Address: v.Address, Region: v.Region, Lang: "zh",
	}
	var ok bool
	if report.WishedFrom, report.WishedTo, ok = wish(v.WishDate, v.WishPart); !ok {
		v.Form.Add("wish_date", q.P().T("desk.bad_time"))
	}
	if !v.Form.Failed() {
		actor := q.Actor
		actor.Route = "phone"
		r, err := p.Service.NewForCaller(q.Context(), actor, report)
		if err == nil {
			return q.See("/desk/c/" + string(r.Number) + "?done=created")
		}
		if !staff.Redraws(err) {
			return err
		}
		v.Form = ui.FormOf(q.P(), err)
	}
	if err := p.tell(q, &v); err != nil {
		return err
	}
	v.Form = staff.KeepFields(v.Form, func(field string) bool {
		switch field {
		case "phone", "name", "address", "kind", "product", "fault", "words", "urgency", "wish_date", "wish_part":
			return true
		case "region":
			return len(v.Answer.Choices) > 0
		}
		return false
	})
	return q.Render(http.StatusUnprocessableEntity, NewCasePage(q.Page(), v))
}

// tell adds what can already be said: the caller's cases, and whether the place is covered.
func (p *Pages) tell(q *staff.Request, v *NewCase) error {
	if digitCount(v.Phone) >= 7 {
		hits, err := p.Service.Search(q.Context(), q.Actor, v.Phone)
		if err != nil && !casefile.Is(err, casefile.Invalid) {
			return err
		}
		v.Looked = err == nil
		for _, h := range hits {
			v.Caller = append(v.Caller, Caller{Number: h.Number, Kind: string(h.Kind), Product: p.Catalogue.ProductName(h.Product).In(string(q.P().Lang)), State: string(h.State), Created: h.Created})
		}
	}
	if len([]rune(v.Address)) < 4 {
		return nil
	}
	a := &v.Answer
	place := p.Service.ResolveAddress(v.Address)
	a.Asked, a.Outcome, a.Path = true, place.Outcome, place.Path
	code := place.Code
	for _, c := range place.Candidates {
		a.Choices = append(a.Choices, RegionChoice{Code: c.Code, Path: c.Path, Why: c.Reason.In(string(q.P().Lang))})
		if c.Code == v.Region {
			a.Outcome, a.Path, code = "one", c.Path, c.Code
		}
	}
	if a.Outcome != "one" || code == "" {
		return nil
	}
	around, err := p.Coverage.Around(q.Context(), q.Actor, code, service.Kind(v.Kind), v.Product)
	if err != nil {
		return err
	}
	a.Covered, a.By, a.Arrive, a.Slots = around.By > 0, around.By, around.Arrive, around.Slots
	return nil
}

func digitCount(s string) int {
	return strings.Count(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= '０' && r <= '９' {
			return '#'
		}
		return -1
	}, s), "#")
}

// wish is the window that a date and a part of the day mean; both empty: any time.
func wish(date, part string) (from, to time.Time, ok bool) {
	if date == "" {
		return from, to, part == ""
	}
	d, err := time.ParseInLocation(time.DateOnly, date, i18n.Shanghai())
	if err != nil {
		return from, to, false
	}
	hours := map[string][2]int{"": {8, 20}, "am": {8, 12}, "pm": {14, 18}, "eve": {18, 21}}
	h, ok := hours[part]
	return d.Add(time.Duration(h[0]) * time.Hour), d.Add(time.Duration(h[1]) * time.Hour), ok
}
