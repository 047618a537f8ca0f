package orders

import (
	"errors"
	"io"
	"net/http"

	"anxin/internal/casefile"
	"anxin/internal/order"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

func (p *Pages) imports(q *staff.Request) error { return p.showImports(q, ui.Form{}) }

func (p *Pages) showImports(q *staff.Request, form ui.Form) error {
	v := Imports{Form: form}
	var err error
	if v.Merchants, err = p.merchants(q, casefile.Nil); err != nil {
		return err
	}
	if q.Actor.Role == casefile.Merchant {
		if v.Rows, err = p.Orders.Imports(q.Context(), q.Actor, casefile.Nil); err != nil {
			return err
		}
	}
	pg, status := q.Done("order.done."), http.StatusOK
	if pg.Failed = form.Failed(); pg.Failed {
		status = http.StatusUnprocessableEntity
	}
	return q.Render(status, ImportsPage(pg, v))
}

// stage reads the uploaded file as it comes; it is never held in memory as a whole.
func (p *Pages) stage(q *staff.Request) error {
	mr, err := q.MultipartReader()
	if err != nil {
		return casefile.Fail(casefile.Invalid, "error.invalid")
	}
	merchant := casefile.Nil
	for n := 0; n < 20; n++ {
		part, err := mr.NextPart()
		switch {
		case err == io.EOF:
			return p.showImports(q, formOf(q, casefile.InvalidField("file", "order.field.required")))
		case err != nil:
			return tooLarge(err)
		case part.FormName() == "merchant": // it stands before the file in the form
			b, err := io.ReadAll(io.LimitReader(part, 64))
			if err != nil {
				return tooLarge(err)
			}
			merchant, _ = casefile.ParseID(string(b))
		case part.FormName() == "file" && part.FileName() != "":
			i, err := p.Orders.Stage(q.Context(), q.Actor, merchant, part)
			var big *http.MaxBytesError
			switch {
			case errors.As(err, &big):
				return casefile.Fail(casefile.TooLarge, "error.too_large")
			case staff.Redraws(err) || casefile.Is(err, casefile.TooLarge):
				return p.showImports(q, formOf(q, err))
			case err != nil:
				return err
			}
			return q.See("/imports/" + i.ID.String())
		}
	}
	return casefile.Fail(casefile.TooLarge, "error.too_large")
}

// maxNotes is how many lines with something to say are shown.
const maxNotes = 200

func (p *Pages) imported(q *staff.Request) error {
	id, err := q.PathID("import")
	if err != nil {
		return err
	}
	i, notes, sample, err := p.Orders.Import(q.Context(), q.Actor, id)
	if err != nil {
		return err
	}
	v := ImportView{Import: i, Sample: sample, Idem: q.Idem()}
	v.Notes = notes[:min(len(notes), maxNotes)]
	v.More = len(notes) - len(v.Notes)
	pg := q.Page()
	if i.State == order.ImportRunning {
		q.W.Header().Set("Refresh", "3") // works without scripts; the job goes on whether somebody looks or not
	}
	return q.Render(http.StatusOK, ImportPage(pg, v))
}

func (p *Pages) begin(q *staff.Request) error {
	id, err := p.parsed(q)
	if err == nil {
		_, err = p.Orders.Begin(q.Once(), q.Actor, id)
	}
	if err = staff.Settled(err); err != nil {
		return err
	}
	return q.See("/imports/" + id.String())
}

func (p *Pages) discard(q *staff.Request) error {
	id, err := p.parsed(q)
	if err == nil {
		err = p.Orders.Discard(q.Once(), q.Actor, id)
	}
	if err = staff.Settled(err); err != nil {
		return err
	}
	return q.See("/imports?done=discarded")
}

func (p *Pages) parsed(q *staff.Request) (casefile.ID, error) {
	if err := q.ParseForm(); err != nil {
		return casefile.Nil, err
	}
	return q.PathID("import")
}

// template is an empty file with the columns, with the mark that spreadsheets want to see before Chinese.
func (p *Pages) template(q *staff.Request) error {
	h := q.W.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="orders.csv"`)
	_, err := io.WriteString(q.W, "\xef\xbb\xbf"+order.Template)
	return err
}
