// Package plan asks package dispatch what the service half wants to know: where one more visit fits and what each alternative costs, what a technician's day
// looks like with the ways between the visits, and what a whole day could look like. It reads nothing and writes nothing: who calls it hands in what was read.
package plan
