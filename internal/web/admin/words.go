package admin

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"anxin/internal/i18n"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

func formFrame(pg ui.Page, f ui.Form, title string) ui.Page {
	pg.Failed = f.Failed()
	return pg.WithTitle(title)
}

func size(pg ui.Page, bytes int64) string {
	if bytes >= 1e9 {
		return fmt.Sprintf("%.1f GB", float64(bytes)/1e9)
	}
	return pg.P.Bytes(bytes)
}

func deadCount(lanes []Lane) (n int64) {
	for _, l := range lanes {
		n += l.Dead
	}
	return n
}

func lagWords(pg ui.Page, lanes []Lane) string {
	var worst time.Duration
	for _, l := range lanes {
		worst = max(worst, l.Lag)
	}
	if worst < 10*time.Second {
		return pg.T("admin.timers.on_time")
	}
	return pg.T("admin.timers.late", "d", pg.P.Duration(worst))
}

func checkpointWords(pg ui.Page, v VaultState) string {
	if v.CheckpointAt.IsZero() {
		return pg.T("admin.evidence.no_checkpoint")
	}
	return pg.T("admin.evidence.checkpoint_short", "ago", pg.P.Ago(v.CheckpointAt))
}

func num(n int64) ui.Cell { return ui.Text(strconv.FormatInt(n, 10)) }

func laneTable(pg ui.Page, lanes []Lane) ui.Table {
	t := ui.Table{Caption: pg.T("admin.timers.lanes"), HideCaption: true, Columns: []ui.Column{
		{Title: pg.T("admin.timers.lane")}, {Title: pg.T("admin.timers.waiting"), Number: true}, {Title: pg.T("admin.timers.overdue"), Number: true},
		{Title: pg.T("admin.timers.running"), Number: true}, {Title: pg.T("admin.timers.paused"), Number: true}, {Title: pg.T("admin.timers.dead_n"), Number: true}, {Title: pg.T("admin.timers.lag")},
	}}
	for _, l := range lanes {
		lag := pg.T("admin.timers.on_time")
		if l.Lag >= 10*time.Second {
			lag = pg.P.Duration(l.Lag)
		}
		t.Rows = append(t.Rows, []ui.Cell{{Text: pg.T("admin.lane." + l.Name), Header: true}, num(l.Waiting), num(l.Overdue), num(l.Running), num(l.Paused), num(l.Dead), ui.Text(lag)})
	}
	return t
}

func deadTable(pg ui.Page, v Timers) ui.Table {
	t := ui.Table{Caption: pg.T("admin.timers.dead"), HideCaption: true, Columns: []ui.Column{
		{Title: pg.T("admin.timers.what")}, {Title: pg.T("admin.timers.case")}, {Title: pg.T("admin.timers.attempts"), Number: true}, {Title: pg.T("admin.timers.died")},
		{Title: pg.T("admin.timers.cause")}, {Title: pg.T("admin.timers.act")},
	}}
	for _, d := range v.Dead {
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: d.Kind + " (" + pg.T("admin.lane."+d.Lane) + ")", Header: true}, ui.Text(d.Case.String()), num(int64(d.Attempts)), ui.Text(pg.P.Time(d.Died)), ui.Text(d.Cause),
			{Body: deadActs(pg, v, d)},
		})
	}
	return t
}

func vaultPairs(pg ui.Page, v VaultState) []ui.Pair {
	checkpoint := pg.T("admin.evidence.no_checkpoint")
	if !v.CheckpointAt.IsZero() {
		checkpoint = pg.T("admin.evidence.checkpoint_at", "n", pg.P.Number(v.CheckpointSize), "time", pg.P.Time(v.CheckpointAt))
	}
	backup := pg.T("admin.evidence.no_backup")
	if !v.LastBackup.IsZero() {
		backup = pg.P.Time(v.LastBackup)
	}
	pairs := []ui.Pair{
		{Key: pg.T("admin.evidence.items"), Text: pg.T("admin.evidence.items_n", "n", pg.P.Number(v.Items), "size", size(pg, v.Bytes))},
		{Key: pg.T("admin.evidence.staged"), Text: pg.P.Number(v.StagedItems)},
		{Key: pg.T("admin.evidence.log"), Text: pg.P.Number(v.LogSize)},
		{Key: pg.T("admin.evidence.checkpoint"), Text: checkpoint},
		{Key: pg.T("admin.evidence.key"), Text: v.CheckpointKey},
		{Key: pg.T("admin.evidence.exported"), Text: v.ExportedTo},
		{Key: pg.T("admin.evidence.backup"), Text: backup},
	}
	if v.FreeBytes > 0 {
		pairs = append(pairs, ui.Pair{Key: pg.T("admin.evidence.free"), Text: size(pg, v.FreeBytes)})
	}
	return pairs
}

