package patch

import (
	"math"
	"strconv"
	"strings"

	"anxin/region/internal/names"
	"anxin/region/internal/table"
)

// Apply makes the changes in t and adds the names that come with them to c. It changes t.Places in place and may
// append to it. The first line that does not fit the table is an *Error.
func Apply(t *table.Table, lines []Line, c *names.Collector) error {
	a := &applier{t: t, c: c, byCode: map[uint32][]int32{}, towns: map[int32][]int32{}}
	for i := range t.Places {
		p := &t.Places[i]
		if p.Level == table.Zone {
			continue
		}
		a.byCode[p.Code] = append(a.byCode[p.Code], int32(i))
		if p.Level == table.Town && p.To == 0 {
			a.towns[p.Parent] = append(a.towns[p.Parent], int32(i))
		}
	}
	for i := range lines {
		if err := a.line(&lines[i]); err != nil {
			err.Line = lines[i].Number
			return err
		}
	}
	return nil
}

type applier struct {
	t      *table.Table
	c      *names.Collector
	byCode map[uint32][]int32
	towns  map[int32][]int32 // towns in force of a county
}

// now is the place in force with a code, -1 when none.
func (a *applier) now(code uint32) int32 {
	for _, i := range a.byCode[code] {
		if a.t.Places[i].To == 0 {
			return i
		}
	}
	return -1
}

func (a *applier) must(code uint32) (int32, *Error) {
	if i := a.now(code); i >= 0 {
		return i, nil
	}
	s := strconv.FormatUint(uint64(code), 10)
	return -1, &Error{0, "没有现行区划 " + s, "no division in force has the code " + s}
}

func (a *applier) line(l *Line) *Error {
	switch l.Action {
	case "new":
		return a.create(l)
	case "end", "part":
		return a.succeed(l)
	case "rename":
		return a.rename(l)
	}
	at, err := a.must(l.Code)
	if err != nil {
		return err
	}
	switch l.Action {
	case "alias":
		a.c.AddName(l.Name, at, table.FormAlias)
	case "alias-under":
		a.c.AddName(l.Name, at, table.FormLegacy)
	case "zone", "zone-under":
		form := uint8(table.FormFull)
		if l.Action == "zone-under" {
			form = table.FormShort
		}
		i := a.add(table.Place{Name: l.Name, Level: table.Zone, Parent: at})
		a.c.AddName(l.Name, i, form)
		if with := zoneWithCity(a.t, at, l.Name); with != l.Name {
			a.c.AddName(with, i, table.FormFull)
		}
	case "point":
		p := &a.t.Places[at]
		p.Lng, p.Lat = int32(math.Round(l.Lng*1e5)), int32(math.Round(l.Lat*1e5))
		p.PointKind, p.PointFrom = table.PointManual, a.source(l.Note)
	}
	return nil
}

// zoneWithCity is the name of a zone with 市 put behind a leading city name: 合肥高新区 gives 合肥市高新区.
func zoneWithCity(t *table.Table, host int32, name string) string {
	for i := host; i >= 0; i = t.Places[i].Parent {
		if stem, ok := strings.CutSuffix(t.Places[i].Name, "市"); ok && strings.HasPrefix(name, stem) && !strings.HasPrefix(name, stem+"市") {
			return stem + "市" + name[len(stem):]
		}
	}
	return name
}

func (a *applier) source(name string) uint8 {
	if name == "" {
		name = "operator patch"
	}
	for i, s := range a.t.PointSources {
		if s == name {
			return uint8(i)
		}
	}
	a.t.PointSources = append(a.t.PointSources, name)
	return uint8(len(a.t.PointSources) - 1)
}

func (a *applier) add(p table.Place) int32 {
	i := int32(len(a.t.Places))
	a.t.Places = append(a.t.Places, p)
	if p.Level != table.Zone {
		a.byCode[p.Code] = append(a.byCode[p.Code], i)
	}
	return i
}

// provinceOf are the first two digits of a code.
func provinceOf(code uint32) uint32 {
	for code > 99 {
		code /= 10
	}
	return code
}

