// Package claimant holds the buyer's pages of a claim: the way in from an order, the form with its check before sending, the receipt, the page that says where it
// stands and who must do what until when, one page for each act, and the letters. They hang below the private link of the order's case (/s/<token>/claim) and work
// without scripts.
//
// What may be done is the list of actions in the view of the claim and nothing else; what the other side said is in the view as far as the stage allows.
package claimant
