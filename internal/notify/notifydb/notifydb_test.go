package notifydb_test

import (
	"testing"

	"anxin/internal/db/dbtest"
	"anxin/internal/notify/notifydb"
)

func TestStatements(t *testing.T) { dbtest.CheckStatements(t, notifydb.Statements) }
