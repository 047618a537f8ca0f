package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// NewClaim is a claim as a buyer files it. Media are items uploaded before; Declared says what was done to them: none, edited, ai.
type NewClaim struct {
	Key       string   `json:"key"` // the same key is the same claim
	Reason    string   `json:"reason"`
	Story     string   `json:"story"`
	Wish      string   `json:"wish"` // refund_only, refund_return, partial, exchange, repair
	AmountFen int64    `json:"amount_fen,omitempty"`
	Declared  string   `json:"declared,omitempty"`
	Tool      string   `json:"tool,omitempty"`
	Media     []string `json:"media,omitempty"`
	Unable    bool     `json:"unable,omitempty"`
}

// ClaimReceipt is the durable answer to a filing.
type ClaimReceipt struct {
	Case     string    `json:"case"`
	Claim    string    `json:"claim"`
	Number   string    `json:"number"`
	Filed    time.Time `json:"filed"`
	Repeated bool      `json:"repeated"`
}

// ClaimState tells where a claim stands after a call that changed something.
type ClaimState struct {
	Case  string `json:"case"`
	Claim string `json:"claim"`
	State string `json:"state"`
	Seq   int64  `json:"seq"`
}

// ClaimAction is one legal move.
type ClaimAction struct {
	Move  string     `json:"move"`
	Due   *time.Time `json:"due"`
	Steps []string   `json:"steps"`
}

// ClaimView is a claim as one side may see it at its stage.
type ClaimView struct {
	Case      string `json:"case"`
	Claim     string `json:"claim"`
	Number    string `json:"number"`
	Side      string `json:"side"`
	State     string `json:"state"`
	Reason    string `json:"reason"`
	Wish      string `json:"wish"`
	AmountFen int64  `json:"amount_fen"`
	Buyer     string `json:"buyer_masked"`
	Next      struct {
		Party string     `json:"party"`
		Due   *time.Time `json:"due"`
		Yours bool       `json:"yours"`
	} `json:"next"`
	Actions []ClaimAction `json:"actions"`
	Said    []struct {
		By    string `json:"by"`
		Kind  string `json:"kind"`
		Words string `json:"words"`
		Media []struct {
			Item   string `json:"item"`
			Kind   string `json:"kind"`
			SHA256 string `json:"sha256"`
		} `json:"media"`
	} `json:"said"`
	Letters []struct {
		Code   string    `json:"code"`
		Issued time.Time `json:"issued"`
		Remedy string    `json:"remedy"`
	} `json:"letters"`
	Decision *struct {
		Remedy    string `json:"remedy"`
		AmountFen int64  `json:"amount_fen"`
	} `json:"decision"`
	Seq int64 `json:"seq"`
}

// InboxClaim is one claim of a merchant's inbox.
type InboxClaim struct {
	Case    string        `json:"case"`
	Number  string        `json:"number"`
	State   string        `json:"state"`
	Product string        `json:"product"`
	Due     *time.Time    `json:"due"`
	Yours   bool          `json:"yours"`
	Actions []ClaimAction `json:"actions"`
}

// Contest says why not, with evidence.
type Contest struct {
	Reason     string   `json:"reason"`
	Words      string   `json:"words"`
	Declared   string   `json:"declared,omitempty"`
	Media      []string `json:"media,omitempty"`
	References []string `json:"references,omitempty"`
}

// ClaimOffer is something else than what the buyer asks.
type ClaimOffer struct {
	Remedy    string   `json:"remedy"`
	AmountFen int64    `json:"amount_fen,omitempty"`
	Words     string   `json:"words,omitempty"`
	Media     []string `json:"media,omitempty"`
}

func claimPath(caseID string, rest string) string {
	return "/api/v1/cases/" + url.PathEscape(caseID) + "/claim" + rest
}

// FileClaim files a claim on the order of a case; link is the buyer's.
func (c *Client) FileClaim(ctx context.Context, caseID, link string, n NewClaim) (ClaimReceipt, error) {
	var out ClaimReceipt
	return out, c.Do(ctx, http.MethodPost, claimPath(caseID, ""), link, n, &out)
}

