package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/demo/scene"
	"anxin/internal/service"
)

// script is one case: how long ago it was reported, what it is about and how far it went.
type script struct {
	name    string
	ago     time.Duration
	city    int
	street  int
	address string // instead of the city's
	kind    service.Kind
	product string
	fault   string
	words   string
	urgency service.Urgency
	photo   bool
	ends    ending
}

// ending is how far a case went.
type ending string

const (
	reported     ending = "reported" // and being assigned by itself
	assigned     ending = "assigned"
	onTheWay     ending = "on the way"
	arrived      ending = "arrived"
	quoted       ending = "quoted"
	working      ending = "working"
	unsigned     ending = "waiting for a signature"
	done         ending = "done"
	rated        ending = "rated"
	reopened     ending = "reopened"
	cancelled    ending = "cancelled"
	remoteFixed  ending = "fixed by phone"
	referred     ending = "referred"
	noAccess     ending = "nobody opened"
	followUp     ending = "needs another visit"
	declinedOnce ending = "declined once"
	pinned       ending = "pinned"
)

const h, m = time.Hour, time.Minute

func scripts() []script {
	out := []script{
		{"lock, done and rated", 26 * h, 4, 0, "", service.Repair, "smart_lock", "fingerprint", "指纹按十次能开一次，下雨天更不行。", service.Booked, true, rated},
		{"heater, done", 24 * h, 0, 0, "", service.Repair, "water_heater_gas", "flame_out", "洗澡洗到一半就灭，显示 E3。", service.Express, true, done},
		{"washer, reopened", 23 * h, 1, 0, "", service.Repair, "washing_machine", "leak", "脱水时底下漏水。", service.Booked, true, reopened},
		{"air conditioner, rated", 22 * h, 2, 0, "", service.Clean, "air_conditioner", "other", "一开机有霉味，想深度清洗。", service.Flexible, false, rated},
		{"stove, fixed by phone", 20 * h, 5, 0, "", service.Repair, "gas_stove", "no_ignition", "按下去没有火花。", service.Booked, false, remoteFixed},
		{"fridge, cancelled", 19 * h, 6, 0, "", service.Repair, "fridge", "other", "冷藏不冷。", service.Booked, false, cancelled},
		{"television, referred", 18 * h, 7, 0, "", service.Install, "television", "new", "开箱屏幕就是碎的。", service.Booked, true, referred},
		{"hood, nobody opened", 9 * h, 10, 0, "", service.Repair, "range_hood", "drips", "滴油滴到灶台上。", service.Express, true, noAccess},
		{"boiler, another visit", 8 * h, 9, 0, "", service.Repair, "boiler", "other", "暖气不热，压力表到零。", service.Express, true, followUp},
		{"lock, signature awaited", 5 * h, 4, 0, "", service.Repair, "smart_lock", "jammed", "关门要用力推，锁舌卡住。", service.Express, true, unsigned},
		{"heater, working", 4 * h, 3, 0, "", service.Repair, "water_heater_gas", "not_hot", "水忽冷忽热。", service.Express, true, working},
		{"washer, quote open", 200 * m, 4, 0, "", service.Repair, "washing_machine", "other", "不脱水，显示 E4。", service.Express, true, quoted},
		{"air conditioner, arrived", 170 * m, 8, 0, "", service.Repair, "air_conditioner", "other", "室内机结冰滴水。", service.Express, true, arrived},
		{"heater, on the way", 100 * m, 0, 1, "", service.Repair, "water_heater_gas", "no_ignition", "打不着火，换过电池。", service.Express, false, onTheWay},
		{"lock, on the way", 80 * m, 1, 1, "", service.Repair, "smart_lock", "battery", "一周换一次电池。", service.Express, true, onTheWay},
		{"dishwasher, assigned", 90 * m, 11, 0, "", service.Install, "dishwasher", "new", "新房安装，橱柜已留位。", service.Booked, false, assigned},
		{"purifier, assigned", 70 * m, 2, 1, "", service.Clean, "water_purifier", "other", "换滤芯，顺便看看漏不漏。", service.Flexible, false, assigned},
		{"fridge, pinned", 60 * m, 5, 1, "", service.Repair, "fridge", "other", "冷冻室结霜关不上门。", service.Booked, true, pinned},
		{"hood, declined once", 40 * m, 0, 0, "", service.Repair, "range_hood", "noise", "声音大得像拖拉机。", service.Booked, false, declinedOnce},
		{"not covered", 3 * h, 0, 0, "西藏自治区阿里地区改则县先遣路2号", service.Repair, "washing_machine", "other", "不进水。", service.Flexible, false, reported},
		{"which district", 35 * m, 0, 0, "朝阳区幸福路5号2单元", service.Repair, "smart_lock", "keypad", "屏幕不亮。", service.Booked, false, reported},
		{"old district name", 30 * m, 4, 1, "", service.Relocate, "air_conditioner", "same_home", "从卧室移到书房。", service.Flexible, false, reported},
		{"commission", 12 * m, 6, 1, "", service.Commission, "smart_lock", "other", "装好了，要录指纹、连手机。", service.Booked, false, reported},
		{"locked out", 4 * m, 3, 1, "", service.Repair, "smart_lock", "locked_out", "人在门外，密码输不进去。", service.Emergency, false, reported},
		{"fresh in Hangzhou", 2 * m, 4, 0, "", service.Repair, "smart_lock", "network", "换了路由器以后连不上。", service.Express, true, reported},
	}
	for i := range 8 { // yesterday's ordinary work, for the figures
		out = append(out, script{fmt.Sprintf("ordinary %d", i), time.Duration(28*60-i*107) * m, i % len(cities), i % 2, "", service.Repair,
			[]string{"smart_lock", "water_heater_gas", "washing_machine", "air_conditioner"}[i%4], "other", "用着用着就不行了。", service.Express, false,
			[]ending{rated, done, rated, rated}[i%4]})
	}
	return out
}

