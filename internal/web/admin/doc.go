// Package admin holds the operator's pages: technicians, accounts, API keys, webhook endpoints, calendars and clocks, timers that were given up, the state
// of the vault and its log, statistics, and what `anxin doctor` would say.
//
// Secrets are shown once, on the answer to the form that made them, and never again. What cannot be undone asks for the name to be typed; everything else
// has its opposite beside it.
package admin
