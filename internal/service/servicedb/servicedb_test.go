package servicedb_test

import (
	"testing"

	"anxin/internal/db/dbtest"
	"anxin/internal/service/servicedb"
)

func TestStatementsOnBothEngines(t *testing.T) { dbtest.CheckStatements(t, servicedb.Statements) }
