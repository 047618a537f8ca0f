package tech

import (
	"bytes"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/service"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// maxRows bounds the rows of parts and of products in a report.
const maxRows = 12

func (p *Pages) reportForm(q *staff.Request, r Ref) error {
	page, err := p.Service.VisitPage(q.Context(), q.Actor, r.visit())
	if err != nil {
		return err
	}
	v := p.reportPage(q, page)
	v.Parts, v.Checked = p.quotedParts(page), []ProductRow{{}}
	if len(v.Parts) == 0 {
		v.Parts = []PartRow{{}}
	}
	for i := range v.Lines {
		v.Lines[i].Done = true
	}
	for i, f := range v.Faults {
		v.Faults[i].On = f.Value == page.Request.Fault.Code
	}
	return q.Render(http.StatusOK, ReportFormPage(q.Page(), v))
}

// reportPage is the form with everything that does not depend on what was typed.
func (p *Pages) reportPage(q *staff.Request, page service.VisitPage) ReportPage {
	pr := q.P()
	lang := string(pr.Lang)
	v := ReportPage{Job: jobOf(pr, page), Ref: refOfPage(page), Idem: q.Idem(), WarrantyDays: page.Warranty}
	for _, c := range page.Checklist {
		v.Checklist = append(v.Checklist, CheckItem{Code: c.Code, Text: c.Text.In(lang), Optional: !c.Required, Value: c.Answer})
	}
	choose := ui.Choice{Text: pr.T("tech.report.choose")}
	none := ui.Choice{Text: pr.T("tech.report.no_part")}
	v.Faults, v.Causes = []ui.Choice{choose}, []ui.Choice{choose}
	for _, f := range page.Faults {
		v.Faults = append(v.Faults, ui.Choice{Value: f.Code, Text: staff.Named(pr, f)})
	}
	for _, c := range page.Causes {
		v.Causes = append(v.Causes, ui.Choice{Value: c.Code, Text: staff.Named(pr, c)})
	}
	v.PartChoices, v.Products = []ui.Choice{none}, []ui.Choice{none}
	for _, it := range page.Items {
		if it.Kind == "part" {
			v.PartChoices = append(v.PartChoices, ui.Choice{Value: it.Code, Text: it.Name.In(lang)})
		}
	}
	for _, n := range page.Related {
		v.Products = append(v.Products, ui.Choice{Value: n.Code, Text: staff.Named(pr, n)})
	}
	v.Advices = append([]ui.Choice{{Text: pr.T("tech.report.no_advice")}}, staff.Reasons(pr, p.Catalogue.Lists["advice"])...)
	if len(page.Quotes) > 0 {
		for _, l := range page.Quotes[0].Lines {
			// Parts are reported one by one with their serials, in rows of their own.
			if l.ItemKind != "part" && (l.Answer == "approved" || l.Answer == "free") {
				v.Lines = append(v.Lines, DoneLine{Code: l.Item, Item: l.Name.In(lang), Unit: l.UnitFen, Approved: l.Quantity, Quantity: l.Quantity})
			}
		}
	}
	v.Before = p.photoField(q, page.Prompts, "before", v.Ref)
	v.After = p.photoField(q, page.Prompts, "after", v.Ref)
	return v
}

// photoField is a photo field with what the checklist asks for as its hint.
func (p *Pages) photoField(q *staff.Request, prompts []service.PhotoPrompt, when string, r Ref) ui.Upload {
	pr := q.P()
	var wanted []string
	for _, x := range prompts {
		if x.When == when {
			wanted = append(wanted, x.Text.In(string(pr.Lang)))
		}
	}
	hint := pr.T("tech.report." + when + "_hint")
	if len(wanted) > 0 {
		hint = pr.List(wanted)
	}
	return p.uploadField(r, when, pr.T("tech.report."+when), hint)
}

// quotedParts are the approved parts of the quote: most reports fit exactly those.
func (p *Pages) quotedParts(page service.VisitPage) []PartRow {
	if len(page.Quotes) == 0 {
		return nil
	}
	var rows []PartRow
	for _, l := range page.Quotes[0].Lines {
		if l.ItemKind == "part" && (l.Answer == "approved" || l.Answer == "free") && len(rows) < maxRows {
			rows = append(rows, PartRow{Part: l.Item, Quantity: l.Quantity})
		}
	}
	return rows
}

func (p *Pages) report(q *staff.Request, r Ref) error {
	page, err := p.Service.VisitPage(q.Context(), q.Actor, r.visit())
	if err != nil {
		return err
	}
	photos, err := p.receive(q, r, map[string]string{"before": beforePhoto, "after": afterPhoto})
	if err != nil {
		return err
	}
	v := p.reportPage(q, page)
	fillReport(q, &v)
	v.Before.Done, v.After.Done = photos.done("before"), photos.done("after")
	switch q.PostForm.Get("act") {
	case "add_part":
		if len(v.Parts) < maxRows {
			v.Parts = append(v.Parts, PartRow{})
		}
		v.Again = true
		return q.Render(http.StatusOK, ReportFormPage(q.Page(), v))
	case "add_product":
		if len(v.Checked) < maxRows {
			v.Checked = append(v.Checked, ProductRow{})
		}
		v.Again = true
		return q.Render(http.StatusOK, ReportFormPage(q.Page(), v))
	}
	if !v.Form.Failed() {
		cmd := finishOf(r, v)
		cmd.Before, cmd.After = photos.ids("before"), photos.ids("after")
		_, err = p.Service.Finish(q.Once(), q.Actor, cmd)
		if err = staff.Settled(err); err == nil {
			return q.See(visitPath(r, "sign") + "?done=reported")
		}
		if !staff.Redraws(err) {
			return err
		}
		v.Form = reportErrors(q, err, v)
	}
	return q.Render(max(ui.StatusOf(err), http.StatusUnprocessableEntity), ReportFormPage(q.Page(), v))
}

// fillReport puts what was typed into the form.
func fillReport(q *staff.Request, v *ReportPage) {
	for i := range v.Checklist {
		if a := q.Code("check-" + v.Checklist[i].Code); slices.Contains(checkAnswers, a) {
			v.Checklist[i].Value = a
		}
	}
	v.Faults, v.Causes = chosen(v.Faults, q.Code("fault")), chosen(v.Causes, q.Code("cause"))
	v.Work = q.Text("work", 2000)
	ticked := q.PostForm["line"]
	for i := range v.Lines {
		l := &v.Lines[i]
		l.Done = slices.Contains(ticked, l.Code)
		if n, ok := q.Int("n-"+l.Code, 1, l.Approved); ok {
			l.Quantity = n
		}
	}
	for i := range maxRows {
		n := strconv.Itoa(i)
		if _, there := q.PostForm["part-"+n]; there {
			row := PartRow{Part: q.Code("part-" + n), Serial: q.Text("serial-"+n, 64)}
			var ok bool
			if row.Quantity, ok = q.Int("count-"+n, 1, 99); !ok {
				v.Form.Add("count-"+n, q.P().T("tech.report.bad_count"))
			}
			v.Parts = append(v.Parts, row)
		}
		if _, there := q.PostForm["product-"+n]; there {
			v.Checked = append(v.Checked, ProductRow{
				Product: q.Code("product-" + n), Condition: q.Code("condition-" + n), Advice: q.Code("advice-" + n), Own: q.Text("own-"+n, 300), WantsQuote: q.Flag("wants-" + n),
			})
		}
	}
	v.NoneSeen = q.Flag("none_seen")
}

// finishOf is the report as a command. The signature comes on the next page, after the customer has read it.
func finishOf(r Ref, v ReportPage) service.Finish {
	cmd := service.Finish{
		Case: r.Case, Visit: r.ID, Words: v.Work, NoneSeen: v.NoneSeen, Checklist: map[string]string{}, Signature: "later",
		Fault: valueOf(v.Faults), Cause: valueOf(v.Causes),
	}
	for _, c := range v.Checklist {
		if c.Value != "" {
			cmd.Checklist[c.Code] = c.Value
		}
	}
	for _, l := range v.Lines {
		if l.Done {
			cmd.Work = append(cmd.Work, service.WorkLine{Item: l.Code, Quantity: l.Quantity})
		}
	}
	for _, row := range v.Parts {
		if row.Part != "" {
			cmd.Parts = append(cmd.Parts, service.PartLine{Item: row.Part, Serial: row.Serial, Quantity: row.Quantity})
		}
	}
	for _, row := range v.Checked {
		if row.Product != "" {
			advice := row.Own
			if advice == "" {
				advice = row.Advice
			}
			cmd.Related = append(cmd.Related, service.RelatedProduct{Product: row.Product, Condition: row.Condition, Advice: advice, WantsQuote: row.WantsQuote})
		}
	}
	return cmd
}

func valueOf(choices []ui.Choice) string {
	for _, c := range choices {
		if c.On {
			return c.Value
		}
	}
	return ""
}

// reportErrors turns the service's field names into those of the form: lists count only rows that were filled in, the form counts all.
func reportErrors(q *staff.Request, err error, v ReportPage) ui.Form {
	var parts, products []string
	for i, row := range v.Parts {
		if row.Part != "" {
			parts = append(parts, strconv.Itoa(i))
		}
	}
	for i, row := range v.Checked {
		if row.Product != "" {
			products = append(products, strconv.Itoa(i))
		}
	}
	row := func(list []string, n string) string {
		if i, err := strconv.Atoi(n); err == nil && i >= 0 && i < len(list) {
			return list[i]
		}
		return "0"
	}
	f := ui.FormOf(q.P(), err)
	for i := range f.Errors {
		e := &f.Errors[i]
		head, rest, _ := strings.Cut(e.Field, ".")
		switch head {
		case "words":
			e.Field = "work"
		case "checklist":
			for n, c := range v.Checklist {
				if c.Code == rest {
					e.Text = strconv.Itoa(n+1) + ". " + c.Text + ": " + e.Text
				}
			}
			if e.Field = "check-" + rest; rest == "" && len(v.Checklist) > 0 {
				e.Field = "check-" + v.Checklist[0].Code
			}
		case "parts":
			n, field, _ := strings.Cut(rest, ".")
			name := map[string]string{"serial": "serial-", "quantity": "count-"}[field]
			if name == "" {
				name = "part-"
			}
			e.Field = name + row(parts, n)
		case "related":
			n, field, _ := strings.Cut(rest, ".")
			name := map[string]string{"condition": "condition-", "advice": "own-"}[field]
			if name == "" {
				name = "product-"
			}
			e.Field = name + row(products, n)
		case "work":
			e.Field = ""
			if len(v.Lines) > 0 {
				e.Field = "line-" + v.Lines[0].Code
			}
		case "fault", "cause", "before", "after", "none_seen":
		default:
			e.Field = ""
		}
	}
	return f
}

func (p *Pages) signForm(q *staff.Request, r Ref) error { return p.showSign(q, r, nil) }

func (p *Pages) showSign(q *staff.Request, r Ref, failed error) error {
	page, err := p.Service.VisitPage(q.Context(), q.Actor, r.visit())
	if err != nil {
		return err
	}
	rep := page.Visit.Report
	if rep == nil || page.Visit.State != service.VisitWaitingSignature {
		// Signed meanwhile on the customer's own page, or no report yet: the visit says which.
		return q.See(visitPath(r, ""))
	}
	pr := q.P()
	v := SignPage{Job: jobOf(pr, page), Ref: r, Work: rep.Words.Clear(), Warranty: rep.WarrantyUntil, Idem: q.Idem()}
	for _, l := range rep.Work {
		v.Lines = append(v.Lines, QuoteLine{Item: l.Name.In(string(pr.Lang)), Quantity: l.Quantity, Unit: l.UnitFen, Answer: l.Answer})
		v.Sum += l.Sum
	}
	for _, part := range rep.Parts {
		v.Parts = append(v.Parts, PartRow{Part: part.Name.In(string(pr.Lang)), Serial: part.Serial, Quantity: part.Quantity})
	}
	for _, a := range rep.Related {
		v.Advice = append(v.Advice, ProductRow{Product: staff.Named(pr, a.Product), Condition: a.Condition, Advice: staff.Say(pr, a.Advice), Own: a.Words})
	}
	v.Refusal = append([]ui.Choice{{Text: pr.T("tech.sign.refusal_choose")}}, staff.Reasons(pr, p.Catalogue.Lists["refuse_sign"])...)
	status := http.StatusOK
	if failed != nil {
		status = ui.StatusOf(failed)
		v.Form = ui.FormOf(pr, failed)
		for i := range v.Form.Errors {
			if v.Form.Errors[i].Field == "reason" {
				v.Form.Errors[i].Field = "refusal"
			}
		}
		v.Refusal = chosen(v.Refusal, q.Code("refusal"))
	}
	return q.Render(status, SignFormPage(q.Done("tech.done."), v))
}

func (p *Pages) sign(q *staff.Request, r Ref) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	cmd := service.Sign{Case: r.Case, Visit: r.ID}
	done := "signed"
	if q.PostForm.Get("act") == "refused" {
		cmd.Refuse, cmd.Reason, done = true, q.Code("refusal"), "refused"
		if cmd.Reason == "" {
			return p.showSign(q, r, casefile.InvalidField("refusal", "tech.aside.reason_missing"))
		}
	} else {
		png, err := drawing(q.PostForm.Get("drawing"))
		if err != nil {
			return p.showSign(q, r, casefile.InvalidField("signature", "tech.sign.missing"))
		}
		cmd.Item, err = p.Vault.Receive(q.Context(), q.Actor, Incoming{Case: r.Case, Visit: r.ID, Kind: signature}, bytes.NewReader(png))
		if err != nil {
			return err
		}
	}
	_, err := p.Service.Sign(q.Once(), q.Actor, cmd)
	if err = staff.Settled(err); err != nil {
		if staff.Redraws(err) {
			return p.showSign(q, r, err)
		}
		return err
	}
	return q.See(visitPath(r, "") + "?done=" + done)
}

