package terms

import (
	"log/slog"
	"time"

	"anxin/internal/casefile"
)

// Kind is what is asked for.
type Kind string

// The kinds of service.
const (
	Repair     Kind = "repair"     // 维修
	Install    Kind = "install"    // 安装
	Relocate   Kind = "relocate"   // 迁移
	Commission Kind = "commission" // 调试
	Clean      Kind = "clean"      // 清洁
	Inspect    Kind = "inspect"    // 鉴定: only a claim's reviewer can order it
)

// Kinds lists the kinds that a customer can ask for.
func Kinds() []Kind { return []Kind{Repair, Install, Relocate, Commission, Clean} }

// Urgency is how soon.
type Urgency string

// The urgencies.
const (
	Emergency Urgency = "emergency" // gas, electricity, flooding, somebody locked in or out
	Express   Urgency = "express"   // the 30-minute lane
	Booked    Urgency = "booked"    // in the wished window
	Flexible  Urgency = "flexible"  // any day
)

// Urgencies lists the urgencies, most urgent first.
func Urgencies() []Urgency { return []Urgency{Emergency, Express, Booked, Flexible} }

// Draft reserves the ids of a case that is not reported yet, so that photographs can be sealed before the form is sent. Its token (see
// Service.NewDraft) is what the form carries; it also serves as the idempotency key of the report.
type Draft struct {
	Case    casefile.ID
	Subject casefile.ID
}

// Report is somebody's request for service. Texts may come as people type them: they are normalised (NFC, spaces) and bounded.
type Report struct {
	// Key makes a retried report the same report. 8 to 200 characters; the form puts its draft token here.
	Key string
	// Draft is set when photographs were sealed before; its zero value means that the report brings none.
	Draft   Draft
	Kind    Kind
	Product string // product family of the catalogue
	Fault   string // fault code of the catalogue; "other" is always one
	Words   string // what the customer wrote about it; ≤ 2,000 characters
	Urgency Urgency
	Name    string // 1 to 60 characters
	Phone   string // mobile or landline, as typed
	Address string // one line, as typed; ≤ 300 characters
	// Region is the code chosen where the page asked "which one?", or empty.
	Region string
	// WishedFrom and WishedTo bound the wished time; both zero = any time. Within 60 days.
	WishedFrom, WishedTo time.Time
	Photos               []casefile.ID // staged under Draft; ≤ 12
	Lang                 string        // zh or en: the language of messages to this customer
}

// LogValue keeps personal data out of logs.
func (r Report) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", string(r.Kind)), slog.String("product", r.Product), slog.String("urgency", string(r.Urgency)))
}

// Receipt is the durable answer to a report.
type Receipt struct {
	Case    casefile.ID
	Request casefile.ID
	Number  casefile.Number
	// Link is the token of the private status page: /s/<Link>.
	Link string
	// Region is what the address was understood as, with the question to ask when that is not certain.
	Region RegionView
	// Covered says whether somebody who can do this works there. The report is accepted in any case.
	Covered bool
	// Next says honestly what happens now; Safety is what to do until then, zero when there is no danger.
	Next   Line
	Safety Line
	// Repeated is true when this report was already there: the same receipt again.
	Repeated bool
}

// ConfirmRegion answers "is this right?" or "which one?".
type ConfirmRegion struct {
	Case   casefile.ID
	Region string // a code: the resolved one, or one of the candidates, or any county the desk knows to be right
}

// CorrectAddress replaces the address line. A technician who already holds the visit is told.
type CorrectAddress struct {
	Case    casefile.ID
	Address string
	Region  string // empty: resolve the new line
	Reason  string // of the desk; a customer needs none
}

// AttachPhotos adds photographs that are already sealed under the case.
type AttachPhotos struct {
	Case  casefile.ID
	Items []casefile.ID // ≤ 12
}

// Reschedule changes the wished time while no technician holds the visit.
type Reschedule struct {
	Case     casefile.ID
	From, To time.Time
}

// Cancel ends a request. Reason is a code of the catalogue's list "cancel".
type Cancel struct {
	Case   casefile.ID
	Reason string
	Words  string // ≤ 500 characters
}

