package dispatch

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Code names one rule or one fact in a [Reason]. Codes are stable: programs may store and compare them.
type Code string

// Reasons that exclude a technician.
const (
	SkillMissing       Code = "skill_missing"       // skill
	LevelTooLow        Code = "level_too_low"       // skill, need, have
	CertificateMissing Code = "certificate_missing" // certificate
	CertificateExpired Code = "certificate_expired" // certificate, until_at: not valid at the time of the visit
	RegionNotCovered   Code = "region_not_covered"  // region
	Excluded           Code = "excluded"            // cause
	PartMissing        Code = "part_missing"        // part, need, have
	TooFar             Code = "too_far"             // metres, limit
	OffShift           Code = "off_shift"           // no shift meets the job's windows
	NoGap              Code = "no_gap"              // no free time between commitments, breaks and the end of the shift
	WindowMissed       Code = "window_missed"       // arrive_at, latest_at: cannot be there before the last window closes
	TechnicianUnknown  Code = "technician_unknown"  // technician: a commitment names somebody who is not in the problem
)

// Reasons for which [Solve] leaves a job out, besides those above. With them, "technicians" counts whom a reason concerns.
const (
	AllFull        Code = "all_full"        // technicians: all who could do it have no room
	PinContradicts Code = "pin_contradicts" // rule: the pinned technician must not or cannot do it
	SequenceBroken Code = "sequence_broken" // job: another visit of the sequence cannot be planned
	CrewTooSmall   Code = "crew_too_small"  // need, have: not enough technicians may do it
	PriceTooLow    Code = "price_too_low"   // optional, and it costs more than its price
	NobodyWorks    Code = "nobody_works"    // no technician has a working day left
	Stopped        Code = "stopped"         // the search was stopped before this job was looked at
)

// Reasons that rank an eligible technician.
const (
	ArrivesAt      Code = "arrives_at"      // arrive_at, travel (seconds), metres
	StartsFrom     Code = "starts_from"     // at: "commitment", "start" or "position"; id of the commitment
	Fits           Code = "fits_before"     // id: the next commitment; slack (seconds) left before it
	UsesOvertime   Code = "uses_overtime"   // seconds
	SameTechnician Code = "same_technician" // was there before
	BrandMatch     Code = "brand_match"     // brand
	BrandMissing   Code = "brand_missing"   // brand: no authorisation, allowed but not preferred
	PartInVan      Code = "part_in_van"     // part
	PartNotInVan   Code = "part_not_in_van" // part: allowed, but a second visit may follow
	DeadlineMissed Code = "deadline_missed" // arrive_at, deadline_at: best possible, but after the safe moment
	CostsMore      Code = "costs_more"      // fen: added travel, overtime and fees
	TravelAssumed  Code = "travel_assumed"  // a place is not known, travel is a fixed assumption
)

// Reason is one machine-readable statement about a technician and a job. Params of a name ending in "_at" hold a moment as RFC 3339
// in UTC; the others are plain decimal numbers or names.
type Reason struct {
	Code   Code              `json:"code"`
	Params map[string]string `json:"params,omitempty"`
}

func reason(c Code, pairs ...any) Reason {
	r := Reason{Code: c}
	if len(pairs) > 0 {
		r.Params = make(map[string]string, len(pairs)/2)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		name := pairs[i].(string)
		switch v := pairs[i+1].(type) {
		case Time:
			r.Params[name] = v.Std().Format(time.RFC3339)
		case string:
			r.Params[name] = v
		default:
			r.Params[name] = fmt.Sprint(v)
		}
	}
	return r
}

// Lang is a language of [Explain].
type Lang string

// The languages.
const (
	ZH Lang = "zh"
	EN Lang = "en"
)

type phrase struct{ zh, en string }

