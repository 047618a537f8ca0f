package admin

import (
	"time"

	"anxin/internal/casefile"
	"anxin/internal/web/ui"
)

// Finding is one thing that the self-check found, in words with the next step.
type Finding struct {
	Tone ui.Tone
	What string
	Next string
}

// Lane is what one lane of the timers looks like.
type Lane struct {
	Name                                    string // timer, outbox, job
	Waiting, Overdue, Running, Dead, Paused int64
	Lag                                     time.Duration
}

// Overview is the first page: is everything well, and where to look when it is not.
type Overview struct {
	Findings []Finding
	Lanes    []Lane
	Vault    VaultState
	Version  string
	Database string
	Started  time.Time
	// Mailbox is the page of messages that were not sent anywhere (development); empty when there is none.
	Mailbox string
	// Trust are the trust lists; nil when they are not shown.
	Trust []TrustList
}

// TechRow is one technician of the list.
type TechRow struct {
	ID                                 casefile.ID
	Code, Name, Partner, State, Phone  string
	Skills, Regions, Shifts            int
	Problem                            string // what keeps them from getting work
	Certificate                        time.Time
	CertificateName, CertificateStatus string // soon, over
}

// Technicians is the list.
type Technicians struct {
	Rows []TechRow
	Next string
	Can  bool // change
}

// SkillCell is the level of one kind of service on one product; 0 is none.
type SkillCell struct {
	Kind  string
	Level int
}

// SkillRow is one product of the skill table.
type SkillRow struct {
	Product, Name string
	Cells         []SkillCell
}

// CertRow is one certificate.
type CertRow struct{ Code, From, To string }

// RegionRow is one division that the technician covers.
type RegionRow struct {
	Code, Name string
	On         bool
}

// AbsenceRow is one absence.
type AbsenceRow struct {
	From, To time.Time
	Reason   string
}

// Technician is the form of one technician.
type Technician struct {
	ID                                  casefile.ID
	Code, Name, Phone, Partner, Vehicle string
	PhoneMasked                         string
	Lng, Lat                            string
	State                               string
	Kinds                               []string
	Skills                              []SkillRow
	Regions                             []RegionRow
	AddRegions                          string
	Week                                [7]string // Monday first: "08:00-12:00 13:30-18:00"
	Certificates                        []CertRow
	CertChoices                         []ui.Choice
	Absences                            []AbsenceRow
	AbsenceReasons                      []ui.Choice
	AbsenceFrom, AbsenceTo              string
	AbsenceReason                       string
	AbsenceForm                         ui.Form
	CanAll                              bool // everything; else shifts and absences only
	Idem                                string
	Form                                ui.Form
}

// AccountRow is one account of the list.
type AccountRow struct {
	ID           casefile.ID
	Login, Name  string
	Roles        []string
	State        string
	SecondFactor bool
	Locked       time.Time
	Seen         time.Time
}

// Accounts is the list.
type Accounts struct {
	Rows []AccountRow
	Next string
}

// Account is the form of one account; a Nil id is a new one.
type Account struct {
	ID           casefile.ID
	Login, Name  string
	State        string
	SecondFactor bool
	Locked       time.Time
	Created      time.Time
	Seen         time.Time
	Own          bool
	Roles        []ui.Choice
	Technicians  []ui.Choice
	Merchants    []ui.Choice // empty: there are none
	Idem         string
	Form         ui.Form
	// Link is a one-time link that was just made: shown once.
	Link      string
	LinkUntil string
}

// KeyRow is one API key.
type KeyRow struct {
	ID            casefile.ID
	Prefix, Name  string
	Role          string
	Scopes        []string
	Created, Used time.Time
	Revoked       time.Time
}

// Keys is the list with the form for a new one.
type Keys struct {
	Rows   []KeyRow
	Name   string
	Roles  []ui.Choice
	Scopes []ui.Choice
	Idem   string
	Form   ui.Form
	// Secret is a key that was just made: shown once.
	Secret string
}

// EndpointRow is one webhook endpoint with its last result.
type EndpointRow struct {
	ID        casefile.ID
	Name      string
	URL       string
	Kinds     []string
	State     string // active, paused, failing
	LastOK    time.Time
	LastError string
	Created   time.Time
}