// Reopen returns a done request to work, in the same case. Within the repair's warranty the work is free.
type Reopen struct {
	Case   casefile.ID
	Reason string // list "reopen"
	Words  string // ≤ 2,000 characters
}

// Rate closes a done request with a judgement.
type Rate struct {
	Case  casefile.ID
	Visit casefile.ID // Nil: the newest finished one
	Stars int         // 1 to 5
	Tags  []string    // list "rate"; ≤ 6
	Words string      // ≤ 1,000 characters
}

// AnswerQuote approves or refuses every open line.
type AnswerQuote struct {
	Case    casefile.ID
	Quote   casefile.ID
	Answers []LineAnswer // one for each line that is open
}

// LineAnswer is the answer to one line of a quote.
type LineAnswer struct {
	Line    int
	Approve bool
}

// Sign acknowledges the report of work, on the customer's page or on the technician's device.
type Sign struct {
	Case   casefile.ID
	Visit  casefile.ID
	Item   casefile.ID // the sealed drawing of the signature; on the customer's own page it may be Nil: the link is the proof
	Refuse bool
	Reason string // of a refusal; list "refuse_sign"
}

// Door proves an arrival. From a technician Code is what the customer read out; from a customer it is what the technician's screen shows.
type Door struct {
	Case  casefile.ID
	Visit casefile.ID
	Code  string
}

// OfferRef names an offer.
type OfferRef struct {
	Case  casefile.ID
	Offer casefile.ID
}

// DeclineOffer costs the technician nothing.
type DeclineOffer struct {
	Case   casefile.ID
	Offer  casefile.ID
	Reason string // list "decline"
}

// VisitRef names a visit.
type VisitRef struct {
	Case  casefile.ID
	Visit casefile.ID
}

// VisitReason is a visit with a reason: giving back ("give_back"), aborting ("abort"), no access ("no_access"), resetting the door code ("reset_code").
type VisitReason struct {
	Case   casefile.ID
	Visit  casefile.ID
	Reason string // a code of the list named above
	Words  string // ≤ 500 characters
}

// Propose puts a quote before the customer. Prices are the list's: the client names items and quantities only.
type Propose struct {
	Case  casefile.ID
	Visit casefile.ID
	Lines []ProposeLine // ≤ 30
}

// ProposeLine is one line of a quote.
type ProposeLine struct {
	Item     string // price list code
	Quantity int64
	Why      string // ≤ 200 characters, about the appliance, never about the person
	// OutsideWarranty says, under a reopened request, that this line is not covered by the earlier repair's warranty and Why says why. The customer must approve.
	OutsideWarranty bool
}

// Finish is the report of work.
type Finish struct {
	Case      casefile.ID
	Visit     casefile.ID
	Fault     string // fault code found
	Cause     string // cause code found
	Words     string // what was done, in words; ≤ 2,000 characters
	Work      []WorkLine
	Parts     []PartLine
	Checklist map[string]string // item code → done, na, not_done
	Before    []casefile.ID     // sealed photographs
	After     []casefile.ID
	Related   []RelatedProduct // other products looked at
	NoneSeen  bool             // "there were no other products of ours": says it instead of leaving Related empty
	// Signature is "signed" with SignatureItem, "refused" with SignatureReason, or "later": the customer signs on their own page.
	Signature       string
	SignatureItem   casefile.ID
	SignatureReason string
}

// WorkLine is an approved or free quote line that was done.
type WorkLine struct {
	Item     string
	Quantity int64
}

// PartLine is a part that was fitted. One line per serial.
type PartLine struct {
	Item     string // price list code of the part
	Serial   string // required where the list says so; ≤ 64 characters
	Quantity int64
}

// RelatedProduct is another product that was looked at during the visit.
type RelatedProduct struct {
	Product    string // product family
	Condition  string // good, watch, unsafe
	Advice     string // code of the list "advice", or words; ≤ 300 characters
	WantsQuote bool
}

// FollowUp says that this visit cannot finish the work and what the next one needs.
type FollowUp struct {
	Case   casefile.ID
	Visit  casefile.ID
	Reason string // list "follow_up"
	Words  string // ≤ 1,000 characters
	// Parts are price list codes to order.
	Parts []string
	// NotBefore is when the next visit makes sense; zero = as soon as possible.
	NotBefore time.Time
	Before    []casefile.ID // photographs
}

