// Package query answers what the pages and the API of the claims half ask: every view with the moves that are legal for its reader now, and with nothing that the reader may not see
// at this stage.
package query