// phrases holds one sentence per code. {name} is replaced by the parameter; {name:min}, {name:km}, {name:time} and {name:yuan} format
// seconds, metres, moments and fen.
var phrases = map[Code]phrase{
	SkillMissing:       {"没有“{skill}”技能", "does not have the skill “{skill}”"},
	LevelTooLow:        {"“{skill}”需要 {need} 级，目前 {have} 级", "“{skill}” needs level {need}, has level {have}"},
	CertificateMissing: {"没有“{certificate}”证书", "does not hold the certificate “{certificate}”"},
	CertificateExpired: {"“{certificate}”证书在上门当天不在有效期内", "the certificate “{certificate}” is not valid on the day of the visit"},
	RegionNotCovered:   {"不负责该区域（{region}）", "does not cover this region ({region})"},
	Excluded:           {"此单不能派给该师傅：{cause}", "must not get this job: {cause}"},
	PartMissing:        {"缺少必带配件“{part}”（需要 {need}，现有 {have}）", "lacks the part “{part}” that must be brought (needs {need}, has {have})"},
	TooFar:             {"距离 {metres:km} 公里，超过其上限 {limit:km} 公里", "is {metres:km} km away, above the limit of {limit:km} km"},
	OffShift:           {"客户可约的时间内不上班", "does not work during the customer's times"},
	NoGap:              {"客户可约的时间内已排满", "has no free time during the customer's times"},
	WindowMissed:       {"最早 {arrive_at:time} 才能到，晚于 {latest_at:time}", "can be there at {arrive_at:time} at the earliest, after {latest_at:time}"},
	TechnicianUnknown:  {"不认识师傅 {technician}", "unknown technician {technician}"},

	AllFull:        {"能接此单的 {technicians} 位师傅在可约时间内都已排满", "all {technicians} technicians who could do it are fully booked during the customer's times"},
	PinContradicts: {"指定的师傅不符合规则：{rule}", "the pinned technician breaks a rule: {rule}"},
	SequenceBroken: {"同一流程中的“{job}”无法安排", "the visit “{job}” of the same sequence cannot be planned"},
	CrewTooSmall:   {"需要 {need} 人同时上门，符合条件的只有 {have} 人", "needs {need} people together, only {have} meet the rules"},
	Stopped:        {"规划在处理到此单之前就被停止", "was not looked at before planning was stopped"},
	PriceTooLow:    {"可做可不做，成本高于其价值", "is optional and costs more than it is worth"},
	NobodyWorks:    {"没有在班的师傅", "nobody has working time left"},

	ArrivesAt:      {"{arrive_at:time} 可到，路上 {travel:min} 分钟、{metres:km} 公里", "can be there at {arrive_at:time}, {travel:min} min and {metres:km} km on the way"},
	StartsFrom:     {"从{at}出发", "sets out from {at}"},
	Fits:           {"赶得上下一单，还余 {slack:min} 分钟", "is in time for the next visit with {slack:min} min to spare"},
	UsesOvertime:   {"需要加班 {seconds:min} 分钟", "works {seconds:min} min of overtime"},
	SameTechnician: {"上次就是这位师傅", "was there last time"},
	BrandMatch:     {"有“{brand}”品牌授权", "is authorised for the brand “{brand}”"},
	BrandMissing:   {"没有“{brand}”品牌授权", "is not authorised for the brand “{brand}”"},
	PartInVan:      {"车上有“{part}”", "has “{part}” in the van"},
	PartNotInVan:   {"车上没有“{part}”，可能要第二次上门", "does not carry “{part}”; a second visit may be needed"},
	DeadlineMissed: {"{arrive_at:time} 才能到，已过安全时限 {deadline_at:time}", "is there at {arrive_at:time}, after the safe moment {deadline_at:time}"},
	CostsMore:      {"增加成本 {fen:yuan} 元", "adds {fen:yuan} yuan of cost"},
	TravelAssumed:  {"地点未知，路程按估计值", "a place is not known, the journey is assumed"},
}

// words translates parameter values that are themselves codes.
var words = map[string]phrase{
	CustomerRefused:    {"客户不要这位师傅", "the customer refuses this technician"},
	TechnicianDeclined: {"师傅已拒接", "the technician declined it"},
	"commitment":       {"上一单", "the visit before"},
	"start":            {"出发点", "the starting place"},
	"position":         {"当前位置", "the present position"},
}

// Explain returns the reason as one sentence without a full stop. An unknown language means Chinese; a nil zone means UTC+8. An unknown
// code is returned as it is, so that a stored reason from a newer version is never lost.
func Explain(r Reason, lang Lang, zone *time.Location) string {
	p, ok := phrases[r.Code]
	if !ok {
		return string(r.Code)
	}
	text := p.zh
	if lang == EN {
		text = p.en
	}
	if zone == nil {
		zone = time.FixedZone("UTC+8", 8*3600)
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		field, after, _ := strings.Cut(rest, "}")
		name, format, _ := strings.Cut(field, ":")
		b.WriteString(formatParam(r.Params[name], format, lang, zone))
		text = after
	}
}

func formatParam(value, format string, lang Lang, zone *time.Location) string {
	switch format {
	case "time":
		t, err := time.Parse(time.RFC3339, value)
		if err != nil {
			return value
		}
		return t.In(zone).Format("01-02 15:04")
	case "min":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return value
		}
		return strconv.FormatInt((n+59)/60, 10)
	case "yuan":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return value
		}
		return strconv.FormatFloat(float64(n)/100, 'f', 2, 64)
	case "km":
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return value
		}
		return strconv.FormatFloat(n/1000, 'f', 1, 64)
	}
	if w, ok := words[value]; ok {
		if lang == EN {
			return w.en
		}
		return w.zh
	}
	return value
}
