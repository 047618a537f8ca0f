// Package terms holds the words in which the service half speaks: states and moves with the tables that join them, commands, views, rows, and what the half
// needs of others. It decides nothing. Everybody outside uses these names through package service.
package terms
