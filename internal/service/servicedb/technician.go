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
	insertTechnician  = Statements.Stmt("technician/insert")
	updateTechnician  = Statements.Stmt("technician/update")
	technician        = Statements.Stmt("technician/get")
	technicianByCode  = Statements.Stmt("technician/by_code")
	techniciansAfter  = Statements.Stmt("technician/after")
	lockTechnician    = Statements.Stmt("technician/lock")
	techSkills        = Statements.Stmt("technician/skills")
	techRegions       = Statements.Stmt("technician/regions")
	techShifts        = Statements.Stmt("technician/shifts")
	techAbsences      = Statements.Stmt("technician/absences")
	clearSkills       = Statements.Stmt("technician/clear_skills")
	clearRegions      = Statements.Stmt("technician/clear_regions")
	clearShifts       = Statements.Stmt("technician/clear_shifts")
	addSkill          = Statements.Stmt("technician/add_skill")
	addRegion         = Statements.Stmt("technician/add_region")
	addShift          = Statements.Stmt("technician/add_shift")
	addAbsence        = Statements.Stmt("technician/add_absence")
	removeAbsence     = Statements.Stmt("technician/remove_absence")
	techniciansServe  = Statements.Stmt("technician/serving")
	addTechnicianMark = Statements.Stmt("technician/add_record")
)

// InsertTechnician implements service.Store.
func (Store) InsertTechnician(ctx context.Context, t tx.Tx, x *service.Technician) error {
	certificates, err := db.JSON(x.Certificates)
	if err != nil {
		return err
	}
	_, err = t.Exec(ctx, insertTechnician, x.Tenant, x.ID, x.Code, x.Name, x.Phone, x.Partner, x.Vehicle, x.LngE6, x.LatE6, x.Photo, x.State, certificates, db.Micros(x.Created))
	return err
}

// UpdateTechnician implements service.Store.
func (Store) UpdateTechnician(ctx context.Context, t tx.Tx, x *service.Technician) error {
	certificates, err := db.JSON(x.Certificates)
	if err != nil {
		return err
	}
	return one(t.Exec(ctx, updateTechnician, x.Tenant, x.ID, x.Name, x.Phone, x.Partner, x.Vehicle, x.LngE6, x.LatE6, x.Photo, x.State, certificates))
}

func scanTechnician(row tx.Row) (x service.Technician, err error) {
	err = row.Scan(&x.Tenant, &x.ID, &x.Code, &x.Name, &x.Phone, &x.Partner, &x.Vehicle, &x.LngE6, &x.LatE6, &x.Photo, &x.State, db.FromJSON(&x.Certificates), db.Time(&x.Created),
		&x.VisitsDone, &x.StarsSum, &x.StarsN)
	return x, err
}

// Technician implements service.Store.
func (s Store) Technician(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, since time.Time) (service.Technician, error) {
	x, err := scanTechnician(t.QueryRow(ctx, technician, tenant, id))
	if err != nil {
		return x, err
	}
	rows, err := t.Query(ctx, techSkills, tenant, id)
	if x.Skills, err = db.Collect(rows, err, func(row tx.Row) (v service.Skill, err error) {
		err = row.Scan(&v.Kind, &v.Product, &v.Level)
		return v, err
	}); err != nil {
		return x, err
	}
	rows, err = t.Query(ctx, techRegions, tenant, id)
	if x.Regions, err = db.Collect(rows, err, func(row tx.Row) (v string, err error) {
		err = row.Scan(&v)
		return v, err
	}); err != nil {
		return x, err
	}
	rows, err = t.Query(ctx, techShifts, tenant, id)
	if x.Shifts, err = db.Collect(rows, err, func(row tx.Row) (v service.Shift, err error) {
		err = row.Scan(&v.Weekday, &v.From, &v.To)
		return v, err
	}); err != nil {
		return x, err
	}
	rows, err = t.Query(ctx, techAbsences, tenant, id, since.UnixMicro())
	x.Absences, err = db.Collect(rows, err, func(row tx.Row) (v service.Absence, err error) {
		err = row.Scan(db.Time(&v.From), db.Time(&v.To), &v.Reason)
		return v, err
	})
	return x, err
}

// LockTechnician implements service.Store.
func (Store) LockTechnician(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) error {
	var got casefile.ID
	return t.QueryRow(ctx, lockTechnician, tenant, id).Scan(&got)
}

// TechnicianByCode implements service.Store.
func (Store) TechnicianByCode(ctx context.Context, t tx.Tx, tenant casefile.Tenant, code string) (service.Technician, error) {
	return scanTechnician(t.QueryRow(ctx, technicianByCode, tenant, code))
}

// TechniciansAfter implements service.Store.
func (Store) TechniciansAfter(ctx context.Context, t tx.Tx, tenant casefile.Tenant, after string, limit int) ([]service.Technician, error) {
	rows, err := t.Query(ctx, techniciansAfter, tenant, after, limit)
	return db.Collect(rows, err, scanTechnician)
}

// ReplaceSkills implements service.Store.
func (Store) ReplaceSkills(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, list []service.Skill) error {
	_, err := t.Exec(ctx, clearSkills, tenant, id)
	for _, v := range list {
		if err != nil {
			return err
		}
		_, err = t.Exec(ctx, addSkill, tenant, id, string(v.Kind), v.Product, v.Level)
	}
	return err
}

// ReplaceRegions implements service.Store.
func (Store) ReplaceRegions(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, list []string) error {
	_, err := t.Exec(ctx, clearRegions, tenant, id)
	for _, v := range list {
		if err != nil {
			return err
		}
		_, err = t.Exec(ctx, addRegion, tenant, v, id)
	}
	return err
}

// ReplaceShifts implements service.Store.
func (Store) ReplaceShifts(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, list []service.Shift) error {
	_, err := t.Exec(ctx, clearShifts, tenant, id)
	for _, v := range list {
		if err != nil {
			return err
		}
		_, err = t.Exec(ctx, addShift, tenant, id, int(v.Weekday), v.From, v.To)
	}
	return err
}

// AddAbsence implements service.Store.
func (Store) AddAbsence(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, a service.Absence) error {
	_, err := t.Exec(ctx, addAbsence, tenant, id, db.Micros(a.From), db.Micros(a.To), a.Reason)
	return err
}

// RemoveAbsence implements service.Store.
func (Store) RemoveAbsence(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, from time.Time) (bool, error) {
	n, err := t.Exec(ctx, removeAbsence, tenant, id, db.Micros(from))
	return n == 1, err
}

// Serving implements service.Store.
func (Store) Serving(ctx context.Context, t tx.Tx, tenant casefile.Tenant, region string, k service.Kind, product string, level int) (n int, err error) {
	err = t.QueryRow(ctx, techniciansServe, tenant, region, string(k), product, level).Scan(&n)
	return n, err
}

// AddRecord implements service.Store.
func (Store) AddRecord(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, visits, stars, ratings int) error {
	return one(t.Exec(ctx, addTechnicianMark, tenant, id, visits, stars, ratings))
}