// Pin fixes technician and hour of a visit. Nothing ever moves it but another act of a dispatcher.
type Pin struct {
	Case       casefile.ID
	Technician casefile.ID
	From       time.Time // start of the visit
	To         time.Time // zero: From plus the usual duration
	Reason     string    // ≤ 200 characters
	// Override accepts a technician outside region, shift or after a refusal. Skill, certificate and double booking cannot be overridden.
	Override bool
	// Slack is how much later than From the visit may begin when From cannot be reached any more, because deciding took its minutes; at most an hour. Zero: exactly.
	Slack time.Duration
	// Still, when it is set, is what the decision was based on: a case that is another one now is left alone (service.error.moved_on).
	Still *OpenCase
}

// OpenCase is what makes a case that looks for a technician the same case later.
type OpenCase struct {
	Request              casefile.ID
	Region               string
	WishedFrom, WishedTo time.Time
	NotBefore            time.Time
}

// Reassign takes a visit from its technician and looks for another one.
type Reassign struct {
	Case   casefile.ID
	Visit  casefile.ID
	Reason string // list "reassign"
	// To, when set, is who gets it instead (a Pin at the planned time).
	To casefile.ID
}

// Note is a remark of the desk on a case.
type Note struct {
	Case  casefile.ID
	Words string // ≤ 2,000 characters
}

// ClockPause stops or restarts one clock of a case.
type ClockPause struct {
	Case   casefile.ID
	Clock  casefile.ID
	Reason string // a pause reason of the clock policy; empty to resume
}

// Closing ends a request by the desk: RemoteFixed with what helped, Refer with where it went.
type Closing struct {
	Case   casefile.ID
	Reason string // lists "remote_fix", "refer"
	Words  string // ≤ 1,000 characters
}

// Reveal shows one masked field. It is logged with the reason and shown to the person.
type Reveal struct {
	Case   casefile.ID
	Field  string // name, phone, address, words
	Reason string // list "reveal"
	Words  string // ≤ 200 characters; required for the reason "other"
}

// Result tells where things stand after a command.
type Result struct {
	Case    casefile.ID
	Request State
	Visit   State
	VisitID casefile.ID
	// Seq is the case's newest event: a page that shows it is up to date.
	Seq int64
}

// TechnicianInput creates or changes a technician. Nil fields of an update keep what is there.
type TechnicianInput struct {
	ID           casefile.ID // Nil: create
	Code         string      // work number; 3 to 20 characters
	Name         string      // as on the work card
	Phone        string
	Partner      string
	Vehicle      string // ebike, van
	Lng, Lat     float64
	State        string // active, paused, left
	Photo        casefile.ID
	Skills       []Skill       // ≤ 100
	Regions      []string      // codes; ≤ 200
	Shifts       []Shift       // ≤ 42: several spans a day
	Certificates []Certificate // ≤ 30
}

// LogValue keeps personal data out of logs.
func (t TechnicianInput) LogValue() slog.Value { return slog.StringValue(t.Code) }

// Skill is what somebody can do, at which level.
type Skill struct {
	Kind    Kind
	Product string
	Level   int // 1 to 5
}

// Shift is one span of a weekday, in minutes after local midnight. To may reach 1440.
type Shift struct {
	Weekday  time.Weekday
	From, To int
}

// Certificate is a licence with its dates; a zero date is open.
type Certificate struct {
	Code string    `json:"code"`
	From time.Time `json:"valid_from,omitzero"`
	To   time.Time `json:"valid_to,omitzero"`
}

// AbsenceInput is a time in which a technician does not work. Visits already agreed in it become exceptions for the dispatcher.
type AbsenceInput struct {
	Technician casefile.ID
	From, To   time.Time
	Reason     string // list "absence"
	// Remove takes an absence that begins at From away again.
	Remove bool
}

// VisitOrder is a request that another half of the product orders in a case that is there already.
type VisitOrder struct {
	Kind Kind // Repair or Inspect
	// Products are codes of the catalogue; the first that is served counts.
	Products []string
	Words    string // for the technician; ≤ 2,000 characters
}
