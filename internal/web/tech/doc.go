// Package tech holds the pages of a technician, made for a phone: offers, today, and one visit from setting out to the customer's signature.
//
// Each page has one next action, as a bar at the bottom. Numbers are callable and addresses navigable only once the visit is the technician's. Every
// form works without scripts; scripts add the sum of a quote while it is typed, photo uploads with progress, the signature pad and the live answer
// of the customer. Handlers only parse, authorise and call; what is legal now comes from the service and is what the page shows.
package tech
