package ui

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"anxin/internal/casefile"
)

// Failure is what an error page says: what happened, and what to do now.
type Failure struct {
	Status int
	Title  string
	// Text is the sentence of the error itself.
	Text string
	// Again says when to try again; zero says nothing.
	Again time.Duration
	// Back is where the way on leads; empty is the home page.
	Back string
}

// Fail writes the error page of an error: status by category, its own sentence, the next step. The cause is never shown.
func Fail(w http.ResponseWriter, r *http.Request, pg Page, err error) {
	f := FailureOf(pg, err)
	if f.Again > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(f.Again.Round(time.Second)/time.Second)))
	}
	Render(w, r, f.Status, FailurePage(pg, f))
}

// FailureOf puts an error into words.
func FailureOf(pg Page, err error) Failure {
	c := casefile.CategoryOf(err)
	f := Failure{Status: StatusOf(err), Title: pg.T("error." + string(c) + "_title"), Text: ErrorText(pg.P, err)}
	var e *casefile.Error
	if errors.As(err, &e) {
		f.Again = e.RetryAfter
	}
	if f.Again == 0 && (c == casefile.Limited || c == casefile.Unavailable) {
		f.Again = 30 * time.Second
	}
	return f
}

// againText says when to try again.
func againText(pg Page, d time.Duration) string {
	if d < time.Minute {
		return pg.T("ui.fail_again_soon")
	}
	return pg.T("ui.fail_again", "d", pg.P.Duration(d))
}
