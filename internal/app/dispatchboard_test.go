package app

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"testing"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/service"
	"anxin/internal/service/plan"
)

var weekdays = func() (out []service.Shift) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		out = append(out, service.Shift{Weekday: d, From: 8 * 60, To: 12 * 60}, service.Shift{Weekday: d, From: 13 * 60, To: 20 * 60})
	}
	return out
}()

func (h *claimHouse) hireForBoard(n int) casefile.ID {
	h.t.Helper()
	id, err := h.Service.SaveTechnician(context.Background(), boardAdmin, service.TechnicianInput{Code: fmt.Sprintf("HM-%04d", n), Name: "林禾生", Phone: "19900000001", Partner: "西湖服务站",
		Vehicle: "ebike", Lng: 120.13 + float64(n%7)/80, Lat: 30.26 + float64(n%5)/90, Skills: []service.Skill{{Kind: service.Repair, Product: "smart_lock", Level: 3}},
		Regions: []string{"330106"}, Shifts: weekdays})
	h.ok(err)
	return id
}

var (
	boardAdmin      = casefile.Actor{Tenant: Tenant, Role: casefile.Admin, ID: casefile.ID{1, 1}}
	boardDispatcher = casefile.Actor{Tenant: Tenant, Role: casefile.Dispatcher, ID: casefile.ID{1, 3}}
)

func (h *claimHouse) reportForBoard(n int) service.Receipt {
	h.t.Helper()
	rc, err := h.Service.Report(context.Background(), casefile.Actor{Tenant: Tenant, Role: casefile.Customer, Route: "web", Lang: "zh"}, service.Report{Key: fmt.Sprintf("board-key-%06d", n),
		Kind: service.Repair, Product: "smart_lock", Fault: "keypad", Words: "按键没反应", Urgency: service.Flexible, Name: "李木清", Phone: fmt.Sprintf("199 0000 %04d", n),
		Address: "杭州西湖区竹影巷31号2幢1单元802", Lang: "zh"})
	h.ok(err)
	return rc
}

// ready waits until the board in the background is there.
func (h *claimHouse) ready() service.Board {
	h.t.Helper()
	h.boards.Board(context.Background(), Tenant)
	h.boards.work.Wait()
	b, _ := h.boards.Board(context.Background(), Tenant)
	if b == nil {
		h.t.Fatal("no board")
	}
	return b
}

// compare asks the kept board and one made of a fresh reading the same questions about everybody.
func (h *claimHouse) compare(when string) {
	h.t.Helper()
	kept := h.ready()
	now := h.boards.now()
	wf, next, err := h.Service.WorkforceAfter(context.Background(), Tenant, casefile.Nil, 1000, now.Add(boardAhead))
	h.ok(err)
	if !next.IsNil() {
		h.t.Fatal("more than one page")
	}
	fresh, left, ok := plan.NewBoard(dispatch.At(now), dispatch.NewBuiltinTravel(casefile.Shanghai), wf.Technicians, wf.Commitments)
	if !ok || len(left) > 0 {
		h.t.Fatalf("left %v", left)
	}
	for hour := range 30 {
		from := dispatch.At(now.Add(time.Duration(hour) * time.Hour))
		j := dispatch.Job{ID: "question", Region: "330106", Place: dispatch.Place{Lat: 30.27 + float64(hour%4)/100, Lon: 120.12}, ServiceSeconds: 3600,
			Skills: []dispatch.SkillNeed{{Skill: "repair/smart_lock", Level: 2}}, Windows: []dispatch.Window{{From: from, To: from + 4*3600}}}
		for _, order := range []dispatch.RankOrder{dispatch.ByArrival, dispatch.ByCost} {
			a, err := kept.Insert(&j, 50, order)
			h.ok(err)
			b, err := fresh.Insert(&j, 50, order)
			h.ok(err)
			byID := map[string]dispatch.Offer{}
			for _, o := range b {
				byID[o.Technician] = o
			}
			if len(a) != len(b) {
				h.t.Fatalf("%s, hour %d: %d offers, fresh %d", when, hour, len(a), len(b))
			}
			for i, o := range a {
				// Equal offers may stand in another order: who was taken off the board and came back has another number on it.
				if !reflect.DeepEqual(o, byID[o.Technician]) || o.CostFen != b[i].CostFen || o.Arrival != b[i].Arrival {
					h.t.Fatalf("%s, hour %d: kept %+v, fresh %+v", when, hour, o, byID[o.Technician])
				}
			}
		}
	}
}

