// Package dispatch plans technicians' visits: a [Problem] goes in, ranked technicians or a whole plan with explanations come out.
//
// The package is a pure library. It does no input or output, has no clock of its own and draws no unseeded random number: the same
// arguments give the same answer, byte for byte.
//
// # Units
//
// Moments are [Time] (whole seconds since the Unix epoch), durations are whole seconds in int32 fields whose names end in Seconds,
// distances are whole metres, money is whole fen. A [Place] is latitude and longitude in degrees with its datum.
//
// # One job, many technicians
//
// [Rank] answers "who can be there first, and why not the others": it never moves a visit that is already agreed
// ([Commitment]) and returns every technician, the eligible ones in order of arrival, the others with all rules they fail.
// A [Reason] is a code with parameters, so that programs can act on it; [Explain] turns it into a Chinese or English sentence.
package dispatch
