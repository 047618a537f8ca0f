package staff

import (
	"io"
	"net/http"

	"anxin/internal/casefile"
	"anxin/internal/web/upload"
)

// Uploads receives photographs in pieces, for an account and a thing that it may send them for.
type Uploads struct {
	Spool    *upload.Spool
	MaxBytes int64
	Max      int
	// Of names what the photograph is for; the same text must be there when its last piece comes.
	Of string
	// Seal takes the whole photograph and answers the token that the form sends back.
	Seal func(r *http.Request, body io.Reader) (token string, err error)
}

// Begin announces a photograph.
func (u Uploads) Begin(q *Request) error {
	u.handler(q).Begin(q.W, q.Request)
	return nil
}

// Piece takes a piece of it, says how far it is, or forgets it.
func (u Uploads) Piece(q *Request) error {
	u.handler(q).Piece(q.W, q.Request)
	return nil
}

// handler is bound to one account and one thing: a photograph that somebody else began is not theirs to end.
func (u Uploads) handler(q *Request) *upload.Handler {
	me := q.Actor.ID.String() + " " + u.Of
	return &upload.Handler{
		Spool: u.Spool, MaxBytes: u.MaxBytes, PerSender: u.Max + 3,
		Owner: func(*http.Request) (any, string, error) { return me, "account:" + q.Actor.ID.String(), nil },
		Seal: func(r *http.Request, owner any, body io.Reader) (string, error) {
			if owner != me {
				return "", casefile.Fail(casefile.NotFound, "error.not_found")
			}
			return u.Seal(r, body)
		},
	}
}
