package admin

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

const (
	techsPerPage = 100
	maxCerts     = 10
	// certSoon is how long before its end a certificate is pointed at.
	certSoon = 30 * 24 * time.Hour
)

func (p *Pages) technicians(q *staff.Request) error {
	rows, next, err := p.Service.Technicians(q.Context(), q.Actor, staff.Clean(q.URL.Query().Get("after"), 200), techsPerPage)
	if err != nil {
		return err
	}
	v := Technicians{Next: next, Can: q.Can(party.ChangeTechnician, party.OfTechnician(q.Actor.Tenant, casefile.Nil))}
	for _, t := range rows {
		v.Rows = append(v.Rows, p.techRow(q.P(), t))
	}
	return q.Render(http.StatusOK, TechniciansPage(q.Done("admin.done."), v))
}

func (p *Pages) techRow(pr i18n.Printer, t service.TechnicianView) TechRow {
	r := TechRow{ID: t.ID, Code: t.Code, Name: t.Name, Partner: t.Partner, State: t.State, Phone: t.Phone, Skills: len(t.Skills), Regions: len(t.Regions), Shifts: len(t.Shifts)}
	if t.State == "active" {
		switch {
		case len(t.Skills) == 0:
			r.Problem = pr.T("admin.tech.no_skill")
		case len(t.Regions) == 0:
			r.Problem = pr.T("admin.tech.no_region")
		case len(t.Shifts) == 0:
			r.Problem = pr.T("admin.tech.no_shift")
		}
	}
	for _, c := range t.Certificates {
		if c.To.IsZero() || c.To.Sub(pr.Now) > certSoon || !r.Certificate.IsZero() && r.Certificate.Before(c.To) {
			continue
		}
		r.Certificate, r.CertificateName, r.CertificateStatus = c.To, p.certName(pr, c.Code), "soon"
		if c.To.Before(pr.Now) {
			r.CertificateStatus = "over"
		}
	}
	return r
}

func (p *Pages) certName(pr i18n.Printer, code string) string {
	for _, n := range p.Catalogue.Certificates {
		if n.Code == code {
			return n.In(string(pr.Lang))
		}
	}
	return code
}

// technician is the one of the path, or the zero view on the page of a new one.
func (p *Pages) technician(q *staff.Request) (service.TechnicianView, error) {
	if q.PathValue("id") == "" {
		return service.TechnicianView{State: "active", Vehicle: "ebike"}, nil
	}
	id, err := q.PathID("id")
	if err != nil {
		return service.TechnicianView{}, err
	}
	return p.Service.Technician(q.Context(), q.Actor, id)
}

func (p *Pages) technicianForm(q *staff.Request) error {
	t, err := p.technician(q)
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, TechnicianPage(q.Done("admin.done."), p.technicianView(q, t)))
}

func (p *Pages) technicianView(q *staff.Request, t service.TechnicianView) Technician {
	pr := q.P()
	lang := string(pr.Lang)
	v := Technician{
		ID: t.ID, Code: t.Code, Name: t.Name, PhoneMasked: t.Phone, Partner: t.Partner, Vehicle: t.Vehicle, State: t.State, Idem: q.Idem(),
		CanAll: q.Can(party.ChangeTechnician, party.OfTechnician(q.Actor.Tenant, t.ID)),
	}
	if t.Lng != 0 || t.Lat != 0 {
		v.Lng, v.Lat = strconv.FormatFloat(t.Lng, 'f', 6, 64), strconv.FormatFloat(t.Lat, 'f', 6, 64)
	}
	for _, k := range service.Kinds() {
		v.Kinds = append(v.Kinds, string(k))
	}
	level := map[string]int{}
	for _, s := range t.Skills {
		level[string(s.Kind)+"."+s.Product] = s.Level
	}
	for _, x := range p.Catalogue.Products {
		r := SkillRow{Product: x.Code, Name: x.In(lang)}
		for _, k := range v.Kinds {
			r.Cells = append(r.Cells, SkillCell{Kind: k, Level: level[k+"."+x.Code]})
		}
		v.Skills = append(v.Skills, r)
	}
	for _, code := range t.Regions {
		v.Regions = append(v.Regions, RegionRow{Code: code, Name: staff.PlaceName(p.Places, code), On: true})
	}
	shifts := slices.Clone(t.Shifts)
	slices.SortFunc(shifts, func(a, b service.Shift) int { return a.From - b.From })
	for i := range 7 {
		var spans []string
		for _, s := range shifts {
			if s.Weekday == time.Weekday((i+1)%7) {
				spans = append(spans, staff.Minutes(s.From)+"-"+staff.Minutes(s.To))
			}
		}
		v.Week[i] = strings.Join(spans, " ")
	}
	v.CertChoices = append([]ui.Choice{{Text: "–"}}, staff.Reasons(pr, p.Catalogue.Certificates)...)
	for _, c := range t.Certificates {
		v.Certificates = append(v.Certificates, CertRow{Code: c.Code, From: dateOf(c.From), To: dateOf(c.To)})
	}
	if len(v.Certificates) == 0 {
		v.Certificates = []CertRow{{}}
	}
	v.AbsenceReasons = append([]ui.Choice{{Text: pr.T("admin.choose")}}, staff.Reasons(pr, p.Catalogue.Lists["absence"])...)
	for _, a := range t.Absences {
		reason := a.Reason
		for _, c := range v.AbsenceReasons {
			if c.Value == a.Reason {
				reason = c.Text
			}
		}
		v.Absences = append(v.Absences, AbsenceRow{From: a.From, To: a.To, Reason: reason})
	}
	return v
}

func dateOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(i18n.Shanghai()).Format(time.DateOnly)
}

func (p *Pages) saveTechnician(q *staff.Request) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	was, err := p.technician(q)
	if err != nil {
		return err
	}
	v := p.technicianView(q, was)
	in := service.TechnicianInput{ID: was.ID, Shifts: []service.Shift{}}
	p.fillShifts(q, &v, &in)
	if v.CanAll {
		p.fillPerson(q, &v, &in)
		p.fillSkills(q, &v, &in)
		p.fillRegions(q, &v, &in)
		p.fillCertificates(q, &v, &in)
	}
	if q.PostForm.Get("act") == "add_cert" {
		if len(v.Certificates) < maxCerts {
			v.Certificates = append(v.Certificates, CertRow{})
		}
		v.Form = ui.Form{}
		return q.Render(http.StatusOK, TechnicianPage(q.Page(), v))
	}
	if !v.Form.Failed() {
		var id casefile.ID
		if id, err = p.Service.SaveTechnician(q.Once(), q.Actor, in); err == nil {
			p.wrote(q, "technician.save")
			return q.See("/admin/technicians/" + id.String() + "?done=saved")
		}
		if casefile.IsRepeated(err) {
			return q.See("/admin/technicians?done=saved")
		}
		if !staff.Redraws(err) {
			return err
		}
		v.Form = techErrors(q, err, in)
	}
	return q.Render(http.StatusUnprocessableEntity, TechnicianPage(q.Page(), v))
}

// techErrors turns the service's field names into those of the form.
func techErrors(q *staff.Request, err error, in service.TechnicianInput) ui.Form {
	f := ui.FormOf(q.P(), err)
	for i := range f.Errors {
		e := &f.Errors[i]
		head, rest, _ := strings.Cut(e.Field, ".")
		n, _ := strconv.Atoi(rest)
		switch head {
		case "place":
			e.Field = "lng"
		case "skills":
			e.Field = ""
		case "regions":
			e.Field = "add_regions"
		case "shifts":
			e.Field = "day-1"
			if n < len(in.Shifts) {
				e.Field = "day-" + strconv.Itoa(int(in.Shifts[n].Weekday))
			}
		case "certificates":
			e.Field = "cert-" + strconv.Itoa(n)
		}
	}
	return f
}

func (p *Pages) fillPerson(q *staff.Request, v *Technician, in *service.TechnicianInput) {
	v.Name, v.Code, v.Phone, v.Partner = q.Text("name", 40), q.Text("code", 20), q.Text("phone", 30), q.Text("partner", 60)
	v.Vehicle, v.State, v.Lng, v.Lat = q.Code("vehicle"), q.Code("state"), q.Text("lng", 14), q.Text("lat", 14)
	in.Name, in.Code, in.Phone, in.Partner, in.Vehicle, in.State = v.Name, v.Code, v.Phone, v.Partner, v.Vehicle, v.State
	var err error
	if in.Lng, err = number(v.Lng); err != nil {
		v.Form.Add("lng", q.P().T("admin.tech.bad_place"))
	}
	if in.Lat, err = number(v.Lat); err != nil {
		v.Form.Add("lat", q.P().T("admin.tech.bad_place"))
	}
}

func number(s string) (float64, error) {
	if s == "" {
		return 0, nil
	}
	return strconv.ParseFloat(s, 64)
}

func (p *Pages) fillSkills(q *staff.Request, v *Technician, in *service.TechnicianInput) {
	in.Skills = []service.Skill{}
	for i := range v.Skills {
		for j := range v.Skills[i].Cells {
			c := &v.Skills[i].Cells[j]
			n, err := strconv.Atoi(q.PostForm.Get("skill." + c.Kind + "." + v.Skills[i].Product))
			if err != nil || n < 0 || n > 5 {
				n = 0
			}
			if c.Level = n; n > 0 {
				in.Skills = append(in.Skills, service.Skill{Kind: service.Kind(c.Kind), Product: v.Skills[i].Product, Level: n})
			}
		}
	}
}