// maxDrawing bounds a signature, as a PNG.
const maxDrawing = 512 << 10

var errNoDrawing = errors.New("no drawing")

// drawing reads what the signature field sends: a PNG as a data URL.
func drawing(s string) ([]byte, error) {
	data, ok := strings.CutPrefix(s, "data:image/png;base64,")
	if !ok || len(data) > maxDrawing*4/3+4 {
		return nil, errNoDrawing
	}
	png, err := base64.StdEncoding.DecodeString(data)
	if err != nil || !bytes.HasPrefix(png, []byte("\x89PNG\r\n\x1a\n")) {
		return nil, errNoDrawing
	}
	return png, nil
}

func (p *Pages) asideForm(move string) func(*staff.Request, Ref) error {
	return func(q *staff.Request, r Ref) error {
		v, err := p.asidePage(q, r, move)
		if err != nil {
			return err
		}
		return q.Render(http.StatusOK, AsideFormPage(q.Page(), v))
	}
}

func (p *Pages) asidePage(q *staff.Request, r Ref, move string) (AsidePage, error) {
	page, err := p.Service.VisitPage(q.Context(), q.Actor, r.visit())
	if err != nil {
		return AsidePage{}, err
	}
	pr := q.P()
	v := AsidePage{Job: jobOf(pr, page), Ref: r, Move: move, Reasons: staff.Reasons(pr, p.Catalogue.Lists[move]), Idem: q.Idem(), TakesPhotos: move == "follow_up"}
	v.Photos = p.uploadField(r, "photos", pr.T("tech.aside.photos"), "")
	if move == "follow_up" {
		for _, it := range page.Items {
			if it.Kind == "part" {
				v.Parts = append(v.Parts, ui.Choice{Value: it.Code, Text: it.Name.In(string(pr.Lang))})
			}
		}
	}
	return v, nil
}

