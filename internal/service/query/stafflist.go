package query

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/privacy"
	"anxin/internal/service/flow"
	"anxin/internal/service/input"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// Technician implements Staffing.
func (s *Queries) Technician(ctx context.Context, a casefile.Actor, id casefile.ID) (terms.TechnicianView, error) {
	if err := s.mayList(a, id); err != nil {
		return terms.TechnicianView{}, err
	}
	var v terms.TechnicianView
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		x, err := s.Store.Technician(ctx, t, a.Tenant, id, s.Source.Now().Add(-24*time.Hour))
		if err != nil {
			return err
		}
		v, err = s.technicianView(ctx, t, &x)
		return err
	})
	return v, err
}

// mayList lets staff see technicians and a technician themselves.
func (s *Queries) mayList(a casefile.Actor, id casefile.ID) error {
	if a.Role == casefile.Technician && !id.IsNil() && a.Technician == id {
		return nil
	}
	if a.Role == casefile.Technician {
		return flow.ErrNotFound
	}
	return flow.MustBe(a, casefile.Admin, casefile.Dispatcher, casefile.Agent)
}

func (s *Queries) technicianView(ctx context.Context, t tx.Tx, x *terms.Technician) (terms.TechnicianView, error) {
	phone, err := s.Keeper.Open(ctx, t, x.Tenant, x.ID, terms.FieldTechPhone, x.Phone)
	if err != nil && !casefile.Is(err, casefile.NotFound) {
		return terms.TechnicianView{}, err
	}
	return terms.TechnicianView{ID: x.ID, Code: x.Code, Name: x.Name, Phone: privacy.NewPhone(phone).String(), Partner: x.Partner, Vehicle: x.Vehicle,
		Lng: float64(x.LngE6) / 1e6, Lat: float64(x.LatE6) / 1e6, State: x.State, Photo: x.Photo, Skills: x.Skills, Regions: x.Regions, Shifts: x.Shifts,
		Absences: x.Absences, Certificates: x.Certificates, Created: x.Created}, nil
}

// Technicians implements Staffing.
func (s *Queries) Technicians(ctx context.Context, a casefile.Actor, after string, limit int) ([]terms.TechnicianView, string, error) {
	if err := s.mayList(a, casefile.Nil); err != nil {
		return nil, "", err
	}
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	var out []terms.TechnicianView
	next := ""
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		out, next = nil, ""
		list, err := s.Store.TechniciansAfter(ctx, t, a.Tenant, input.Cut(after, 20), limit+1)
		if err != nil {
			return err
		}
		if len(list) > limit {
			list = list[:limit]
			next = list[limit-1].Code
		}
		for i := range list {
			x, err := s.Store.Technician(ctx, t, a.Tenant, list[i].ID, s.Source.Now().Add(-24*time.Hour))
			if err != nil {
				return err
			}
			v, err := s.technicianView(ctx, t, &x)
			if err != nil {
				return err
			}
			out = append(out, v)
		}
		return nil
	})
	return out, next, err
}
