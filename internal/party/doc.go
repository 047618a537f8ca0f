// Package party is about who somebody is and what they may do: accounts and their roles, log-in with a second factor, sessions, one-time links,
// customers' case links, API keys, the policies that allow or refuse each action, rate limits, and the log of who looked at what.
//
// An edge (web, api) makes a casefile.Actor with [Sessions], [Links] or [Keys], asks [Gate.Check] (or the pure function [Authorize]) whether the
// actor may do the action to the resource, and only then calls a domain service. Every action is a line of the table in action.go; every rule is
// a policy in policies/*.cedar; what no policy permits is refused.
package party
