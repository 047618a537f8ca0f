package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/party"
)

// Claims are the claims half as its two sides use it.
type Claims interface {
	claim.Claimants
	claim.Merchants
}

// ClaimOwners tells whose order a case belongs to, for the policies; Nil is nobody's.
type ClaimOwners interface {
	MerchantOf(ctx context.Context, tenant casefile.Tenant, caseID casefile.ID) (merchant casefile.ID, err error)
}

// ClaimResultBody tells where a claim stands after a call that changed something.
type ClaimResultBody struct {
	Case  casefile.ID `json:"case" format:"uuid"`
	Claim casefile.ID `json:"claim" format:"uuid"`
	State claim.State `json:"state"`
	Seq   int64       `json:"seq" doc:"newest event of the case"`
}

// claims are the operations of the two sides of a claim.
func (s *Server) claims() {
	huma.Register(s.huma, op("getClaim", http.MethodGet, "/cases/{case}/claim", "The claim of a case as this side may see it, with the moves that are legal now", "claims", withLink, withKey), s.getClaim)
	huma.Register(s.huma, op("getClaimForm", http.MethodGet, "/cases/{case}/claim/form", "What a claim on this order needs: reasons, wishes, pictures by reason", "claims", withLink), s.getClaimForm)
	huma.Register(s.huma, op("listClaims", http.MethodGet, "/claims", "The merchant's inbox: those that wait for it by deadline, or all", "claims", withKey), s.listClaims)
	huma.Register(s.huma, op("getClaimLetter", http.MethodGet, "/cases/{case}/claim/letters/{letter}", "A letter, in both languages", "claims", withLink, withKey), s.getClaimLetter)
	huma.Register(s.huma, op("openClaimNotices", http.MethodPost, "/cases/{case}/claim/opened", "Say that what was served has been seen", "claims", withLink, withKey),
		func(ctx context.Context, in *CasePath) (*body[ClaimResultBody], error) {
			a, err := s.ofClaim(ctx, in.Case, party.ViewClaim)
			if err == nil {
				err = s.Claims.OpenNotices(ctx, a, in.Case)
			}
			if err != nil && !casefile.IsRepeated(err) {
				return nil, problem(ctx, err)
			}
			return s.claimNow(ctx, a, in.Case, casefile.IsRepeated(err))
		})
	s.filing()
	s.hearing()
	s.answering()
	s.carrying()
	s.appealing()
}

// ofClaim asks the policies about the claim of a case. Whose it is is read, never taken from who asks.
func (s *Server) ofClaim(ctx context.Context, id casefile.ID, action party.Action) (casefile.Actor, error) {
	a := actor(ctx)
	merchant, err := s.ClaimOwners.MerchantOf(ctx, a.Tenant, id)
	if err != nil {
		return a, err
	}
	return a, s.Callers.Check(ctx, a, action, party.OfMerchantCase(a.Tenant, id, merchant))
}

// claimNow is where a claim stands, for calls whose answer it is.
func (s *Server) claimNow(ctx context.Context, a casefile.Actor, id casefile.ID, replayed bool) (*body[ClaimResultBody], error) {
	c, err := s.coreOf(casefile.WithoutOnce(ctx), a, id)
	out := answer(ClaimResultBody{Case: id, Claim: c.Claim, State: c.State, Seq: c.Seq})
	if replayed {
		out.Replayed = "true"
	}
	return out, problem(ctx, err)
}

func (s *Server) coreOf(ctx context.Context, a casefile.Actor, id casefile.ID) (claim.Core, error) {
	if a.Role == casefile.Merchant {
		v, err := s.Claims.MerchantClaim(ctx, a, id)
		return v.Core, err
	}
	v, err := s.Claims.Status(ctx, a, id)
	return v.Core, err
}

// move registers one move of a side: check the policy, do it, answer where the claim stands. A repeated call answers the present state.
func move[I any](s *Server, o huma.Operation, action party.Action, caseOf func(*I) casefile.ID, run func(context.Context, casefile.Actor, *I) (claim.Result, error)) {
	huma.Register(s.huma, o, func(ctx context.Context, in *I) (*body[ClaimResultBody], error) {
		a, err := s.ofClaim(ctx, caseOf(in), action)
		if err != nil {
			return nil, problem(ctx, err)
		}
		r, err := run(ctx, a, in)
		if casefile.IsRepeated(err) {
			return s.claimNow(ctx, a, caseOf(in), true)
		}
		return answer(ClaimResultBody{Case: r.Case, Claim: r.Claim, State: r.State, Seq: r.Seq}), problem(ctx, err)
	})
}

