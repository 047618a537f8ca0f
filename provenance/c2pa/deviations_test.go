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
}

const boxesClause = "C2PA 2.3 sections 18.7 and 15.12.3 (general box hash): the list covers all boxes of the asset in order. c2pa-rs stops comparing at " +
	"the end of the list, so boxes that nobody signed can follow; here they are assertion.boxesHash.mismatch"

const initClause = "C2PA 2.3 section 18.6 (BMFF-based hash): for a fragmented file initHash binds the initialization segment. c2pa-rs passes over a missing " +
	"one, so moov may be changed at will; here it is assertion.bmffHash.mismatch"
