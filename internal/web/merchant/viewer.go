package merchant

import (
	"net/http"
	"net/url"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/web/parties"
	"anxin/internal/web/staff"
)

// view shows one picture of the claim large, or two beside one another (?with=). Only copies; only what the claim shows.
func (p *Pages) view(q *staff.Request, id casefile.ID) error {
	item, err := q.PathID("item")
	if err != nil {
		return err
	}
	c, err := p.read(q, id)
	if err != nil {
		return err
	}
	v, ok := viewer(shower(q.P(), id), c, item.String(), q.URL.Query().Get("with"))
	if !ok {
		return casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return q.Render(http.StatusOK, ViewerPage(q.Page(), v))
}

// viewer fills the page; false when the item is not among the pictures of the claim.
func viewer(s *parties.Shower, c claim.MerchantClaim, item, with string) (Viewer, bool) {
	base := claimPath(c.Case)
	v := Viewer{Number: c.Number.String(), Back: base}
	hashes := map[string]string{}
	var all []parties.Tile
	for _, list := range [][]claim.StatementView{c.Theirs, c.Mine, c.Asked} {
		for _, st := range list {
			for _, m := range st.Media {
				hashes[m.Item.String()] = m.SHA256
			}
			all = append(all, s.Media(st.Media)...)
		}
	}
	all = append(all, s.References(c.Order.References)...)
	var photos []parties.Tile
	for _, t := range all {
		if t.Kind == "photo" {
			photos = append(photos, t)
		}
	}
	found := false
	href := func(item, with string) string {
		h := base + "/view/" + item
		if with != "" && with != item {
			h += "?with=" + url.QueryEscape(with)
		}
		return h
	}
	v.Of = len(photos)
	for i, t := range photos {
		st := StripTile{Tile: t, Href: href(t.Item, ""), Current: t.Item == item}
		if t.Item == item {
			found, v.Nth = true, i+1
			v.Main = Pane{Tile: t, SHA256: hashes[t.Item]}
			if i > 0 {
				v.Prev = href(photos[i-1].Item, with)
			}
			if i+1 < len(photos) {
				v.Next = href(photos[i+1].Item, with)
			}
		} else {
			st.Compare = href(item, t.Item)
			if t.Item == with {
				v.With = &Pane{Tile: t, SHA256: hashes[t.Item], Drop: href(item, "")}
			}
		}
		v.Strip = append(v.Strip, st)
	}
	return v, found
}