// SayBody is a statement with evidence.
type SayBody struct {
	Words    string         `json:"words,omitempty" maxLength:"4000"`
	Declared claim.Declared `json:"declared,omitempty" enum:"none,edited,ai" doc:"what was done to the media; needed when there are any"`
	Media    []casefile.ID  `json:"media,omitempty" maxItems:"12" doc:"items uploaded before"`
}

type sayIn struct {
	CasePath
	Body SayBody
}

func (in *sayIn) say() claim.Say {
	return claim.Say{Case: in.Case, Words: in.Body.Words, Declared: in.Body.Declared, Media: in.Body.Media}
}

type wordsIn struct {
	CasePath
	Body struct {
		Words string `json:"words,omitempty" maxLength:"2000"`
	}
}

func sayCase(in *sayIn) casefile.ID     { return in.Case }
func wordsCase(in *wordsIn) casefile.ID { return in.Case }
func pathCase(in *CasePath) casefile.ID { return in.Case }

// ClaimReceiptBody is the durable answer to a filing.
type ClaimReceiptBody struct {
	Case     casefile.ID `json:"case" format:"uuid"`
	Claim    casefile.ID `json:"claim" format:"uuid"`
	Number   string      `json:"number"`
	Filed    time.Time   `json:"filed"`
	Media    int         `json:"media"`
	Repeated bool        `json:"repeated,omitempty"`
}

func (s *Server) filing() {
	type fileIn struct {
		CasePath
		Body struct {
			Key       string         `json:"key" minLength:"8" maxLength:"200" doc:"the same key is the same claim"`
			Reason    string         `json:"reason" maxLength:"40"`
			Story     string         `json:"story" minLength:"1" maxLength:"4000"`
			Wish      claim.Remedy   `json:"wish" enum:"refund_only,refund_return,partial,exchange,repair"`
			AmountFen casefile.Fen   `json:"amount_fen,omitempty" minimum:"0" doc:"of partial; else 0 is the whole price"`
			Declared  claim.Declared `json:"declared,omitempty" enum:"none,edited,ai" doc:"what was done to the media; needed when there are any"`
			Tool      string         `json:"tool,omitempty" maxLength:"100"`
			Media     []casefile.ID  `json:"media,omitempty" maxItems:"12"`
			Unable    bool           `json:"unable,omitempty" doc:"cannot take pictures; counts for nothing against the buyer"`
		}
	}
	huma.Register(s.huma, op("fileClaim", http.MethodPost, "/cases/{case}/claim", "File a claim on the order of the case", "claims", withLink), func(ctx context.Context, in *fileIn) (*body[ClaimReceiptBody], error) {
		a, err := s.ofClaim(ctx, in.Case, party.FileClaim)
		if err != nil {
			return nil, problem(ctx, err)
		}
		b := in.Body
		rc, err := s.Claims.File(ctx, a, claim.File{Key: b.Key, Case: in.Case, Reason: b.Reason, Story: b.Story, Wish: b.Wish, Amount: b.AmountFen, Declared: b.Declared, Tool: b.Tool, Media: b.Media,
			Unable: b.Unable, Lang: a.Lang})
		out := answer(ClaimReceiptBody{Case: rc.Case, Claim: rc.Claim, Number: rc.Number.String(), Filed: rc.Filed, Media: rc.Media, Repeated: rc.Repeated})
		if rc.Repeated {
			out.Replayed = "true"
		}
		return out, problem(ctx, err)
	})
	move(s, op("withdrawClaim", http.MethodPost, "/cases/{case}/claim/withdraw", "Withdraw the claim", "claims", withLink), party.WithdrawClaim, wordsCase,
		func(ctx context.Context, a casefile.Actor, in *wordsIn) (claim.Result, error) {
			return s.Claims.Withdraw(ctx, a, claim.Reasoned{Case: in.Case, Words: in.Body.Words})
		})
}

