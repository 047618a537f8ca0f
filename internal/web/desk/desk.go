package desk

import (
	"context"
	"net/http"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/service/catalog"
	"anxin/internal/web/staff"
)

// Service is what the desk needs of the service half; *service.Service is one.
type Service interface {
	Queue(ctx context.Context, a casefile.Actor, q service.QueueQuery) (service.QueuePage, error)
	Problems(ctx context.Context, a casefile.Actor, after string, limit int) (service.ProblemPage, error)
	Search(ctx context.Context, a casefile.Actor, text string) ([]service.Hit, error)
	FindCase(ctx context.Context, a casefile.Actor, n casefile.Number) (casefile.ID, error)
	CasePage(ctx context.Context, a casefile.Actor, caseID casefile.ID) (service.CasePage, error)
	Candidates(ctx context.Context, a casefile.Actor, caseID casefile.ID) ([]service.CandidateRow, error)
	Day(ctx context.Context, a casefile.Actor, q service.DayQuery) (service.Day, error)
	DayPlan(ctx context.Context, a casefile.Actor, q service.ProposeQuery) (service.Proposal, error)
	Commands
}

// Commands are the acts of the desk.
type Commands interface {
	Reveal(ctx context.Context, a casefile.Actor, c service.Reveal) (service.Revealed, error)
	Note(ctx context.Context, a casefile.Actor, c service.Note) (service.Result, error)
	PauseClock(ctx context.Context, a casefile.Actor, c service.ClockPause) (service.Result, error)
	ResumeClock(ctx context.Context, a casefile.Actor, c service.ClockPause) (service.Result, error)
	ConfirmRegion(ctx context.Context, a casefile.Actor, c service.ConfirmRegion) (service.Result, error)
	CorrectAddress(ctx context.Context, a casefile.Actor, c service.CorrectAddress) (service.Result, error)
	Reschedule(ctx context.Context, a casefile.Actor, c service.Reschedule) (service.Result, error)
	Cancel(ctx context.Context, a casefile.Actor, c service.Cancel) (service.Result, error)
	Reopen(ctx context.Context, a casefile.Actor, c service.Reopen) (service.Result, error)
	RemoteFixed(ctx context.Context, a casefile.Actor, c service.Closing) (service.Result, error)
	Refer(ctx context.Context, a casefile.Actor, c service.Closing) (service.Result, error)
	ResetDoorCode(ctx context.Context, a casefile.Actor, c service.VisitReason) (service.Result, error)
	Pin(ctx context.Context, a casefile.Actor, c service.Pin) (service.Result, error)
	Reassign(ctx context.Context, a casefile.Actor, c service.Reassign) (service.Result, error)
	Broadcast(ctx context.Context, a casefile.Actor, caseID casefile.ID) (service.Result, error)
	PlanDay(ctx context.Context, a casefile.Actor, q service.ProposeQuery) error
	AcceptDayPlan(ctx context.Context, a casefile.Actor, q service.ProposeQuery, cases []casefile.ID) (service.Proposal, error)
	NewForCaller(ctx context.Context, a casefile.Actor, r service.Report) (service.Receipt, error)
	ResolveAddress(text string) service.RegionView
}

// Coverage says who could come to a place.
type Coverage interface {
	// Around answers how many technicians can do this work at a division, when the first could be there, and windows that can be read out. Kind and
	// product may be empty: then anybody will do.
	Around(ctx context.Context, a casefile.Actor, region string, kind service.Kind, product string) (Around, error)
}

// Around is the answer of Coverage.
type Around struct {
	By     int
	Arrive time.Time // zero when nobody
	Slots  []Slot
}

// Pauses are the reasons for which a clock may stand still; *clock.Policy has them.
type Pauses interface {
	ReasonsFor(role casefile.Role, kind string) []clock.PauseReason
}

// Photos shows photographs of cases.
type Photos interface {
	// Show writes a copy to look at (re-encoded, without location): thumb is a small one.
	Show(w http.ResponseWriter, r *http.Request, a casefile.Actor, caseID, item casefile.ID, thumb bool) error
}

