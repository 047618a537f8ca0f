package servicedb

import (
	"context"
	"slices"
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

	staff         = Statements.Stmt("technician/staff")
	staffSkills   = Statements.Stmt("technician/staff_skills")
	staffRegions  = Statements.Stmt("technician/staff_regions")
	staffShifts   = Statements.Stmt("technician/staff_shifts")
	staffAbsences = Statements.Stmt("technician/staff_absences")
	staffHeld     = Statements.Stmt("technician/staff_held")

	dayStaff    = Statements.Stmt("technician/day_staff")
	daySkills   = Statements.Stmt("technician/day_skills")
	dayRegions  = Statements.Stmt("technician/day_regions")
	dayShifts   = Statements.Stmt("technician/day_shifts")
	dayAbsences = Statements.Stmt("technician/day_absences")
	dayVisits   = Statements.Stmt("technician/day_visits")

	crewDetails  = detailStatements{crewSkills, crewRegions, crewShifts, crewAbsences}
	staffDetails = detailStatements{staffSkills, staffRegions, staffShifts, staffAbsences}
	dayDetails   = detailStatements{daySkills, dayRegions, dayShifts, dayAbsences}
)

// detailStatements read what belongs to many technicians at once; each row begins with whose it is.
type detailStatements struct{ skills, regions, shifts, absences *tx.Stmt }

// Crew implements service.Store.
func (Store) Crew(ctx context.Context, t tx.Tx, tenant casefile.Tenant, region string, since time.Time) ([]service.Technician, []service.Visit, error) {
	rows, err := t.Query(ctx, crew, tenant, region)
	list, err := db.Collect(rows, err, scanTechnician)
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	if err := details(ctx, t, list, crewDetails, []any{tenant, region}, since); err != nil {
		return nil, nil, err
	}
	rows, err = t.Query(ctx, crewHeld, tenant, region)
	held, err := db.Collect(rows, err, placedVisit)
	return list, held, err
}

// details fills in skills, regions, shifts and the absences that end after since. args select the technicians.
func details(ctx context.Context, t tx.Tx, list []service.Technician, s detailStatements, args []any, since time.Time) error {
	at := make(map[casefile.ID]*service.Technician, len(list))
	for i := range list {
		at[list[i].ID] = &list[i]
	}
	// add hands each row of a statement to the technician it is about; rows of those who are not active are left out.
	add := func(q *tx.Stmt, scan func(row tx.Row, id *casefile.ID) (func(x *service.Technician), error), more ...any) error {
		rows, err := t.Query(ctx, q, append(slices.Clip(args), more...)...)
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
	if err := add(s.skills, func(row tx.Row, id *casefile.ID) (func(*service.Technician), error) {
		var v service.Skill
		err := row.Scan(id, &v.Kind, &v.Product, &v.Level)
		return func(x *service.Technician) { x.Skills = append(x.Skills, v) }, err
	}); err != nil {
		return err
	}
	if err := add(s.regions, func(row tx.Row, id *casefile.ID) (func(*service.Technician), error) {
		var v string
		err := row.Scan(id, &v)
		return func(x *service.Technician) { x.Regions = append(x.Regions, v) }, err
	}); err != nil {
		return err
	}
	if err := add(s.shifts, func(row tx.Row, id *casefile.ID) (func(*service.Technician), error) {
		var v service.Shift
		err := row.Scan(id, &v.Weekday, &v.From, &v.To)
		return func(x *service.Technician) { x.Shifts = append(x.Shifts, v) }, err
	}); err != nil {
		return err
	}
	return add(s.absences, func(row tx.Row, id *casefile.ID) (func(*service.Technician), error) {
		var v service.Absence
		err := row.Scan(id, db.Time(&v.From), db.Time(&v.To), &v.Reason)
		return func(x *service.Technician) { x.Absences = append(x.Absences, v) }, err
	}, since.UnixMicro())
}

// Staff implements service.Store.
func (Store) Staff(ctx context.Context, t tx.Tx, tenant casefile.Tenant, after casefile.ID, limit int, since time.Time) ([]service.Technician, []service.Visit, error) {
	rows, err := t.Query(ctx, staff, tenant, after[:], limit)
	list, err := db.Collect(rows, err, scanTechnician)
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	span := []any{tenant, after[:], list[len(list)-1].ID}
	if err := details(ctx, t, list, staffDetails, span, since); err != nil {
		return nil, nil, err
	}
	rows, err = t.Query(ctx, staffHeld, span...)
	held, err := db.Collect(rows, err, placedVisit)
	return list, held, err
}

// DayStaff implements service.Store.
func (Store) DayStaff(ctx context.Context, t tx.Tx, tenant casefile.Tenant, region, after string, limit int, from, to time.Time) ([]service.Technician, []service.Visit, error) {
	rows, err := t.Query(ctx, dayStaff, tenant, after, region, region+"a", limit) // digits sort before letters: the prefix by an index
	list, err := db.Collect(rows, err, scanTechnician)
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	span := []any{tenant, after, list[len(list)-1].Code}
	if err := details(ctx, t, list, dayDetails, span, from); err != nil {
		return nil, nil, err
	}
	rows, err = t.Query(ctx, dayVisits, append(span, db.Micros(from), db.Micros(to))...)
	visits, err := db.Collect(rows, err, placedVisit)
	return list, visits, err
}
