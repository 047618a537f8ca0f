// Package staff holds what the pages of people who work here share: log-in and setting up an account, the frame with its navigation, the guard
// that authenticates and authorises before a handler runs, bounded forms, and the words for states.
package staff
