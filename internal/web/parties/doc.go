// Package parties holds what the pages of both sides of a claim share: how what was said, shown, decided and carried out looks, the page of a letter, the form of
// one act with its photographs, and the reading of such a form. It knows neither side's routes nor rules: the pages of the buyer (claimant) and of the merchant
// (merchant) decide what is shown; a side's page never holds more than its view of the claim.
package parties
