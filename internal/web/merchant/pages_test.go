package merchant

import (
	"testing"

	"anxin/internal/web/webtest"
)

func TestStoriesAreSound(t *testing.T) { webtest.Stories(t, Stories()) }