func ruleTable(pg ui.Page, rules []RuleRow) ui.Table {
	t := ui.Table{Caption: pg.T("admin.clocks.rules"), HideCaption: true, Columns: []ui.Column{
		{Title: pg.T("admin.clocks.clock")}, {Title: pg.T("admin.clocks.for")}, {Title: pg.T("admin.clocks.urgency")}, {Title: pg.T("admin.clocks.length")},
		{Title: pg.T("admin.clocks.calendar")}, {Title: pg.T("admin.clocks.expiry")},
	}}
	for _, r := range rules {
		t.Rows = append(t.Rows, []ui.Cell{{Text: r.Kind, Header: true}, ui.Text(r.For), ui.Text(r.Urgency), ui.Text(r.Length + " " + r.Unit), ui.Text(r.Calendar), ui.Text(r.OnExpiry)})
	}
	return t
}

func pauseTable(pg ui.Page, rows []PauseRow) ui.Table {
	t := ui.Table{Caption: pg.T("admin.clocks.pauses"), HideCaption: true, Columns: []ui.Column{{Title: pg.T("admin.clocks.reason")}, {Title: pg.T("admin.clocks.clock")}, {Title: pg.T("admin.clocks.who")}}}
	for _, r := range rows {
		t.Rows = append(t.Rows, []ui.Cell{{Text: r.Reason, Header: true}, ui.Text(r.Clocks), ui.Text(r.Roles)})
	}
	return t
}

func hoursTable(pg ui.Page, rows []HoursRow) ui.Table {
	t := ui.Table{Caption: pg.T("admin.clocks.hours"), HideCaption: true, Columns: []ui.Column{{Title: pg.T("admin.clocks.calendar")}, {Title: pg.T("admin.clocks.now")}, {Title: pg.T("admin.clocks.version")}}}
	for _, r := range rows {
		now := pg.T("admin.clocks.closed")
		if r.Open {
			now = pg.T("admin.clocks.open")
		}
		if r.Provisional {
			now += " · " + pg.T("admin.clocks.provisional")
		}
		t.Rows = append(t.Rows, []ui.Cell{{Text: r.Title, Header: true}, ui.Text(now), ui.Text(r.Version)})
	}
	return t
}

func nextHref(path, next string) string {
	if next == "" {
		return ""
	}
	return path + "?after=" + next
}

func techTable(pg ui.Page, v Technicians) ui.Table {
	t := ui.Table{Caption: pg.T("staff.nav.technicians"), HideCaption: true, Columns: []ui.Column{
		{Title: pg.T("admin.tech.name")}, {Title: pg.T("admin.tech.partner")}, {Title: pg.T("admin.tech.skills"), Number: true}, {Title: pg.T("admin.tech.regions"), Number: true},
		{Title: pg.T("admin.tech.shifts"), Number: true}, {Title: pg.T("admin.tech.state")},
	}}
	for _, r := range v.Rows {
		t.Rows = append(t.Rows, []ui.Cell{
			{Body: techName(r), Header: true}, ui.Text(r.Partner), num(int64(r.Skills)), num(int64(r.Regions)), num(int64(r.Shifts)), {Body: techState(pg, r)},
		})
	}
	return t
}

func techTone(state string) ui.Tone {
	switch state {
	case "active":
		return ui.OK
	case "paused":
		return ui.Warn
	}
	return ui.Quiet
}

func techTitle(pg ui.Page, v Technician) string {
	if v.ID.IsNil() {
		return pg.T("admin.tech.new")
	}
	return v.Name + " " + v.Code
}

func techPath(v Technician) string {
	if v.ID.IsNil() {
		return "/admin/technicians"
	}
	return "/admin/technicians/" + v.ID.String()
}

func phoneHint(pg ui.Page, v Technician) string {
	if v.PhoneMasked == "" {
		return pg.T("admin.tech.phone_hint")
	}
	return pg.T("admin.tech.phone_keep", "phone", v.PhoneMasked)
}

func withOn(items []ui.Choice, value string) []ui.Choice {
	out := make([]ui.Choice, len(items))
	for i, it := range items {
		it.On = it.Value == value
		out[i] = it
	}
	return out
}

func vehicles(pg ui.Page, value string) []ui.Choice {
	return withOn([]ui.Choice{{Value: "ebike", Text: pg.T("admin.vehicle.ebike")}, {Value: "van", Text: pg.T("admin.vehicle.van")}}, value)
}

func techStates(pg ui.Page, value string) []ui.Choice {
	var out []ui.Choice
	for _, s := range []string{"active", "paused", "left"} {
		out = append(out, ui.Choice{Value: s, Text: staff.Word(pg.P, "technician_state", s), On: s == value})
	}
	return out
}

