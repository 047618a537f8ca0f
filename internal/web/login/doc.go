// Package login holds the pages with which people who work here get in and look after their account: log-in with a second factor, the first
// administrator, invitations and resets by one-time link, log-out, sessions, password, role in use; and the message mailbox of the demo.
//
//	/login  /login/code  /login/enrol  /logout          log-in in up to two steps
//	/setup/{token}  /join/{token}                       one-time links: the first administrator; invitation or reset
//	/account  /account/…                                one's own account
//	/mailbox                                            what would be sent by SMS
//
// Nothing here decides: party.Accounts and party.Sessions do. Every answer about a wrong log-in has the same words, whoever it is about.
package login
