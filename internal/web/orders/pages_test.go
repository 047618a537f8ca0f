package orders

import (
	"testing"

	"anxin/internal/web/webtest"
)

func TestStories(t *testing.T) { webtest.Stories(t, Stories()) }
