// Package claim is the claims half: a refund claim from filing to decision and appeal. Its words are in package terms, commands in flow, queries in query, SQL in claimdb.
// Everybody else uses the interfaces by user here. Design: docs/design/claims.md.
package claim
