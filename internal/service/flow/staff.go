package flow

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/service/input"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
	"anxin/region"
)

// Bounds of a technician.
const (
	maxSkills       = 100
	maxRegions      = 200
	maxShifts       = 42
	maxCertificates = 30
	maxAbsence      = 366 * 24 * time.Hour
)

var CodePattern = regexp.MustCompile(`^[A-Z0-9][A-Z0-9-]{2,19}$`)

// SaveTechnician implements Staffing.
func (s *Commands) SaveTechnician(ctx context.Context, a casefile.Actor, in terms.TechnicianInput) (casefile.ID, error) {
	if err := MustBe(a, casefile.Admin); err != nil {
		return casefile.Nil, err
	}
	phone, err := s.checkTechnician(&in)
	if err != nil {
		return casefile.Nil, err
	}
	id := in.ID
	var held []terms.Visit
	err = s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		x := &terms.Technician{Tenant: a.Tenant, Created: s.Source.Now(), State: "active"}
		if in.ID.IsNil() {
			id = s.Source.NewID()
			x.ID, x.Code = id, in.Code
			if _, err := s.Store.TechnicianByCode(ctx, t, a.Tenant, in.Code); !casefile.Is(err, casefile.NotFound) {
				if err == nil {
					err = casefile.InvalidField("code", "service.field.taken")
				}
				return err
			}
			if err := s.Keeper.NewSubject(ctx, t, a.Tenant, id); err != nil {
				return err
			}
		} else {
			if err := s.Store.LockTechnician(ctx, t, a.Tenant, id); err != nil {
				return err
			}
			was, err := s.Store.Technician(ctx, t, a.Tenant, id, s.Source.Now())
			if err != nil {
				return err
			}
			x = &was
			if held, err = s.Store.Held(ctx, t, a.Tenant, id); err != nil {
				return err
			}
		}
		if err := s.fillTechnician(ctx, t, x, in, phone); err != nil {
			return err
		}
		if in.ID.IsNil() {
			err = s.Store.InsertTechnician(ctx, t, x)
		} else {
			err = s.Store.UpdateTechnician(ctx, t, x)
		}
		if err != nil {
			return err
		}
		if err := s.replaceLists(ctx, t, a.Tenant, id, in); err != nil {
			return err
		}
		s.changed(t, a.Tenant, id)
		return nil
	})
	if err == nil && (in.State == "paused" || in.State == "left") {
		err = s.affected(ctx, a.Tenant, id, held, in.State)
	}
	if casefile.Is(err, casefile.Conflict) && in.ID.IsNil() {
		err = casefile.InvalidField("code", "service.field.taken") // somebody else created it at the same moment
	}
	return id, err
}

// fillTechnician writes the given fields over a row.
func (s *Commands) fillTechnician(ctx context.Context, t tx.Tx, x *terms.Technician, in terms.TechnicianInput, phone string) (err error) {
	set := func(to *string, v string) {
		if v != "" {
			*to = v
		}
	}
	set(&x.Name, in.Name)
	set(&x.Partner, in.Partner)
	set(&x.Vehicle, in.Vehicle)
	set(&x.State, in.State)
	if in.Lng != 0 || in.Lat != 0 {
		x.LngE6, x.LatE6 = e6(in.Lng), e6(in.Lat)
	}
	if !in.Photo.IsNil() {
		x.Photo = in.Photo
	}
	if in.Certificates != nil {
		x.Certificates = in.Certificates
	}
	if x.Certificates == nil {
		x.Certificates = []terms.Certificate{}
	}
	if phone != "" {
		x.Phone, err = s.Keeper.Seal(ctx, t, x.Tenant, x.ID, terms.FieldTechPhone, phone)
	}
	return err
}

func (s *Commands) replaceLists(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, in terms.TechnicianInput) error {
	if in.Skills != nil {
		if err := s.Store.ReplaceSkills(ctx, t, tenant, id, in.Skills); err != nil {
			return err
		}
	}
	if in.Regions != nil {
		if err := s.Store.ReplaceRegions(ctx, t, tenant, id, in.Regions); err != nil {
			return err
		}
	}
	if in.Shifts != nil {
		return s.Store.ReplaceShifts(ctx, t, tenant, id, in.Shifts)
	}
	return nil
}

// checkTechnician normalises and bounds the input.
func (s *Commands) checkTechnician(in *terms.TechnicianInput) (phone string, err error) {
	var f input.Fields
	creating := in.ID.IsNil()
	in.Code = strings.ToUpper(input.Line(in.Code, 40))
	if creating && !CodePattern.MatchString(in.Code) {
		f.Bad("code", "work_number")
	}
	least := 0
	if creating {
		least = 1
	}
	in.Name = f.Text("name", in.Name, least, 40)
	in.Partner = f.Text("partner", in.Partner, 0, 80)
	if in.Phone != "" || creating {
		phone = f.Phone("phone", in.Phone)
	}
	if creating && in.Vehicle == "" {
		in.Vehicle = "ebike"
	}
	if in.Vehicle != "" && in.Vehicle != "ebike" && in.Vehicle != "van" {
		f.Bad("vehicle", "choose")
	}
	if in.State != "" && !slices.Contains([]string{"active", "paused", "left"}, in.State) {
		f.Bad("state", "choose")
	}
	if (creating || in.Lng != 0 || in.Lat != 0) && (in.Lng < 73 || in.Lng > 136 || in.Lat < 3 || in.Lat > 54) {
		f.Bad("place", "place")
	}
	s.checkSkills(&f, in)
	s.checkRegions(&f, in)
	checkShifts(&f, in.Shifts)
	if len(in.Certificates) > maxCertificates {
		f.Bad("certificates", "too_many", "max", maxCertificates)
	} else {
		for i, c := range in.Certificates {
			if !slices.ContainsFunc(s.Catalogue.Certificates, func(n terms.Named) bool { return n.Code == c.Code }) || !c.To.IsZero() && !c.To.After(c.From) {
				f.Bad("certificates."+strconv.Itoa(i), "choose")
			}
		}
	}
	return phone, f.Err()
}