// Regions lists what a dispatcher can look at, for the day.
type Regions interface {
	// Cities lists code and canonical name of the cities that have technicians.
	Cities(ctx context.Context, a casefile.Actor) ([]service.Named, error)
}

// Pages are the desk's pages.
type Pages struct {
	Service   Service
	Coverage  Coverage
	Pauses    Pauses
	Photos    Photos
	Regions   Regions
	Live      staff.Live
	Catalogue *catalog.Catalogue
}

// Routes is the table of the pages.
func (p *Pages) Routes() []staff.Route {
	const queue, neu, day = "/desk", "/desk/new", "/desk/day"
	on := func(pattern string, action party.Action, do func(*staff.Request, casefile.ID) error) staff.Route {
		return staff.Route{Pattern: pattern, Nav: queue, Action: action, Of: p.ofCase, Do: func(q *staff.Request) error {
			id, err := p.caseID(q)
			if err != nil {
				return err
			}
			return do(q, id)
		}}
	}
	const c = "/desk/c/{number}"
	return []staff.Route{
		{Pattern: "GET /desk", Nav: queue, Action: party.ViewQueue, Do: p.queue},
		{Pattern: "GET /desk/live", Nav: queue, Action: party.ViewQueue, Do: p.liveQueue},
		{Pattern: "POST /desk/search", Nav: queue, Action: party.SearchCases, Do: p.search},
		{Pattern: "GET /desk/new", Nav: neu, Action: party.NewForCaller, Do: p.newForm},
		{Pattern: "POST /desk/new", Nav: neu, Action: party.NewForCaller, Do: p.newCase},
		{Pattern: "GET /desk/day", Nav: day, Action: party.ViewQueue, Do: p.day},
		{Pattern: "GET /desk/day/plan", Nav: day, Action: party.PlanDay, Do: p.dayPlan},
		{Pattern: "POST /desk/day/plan", Nav: day, Action: party.PlanDay, Do: p.planDay},
		{Pattern: "POST /desk/day/plan/accept", Nav: day, Action: party.PlanDay, Do: p.acceptDayPlan},
		on("GET "+c, party.ViewCase, p.openCase),
		on("GET "+c+"/live", party.ViewCase, p.liveCase),
		on("GET "+c+"/photos/{item}/{size}", party.ViewCase, p.photo),
		on("POST "+c+"/reveal", party.Reveal, p.reveal),
		on("POST "+c+"/note", party.AddNote, p.note),
		on("POST "+c+"/region", party.ConfirmRegion, p.region),
		on("POST "+c+"/address", party.CorrectAddress, p.act("address")),
		on("POST "+c+"/reschedule", party.CorrectAddress, p.act("reschedule")),
		on("POST "+c+"/cancel", party.Cancel, p.act("cancel")),
		on("POST "+c+"/reopen", party.Reopen, p.act("reopen")),
		on("POST "+c+"/remote-fix", party.Cancel, p.act("remote_fix")),
		on("POST "+c+"/refer", party.Cancel, p.act("refer")),
		on("POST "+c+"/reset-code", party.CorrectAddress, p.act("reset_code")),
		on("POST "+c+"/pause", party.PauseClock, p.act("pause")),
		on("POST "+c+"/resume", party.ResumeClock, p.act("resume")),
		on("POST "+c+"/assign", party.Pin, p.assign),
		on("POST "+c+"/undo", party.AddNote, p.undo),
	}
}

// caseID finds the case of the path by its number.
func (p *Pages) caseID(q *staff.Request) (casefile.ID, error) {
	n, ok := casefile.ParseNumber(q.PathValue("number"))
	if !ok {
		return casefile.Nil, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return p.Service.FindCase(q.Context(), q.Actor, n)
}

func (p *Pages) ofCase(q *staff.Request) (party.Resource, error) {
	id, err := p.caseID(q)
	if casefile.Is(err, casefile.Denied) {
		err = nil // the service half refuses the role; so will the policies, which answer as for a case that is not there and write it down
	}
	return party.OfCase(q.Actor.Tenant, id, casefile.Nil), err
}