// The kept board follows every commit that changes a day, and answers as a fresh one does.
func TestTheBoardFollowsTheDays(t *testing.T) {
	h := newClaimHouse(t)
	ctx := context.Background()
	var techs []casefile.ID
	for i := range 12 {
		techs = append(techs, h.hireForBoard(i))
	}
	h.compare("built")
	if h.ready().(*dispatch.Board).Len() != 12 {
		t.Fatal("not everybody is on the board")
	}
	rc := h.reportForBoard(1)
	from := h.boards.now().Add(4 * time.Hour)
	r, err := h.Service.Pin(ctx, boardDispatcher, service.Pin{Case: rc.Case, Technician: techs[0], From: from, Reason: "test"})
	h.ok(err)
	if n := len(h.boards.of(Tenant).dirty); n == 0 {
		t.Fatal("the commit told nobody")
	}
	h.compare("given")
	_, err = h.Service.Reassign(ctx, boardDispatcher, service.Reassign{Case: rc.Case, Visit: r.VisitID, Reason: h.Catalogue.Lists["reassign"][0].Code, To: techs[1]})
	h.ok(err)
	h.compare("moved")
	h.ok(h.Service.SaveAbsence(ctx, boardDispatcher, service.AbsenceInput{Technician: techs[2], From: from, To: from.Add(5 * time.Hour), Reason: h.Catalogue.Lists["absence"][0].Code}))
	h.compare("absent")
	_, err = h.Service.Cancel(ctx, boardDispatcher, service.Cancel{Case: rc.Case, Reason: h.Catalogue.Lists["cancel"][0].Code})
	h.ok(err)
	h.compare("cancelled")
	in := service.TechnicianInput{ID: techs[3], Code: "HM-0003", Name: "林禾生", Phone: "19900000001", Partner: "西湖服务站", Vehicle: "ebike", Lng: 120.13, Lat: 30.26, State: "paused",
		Skills: []service.Skill{{Kind: service.Repair, Product: "smart_lock", Level: 3}}, Regions: []string{"330106"}, Shifts: weekdays}
	_, err = h.Service.SaveTechnician(ctx, boardAdmin, in)
	h.ok(err)
	h.compare("paused")
	if n := h.ready().(*dispatch.Board).Len(); n != 11 {
		t.Errorf("%d on the board, one is paused", n)
	}
	h.hireForBoard(20)
	h.compare("hired")
	h.now.Add((6 * time.Minute).Microseconds())
	h.compare("rebuilt")
}

// Assignment asks who the board names, read anew; the offer is the one that the circle would have led to.
func TestAssignmentThroughTheBoardIsTheSame(t *testing.T) {
	var got [2]service.OfferRow
	for i := range got {
		h := newClaimHouse(t)
		for k := range 6 {
			h.hireForBoard(k)
		}
		if i == 0 {
			h.Service.Boards = nil
		} else {
			h.ready()
		}
		rc := h.reportForBoard(1)
		h.pass(time.Second)
		page, err := h.Service.CasePage(context.Background(), boardDispatcher, rc.Case)
		h.ok(err)
		if len(page.Offers) != 1 {
			t.Fatalf("%d offers", len(page.Offers))
		}
		got[i] = page.Offers[0]
	}
	if got[0].Code != got[1].Code || !got[0].ArriveAt.Equal(got[1].ArriveAt) || !reflect.DeepEqual(got[0].Reasons, got[1].Reasons) {
		t.Errorf("circle %+v, board %+v", got[0], got[1])
	}
}

// failing cannot be read.
type failing struct{ boardSource }

func (failing) WorkforceAfter(context.Context, casefile.Tenant, casefile.ID, int, time.Time) (service.Workforce, casefile.ID, error) {
	return service.Workforce{}, casefile.Nil, fmt.Errorf("the database is away")
}

// A board that cannot be built answers nil, and assignment reads circles as before.
func TestWithoutABoardCirclesAreRead(t *testing.T) {
	b := newBoards(time.Now, slog.New(slog.DiscardHandler))
	b.source = failing{}
	for range 3 {
		if x, _ := b.Board(context.Background(), 1); x != nil {
			t.Fatal("a board out of nothing")
		}
		b.work.Wait()
	}
	b.Close()
	if x, _ := b.Board(context.Background(), 1); x != nil {
		t.Fatal("a board after the end")
	}
}

// slow reads while days change: what changed meanwhile is marked on the next board.
type slow struct {
	during func()
	once   sync.Once
	asked  []casefile.ID
}

func (s *slow) WorkforceAfter(ctx context.Context, tenant casefile.Tenant, after casefile.ID, limit int, until time.Time) (service.Workforce, casefile.ID, error) {
	s.once.Do(s.during)
	return service.Workforce{}, casefile.Nil, nil
}

func (s *slow) WorkforceOf(_ context.Context, _ casefile.Tenant, ids []casefile.ID, _ time.Time) (service.Workforce, error) {
	s.asked = append(s.asked, ids...)
	return service.Workforce{}, nil
}

func TestWhatChangesWhileABoardIsBuiltIsNotLost(t *testing.T) {
	b := newBoards(time.Now, slog.New(slog.DiscardHandler))
	defer b.Close()
	changed := casefile.ID{7}
	s := &slow{}
	s.during = func() { b.DayChanged(1, changed) }
	b.source = s
	b.Board(context.Background(), 1)
	b.work.Wait()
	b.Board(context.Background(), 1)
	if len(s.asked) != 1 || s.asked[0] != changed {
		t.Errorf("read again: %v", s.asked)
	}
}