func (p *Pages) fillRegions(q *staff.Request, v *Technician, in *service.TechnicianInput) {
	in.Regions = []string{}
	kept := q.PostForm["region"]
	for i := range v.Regions {
		v.Regions[i].On = slices.Contains(kept, v.Regions[i].Code)
		if v.Regions[i].On {
			in.Regions = append(in.Regions, v.Regions[i].Code)
		}
	}
	v.AddRegions = q.Text("add_regions", 4000)
	for n, line := range strings.Split(v.AddRegions, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		code, several := staff.PlaceOf(p.Places, line)
		switch {
		case code != "":
			in.Regions = append(in.Regions, code)
		case len(several) > 0:
			v.Form.Add("add_regions", q.P().T("admin.tech.region_several", "n", n+1, "places", q.P().List(several)))
		default:
			v.Form.Add("add_regions", q.P().T("admin.tech.region_unknown", "n", n+1))
		}
	}
}

func (p *Pages) fillShifts(q *staff.Request, v *Technician, in *service.TechnicianInput) {
	for i := range 7 {
		day := time.Weekday((i + 1) % 7)
		name := "day-" + strconv.Itoa(int(day))
		v.Week[i] = q.Text(name, 80)
		spans, ok := parseSpans(v.Week[i])
		if !ok {
			v.Form.Add(name, q.P().T("admin.tech.bad_shift"))
		}
		for _, s := range spans {
			in.Shifts = append(in.Shifts, service.Shift{Weekday: day, From: s[0], To: s[1]})
		}
	}
}

// parseSpans reads "08:00-12:00 13:30-18:00", also with Chinese punctuation and without leading zeros.
func parseSpans(text string) (spans [][2]int, ok bool) {
	text = strings.NewReplacer("：", ":", "－", "-", "—", "-", "–", "-", "至", "-", "到", "-", "，", " ", ",", " ", "、", " ", "；", " ", ";", " ").Replace(text)
	last := -1
	for _, part := range strings.Fields(text) {
		a, b, found := strings.Cut(part, "-")
		from, ok1 := parseMinute(a)
		to, ok2 := parseMinute(b)
		if !found || !ok1 || !ok2 || from >= to || from < last || len(spans) == 6 {
			return nil, false
		}
		spans, last = append(spans, [2]int{from, to}), to
	}
	return spans, true
}

func parseMinute(s string) (int, bool) {
	h, m, found := strings.Cut(s, ":")
	if !found {
		m = "00"
	}
	hour, err := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	n := hour*60 + minute
	return n, err == nil && err2 == nil && hour >= 0 && minute >= 0 && minute < 60 && n <= 24*60 && len(m) == 2
}

func (p *Pages) fillCertificates(q *staff.Request, v *Technician, in *service.TechnicianInput) {
	in.Certificates = []service.Certificate{}
	v.Certificates = nil
	for i := range maxCerts {
		n := strconv.Itoa(i)
		if _, there := q.PostForm["cert-"+n]; !there {
			break
		}
		row := CertRow{Code: q.Code("cert-" + n), From: q.Code("cert-from-" + n), To: q.Code("cert-to-" + n)}
		v.Certificates = append(v.Certificates, row)
		if row.Code == "" {
			continue
		}
		from, ok := parseDate(row.From)
		if !ok {
			v.Form.Add("cert-from-"+n, q.P().T("admin.tech.bad_date"))
		}
		to, ok := parseDate(row.To)
		if !ok {
			v.Form.Add("cert-to-"+n, q.P().T("admin.tech.bad_date"))
		}
		if !to.IsZero() {
			// The last day counts whole.
			to = to.AddDate(0, 0, 1).Add(-time.Second)
		}
		in.Certificates = append(in.Certificates, service.Certificate{Code: row.Code, From: from, To: to})
	}
}

func parseDate(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	t, err := time.ParseInLocation(time.DateOnly, s, i18n.Shanghai())
	return t, err == nil
}

func (p *Pages) absence(q *staff.Request) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	t, err := p.technician(q)
	if err != nil {
		return err
	}
	in := service.AbsenceInput{Technician: t.ID, Reason: q.Code("reason")}
	done := "absence"
	v := p.technicianView(q, t)
	if remove := q.PostForm.Get("remove"); remove != "" {
		if in.From, err = time.Parse(time.RFC3339Nano, remove); err != nil {
			return casefile.Fail(casefile.Invalid, "error.invalid")
		}
		in.Remove, done = true, "absence_removed"
	} else {
		v.AbsenceFrom, v.AbsenceTo, v.AbsenceReason = q.Text("from", 30), q.Text("to", 30), in.Reason
		var ok bool
		if in.From, ok = q.LocalTime("from"); !ok || in.From.IsZero() {
			v.AbsenceForm.Add("from", q.P().T("desk.bad_time"))
		}
		if in.To, ok = q.LocalTime("to"); !ok || in.To.IsZero() {
			v.AbsenceForm.Add("to", q.P().T("desk.bad_time"))
		}
	}
	if !v.AbsenceForm.Failed() {
		err = staff.Settled(p.Service.SaveAbsence(q.Once(), q.Actor, in))
		if err == nil {
			p.wrote(q, "technician.absence")
			return q.See(techPath(v) + "?done=" + done)
		}
		if !staff.Redraws(err) {
			return err
		}
		v.AbsenceForm = ui.FormOf(q.P(), err)
	}
	return q.Render(http.StatusUnprocessableEntity, TechnicianPage(q.Page(), v))
}
