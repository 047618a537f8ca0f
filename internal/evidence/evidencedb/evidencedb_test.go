package evidencedb_test

import (
	"testing"

	"anxin/internal/db/dbtest"
	"anxin/internal/evidence/evidencedb"
)

func TestStatementsPrepareOnBoth(t *testing.T) { dbtest.CheckStatements(t, evidencedb.Statements) }
