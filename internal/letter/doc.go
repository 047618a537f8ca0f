// Package letter writes the papers of a claim: the decision letter in every remedy, the notice to the merchant, the receipt for the buyer and the record
// of the platform's duty of care.
//
// A letter is composed once, from facts, into a Document: sections of plain blocks in Chinese and in English that a page shows and PDF draws. The document
// is kept with the claim, so that a letter says for ever what it said when it was served, whatever later versions of the texts say. Composing refuses
// facts that lack a part (Parts): a letter without its burden of proof or its way to appeal is not served.
//
// The words follow three rules: findings are facts with their limits; no sentence accuses anybody; both sides get the same letter.
package letter
