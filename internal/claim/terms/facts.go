package terms

import (
	"encoding/json"
	"slices"

	"anxin/internal/casefile"
)

// Facts are everything that the table's conditions and guards look at. They are changed by Machine.Do alone and kept with the claim as JSON. A Facts is comparable.
type Facts struct {
	State  State `json:"state"`
	Before State `json:"before,omitempty"` // while suspended
	Round  int   `json:"round"`            // 1; one more when an appeal sends it back

	Wish       Remedy `json:"wish"`
	Burden     Burden `json:"burden,omitempty"` // from the rules
	NeedSecond bool   `json:"need_second,omitempty"`

	// Open is whose hearing window is open now.
	Open           Side `json:"open,omitempty"`
	Turn           Side `json:"turn,omitempty"` // whose comment is awaited in rebuttal
	MerchantServed bool `json:"merchant_served,omitempty"`
	// MerchantHeard and BuyerHeard: that side's window was answered, or ran out in full. Filing alone is not the buyer's hearing.
	MerchantHeard bool   `json:"merchant_heard,omitempty"`
	BuyerHeard    bool   `json:"buyer_heard,omitempty"`
	Contested     bool   `json:"contested,omitempty"` // the merchant does not grant what is asked
	Rebuttals     int    `json:"rebuttals,omitempty"`
	Asks          int    `json:"asks,omitempty"`
	Inspections   int    `json:"inspections,omitempty"`
	Extended      int    `json:"extended,omitempty"`        // of the running window, by its side
	ReviewMore    int    `json:"review_extended,omitempty"` // of this round, by reviewers
	Offered       Remedy `json:"offered,omitempty"`

	First     casefile.ID `json:"first,omitzero"`
	Second    casefile.ID `json:"second,omitzero"`
	LeadBy    casefile.ID `json:"lead,omitzero"`
	AppealBy  casefile.ID `json:"appeal_by,omitzero"`
	Impressed Crew        `json:"impressed,omitzero"`
	Acted     Crew        `json:"acted,omitzero"` // all who acted as reviewers, in any round
	Proposed  Remedy      `json:"proposed,omitempty"`
	Groups    int         `json:"groups,omitempty"` // of the proposal
	Disputed  bool        `json:"disputed,omitempty"`

	Remedy     Remedy `json:"remedy,omitempty"` // decided
	Agreed     bool   `json:"agreed,omitempty"` // between the parties
	ByHuman    bool   `json:"by_human,omitempty"`
	Steps      int    `json:"steps,omitempty"` // of carrying it out, still to do
	Appeal     Side   `json:"appeal,omitempty"`
	Waiting    bool   `json:"waiting,omitempty"`  // for the other side's response to an appeal
	Appealed   bool   `json:"appealed,omitempty"` // in this round
	Remitted   bool   `json:"remitted,omitempty"`
	RunOut     bool   `json:"run_out,omitempty"`
	NoAppealB  bool   `json:"buyer_waived,omitempty"`
	NoAppealM  bool   `json:"merchant_waived,omitempty"`
	Entered    bool   `json:"entered,omitempty"`
	Escalated  bool   `json:"escalated,omitempty"`
	Unfinished bool   `json:"check_unfinished,omitempty"`
	Unable     bool   `json:"buyer_unable,omitempty"`
	Unanswered bool   `json:"unanswered,omitempty"` // the merchant's time ran out; decides nothing
}

// Crew is a small set of people, in the order in which they came. The ninth is not kept: no claim needs so many.
type Crew [8]casefile.ID

// Has reports whether somebody is in the set.
func (c *Crew) Has(id casefile.ID) bool { return !id.IsNil() && slices.Contains(c[:], id) }

// Full reports whether nobody else fits.
func (c *Crew) Full() bool { return !c[len(c)-1].IsNil() }

// Add puts somebody into the set.
func (c *Crew) Add(id casefile.ID) {
	if id.IsNil() || c.Has(id) {
		return
	}
	for i := range c {
		if c[i].IsNil() {
			c[i] = id
			return
		}
	}
}

// List answers who is in the set.
func (c Crew) List() (out []casefile.ID) {
	for _, id := range c {
		if !id.IsNil() {
			out = append(out, id)
		}
	}
	return out
}

// MarshalJSON writes a list.
func (c Crew) MarshalJSON() ([]byte, error) {
	list := c.List()
	if list == nil {
		list = []casefile.ID{}
	}
	return json.Marshal(list)
}

// UnmarshalJSON reads a list.
func (c *Crew) UnmarshalJSON(b []byte) error {
	var list []casefile.ID
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	*c = Crew{}
	for _, id := range list {
		c.Add(id)
	}
	return nil
}

// Act is one move with what the conditions and guards need to know of it.
type Act struct {
	Move Move
	Part Part
	Who  casefile.ID // the account, for reviewers and leads
	Side Side        // of ask: whom
	// Of a decision:
	Remedy Remedy
	Burden Burden // who the decision holds to have had to prove
	Groups int    // independent groups of evidence that it cites
	Seen   bool   // at least one ground was seen by a person, not only by a machine
	Basis  bool   // at least one reason is more than silence or inability
	Typed  bool   // reasons in own words
	// New: new evidence comes with it.
	New   bool
	Steps int // of serve: steps to carry out
}

// optimistic is an act of which everything that the actor can choose is chosen well: for listing what is open.
func optimistic(f *Facts, m Move, p Part, who casefile.ID) Act {
	return Act{Move: m, Part: p, Who: who, Side: BuyerSide, Remedy: RefundReturn, Burden: f.Burden, Groups: len(Groups()), Seen: true, Basis: true, Typed: true}
}