// Claim is the claim of a case as the caller may see it: with a buyer's link or a merchant's key.
func (c *Client) Claim(ctx context.Context, caseID, auth string) (ClaimView, error) {
	var out ClaimView
	return out, c.Do(ctx, http.MethodGet, claimPath(caseID, ""), auth, nil, &out)
}

// Inbox is a page of a merchant's claims: those that wait for it by deadline, or all. after is the cursor that the page before answered.
func (c *Client) Inbox(ctx context.Context, key string, open bool, after string) (claims []InboxClaim, next string, err error) {
	var out struct {
		Claims []InboxClaim `json:"claims"`
		Next   string       `json:"next"`
	}
	q := url.Values{"open": {strconv.FormatBool(open)}}
	if after != "" {
		q.Set("after", after)
	}
	err = c.Do(ctx, http.MethodGet, "/api/v1/claims?"+q.Encode(), key, nil, &out)
	return out.Claims, out.Next, err
}

// ClaimAct does one of the moves that need no more than words: accept, extend, unable, withdraw, comment, opened, appeal/waive, appeal/withdraw, appeal/response.
func (c *Client) ClaimAct(ctx context.Context, caseID, auth, act, words string) (ClaimState, error) {
	var out ClaimState
	var in any
	if act != "opened" && act != "appeal/waive" {
		in = map[string]string{"words": words}
	}
	return out, c.Do(ctx, http.MethodPost, claimPath(caseID, "/"+act), auth, in, &out)
}

// ContestClaim contests with evidence.
func (c *Client) ContestClaim(ctx context.Context, caseID, key string, x Contest) (ClaimState, error) {
	var out ClaimState
	return out, c.Do(ctx, http.MethodPost, claimPath(caseID, "/contest"), key, x, &out)
}

// OfferClaim offers something else.
func (c *Client) OfferClaim(ctx context.Context, caseID, key string, x ClaimOffer) (ClaimState, error) {
	var out ClaimState
	return out, c.Do(ctx, http.MethodPost, claimPath(caseID, "/offer"), key, x, &out)
}

// AnswerOffer takes or refuses the merchant's offer.
func (c *Client) AnswerOffer(ctx context.Context, caseID, link string, take bool, words string) (ClaimState, error) {
	var out ClaimState
	return out, c.Do(ctx, http.MethodPost, claimPath(caseID, "/offer-answer"), link, map[string]any{"take": take, "words": words}, &out)
}

// SupplyEvidence sends what was asked for.
func (c *Client) SupplyEvidence(ctx context.Context, caseID, link, words, declared string, media []string) (ClaimState, error) {
	var out ClaimState
	in := map[string]any{"words": words, "media": media}
	if declared != "" {
		in["declared"] = declared
	}
	return out, c.Do(ctx, http.MethodPost, claimPath(caseID, "/evidence"), link, in, &out)
}

// GoodsSent says that the goods are on their way back.
func (c *Client) GoodsSent(ctx context.Context, caseID, link, carrier, number string) (ClaimState, error) {
	var out ClaimState
	return out, c.Do(ctx, http.MethodPost, claimPath(caseID, "/sent"), link, map[string]string{"carrier": carrier, "number": number}, &out)
}

// ConfirmStep confirms a step: return or replace by the merchant, destroy by the buyer with photos.
func (c *Client) ConfirmStep(ctx context.Context, caseID, auth, step, ref string, media []string) (ClaimState, error) {
	var out ClaimState
	return out, c.Do(ctx, http.MethodPost, claimPath(caseID, "/steps/"+url.PathEscape(step)+"/confirm"), auth, map[string]any{"ref": ref, "media": media}, &out)
}

// AppealClaim appeals to somebody who had no part in the case.
func (c *Client) AppealClaim(ctx context.Context, caseID, auth, reason, words string, media []string) (ClaimState, error) {
	var out ClaimState
	return out, c.Do(ctx, http.MethodPost, claimPath(caseID, "/appeal"), auth, map[string]any{"reason": reason, "words": words, "media": media}, &out)
}