// create adds a division. One that is in force already under the same name only gets its date.
func (a *applier) create(l *Line) *Error {
	if i := a.now(l.Code); i >= 0 {
		if a.t.Places[i].Name != l.Name {
			return &Error{0, "代码已被" + a.t.Places[i].Name + "使用", "the code is in use by " + a.t.Places[i].Name}
		}
		a.t.Places[i].From = l.Date
		return nil
	}
	parent, err := a.must(l.Parent)
	if err != nil {
		return err
	}
	level := uint8(table.County)
	switch {
	case l.Code > 999999:
		level = table.Town
	case l.Code%100 == 0:
		level = table.Prefecture
	}
	if above := a.t.Places[parent].Level; above >= level {
		return &Error{0, "上级区划的级别不对", "the parent is not of a higher level"}
	}
	if provinceOf(l.Code) != provinceOf(l.Parent) {
		return &Error{0, "代码不属于上级区划所在的省", "the code is not one of the province that the parent lies in"}
	}
	i := a.add(table.Place{Code: l.Code, Name: l.Name, Level: level, Parent: parent, From: l.Date})
	if level == table.Town {
		a.towns[parent] = append(a.towns[parent], i)
	}
	a.c.AddPlace(a.t.Places, i)
	return nil
}

// succeed ends a division, or takes part of it away, and moves its towns.
func (a *applier) succeed(l *Line) *Error {
	at, err := a.must(l.Code)
	if err != nil {
		return err
	}
	if old := a.t.Places[at].Name; old != l.Name {
		return &Error{0, "代码 " + strconv.Itoa(int(l.Code)) + " 现在是" + old, "the code " + strconv.Itoa(int(l.Code)) + " now stands for " + old}
	}
	to := make([]int32, len(l.Next))
	for i, n := range l.Next {
		if to[i], err = a.must(n.Code); err != nil {
			return err
		}
		if to[i] == at {
			return &Error{0, "后继不能是它自己", "a division cannot succeed itself"}
		}
	}
	for i, n := range l.Next {
		a.t.Places[at].Succ = append(a.t.Places[at].Succ, table.Succession{To: to[i], When: l.Date,
			Whole: l.Action == "end" && len(l.Next) == 1, Scope: strings.Join(n.Scope, " ")})
	}
	kept := a.towns[at][:0:0]
	for _, town := range a.towns[at] {
		if dest := a.destination(l, to, a.t.Places[town].Name); dest >= 0 {
			a.t.Places[town].Parent = dest
			a.towns[dest] = append(a.towns[dest], town)
		} else {
			kept = append(kept, town)
		}
	}
	a.towns[at] = kept
	if l.Action == "end" {
		a.t.Places[at].To = l.Date
	}
	return nil
}

// destination is where a town goes: to the successor that names it, else to the first that names none.
func (a *applier) destination(l *Line, to []int32, town string) int32 {
	rest := int32(-1)
	for i, n := range l.Next {
		for _, s := range n.Scope {
			if s == town {
				return to[i]
			}
		}
		if len(n.Scope) == 0 && rest < 0 {
			rest = to[i]
		}
	}
	if l.Action == "part" {
		return -1
	}
	return rest
}

// rename closes the present version of a code and opens one under the new name.
func (a *applier) rename(l *Line) *Error {
	at, err := a.must(l.Code)
	if err != nil {
		return err
	}
	old := a.t.Places[at]
	if old.Name == l.Name {
		return &Error{0, "新旧名称相同", "the name does not change"}
	}
	fresh := old
	fresh.Name, fresh.From, fresh.Succ = l.Name, l.Date, nil
	i := a.add(fresh)
	for k := range a.t.Places {
		if p := &a.t.Places[k]; p.Parent == at && p.To == 0 {
			p.Parent = i
		}
	}
	a.towns[i] = a.towns[at]
	delete(a.towns, at)
	past := &a.t.Places[at]
	past.To = l.Date
	past.Succ = append(past.Succ, table.Succession{To: i, When: l.Date, Whole: true})
	a.c.AddPlace(a.t.Places, i)
	return nil
}