// hearing are the statements of both sides.
func (s *Server) hearing() {
	move(s, op("supplyClaimEvidence", http.MethodPost, "/cases/{case}/claim/evidence", "Send what was asked for", "claims", withLink), party.SpeakInClaim, sayCase,
		func(ctx context.Context, a casefile.Actor, in *sayIn) (claim.Result, error) {
			return s.Claims.Supply(ctx, a, in.say())
		})
	move(s, op("cannotSupplyEvidence", http.MethodPost, "/cases/{case}/claim/unable", "Say that it cannot be supplied; it counts for nothing against the buyer", "claims", withLink), party.SpeakInClaim, wordsCase,
		func(ctx context.Context, a casefile.Actor, in *wordsIn) (claim.Result, error) {
			return s.Claims.Unable(ctx, a, claim.Reasoned{Case: in.Case, Words: in.Body.Words})
		})
	move(s, op("commentClaim", http.MethodPost, "/cases/{case}/claim/comment", "Comment on what is new; without words and media: nothing to add", "claims", withLink, withKey), party.SpeakInClaim, sayCase,
		func(ctx context.Context, a casefile.Actor, in *sayIn) (claim.Result, error) {
			return s.Claims.Comment(ctx, a, in.say())
		})
	type extendIn struct {
		CasePath
		Body struct {
			Words string `json:"words,omitempty" maxLength:"500"`
		}
	}
	move(s, op("extendClaim", http.MethodPost, "/cases/{case}/claim/extend", "Take the one extension of one's time", "claims", withLink, withKey), party.SpeakInClaim,
		func(in *extendIn) casefile.ID { return in.Case },
		func(ctx context.Context, a casefile.Actor, in *extendIn) (claim.Result, error) {
			return s.Claims.Extend(ctx, a, claim.Extend{Case: in.Case, Words: in.Body.Words})
		})
}

// answering is the merchant's answer, and the buyer's to an offer.
func (s *Server) answering() {
	move(s, op("acceptClaim", http.MethodPost, "/cases/{case}/claim/accept", "Grant what the buyer asks", "claims", withKey), party.AnswerClaim, wordsCase,
		func(ctx context.Context, a casefile.Actor, in *wordsIn) (claim.Result, error) {
			return s.Claims.Accept(ctx, a, claim.Accept{Case: in.Case, Words: in.Body.Words})
		})
	type offerIn struct {
		CasePath
		Body struct {
			Remedy    claim.Remedy  `json:"remedy" enum:"refund_only,refund_return,partial,exchange,repair"`
			AmountFen casefile.Fen  `json:"amount_fen,omitempty" minimum:"0" doc:"of partial"`
			Words     string        `json:"words,omitempty" maxLength:"2000"`
			Media     []casefile.ID `json:"media,omitempty" maxItems:"12"`
		}
	}
	move(s, op("offerClaim", http.MethodPost, "/cases/{case}/claim/offer", "Offer something else", "claims", withKey), party.AnswerClaim, func(in *offerIn) casefile.ID { return in.Case },
		func(ctx context.Context, a casefile.Actor, in *offerIn) (claim.Result, error) {
			return s.Claims.Offer(ctx, a, claim.Offer{Case: in.Case, Remedy: in.Body.Remedy, Amount: in.Body.AmountFen, Words: in.Body.Words, Media: in.Body.Media})
		})
	type contestIn struct {
		CasePath
		Body struct {
			SayBody
			Reason     string        `json:"reason" maxLength:"40"`
			References []casefile.ID `json:"references,omitempty" maxItems:"12" doc:"references of the order that are pointed to"`
		}
	}
	move(s, op("contestClaim", http.MethodPost, "/cases/{case}/claim/contest", "Contest with evidence", "claims", withKey), party.AnswerClaim, func(in *contestIn) casefile.ID { return in.Case },
		func(ctx context.Context, a casefile.Actor, in *contestIn) (claim.Result, error) {
			b := in.Body
			return s.Claims.Contest(ctx, a, claim.Contest{Case: in.Case, Reason: b.Reason, Words: b.Words, Declared: b.Declared, Media: b.Media, References: b.References})
		})
	type answerIn struct {
		CasePath
		Body struct {
			Take  bool   `json:"take"`
			Words string `json:"words,omitempty" maxLength:"2000"`
		}
	}
	move(s, op("answerOffer", http.MethodPost, "/cases/{case}/claim/offer-answer", "Take or refuse the merchant's offer", "claims", withLink), party.SettleClaim, func(in *answerIn) casefile.ID { return in.Case },
		func(ctx context.Context, a casefile.Actor, in *answerIn) (claim.Result, error) {
			return s.Claims.AnswerOffer(ctx, a, claim.Answer{Case: in.Case, Take: in.Body.Take, Words: in.Body.Words})
		})
}

