package rule

import (
	"slices"

	"anxin/internal/law"
)

// parts checks and compiles everything but the rules.
func (c *compiler) parts(book *law.Book) {
	p, day := c.p, c.p.EffectiveFrom
	for _, x := range p.Letters {
		c.both(x.at, "函件 "+x.Code+" 的 words ", "words of letter "+x.Code, x.Words)
		if len(x.Basis) > 0 {
			c.basis(book, x.at, "函件 "+x.Code, "letter "+x.Code, x.Basis, day)
		}
	}
	for _, x := range p.Clocks {
		if len(x.Basis) > 0 {
			c.basis(book, x.at, "时限 "+x.Code, "clock "+x.Code, x.Basis, day)
		}
	}
	c.burdens(book)
	c.matrix()
	c.limits(book)

	h := &p.Harbour
	h.unless = c.optional(h.Unless, "safe_harbour.unless")
	c.basis(book, h.at, "safe_harbour", "safe_harbour", h.Basis, day)
	if h.MinUndisputed < 2 {
		c.add(h.at, "safe_harbour：min_undisputed 至少是 2", "safe_harbour: min_undisputed is at least 2")
	}
	c.autoAccept(book)
}

// optional compiles an "unless", which may be absent: then it never holds.
func (c *compiler) optional(l located, who string) condition {
	if l.text == "" {
		return condition{}
	}
	return c.condition(l, who)
}

func (c *compiler) burdens(book *law.Book) {
	p := c.p
	seen := map[string]bool{}
	for i := range p.Burdens {
		b := &p.Burdens[i]
		who := "举证责任 " + b.ID
		c.codeName(b.at, "burden", b.ID)
		c.both(b.at, who+" 的 words ", "words of burden "+b.ID, b.Words)
		c.basis(book, b.at, who, "burden "+b.ID, b.Basis, p.EffectiveFrom)
		if b.Party != Buyer && b.Party != Merchant && b.Party != Platform {
			c.add(b.at, "%s：party 请写 buyer、merchant 或 platform", "%s: party is buyer, merchant or platform", who)
		}
		if seen[b.ID] {
			c.add(b.at, "%s：重复", "%s stands twice", who)
		}
		seen[b.ID] = true
		b.when = c.condition(b.When, who)
		for _, f := range b.when.reads {
			if f.source != goods {
				c.add(b.When.at, "%s：举证责任只能取决于商品和时间，不能取决于“%s”（G5）", "%s: the burden of proof depends on goods and time, never on \"%s\" (G5)", who, f.name)
			}
		}
		last := i == len(p.Burdens)-1
		if open := b.when.program == nil && b.From == "" && b.To == ""; open != last {
			if last {
				c.add(b.at, "%s：最后一条要总是成立（when: 其他，不写 from 和 to）", "%s: the last one must hold always (when: 其他, no from and to)", who)
			} else if b.When.text == always {
				c.add(b.at, "%s：“其他”只能是最后一条，后面的不会被用到", "%s: 其他 can only be the last one, what follows is never reached", who)
			}
		}
	}
	if len(p.Burdens) == 0 {
		c.add(p.at, "burden：不能为空", "burden: must not be empty")
	}
}

// codes turns Chinese names into a set of codes; nil for all.
func (c *compiler) codes(list []located, who string, codeOf map[string]string) map[string]bool {
	if len(list) == 0 {
		return nil
	}
	out := map[string]bool{}
	for _, l := range list {
		code, ok := codeOf[l.text]
		if !ok {
			zh, en := meant(l.text, known(codeOf))
			c.add(l.at, "%s：没有“%s”"+zh, "%s: there is no \"%s\""+en, who, l.text)
			continue
		}
		out[code] = true
	}
	return out
}

func (p *Pack) categoryCodes() map[string]string {
	out := map[string]string{}
	for _, x := range p.Categories {
		out[x.ZH] = x.Code
	}
	return out
}

func labelCodes(list []Label) map[string]string {
	out := map[string]string{}
	for _, x := range list {
		out[x.ZH] = x.Code
	}
	return out
}

func (c *compiler) matrix() {
	p := c.p
	categories, reasons := p.categoryCodes(), labelCodes(p.Reasons)
	for i := range p.Evidence {
		m := &p.Evidence[i]
		m.categories, m.reasons = c.codes(m.Categories, "evidence.categories", categories), c.codes(m.Reasons, "evidence.reasons", reasons)
		c.both(m.at, "evidence 的 otherwise ", "otherwise of evidence", m.Otherwise)
		for _, s := range m.Shots {
			code, ok := p.byName[shotNames][s.text]
			if !ok {
				zh, en := meant(s.text, known(p.byName[shotNames]))
				c.add(s.at, "没有取证项“%s”"+zh, "there is no shot \"%s\""+en, s.text)
				continue
			}
			m.shots = append(m.shots, p.shot[code])
		}
		switch m.Live {
		case "":
			m.Live = "none"
		case "required", "wished", "none":
		default:
			c.add(m.at, "evidence：live 请写 required、wished 或 none", "evidence: live is required, wished or none")
		}
		m.burden = -1
		if m.Burden != "" {
			if m.burden = slices.IndexFunc(p.Burdens, func(b BurdenRule) bool { return b.ID == m.Burden }); m.burden < 0 {
				c.add(m.at, "evidence：没有举证责任“%s”", "evidence: there is no burden \"%s\"", m.Burden)
			}
		}
		if c.covered(p.Evidence[:i], m) {
			c.add(m.at, "evidence 第 %d 行不会被用到：前面的行已经包括了它", "evidence row %d is never reached: the rows above cover it", i+1)
		}
	}
	if n := len(p.Evidence); n == 0 || p.Evidence[n-1].categories != nil || p.Evidence[n-1].reasons != nil {
		c.add(p.at, "evidence：最后一行要适用于全部品类和理由", "evidence: the last row must fit every category and reason")
	}
}

