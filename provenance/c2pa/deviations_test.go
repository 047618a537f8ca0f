package c2pa

import "path"

// deviation finds the reason why a vector may be judged otherwise.
func deviation(name string) string {
	for pattern, why := range deviations {
		if ok, _ := path.Match(pattern, name); ok {
			return why
		}
	}
	return ""
}

// deviations names the vectors on which this library and c2pa-rs disagree for a reason, with the clause.
var deviations = map[string]string{
	"craft-boxes-short.png":             boxesClause,
	"craft-boxes-short.jpg":             boxesClause,
	"craft-fragments-bare.mp4":          initClause,
	"craft-fragments-bare-bad-moov.mp4": initClause,
	"craft-blocks-track-none*.mp4":      emptyClause,
	"craft-blocks-none-*.mp4":           emptyClause,
	"craft-blocks-track-part*.mp4":      openClause,
}

const boxesClause = "C2PA 2.3 sections 18.7 and 15.12.3 (general box hash): the list covers all boxes of the asset in order. c2pa-rs stops comparing at " +
	"the end of the list, so boxes that nobody signed can follow; here they are assertion.boxesHash.mismatch"

const initClause = "C2PA 2.3 section 18.6 (BMFF-based hash): for a fragmented file initHash binds the initialization segment. c2pa-rs passes over a missing " +
	"one, so moov may be changed at will; here it is assertion.bmffHash.mismatch"

const emptyClause = "C2PA 2.3 sections 18.6.3 (hashes: [1* bstr], count: number of leaf nodes) and 15.12.2.1: a Merkle map without leaves compares nothing. " +
	"c2pa-rs takes the comparison of nothing for a match; here it is assertion.bmffHash.malformed"

const openClause = "C2PA 2.3 section 15.12.2: the hard binding of whatever is shown to a person shall be validated. c2pa-rs compares the chunks that the signer " +
	"listed and passes over the others, so they may be changed at will; here they are assertion.bmffHash.mismatch"
