// Package flow does the commands of the service half, one transaction each. Files are by topic: report.go, address.go, assign.go, offer.go, pin.go, door.go,
// quote.go, finish.go, ending.go, promise.go, clocks.go, staff.go. What a command may do when is in the tables of package terms.
package flow
