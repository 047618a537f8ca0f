package orderdb_test

import (
	"testing"

	"anxin/internal/db/dbtest"
	"anxin/internal/order/orderdb"
)

func TestStatementsOnBothEngines(t *testing.T) { dbtest.CheckStatements(t, orderdb.Statements) }