// aside records that the visit cannot be done as planned.
func (p *Pages) aside(move string) func(*staff.Request, Ref) error {
	return func(q *staff.Request, r Ref) error {
		v, err := p.asidePage(q, r, move)
		if err != nil {
			return err
		}
		photos, err := p.receive(q, r, map[string]string{"photos": beforePhoto})
		if err != nil {
			return err
		}
		v.Reason, v.Words = q.Code("reason"), q.Text("words", 1000)
		v.Photos.Done = photos.done("photos")
		v.NotBefore = q.Code("not_before")
		for i := range v.Parts {
			v.Parts[i].On = slices.Contains(q.PostForm["parts"], v.Parts[i].Value)
		}
		if v.Reason == "" {
			v.Form.Add("reason", q.P().T("tech.aside.reason_missing"))
			return q.Render(http.StatusUnprocessableEntity, AsideFormPage(q.Page(), v))
		}
		done, err := p.leave(q, r, move, v, photos.ids("photos"))
		if err = staff.Settled(err); err != nil {
			if !staff.Redraws(err) {
				return err
			}
			v.Form = ui.FormOf(q.P(), err)
			return q.Render(ui.StatusOf(err), AsideFormPage(q.Page(), v))
		}
		return q.See("/tech?done=" + done)
	}
}