func levelWord(n int) string {
	if n == 0 {
		return "–"
	}
	return strconv.Itoa(n)
}

func accountTable(pg ui.Page, v Accounts) ui.Table {
	t := ui.Table{Caption: pg.T("staff.nav.accounts"), HideCaption: true, Columns: []ui.Column{
		{Title: pg.T("admin.account.name")}, {Title: pg.T("admin.account.roles")}, {Title: pg.T("admin.account.second")}, {Title: pg.T("admin.account.seen")}, {Title: pg.T("admin.account.state")},
	}}
	for _, r := range v.Rows {
		second := pg.T("admin.no")
		if r.SecondFactor {
			second = pg.T("admin.yes")
		}
		seen := pg.T("admin.never")
		if staff.Known(r.Seen) {
			seen = pg.P.Ago(r.Seen)
		}
		t.Rows = append(t.Rows, []ui.Cell{{Body: accountName(r), Header: true}, ui.Text(pg.P.List(roleWords(pg.P, r.Roles))), ui.Text(second), ui.Text(seen), {Body: accountState(pg, r)}})
	}
	return t
}

func roleWords(p i18n.Printer, roles []string) []string {
	var out []string
	for _, r := range roles {
		out = append(out, staff.Word(p, "role", r))
	}
	return out
}

func accountTone(state string) ui.Tone {
	switch state {
	case "active":
		return ui.OK
	case "invited":
		return ui.Info
	}
	return ui.Quiet
}

func accountTitle(pg ui.Page, v Account) string {
	if v.ID.IsNil() {
		return pg.T("admin.account.new")
	}
	return v.Name
}

func accountPath(v Account) string {
	if v.ID.IsNil() {
		return "/admin/accounts"
	}
	return "/admin/accounts/" + v.ID.String()
}

func accountSend(pg ui.Page, v Account) string {
	if v.ID.IsNil() {
		return pg.T("admin.account.invite")
	}
	return pg.T("admin.save")
}

func accountPairs(pg ui.Page, v Account) []ui.Pair {
	second, seen := pg.T("admin.no"), pg.T("admin.never")
	if v.SecondFactor {
		second = pg.T("admin.yes")
	}
	if staff.Known(v.Seen) {
		seen = pg.P.Time(v.Seen)
	}
	return []ui.Pair{
		{Key: pg.T("admin.account.login"), Text: v.Login},
		{Key: pg.T("admin.account.state"), Text: pg.T("admin.account_state." + v.State)},
		{Key: pg.T("admin.account.second"), Text: second},
		{Key: pg.T("admin.account.created"), Text: pg.P.Time(v.Created)},
		{Key: pg.T("admin.account.seen"), Text: seen},
	}
}

func linkWord(pg ui.Page, v Account) string {
	if v.State == "invited" {
		return pg.T("admin.account.invite_again")
	}
	return pg.T("admin.account.reset")
}

func keyTable(pg ui.Page, v Keys) ui.Table {
	t := ui.Table{Caption: pg.T("staff.nav.keys"), HideCaption: true, Columns: []ui.Column{
		{Title: pg.T("admin.key.name")}, {Title: pg.T("admin.key.role")}, {Title: pg.T("admin.key.scopes")}, {Title: pg.T("admin.key.used")}, {Title: pg.T("admin.key.act")},
	}}
	for _, r := range v.Rows {
		var scopes []string
		for _, s := range r.Scopes {
			scopes = append(scopes, pg.T("admin.scope."+s))
		}
		used := pg.T("admin.never")
		if staff.Known(r.Used) {
			used = pg.P.Ago(r.Used)
		}
		t.Rows = append(t.Rows, []ui.Cell{{Body: keyName(r), Header: true}, ui.Text(staff.Word(pg.P, "role", r.Role)), ui.Text(pg.P.List(scopes)), ui.Text(used), {Body: keyAct(pg, v, r)}})
	}
	return t
}

func hookTone(state string) ui.Tone {
	switch state {
	case "active":
		return ui.OK
	case "failing":
		return ui.Danger
	}
	return ui.Quiet
}

func kindWords(pg ui.Page, kinds []string) string {
	if len(kinds) == 0 || len(kinds) == 1 && kinds[0] == "*" {
		return pg.T("admin.hook.all")
	}
	var out []string
	for _, k := range kinds {
		out = append(out, kindWord(pg.P, k))
	}
	return pg.P.List(out)
}

// kindWord names a kind of message; one without a name is shown as it is.
func kindWord(p i18n.Printer, kind string) string {
	if key := "admin.hook_kind." + strings.ReplaceAll(kind, ".", "_"); i18n.Has(key) {
		return p.T(key)
	}
	return kind
}

