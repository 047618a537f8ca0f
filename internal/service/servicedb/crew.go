package servicedb

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/service"
	"anxin/internal/tx"
)

var (
	crew         = Statements.Stmt("technician/crew")
	crewSkills   = Statements.Stmt("technician/crew_skills")
	crewRegions  = Statements.Stmt("technician/crew_regions")
	crewShifts   = Statements.Stmt("technician/crew_shifts")
	crewAbsences = Statements.Stmt("technician/crew_absences")
	crewHeld     = Statements.Stmt("technician/crew_held")
)

// Crew implements service.Store.
func (Store) Crew(ctx context.Context, t tx.Tx, tenant casefile.Tenant, region string, since time.Time) ([]service.Technician, []service.Visit, error) {
	rows, err := t.Query(ctx, crew, tenant, region)
	list, err := db.Collect(rows, err, scanTechnician)
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	at := make(map[casefile.ID]*service.Technician, len(list))
	for i := range list {
		at[list[i].ID] = &list[i]
	}
	// add hands each row of a statement to the technician it is about; rows of those who are not active are left out.
	add := func(s *tx.Stmt, scan func(row tx.Row, id *casefile.ID) (func(x *service.Technician), error), args ...any) error {
		rows, err := t.Query(ctx, s, append([]any{tenant, region}, args...)...)
		_, err = db.Collect(rows, err, func(row tx.Row) (struct{}, error) {
			var id casefile.ID
			put, err := scan(row, &id)
			if x := at[id]; err == nil && x != nil {
				put(x)
			}
			return struct{}{}, err
		})
		return err
	}
	if err := add(crewSkills, func(row tx.Row, id *casefile.ID) (func(*service.Technician), error) {
		var v service.Skill
		err := row.Scan(id, &v.Kind, &v.Product, &v.Level)
		return func(x *service.Technician) { x.Skills = append(x.Skills, v) }, err
	}); err != nil {
		return nil, nil, err
	}
	if err := add(crewRegions, func(row tx.Row, id *casefile.ID) (func(*service.Technician), error) {
		var v string
		err := row.Scan(id, &v)
		return func(x *service.Technician) { x.Regions = append(x.Regions, v) }, err
	}); err != nil {
		return nil, nil, err
	}
	if err := add(crewShifts, func(row tx.Row, id *casefile.ID) (func(*service.Technician), error) {
		var v service.Shift
		err := row.Scan(id, &v.Weekday, &v.From, &v.To)
		return func(x *service.Technician) { x.Shifts = append(x.Shifts, v) }, err
	}); err != nil {
		return nil, nil, err
	}
	if err := add(crewAbsences, func(row tx.Row, id *casefile.ID) (func(*service.Technician), error) {
		var v service.Absence
		err := row.Scan(id, db.Time(&v.From), db.Time(&v.To), &v.Reason)
		return func(x *service.Technician) { x.Absences = append(x.Absences, v) }, err
	}, since.UnixMicro()); err != nil {
		return nil, nil, err
	}
	rows, err = t.Query(ctx, crewHeld, tenant, region)
	held, err := db.Collect(rows, err, placedVisit)
	return list, held, err
}
