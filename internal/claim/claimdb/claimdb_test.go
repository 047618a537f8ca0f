package claimdb_test

import (
	"testing"

	"anxin/internal/claim/claimdb"
	"anxin/internal/db/dbtest"
)

func TestStatementsOnBothEngines(t *testing.T) { dbtest.CheckStatements(t, claimdb.Statements) }