// Endpoints is the list with the form for a new one.
type Endpoints struct {
	Rows   []EndpointRow
	Name   string
	URL    string
	Kinds  []ui.Choice
	Idem   string
	Form   ui.Form
	Secret string
}

// YearRow are the public holidays of one year.
type YearRow struct {
	Year        int
	Title       string
	Document    string
	Published   string
	Provisional bool
	Own         bool // the operator's file
	Holidays    []string
	Makeup      []string
}

// HoursRow is one calendar of working hours.
type HoursRow struct {
	Name, Title, Version string
	Open                 bool // now
	Provisional          bool
}

// RuleRow is one line of the clock policy.
type RuleRow struct {
	Kind, For, Urgency, Length, Unit, Calendar, OnExpiry string
}

// PauseRow is one reason for which a clock may stand still.
type PauseRow struct{ Reason, Clocks, Roles string }

// Clocks is the page of calendars and of the clock policy.
type Clocks struct {
	Years  []YearRow
	Hours  []HoursRow
	Rules  []RuleRow
	Pauses []PauseRow
}

// DeadRow is one timer that was given up.
type DeadRow struct {
	ID       casefile.ID
	Lane     string
	Kind     string
	Case     casefile.Number
	Attempts int
	Died     time.Time
	Cause    string
}

// Timers is the page of timers.
type Timers struct {
	Lanes []Lane
	Dead  []DeadRow
	Idem  string
}

// VaultState is what the evidence vault and the log look like.
type VaultState struct {
	Items, Bytes   int64
	LogSize        int64
	CheckpointSize int64
	CheckpointAt   time.Time
	CheckpointKey  string
	ExportedTo     string
	VerifiedAt     time.Time
	VerifiedOK     bool
	VerifiedWhat   string
	Running        bool
	StagedItems    int64
	FreeBytes      int64
	LastBackup     time.Time
	Stamped        bool
}

// Evidence is the page of the vault.
type Evidence struct {
	State VaultState
	Idem  string
	// Trust are the lists by which content credentials are believed, Folder where they lie; TrustProblem why they cannot be read.
	Trust        []TrustList
	Folder       string
	TrustProblem bool
}

// TrustList is a list of whom content credentials are believed from.
type TrustList struct {
	Name, Kind string // anchors, tsa, allowed, identity, usages
	Count      int
	// Date is when the list was issued, when Stated, else when its file was written; Next when its maker announced the next one, zero when not.
	Date, Next time.Time
	Stated     bool
	Expires    []time.Time // ends of its certificates, the soonest first
	// Problem is why it is not used: name, empty, broken, large, unreadable; empty when it is.
	Problem string
}

// ListMaxAge is from when on a list counts as old: C2PA adds makers of cameras and programs several times a year.
const ListMaxAge = 180 * 24 * time.Hour

// expirySoon is how long before its end a certificate is worth a word.
const expirySoon = 90 * 24 * time.Hour

// old reports whether a list is to be replaced for its age.
func (l TrustList) old(now time.Time) bool {
	return l.Problem == "" && l.Kind != "usages" && (now.Sub(l.Date) > ListMaxAge || !l.Next.IsZero() && now.After(l.Next))
}

// ends answers how many of a list's certificates have run out, and when the next one does; zero when none will.
func (l TrustList) ends(now time.Time) (gone int, next time.Time) {
	for _, at := range l.Expires {
		if at.After(now) {
			return gone, at
		}
		gone++
	}
	return gone, time.Time{}
}

// Figure is one number with its definition.
type Figure struct {
	Name, Value, Definition string
	Was                     string // the value of the span before
	Tone                    ui.Tone
	Href                    string // the cases behind it
}

// Point is one value of a trend.
type Point struct {
	Label string
	Value float64
	Text  string
	Known bool
}

// Trend is a line over some spans.
type Trend struct {
	Name   string
	Points []Point
	Max    float64
}

// Statistics is the page of numbers.
type Statistics struct {
	Span    string // week, month
	From    time.Time
	To      time.Time
	Figures []Figure
	Trends  []Trend
	Decline []Bar
	Regions []Bar
	Empty   bool
}

// Bar is one line of a bar chart with its number.
type Bar struct {
	Name  string
	N     int
	Share int // per mille of the largest
}