func (s *Commands) checkSkills(f *input.Fields, in *terms.TechnicianInput) {
	if len(in.Skills) > maxSkills {
		f.Bad("skills", "too_many", "max", maxSkills)
		return
	}
	seen := map[string]bool{}
	for i, k := range in.Skills {
		_, ok := s.Catalogue.Need(string(k.Kind), k.Product)
		if name := skillName(k.Kind, k.Product); !ok || k.Level < 1 || k.Level > 5 || seen[name] {
			f.Bad("skills."+strconv.Itoa(i), "choose")
		} else {
			seen[name] = true
		}
	}
}

// checkRegions turns codes into the form that covers what lies below: a whole city 330100 is 3301, a province 330000 is 33.
func (s *Commands) checkRegions(f *input.Fields, in *terms.TechnicianInput) {
	if len(in.Regions) > maxRegions {
		f.Bad("regions", "too_many", "max", maxRegions)
		return
	}
	var out []string
	for i, code := range in.Regions {
		full := code
		if len(full) == 2 || len(full) == 4 {
			full += strings.Repeat("0", 6-len(full))
		}
		c := region.Code(full)
		d, ok := region.Division{}, false
		if c.Valid() {
			d, ok = s.Regions.Lookup(c, region.Date{})
		}
		switch {
		case !ok:
			f.Bad("regions."+strconv.Itoa(i), "choose")
			continue
		case d.Level == region.LevelProvince:
			full = full[:2]
		case d.Level == region.LevelPrefecture:
			full = full[:4]
		}
		if !slices.Contains(out, full) {
			out = append(out, full)
		}
	}
	if in.Regions != nil {
		in.Regions = append([]string{}, out...)
	}
}

// checkShifts wants spans of a day that do not overlap.
func checkShifts(f *input.Fields, list []terms.Shift) {
	if len(list) > maxShifts {
		f.Bad("shifts", "too_many", "max", maxShifts)
		return
	}
	for i, a := range list {
		at := "shifts." + strconv.Itoa(i)
		if a.Weekday < time.Sunday || a.Weekday > time.Saturday || a.From < 0 || a.To > 24*60 || a.To <= a.From {
			f.Bad(at, "shift")
			continue
		}
		for _, b := range list[:i] {
			if a.Weekday == b.Weekday && a.From < b.To && b.From < a.To {
				f.Bad(at, "shift_overlap")
				break
			}
		}
	}
}

// SaveAbsence implements Staffing. Visits that were agreed in the absence are not moved: the dispatcher gets them as problems.
func (s *Commands) SaveAbsence(ctx context.Context, a casefile.Actor, in terms.AbsenceInput) error {
	if err := MustBe(a, casefile.Admin, casefile.Dispatcher); err != nil {
		return err
	}
	var f input.Fields
	in.From, in.To = in.From.UTC().Truncate(time.Minute), in.To.UTC().Truncate(time.Minute)
	if !in.Remove {
		f.Reason(s.Catalogue, "reason", "absence", in.Reason)
		if !in.To.After(in.From) || in.To.Sub(in.From) > maxAbsence || in.From.After(s.Source.Now().Add(maxAbsence)) {
			f.Bad("from", "window")
		}
	}
	if err := f.Err(); err != nil {
		return err
	}
	var hit []terms.Visit
	err := s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		hit = nil
		if err := s.Store.LockTechnician(ctx, t, a.Tenant, in.Technician); err != nil {
			return err
		}
		s.changed(t, a.Tenant, in.Technician)
		if in.Remove {
			ok, err := s.Store.RemoveAbsence(ctx, t, a.Tenant, in.Technician, in.From)
			if err == nil && !ok {
				err = ErrNotFound
			}
			return err
		}
		if err := s.Store.AddAbsence(ctx, t, a.Tenant, in.Technician, terms.Absence{Span: terms.Span{From: in.From, To: in.To}, Reason: in.Reason}); err != nil {
			return err
		}
		held, err := s.Store.Held(ctx, t, a.Tenant, in.Technician)
		for _, v := range held {
			if v.From.Before(in.To) && v.To.After(in.From) {
				hit = append(hit, v)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.affected(ctx, a.Tenant, in.Technician, hit, in.Reason)
}

// affected puts visits before the dispatcher whose technician will not be there. Nothing is moved.
func (s *Commands) affected(ctx context.Context, tenant casefile.Tenant, technician casefile.ID, list []terms.Visit, reason string) error {
	for _, v := range list { // one case per transaction
		if _, err := s.do(ctx, casefile.SystemActor(tenant), v.Case, func(ctx context.Context, w *Work) error {
			if w.Visit == nil || w.Visit.ID != v.ID || w.Visit.Technician != technician {
				return nil
			}
			if err := w.problem(ctx, ProblemAbsence, map[string]any{"reason": reason, "from": micros(v.From)}); err != nil {
				return err
			}
			return w.event("visit.technician_absent", forDesk, map[string]any{"reason": reason})
		}); err != nil {
			return err
		}
	}
	return nil
}