func spanTabs(pg ui.Page, v Statistics) []ui.NavItem {
	var out []ui.NavItem
	for _, s := range []string{"week", "month"} {
		out = append(out, ui.NavItem{Text: pg.T("admin.stats.by_" + s), Href: "/admin/statistics?span=" + s, Current: s == v.Span})
	}
	return out
}

// The picture of a trend is 320 by 110: points from 14 to 306, values from 84 up to 26.
func trendX(t Trend, i int) int {
	if len(t.Points) < 2 {
		return 160
	}
	return 14 + 292*i/(len(t.Points)-1)
}

func trendY(t Trend, p Point) int {
	if t.Max <= 0 {
		return 84
	}
	return 84 - int(58*p.Value/t.Max)
}

// trendPath joins the known points; a gap is a gap.
func trendPath(t Trend) string {
	var b strings.Builder
	pen := "M"
	for i, p := range t.Points {
		if !p.Known {
			pen = "M"
			continue
		}
		fmt.Fprintf(&b, "%s%d %d", pen, trendX(t, i), trendY(t, p))
		pen = "L"
	}
	if b.Len() == 0 {
		return "M0 0"
	}
	return b.String()
}

func trendAnchor(t Trend, i int) string {
	switch i {
	case 0:
		return "start"
	case len(t.Points) - 1:
		return "end"
	}
	return "middle"
}

// trendTick names the first, the middle and the last span.
func trendTick(t Trend, i int) string {
	if i == 0 || i == len(t.Points)-1 || i == len(t.Points)/2 {
		return t.Points[i].Label
	}
	return ""
}

func trendLabel(pg ui.Page, t Trend) string {
	var parts []string
	for _, p := range t.Points {
		if p.Known {
			parts = append(parts, p.Label+" "+p.Text)
		}
	}
	return t.Name + ": " + pg.P.List(parts)
}

func trendTable(pg ui.Page, trends []Trend) ui.Table {
	t := ui.Table{Caption: pg.T("admin.stats.table"), HideCaption: true, Columns: []ui.Column{{Title: pg.T("admin.stats.period")}}}
	if len(trends) == 0 {
		return t
	}
	for _, tr := range trends {
		t.Columns = append(t.Columns, ui.Column{Title: tr.Name, Number: true})
	}
	for i, p := range trends[0].Points {
		row := []ui.Cell{{Text: p.Label, Header: true}}
		for _, tr := range trends {
			text := "–"
			if tr.Points[i].Known {
				text = tr.Points[i].Text
			}
			row = append(row, ui.Text(text))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// trustTable says of each list what it is for, how much it holds, how old it is and when its certificates run out: an old list knows no new cameras.
func trustTable(pg ui.Page, list []TrustList) ui.Table {
	t := ui.Table{Caption: pg.T("admin.trust.title"), HideCaption: true, Columns: []ui.Column{{Title: pg.T("admin.trust.name")}, {Title: pg.T("admin.trust.date")}, {Title: pg.T("admin.trust.count")}}}
	for _, l := range list {
		t.Rows = append(t.Rows, []ui.Cell{{Body: listName(pg, l), Header: true}, {Body: listDate(pg, l)}, {Body: listEnds(pg, l)}})
	}
	return t
}

// listAge is a list's age in days.
func listAge(pg ui.Page, l TrustList) string {
	return pg.T("admin.trust.days", "n", max(0, int(pg.P.Now.Sub(l.Date).Hours()/24)))
}

// unusedLists are the lists that are not used, with why.
func unusedLists(list []TrustList) (out []TrustList) {
	for _, l := range list {
		if l.Problem != "" {
			out = append(out, l)
		}
	}
	return out
}

// oldest is the list that has to be replaced first, if any is old.
func oldest(pg ui.Page, list []TrustList) (old TrustList, some bool) {
	for _, l := range list {
		if l.old(pg.P.Now) && (!some || l.Date.Before(old.Date)) {
			old, some = l, true
		}
	}
	return old, some
}

// trustWords is how the lists stand, in one line.
func trustWords(pg ui.Page, list []TrustList) string {
	if old, some := oldest(pg, list); some {
		return pg.T("admin.trust.tile_old", "age", listAge(pg, old))
	}
	if n := len(unusedLists(list)); n > 0 {
		return pg.T("admin.trust.tile_unused", "n", n)
	}
	var newest TrustList
	for _, l := range list {
		if l.Kind == "anchors" && l.Date.After(newest.Date) {
			newest = l
		}
	}
	if newest.Date.IsZero() {
		return pg.T("admin.trust.tile_none")
	}
	return pg.T("admin.trust.tile_date", "date", pg.P.Date(newest.Date))
}