// carrying is what the sides do to carry a decision out.
func (s *Server) carrying() {
	type sentIn struct {
		CasePath
		Body struct {
			Carrier string `json:"carrier" minLength:"1" maxLength:"40"`
			Number  string `json:"number" minLength:"1" maxLength:"60"`
		}
	}
	move(s, op("goodsSent", http.MethodPost, "/cases/{case}/claim/sent", "Say that the goods are on their way back", "claims", withLink), party.CarryOutClaim, func(in *sentIn) casefile.ID { return in.Case },
		func(ctx context.Context, a casefile.Actor, in *sentIn) (claim.Result, error) {
			return s.Claims.Sent(ctx, a, claim.Sent{Case: in.Case, Carrier: in.Body.Carrier, Number: in.Body.Number})
		})
	type doneIn struct {
		CasePath
		Step claim.StepKind `path:"step" enum:"return,destroy,replace"`
		Body struct {
			Ref   string        `json:"ref,omitempty" maxLength:"100" doc:"parcel number of a replacement"`
			Media []casefile.ID `json:"media,omitempty" maxItems:"12" doc:"photos of the destroyed goods"`
		}
	}
	move(s, op("confirmClaimStep", http.MethodPost, "/cases/{case}/claim/steps/{step}/confirm", "Confirm a step: the merchant a return or replacement, the buyer the destruction", "claims", withLink, withKey),
		party.CarryOutClaim, func(in *doneIn) casefile.ID { return in.Case },
		func(ctx context.Context, a casefile.Actor, in *doneIn) (claim.Result, error) {
			return s.Claims.Confirm(ctx, a, claim.Done{Case: in.Case, Step: in.Step, Ref: in.Body.Ref, Media: in.Body.Media})
		})
}

// appealing is what both sides do about a decision.
func (s *Server) appealing() {
	type appealIn struct {
		CasePath
		Body struct {
			Reason string        `json:"reason" maxLength:"40"`
			Words  string        `json:"words" minLength:"1" maxLength:"4000"`
			Media  []casefile.ID `json:"media,omitempty" maxItems:"12"`
		}
	}
	move(s, op("appealClaim", http.MethodPost, "/cases/{case}/claim/appeal", "Appeal to somebody who had no part in the case", "claims", withLink, withKey), party.AppealClaim, func(in *appealIn) casefile.ID { return in.Case },
		func(ctx context.Context, a casefile.Actor, in *appealIn) (claim.Result, error) {
			return s.Claims.Appeal(ctx, a, claim.Appeal{Case: in.Case, Reason: in.Body.Reason, Words: in.Body.Words, Media: in.Body.Media})
		})
	move(s, op("respondAppeal", http.MethodPost, "/cases/{case}/claim/appeal/response", "Respond to the other side's appeal", "claims", withLink, withKey), party.SpeakInClaim, sayCase,
		func(ctx context.Context, a casefile.Actor, in *sayIn) (claim.Result, error) {
			return s.Claims.Respond(ctx, a, in.say())
		})
	move(s, op("takeBackAppeal", http.MethodPost, "/cases/{case}/claim/appeal/withdraw", "Take one's own appeal back", "claims", withLink, withKey), party.AppealClaim, wordsCase,
		func(ctx context.Context, a casefile.Actor, in *wordsIn) (claim.Result, error) {
			return s.Claims.TakeBack(ctx, a, claim.Reasoned{Case: in.Case, Words: in.Body.Words})
		})
	move(s, op("waiveAppeal", http.MethodPost, "/cases/{case}/claim/appeal/waive", "Give up the right to appeal; when both sides have, it is final", "claims", withLink, withKey), party.AppealClaim, pathCase,
		func(ctx context.Context, a casefile.Actor, in *CasePath) (claim.Result, error) {
			return s.Claims.WaiveAppeal(ctx, a, claim.Ref{Case: in.Case})
		})
}

// ClaimLetterBody is a letter. Document is the sealed one, in both languages.
type ClaimLetterBody struct {
	Number   string          `json:"number"`
	Code     string          `json:"code" doc:"/verify answers it"`
	Remedy   claim.Remedy    `json:"remedy"`
	Issued   time.Time       `json:"issued"`
	Digest   string          `json:"sha256" doc:"of the sealed document"`
	Document json.RawMessage `json:"document"`
}

func (s *Server) getClaimLetter(ctx context.Context, in *struct {
	CasePath
	Letter string `path:"letter" maxLength:"24"`
}) (*body[ClaimLetterBody], error) {
	a, err := s.ofClaim(ctx, in.Case, party.ViewClaim)
	if err != nil {
		return nil, problem(ctx, err)
	}
	v, err := s.Claims.Letter(ctx, a, in.Case, in.Letter)
	out := ClaimLetterBody{Number: v.Number.String(), Code: v.Code, Remedy: v.Remedy, Issued: v.Issued, Digest: v.Digest, Document: json.RawMessage("null")}
	if json.Valid(v.Document) && len(v.Document) > 0 {
		out.Document = v.Document
	}
	return answer(out), problem(ctx, err)
}