func (p *Pages) leave(q *staff.Request, r Ref, move string, v AsidePage, photos []casefile.ID) (done string, err error) {
	why := service.VisitReason{Case: r.Case, Visit: r.ID, Reason: v.Reason, Words: v.Words}
	switch move {
	case "no_access":
		_, err = p.Service.NoAccess(q.Once(), q.Actor, why)
		return "no_access", err
	case "give_back":
		_, err = p.Service.GiveBack(q.Once(), q.Actor, why)
		return "given_back", err
	case "abort":
		_, err = p.Service.Abort(q.Once(), q.Actor, why)
		return "aborted", err
	}
	next := service.FollowUp{Case: r.Case, Visit: r.ID, Reason: v.Reason, Words: v.Words, Before: photos}
	for _, c := range v.Parts {
		if c.On {
			next.Parts = append(next.Parts, c.Value)
		}
	}
	if v.NotBefore != "" {
		if next.NotBefore, err = time.ParseInLocation(time.DateOnly, v.NotBefore, i18n.Shanghai()); err != nil {
			return "", casefile.InvalidField("not_before", "tech.aside.bad_day")
		}
		if next.NotBefore.Before(q.P().Now) && next.NotBefore.AddDate(0, 0, 1).After(q.P().Now) {
			next.NotBefore = time.Time{} // today is as soon as possible
		}
	}
	_, err = p.Service.FollowUp(q.Once(), q.Actor, next)
	return "follow_up", err
}