// covered reports whether every cell of a row is taken by rows above.
func (c *compiler) covered(above []Matrix, m *Matrix) bool {
	for _, category := range c.p.Categories {
		for _, reason := range c.p.Reasons {
			if m.fits(category.Code, reason.Code) && !slices.ContainsFunc(above, func(a Matrix) bool { return a.fits(category.Code, reason.Code) }) {
				return false
			}
		}
	}
	return true
}

func (m *Matrix) fits(category, reason string) bool {
	return (m.categories == nil || m.categories[category]) && (m.reasons == nil || m.reasons[reason])
}

func (c *compiler) limits(book *law.Book) {
	p := c.p
	categories, tiers := p.categoryCodes(), labelCodes(p.Tiers)
	for i := range p.Limits {
		x := &p.Limits[i]
		who := "上限 " + x.ID
		c.codeName(x.at, "limits", x.ID)
		c.both(x.at, who+" 的 title ", "title of limit "+x.ID, x.Title)
		c.basis(book, x.at, who, "limit "+x.ID, x.Basis, p.EffectiveFrom)
		x.categories, x.tiers = c.codes(x.Categories, who, categories), c.codes(x.Tiers, who, tiers)
		code, ok := p.byName[queueNames][x.Over.text]
		if !ok {
			zh, en := meant(x.Over.text, known(p.byName[queueNames]))
			c.add(x.Over.at, who+"：没有队列“%s”"+zh, "limit "+x.ID+": there is no queue \"%s\""+en, x.Over.text)
			continue
		}
		if x.over = p.queue[code]; x.over == 0 {
			c.add(x.Over.at, who+"：超过上限不能走快速通道（%s）", "limit "+x.ID+": beyond a limit nothing goes the fast lane (%s)", x.Over.text)
		}
	}
	if n := len(p.Limits); n == 0 || p.Limits[n-1].categories != nil || p.Limits[n-1].tiers != nil {
		c.add(p.at, "limits：最后一条要适用于全部品类和等级", "limits: the last one must fit every category and tier")
	}
}

func (c *compiler) autoAccept(book *law.Book) {
	a := &c.p.AutoAccept
	a.unless = c.optional(a.Unless, "auto_accept.unless")
	c.basis(book, a.at, "auto_accept", "auto_accept", a.Basis, c.p.EffectiveFrom)
	if a.Cap == 0 || a.Count30 == 0 || a.Sum30 == 0 {
		c.add(a.at, "auto_accept：cap、count_30、sum_30 都要大于 0：自动同意必须有上限", "auto_accept: cap, count_30 and sum_30 must be above 0: accepting without looking is always capped")
	}
	if !a.Revocable {
		c.add(a.at, "auto_accept：revocable 只能是 true：商家随时可以撤回", "auto_accept: revocable is always true: a merchant may withdraw at any time")
	}
	names := map[string]string{}
	for _, r := range remedies {
		names[r.Name.ZH] = r.Code
	}
	if a.remedies = c.codes(a.Remedies, "auto_accept.remedies", names); a.remedies == nil {
		a.remedies = map[string]bool{}
	}
}

// rules compiles the sentences.
func (c *compiler) rules(book *law.Book) {
	p := c.p
	seen := map[string]bool{}
	for i := range p.Rules {
		r := &p.Rules[i]
		who := "规则 " + r.ID
		c.codeName(r.at, "rules", r.ID)
		if seen[r.ID] {
			c.add(r.at, "%s：重复", "%s stands twice", who)
		}
		seen[r.ID] = true
		c.both(r.at, who+" 的 title ", "title of rule "+r.ID, r.Title)
		c.basis(book, r.at, who, "rule "+r.ID, r.Basis, p.EffectiveFrom)
		r.when, r.then = c.sentence(r.Text, who)
		for _, a := range r.then {
			r.means = append(r.means, a.means)
		}
		p.reads += len(r.when.reads)
		if len(r.Examples) > maxExamples {
			c.add(r.at, "%s：例子多于 %d 个", "%s: more than %d examples", who, maxExamples)
		}
	}
}
