package demo

import (
	"container/heap"
	"context"
	"fmt"
	"log/slog"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/service"
)

// Service is the part of the service half that people of the demo use.
type Service interface {
	service.Intake
	service.Customers
	service.Technicians
	service.Desk
	service.Staffing
}

// Stage is the product on which the demo plays.
type Stage struct {
	Tenant  casefile.Tenant
	Service Service
	// Seal puts a photograph into the vault as the actor would.
	Seal func(ctx context.Context, a casefile.Actor, d service.Draft, visit casefile.ID, kind string, jpeg []byte) (casefile.ID, error)
	// Customer answers the actor of a status link.
	Customer func(ctx context.Context, link string) (casefile.Actor, error)
	// Account makes a log-in with the demo's password.
	Account func(ctx context.Context, n party.NewAccount) (casefile.ID, error)
	// Advance sets the simulated time and runs the timers that are due until then.
	Advance func(ctx context.Context, to time.Time) error
	Now     time.Time // the play ends here
	// Dispute is the stage for claims.
	Dispute Dispute
	Log     *slog.Logger
}

// LogIn is a log-in that the demo prints.
type LogIn struct {
	Login, Role, What string
}

// Password of all the demo's log-ins.
const Password = "demo-demo-demo"

// PasswordHash is the hash of Password, which is no secret: making it takes a fifth of a second of the first start. A test compares.
const PasswordHash = "$argon2id$v=19$m=32768,t=2,p=1$zIoV31B5OjOPznYq4HmIwQ$toxnpGzBQn11gS0dH05pzeS7jGTHo5a44zyGaquOxKY"

// LogIns are the demo's log-ins: one of each role, and three reviewers, because no claim passes through fewer hands.
func LogIns() []LogIn {
	return []LogIn{
		{"kefu", "agent", "客服 / agent: /desk"},
		{"diaodu", "dispatcher", "调度 / dispatcher: /desk"},
		{"shifu", "technician", "师傅，杭州 / technician in Hangzhou: /tech"},
		{"guanli", "admin", "管理员、审核负责人 / administrator and lead of the reviewers: /admin"},
		{"shangjia", "merchant", "商家 / merchant: /merchant"},
		{"shenhe", "reviewer", "审核 / first reviewer: /review"},
		{"fuhe", "reviewer", "复核 / second reviewer: /review"},
		{"shensu", "reviewer", "申诉审核 / appeal reviewer: /review"},
	}
}

// player is one technician of the demo.
type player struct {
	id     casefile.ID
	city   int
	code   string
	online casefile.Actor
}

type play struct {
	Stage
	staff   casefile.Actor // agent
	boss    casefile.Actor // dispatcher
	admin   casefile.Actor
	players map[casefile.ID]*player
	people  map[string]casefile.ID // accounts by log-in
	queue   steps
	paint   painter
	failed  int
}

// Fill makes technicians, accounts and cases in every state. It must run on an empty installation whose time source is Advance's.
func Fill(ctx context.Context, s Stage) error {
	p := &play{Stage: s, players: map[casefile.ID]*player{}, people: map[string]casefile.ID{}}
	for _, c := range scripts() {
		p.schedule(s.Now.Add(-c.ago), c)
	}
	p.disputesOn()
	p.paint.start()
	// The people of the play act with ids of their own; whose they are shows in the log of the demo.
	if err := p.Advance(ctx, s.Now.Add(-playFor)); err != nil {
		return err
	}
	p.admin = casefile.Actor{Tenant: s.Tenant, Role: casefile.Admin, Route: "web", Lang: "zh"}
	if err := p.hire(ctx); err != nil {
		return fmt.Errorf("technicians: %w", err)
	}
	if err := p.accounts(ctx); err != nil {
		return fmt.Errorf("accounts: %w", err)
	}
	if err := p.openShop(ctx); err != nil {
		return fmt.Errorf("shop: %w", err)
	}
	for p.queue.Len() > 0 {
		st := heap.Pop(&p.queue).(step)
		if err := p.Advance(ctx, st.at); err != nil {
			return err
		}
		if err := st.do(ctx); err != nil {
			p.failed++
			p.Log.Warn("a scene of the demo did not play", "scene", st.name, "error", err.Error())
		}
	}
	return p.Advance(ctx, s.Now)
}

// playFor is how long before now the play begins.
const playFor = 30 * time.Hour

// step is one act at one time.
type step struct {
	at   time.Time
	n    int
	name string
	do   func(ctx context.Context) error
}

// steps is a queue by time; equal times keep their order.
type steps []step

func (s steps) Len() int { return len(s) }
func (s steps) Less(i, j int) bool {
	if s[i].at.Equal(s[j].at) {
		return s[i].n < s[j].n
	}
	return s[i].at.Before(s[j].at)
}
func (s steps) Swap(i, j int) { s[i], s[j] = s[j], s[i] }
func (s *steps) Push(x any)   { *s = append(*s, x.(step)) }
func (s *steps) Pop() any {
	old := *s
	x := old[len(old)-1]
	*s = old[:len(old)-1]
	return x
}

func (p *play) later(at time.Time, name string, do func(ctx context.Context) error) {
	heap.Push(&p.queue, step{at: at, n: p.queue.Len(), name: name, do: do})
}

func (p *play) accounts(ctx context.Context) error {
	roles := map[string][]casefile.Role{
		"agent": {casefile.Agent}, "dispatcher": {casefile.Dispatcher, casefile.Agent}, "admin": {casefile.Admin}, "technician": {casefile.Technician},
		"merchant": {casefile.Merchant}, "reviewer": {casefile.Reviewer},
	}
	for i, l := range LogIns() {
		n := party.NewAccount{Login: l.Login, Name: personName(i + 60), Roles: roles[l.Role]}
		if l.Role == "technician" {
			for _, t := range p.players {
				if t.code == demoTechnician {
					n.Technician = t.id
				}
			}
		}
		if l.Role == "merchant" {
			n.Merchant = shop
		}
		id, err := p.Account(ctx, n)
		if err != nil {
			return err
		}
		p.people[l.Login] = id
		a := casefile.Actor{Tenant: p.Tenant, Role: roles[l.Role][0], ID: id, Route: "web", Lang: "zh", Technician: n.Technician}
		switch l.Role {
		case "agent":
			p.staff = a
		case "dispatcher":
			p.boss = a
		case "admin":
			p.admin = a
		}
	}
	return nil
}
