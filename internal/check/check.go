// Package check looks at the media of a claim and writes down what it found as signals. It never changes the state of a claim and never says who is right.
//
// The claims half starts a round in the transaction that takes media in ([Service.Start]); a durable job runs every check of the list ([All]) over the items
// and stores the signals with its completion. A check that fails, is slow or does not apply says so in a signal of its own: applicability failed, partial or
// na. After [Cap] the round ends as it is, with outcome unfinished (检查未完成), and the claim goes on. When a round ends, [Claims.Checked] is told in the same
// transaction.
//
// A check is one file: an ID, a version, a group and a function from items to findings; one line in [All] and one golden case under testdata.
// Finding nothing is neutral, and each signal says what would be seen if the person were honest.
package check

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Cap is after how long a round ends whatever is missing; Target is how long it should take.
const (
	Cap    = 10 * time.Minute
	Target = time.Minute
)

// Applicability says how far a check could look.
type Applicability string

// The applicabilities.
const (
	OK            Applicability = "ok"
	Partial       Applicability = "partial" // some of the items, or some of what it wants to see
	Failed        Applicability = "failed"  // it should have been possible and was not
	NotApplicable Applicability = "na"
)

// Strength is a band, never a number of guilt.
type Strength string

// The strengths. Neutral says nothing about anybody: found nothing, could not look, or found what counts for nothing.
const (
	Neutral  Strength = "neutral"
	Weak     Strength = "weak"
	Moderate Strength = "moderate"
	Strong   Strength = "strong"
)

// Group is what signals depend on together: within a group only the strongest counts.
type Group string

// The groups.
const (
	GroupMatch       Group = "match"
	GroupDeclaration Group = "declaration"
	GroupProvenance  Group = "provenance"
	GroupCapture     Group = "capture"
	GroupTime        Group = "time"
	GroupPixel       Group = "pixel"
	GroupBehaviour   Group = "behaviour"
	GroupContext     Group = "context"
)

// Text is a sentence in both languages. It holds no personal data.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// ItemHash is an item that a check looked at.
type ItemHash struct {
	Item   casefile.ID `json:"item"`
	SHA256 string      `json:"sha256"` // hex, of the bytes as received
}

// Relation is where something similar was found.
type Relation string

// The relations. Only those that say "before" may count against the buyer.
const (
	RelReference      Relation = "reference"       // of the order or its listing, sealed before the claim
	RelReferenceLater Relation = "reference_later" // of the order or its listing, sealed after the claim: counts for nothing
	RelElsewhere      Relation = "elsewhere"       // a reference of another order or listing
	RelSameBuyer      Relation = "same_buyer"      // an earlier claim of the same buyer
	RelOtherClaim     Relation = "other_claim"     // an earlier claim of somebody else
	RelProduct        Relation = "same_product"    // a reference of another order of the same product, sealed before the claim
	RelMessage        Relation = "message"         // exchanged with the same buyer before the claim: a report, a visit, a chat, an answer
	RelMessageLater   Relation = "message_later"   // the same, but only after the claim: counts for nothing
	RelOtherMessage   Relation = "other_message"   // exchanged with somebody else before
)

// Related names what was found: an item of this or another case, for reviewers.
type Related struct {
	Case     casefile.ID `json:"case"`
	Item     casefile.ID `json:"item"`
	Relation Relation    `json:"relation"`
	Role     Role        `json:"role,omitempty"` // where it came from
	Distance int         `json:"distance"`       // of 256 bits; 0 for the same bytes
	Video    bool        `json:"video,omitempty"`
	Seconds  [2]int      `json:"seconds,omitzero"` // of a video: the first second and how many; zeros for all of it
}

// Signal is what one check says about one or more items of a claim. It is written once and never changed.
type Signal struct {
	Tenant        casefile.Tenant
	Case          casefile.ID
	Claim         casefile.ID
	ID            casefile.ID // of this record
	Round         int
	Check         string // "exact_reuse", …
	Version       string // of the check
	Inputs        []ItemHash
	Fact          Text // what was seen
	Honest        Text // what would be seen if the person were honest
	Limits        Text // what this cannot show
	Applicability Applicability
	Strength      Strength
	Group         Group
	Artefacts     []casefile.ID // items derived from the inputs
	Related       []Related
	Detail        *Detail // nil when there is nothing beyond the sentence
	At            time.Time
}

// Round asks that items of a claim be looked at.
type Round struct {
	Tenant casefile.Tenant
	Case   casefile.ID
	Claim  casefile.ID
	// Filed is when the claim was filed. The leaf is NoLeaf in the transaction that files it.
	Filed casefile.Moment
	// Items are the claim's media in the vault, all of them: a later round looks at everything again.
	Items []casefile.ID
	// Owners are the order and its listing: whose references are "of this order". Empty when the order was not imported.
	Owners []casefile.ID
	// Subject is the buyer's, to tell whether an earlier claim was the same buyer's.
	Subject casefile.ID
	// Merchant is whose goods they are, Product what all orders of the same product share; Nil when not known.
	Merchant, Product casefile.ID
	// Shipped is when the goods were sent, zero when not known: a picture taken long before is worth a line. Delivered is when they arrived.
	Shipped, Delivered time.Time
}

// Outcome is how a round ended.
type Outcome string

// The outcomes.
const (
	Finished   Outcome = "finished"
	Unfinished Outcome = "unfinished" // the cap came first, or a check failed: 检查未完成
)

// Claims is told when a round has ended; the claims half implements it and internal/app wires it.
type Claims interface {
	// Checked runs in the transaction that ends the round. It may be told about a claim that has moved on meanwhile and then does nothing.
	Checked(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID, o Outcome) error
}
