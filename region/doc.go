// Package region turns what people write or say about a place in China into an administrative division, with the
// reasons for it. It decides where technicians are sent, so it would rather ask than guess: an answer is
// OutcomeOne only when the text leaves no other reading, otherwise OutcomeSet lists the possible places, each
// with a reason and the question that would decide.
//
// The embedded dataset holds the present divisions down to the town, every county-level code since 1981 with
// dated successors, and the changes after the last official list. Codes mean different things in different
// years; therefore everything is asked "as of" a date, and an answer names the version of the dataset it came
// from. A record of a decision should keep all three: code, dataset version, date.
//
// A Resolver is immutable and safe for concurrent use. Nothing here reads files, the clock or the network.
package region

//go:generate go run ./internal/build/regionbuild -data ../../shared/data/region -out data/region.bin
