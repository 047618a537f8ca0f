package archtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// forbiddenSQL is what only one engine understands, or what breaks when the schema is spread over several nodes.
var forbiddenSQL = map[string]*regexp.Regexp{
	"ILIKE is PostgreSQL only":                      regexp.MustCompile(`(?i)\bILIKE\b`),
	"MERGE differs":                                 regexp.MustCompile(`(?i)\bMERGE\s+INTO\b`),
	"OFFSET gets slower with every page: use a key": regexp.MustCompile(`(?i)\bOFFSET\b`),
	"triggers hide effects":                         regexp.MustCompile(`(?i)\bCREATE\s+TRIGGER\b`),
	"sequences are a bottleneck across nodes":       regexp.MustCompile(`\b(BIGSERIAL|SERIAL|NEXTVAL|AUTOINCREMENT|CREATE\s+SEQUENCE)\b`),
	"LISTEN/NOTIFY may be lost: timers are polled":  regexp.MustCompile(`(?i)\b(LISTEN|NOTIFY)\b`),
	"advisory locks are PostgreSQL only":            regexp.MustCompile(`(?i)\bpg_\w*lock`),
	"JSON operators: JSON is never queried in SQL":  regexp.MustCompile(`->>?|@>|(?i)\bjson_\w+\(`),
	"arrays are PostgreSQL only":                    regexp.MustCompile(`(?i)\bANY\s*\(|\bARRAY\[`),
	"data-modifying CTEs are PostgreSQL only":       regexp.MustCompile(`(?is)\bWITH\b[^;]*\bAS\s*\(\s*(INSERT|UPDATE|DELETE)`),
	"positional ? parameters: use $n":               regexp.MustCompile(`\?`),
}

func sqlFiles(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".sql") {
			return err
		}
		text, err := os.ReadFile(name)
		out[name] = string(text)
		return err
	})
	if err != nil || len(out) < 3 {
		t.Fatalf("%d SQL files, %v", len(out), err)
	}
	return out
}

func withoutComments(text string) string {
	return regexp.MustCompile(`--[^\n]*`).ReplaceAllString(text, "")
}

func TestSharedSQLIsPlain(t *testing.T) {
	for name, text := range sqlFiles(t) {
		for why, re := range forbiddenSQL {
			if m := re.FindString(withoutComments(text)); m != "" {
				t.Errorf("%s: %q: %s", name, m, why)
			}
		}
	}
}

// keyedByHash are the tables that must find the tenant from a secret alone.
var keyedByHash = map[string]bool{"case_link": true, "one_time_link": true, "session": true, "api_key": true, "attempt": true}

var createTable = regexp.MustCompile(`(?is)CREATE TABLE (?:IF NOT EXISTS )?(\w+)\s*\((.*?)\n\);`)

func TestEveryTableStartsWithItsTenant(t *testing.T) {
	seen := 0
	for name, text := range sqlFiles(t) {
		if !strings.Contains(name, "migrations") {
			continue
		}
		for _, m := range createTable.FindAllStringSubmatch(text, -1) {
			seen++
			table, body := m[1], withoutComments(m[2])
			if keyedByHash[table] {
				continue
			}
			if !regexp.MustCompile(`PRIMARY KEY \(tenant\b`).MatchString(body) && !strings.Contains(body, "tenant BIGINT PRIMARY KEY") {
				t.Errorf("%s: the primary key of %s does not start with tenant", name, table)
			}
			for _, u := range regexp.MustCompile(`UNIQUE \((\w+)`).FindAllStringSubmatch(body, -1) {
				if u[1] != "tenant" {
					t.Errorf("%s: a UNIQUE of %s does not start with tenant", name, table)
				}
			}
		}
	}
	if seen < 20 {
		t.Fatalf("only %d tables were looked at", seen)
	}
}

// tenantFree are statements that work across tenants on purpose; each is listed with its reason.
var tenantFree = map[string]string{
	"timer":     "the worker leases due timers of every tenant",
	"attempt":   "log-in attempts are counted per address before the tenant is known",
	"session":   "found by the hash of the token",
	"case_link": "found by the hash of the token",
	"api_key":   "found by the hash of the key",
}

// Every statement names its tenant, so that a forgotten condition cannot show one operator's data to another.
func TestEveryStatementNamesItsTenant(t *testing.T) {
	for name, text := range sqlFiles(t) {
		if strings.Contains(name, "migrations") || strings.HasSuffix(name, "_test.sql") {
			continue
		}
		for _, part := range strings.Split(text, "-- name:")[1:] {
			stmt, body, _ := strings.Cut(part, "\n")
			body = withoutComments(body)
			if regexp.MustCompile(`\btenant\b`).MatchString(body) || excused(body) || strings.Contains(part, "-- all tenants:") {
				continue
			}
			t.Errorf("%s: statement%s has no tenant (if it spans tenants on purpose, say so with a comment `-- all tenants: reason`)", name, stmt)
		}
	}
}

func excused(body string) bool {
	for table := range tenantFree {
		if regexp.MustCompile(`(?i)\b(FROM|INTO|UPDATE)\s+` + table + `\b`).MatchString(body) {
			return true
		}
	}
	return false
}

// The engines differ in few places, all listed in internal/db.
func TestFewDialectFragments(t *testing.T) {
	known := map[string]bool{"{{bytes}}": true, "{{skiplocked}}": true, "{{forupdate}}": true}
	for name, text := range sqlFiles(t) {
		for _, m := range regexp.MustCompile(`\{\{\w+\}\}`).FindAllString(text, -1) {
			if !known[m] {
				t.Errorf("%s uses the fragment %s that this test does not know", name, m)
			}
		}
	}
	if len(known) > 10 {
		t.Errorf("%d engine-specific fragments, more than 10", len(known))
	}
}