// run is a script while it plays.
type run struct {
	script
	p        *play
	n        int
	receipt  service.Receipt
	customer casefile.Actor
	tech     casefile.Actor
	visit    casefile.ID
}

func (p *play) schedule(at time.Time, s script) {
	r := &run{script: s, p: p, n: p.queue.Len()}
	if s.photo {
		p.paint.ask(r.scene(scene.Options{Fault: true}))
	}
	switch s.ends {
	case unsigned, done, rated, reopened:
		p.paint.ask(r.scene(scene.Options{Fixed: true}))
	}
	p.later(at, s.name, func(ctx context.Context) error {
		if err := r.report(ctx); err != nil {
			return err
		}
		r.plan(at)
		return nil
	})
}

// plan puts the rest of the case on the queue. A scene that fails ends its case there: the others go on.
func (r *run) plan(at time.Time) {
	t := at
	broken := false
	then := func(after time.Duration, what string, do func(context.Context) error) {
		t = t.Add(after)
		r.p.later(t, r.name+": "+what, func(ctx context.Context) error {
			if broken {
				return nil
			}
			err := do(ctx)
			broken = err != nil
			return err
		})
	}
	switch r.ends {
	case reported:
		return
	case cancelled:
		then(20*m, "cancel", func(ctx context.Context) error {
			_, err := r.p.Service.Cancel(ctx, r.customer, service.Cancel{Case: r.receipt.Case, Reason: "solved"})
			return err
		})
		return
	case remoteFixed:
		then(9*m, "fix by phone", func(ctx context.Context) error {
			_, err := r.p.Service.RemoteFixed(ctx, r.p.staff, service.Closing{Case: r.receipt.Case, Reason: "battery", Words: "电话里指导更换点火电池，已点着。"})
			return err
		})
		return
	case referred:
		then(15*m, "refer", func(ctx context.Context) error {
			_, err := r.p.Service.Refer(ctx, r.p.staff, service.Closing{Case: r.receipt.Case, Reason: "exchange"})
			return err
		})
		return
	case pinned:
		then(5*m, "pin", r.pin)
		return
	case declinedOnce:
		then(1*m, "decline", r.decline)
		return
	}
	then(90*time.Second, "accept", r.accept)
	if r.ends == assigned {
		return
	}
	then(2*m, "set out", r.setOut)
	if r.ends == onTheWay {
		return
	}
	if r.ends == noAccess {
		then(24*m, "no access", func(ctx context.Context) error {
			_, err := r.p.Service.NoAccess(ctx, r.tech, service.VisitReason{Case: r.receipt.Case, Visit: r.visit, Reason: "nobody_home"})
			return err
		})
		return
	}
	then(21*m, "arrive", r.arrive)
	if r.ends == arrived {
		return
	}
	if r.ends == followUp {
		then(25*m, "another visit", func(ctx context.Context) error {
			_, err := r.p.Service.FollowUp(ctx, r.tech, service.FollowUp{Case: r.receipt.Case, Visit: r.visit, Reason: "second_person", Words: "壁挂炉要拆下检修，需要两人抬机。"})
			return err
		})
		return
	}
	then(12*m, "quote", r.quote)
	if r.ends == quoted {
		return
	}
	then(4*m, "approve", r.approve)
	if r.ends == working {
		return
	}
	then(35*m, "finish", r.finish)
	if r.ends == unsigned {
		return
	}
	then(3*m, "sign", func(ctx context.Context) error {
		_, err := r.p.Service.Sign(ctx, r.customer, service.Sign{Case: r.receipt.Case, Visit: r.visit})
		return err
	})
	switch r.ends {
	case rated:
		then(2*h, "rate", func(ctx context.Context) error {
			_, err := r.p.Service.Rate(ctx, r.customer, service.Rate{Case: r.receipt.Case, Stars: 5 - r.n%3/2, Tags: []string{"on_time", "clear_price"}, Words: "讲得清楚，收费和价目表一样。"})
			return err
		})
	case reopened:
		then(5*h, "reopen", func(ctx context.Context) error {
			_, err := r.p.Service.Reopen(ctx, r.customer, service.Reopen{Case: r.receipt.Case, Reason: "same_fault", Words: "又漏了，还是同一个地方。"})
			return err
		})
	}
}

