package partydb_test

import (
	"testing"

	"anxin/internal/db/dbtest"
	"anxin/internal/party/partydb"
)

func TestStatements(t *testing.T) { dbtest.CheckStatements(t, partydb.Statements) }
