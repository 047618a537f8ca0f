// Package desk holds the pages of agents and dispatchers: the queue with the case beside it, a new case for a caller, search, and the
// dispatcher's day.
//
// The page has three regions: the queues, the list of one queue, and one case. Every part is a link or a form and works without scripts; scripts add
// the keyboard (j, k, Enter, /, n, ?), loading a case without the list, and a bar that says how much is new: nothing moves under the pointer. Personal
// fields are masked; one is shown after a reason was given, and is covered again after a minute.
package desk
