package customer

import (
	"errors"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/web/ui"
)

// inputOf maps the field names of the domain to the inputs of the forms, where they differ. An empty input is an error of the whole form.
var inputOf = map[string]string{"wished": "wish", "urgency": "danger", "draft": "", "key": "", "item": "", "answers": "", "region": "address"}

// formOf puts a domain error of category Invalid into a form's errors. A sentence made for the form ("customer.<page>.error.<input>") goes before the
// domain's general one.
func formOf(pg ui.Page, page string, err error) ui.Form {
	var f ui.Form
	var e *casefile.Error
	if !errors.As(err, &e) {
		return f
	}
	for _, x := range e.Fields {
		input, mapped := inputOf[x.Field]
		if !mapped {
			input = x.Field
		}
		f.Add(input, fieldText(pg, page, input, x))
	}
	if len(f.Errors) == 0 {
		f.Add("", ui.ErrorText(pg.P, err))
	}
	return f
}

func fieldText(pg ui.Page, page, input string, x casefile.FieldError) string {
	own := "customer." + page + ".error." + input
	switch general := x.Key; {
	case (general == "service.field.required" || general == "service.field.choose" || general == "service.field.phone") && i18n.Has(own):
		return pg.T(own)
	case i18n.Has(general):
		return pg.P.TMap(general, x.Args)
	case i18n.Has(own):
		return pg.T(own)
	}
	return pg.T("error.invalid")
}
