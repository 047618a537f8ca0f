// Package flow holds the commands of the claims half, one transaction each, by topic. Every one takes the same road: check and bound the input, lock the case, read the claim,
// let the machine decide, write rows, clocks and messages, append the event last.
package flow