func (r *run) report(ctx context.Context) error {
	visitor := casefile.Actor{Tenant: r.p.Tenant, Role: casefile.Customer, Route: "web", Lang: "zh"}
	address := r.address
	if address == "" {
		address = cities[r.city].streets[r.street%len(cities[r.city].streets)]
	}
	in := service.Report{Key: fmt.Sprintf("demo-report-%06d-%s", r.n, r.name), Kind: r.kind, Product: r.product, Fault: r.fault, Words: r.words,
		Urgency: r.urgency, Name: personName(r.n + 100), Phone: mobile(r.n + 1), Address: address, Lang: "zh"}
	if r.photo {
		d, _, err := r.p.Service.NewDraft(ctx, r.p.Tenant)
		if err != nil {
			return err
		}
		id, err := r.seal(ctx, visitor, d, casefile.Nil, "report_photo", scene.Options{Fault: true})
		if err != nil {
			return err
		}
		in.Draft, in.Photos = d, []casefile.ID{id}
	}
	var err error
	if r.receipt, err = r.p.Service.Report(ctx, visitor, in); err != nil {
		return err
	}
	r.customer, err = r.p.Customer(ctx, r.receipt.Link)
	return err
}

// scenes maps products to what can be painted.
var scenes = map[string]string{
	"water_heater_gas": "water_heater", "water_heater_electric": "water_heater", "boiler": "water_heater", "fridge": "refrigerator", "dishwasher": "washing_machine",
	"water_purifier": "water_heater", "television": "refrigerator",
}

func (r *run) seal(ctx context.Context, a casefile.Actor, d service.Draft, visit casefile.ID, kind string, o scene.Options) (casefile.ID, error) {
	photo, err := r.p.paint.take(r.scene(o))
	if err != nil {
		return casefile.Nil, err
	}
	return r.p.Seal(ctx, a, d, visit, kind, photo)
}

// scene is what a photograph of the case shows.
func (r *run) scene(o scene.Options) scene.Options {
	o.Subject, o.Seed, o.Width, o.View = r.product, uint64(r.n), 400, visitView
	if s, ok := scenes[r.product]; ok {
		o.Subject = s
	}
	return o
}

// visitView is where customers and technicians stand: nearer than the photographer of the product page, whose picture theirs would nearly coincide with, and not where a buyer of a dispute stands.
const visitView = 80

var errNoOffer = errors.New("no offer is open")

// offer finds an open offer of the case and who got it.
func (r *run) offer(ctx context.Context) (service.OfferRow, error) {
	page, err := r.p.Service.CasePage(ctx, r.p.boss, r.receipt.Case)
	if err != nil {
		return service.OfferRow{}, err
	}
	for _, o := range page.Offers {
		switch o.State {
		case service.OfferCreated, service.OfferSent, service.OfferSeen:
			return o, nil
		}
	}
	return service.OfferRow{}, errNoOffer
}

func (r *run) accept(ctx context.Context) error {
	o, err := r.offer(ctx)
	if err != nil {
		return err
	}
	r.tech, r.visit = r.p.players[o.Technician].online, o.Visit
	_, err = r.p.Service.AcceptOffer(ctx, r.tech, service.OfferRef{Case: r.receipt.Case, Offer: o.Offer})
	return err
}

func (r *run) decline(ctx context.Context) error {
	o, err := r.offer(ctx)
	if err != nil {
		return err
	}
	_, err = r.p.Service.DeclineOffer(ctx, r.p.players[o.Technician].online, service.DeclineOffer{Case: r.receipt.Case, Offer: o.Offer, Reason: "too_far"})
	return err
}

func (r *run) pin(ctx context.Context) error {
	rows, err := r.p.Service.Candidates(ctx, r.p.boss, r.receipt.Case)
	if err != nil {
		return err
	}
	for _, c := range rows {
		if c.Eligible {
			_, err := r.p.Service.Pin(ctx, r.p.boss, service.Pin{Case: r.receipt.Case, Technician: c.Technician, From: c.ArriveAt.Add(2 * h).Truncate(15 * m), Reason: "客户点名", Override: true})
			return err
		}
	}
	return errors.New("nobody can come")
}
