package checkdb_test

import (
	"testing"

	"anxin/internal/check/checkdb"
	"anxin/internal/db/dbtest"
)

func TestStatementsOnBothEngines(t *testing.T) { dbtest.CheckStatements(t, checkdb.Statements) }
