// Package customer is what a customer sees: the report form, the receipt, the live status page with quote, signature and rating, what is stored
// about them, and the public pages (home, coverage, verify, find).
//
// Pages are built for one thumb, a 2018 phone and 3G: one column, no script needed, under 60 kB. Handlers parse and bound the input, find out
// who is asking by the link's token, call the domain through the small interfaces in service.go, and answer a form with a redirect.
package customer
