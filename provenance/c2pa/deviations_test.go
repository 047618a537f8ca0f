package c2pa

// deviations names the vectors on which this library and c2pa-rs disagree for a reason, with the clause.
var deviations = map[string]string{
	"craft-boxes-short.png": boxesClause,
	"craft-boxes-short.jpg": boxesClause,
	"bad-identity-x509-noeku-binding.jpg": "CAWG identity assertion 1.1 section 7.1.1: an assertion that cannot be decoded is cawg.identity.cbor.invalid; " +
		"c2pa-rs drops the whole manifest from its report and says assertion.required.missing. Both say Invalid",
}

const boxesClause = "C2PA 2.3 sections 18.7 and 15.12.3 (general box hash): the list covers all boxes of the asset in order. c2pa-rs stops comparing at " +
	"the end of the list, so boxes that nobody signed can follow; here they are assertion.boxesHash.mismatch"
