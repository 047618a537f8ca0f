package archtest

import (
	"go/ast"
	"testing"
)

// mayClear are the packages that take personal data out of its masked types (privacy.Phone and so on), each with the reason. A new one is a decision:
// what it shows, to whom, and why a mask would not do.
var mayClear = map[string]string{
	"internal/privacy":      "seals it",
	"internal/service/flow": "reveals a field to the desk, with a logged reason",
	"internal/notify":       "seals the number a message goes to",
	"internal/api":          "shows a technician the visit they are on",
	"internal/web/customer": "shows a customer their own data",
	"internal/web/tech":     "shows a technician the visit they are on",
	"internal/web/desk":     "shows the field that was revealed and the desk's own notes",
	"internal/web/review":   "shows a reviewer what both sides said, and what reviewers wrote",
	"internal/web/login":    "shows the development mailbox",
	"internal/web/parties":  "shows the two sides of a claim what was said, as far as the stage allows",
}

func TestOnlyTheseTakePersonalDataOutOfTheirMasks(t *testing.T) {
	used := map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 0 {
				return true
			}
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Clear" {
				used[s.pkg] = true
				if mayClear[s.pkg] == "" {
					t.Errorf("%s: calls Clear(); packages that may are listed in mayClear, each with its reason", s.fset.Position(call.Pos()))
				}
			}
			return true
		})
	}
	for pkg := range mayClear {
		if !used[pkg] {
			t.Errorf("%s is in mayClear and never calls Clear(): take it off the list", pkg)
		}
	}
}
