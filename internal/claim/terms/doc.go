// Package terms holds the words of the claims half: states and moves with their one table, the guards, commands, views, rows, the store's interface and what the
// half needs of others. It does nothing to the outside: no database, no clock, no text for people.
package terms
