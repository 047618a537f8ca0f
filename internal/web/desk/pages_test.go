package desk

import (
	"strings"
	"testing"

	"anxin/internal/i18n"
	"anxin/internal/web/webtest"
)

// The list of exceptions has a short word for each thing that the service half can find wrong.
func TestEveryProblemHasAWord(t *testing.T) {
	n := 0
	for _, k := range i18n.Keys() {
		if kind, ok := strings.CutPrefix(k, "service.problem."); ok {
			n++
			if !i18n.Has("desk.problem." + kind) {
				t.Errorf("desk.problem.%s has no word", kind)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d kinds of problems found", n)
	}
}

func TestStories(t *testing.T) { webtest.Stories(t, Stories()) }
