package api

import (
	"context"
	"slices"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/party"
)

// Evidence of a claim comes by the operation of all evidence, under kinds of its own.
var (
	buyerMedia    = []string{claim.MediaClaimPhoto, claim.MediaClaimVideo, claim.MediaDocument}
	merchantMedia = []string{claim.MediaAnswerPhoto, claim.MediaAnswerVideo, claim.MediaDocument}
)

// ofClaimKind tells the kinds of a claim from those of a repair.
func ofClaimKind(kind string) bool {
	return slices.Contains(buyerMedia, kind) || slices.Contains(merchantMedia, kind)
}

// mayUpload asks the policies whether a side may send evidence of a kind: the buyer of the case, or its merchant once the claim was served on it.
func (s *Server) mayUpload(ctx context.Context, a casefile.Actor, in Upload) error {
	merchant, err := s.ClaimOwners.MerchantOf(ctx, a.Tenant, in.Case)
	if err == nil {
		err = s.Callers.Check(ctx, a, party.AttachPhotos, party.OfMerchantCase(a.Tenant, in.Case, merchant))
	}
	if err != nil {
		return err
	}
	kinds := buyerMedia
	if a.Role == casefile.Merchant {
		kinds = merchantMedia
		if _, err := s.Claims.MerchantClaim(ctx, a, in.Case); err != nil {
			return err
		}
	}
	if !slices.Contains(kinds, in.Kind) || a.Role != casefile.Merchant && a.Role != casefile.Customer {
		return casefile.InvalidField("kind", "api.error.evidence_kind")
	}
	return nil
}
