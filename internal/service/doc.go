// Package service is the service half of the product: requests, visits, offers, quotes, reports of work and promises, and the technicians who do
// the work.
//
// Every command takes the one road: a method of [Service] with an actor and a command struct checks and bounds the input, reads what it needs, asks the
// engines (region, dispatch) and the transition tables in states.go, and writes rows, timers, messages and the event of the case's timeline in one
// transaction. What a command writes is all there or not at all. Queries answer view structs that hold no more than their reader may see.
//
// Files are by topic: report.go, region.go, assign.go, offer.go, pin.go, door.go, quote.go, finish.go, status.go, desk.go, ... The tables of who may do what
// when are states.go; what people may say and pay (checklists, price lists, fault codes) is the sub-package catalog.
package service
