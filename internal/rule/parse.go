package rule

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"anxin/internal/clock"
	"anxin/internal/law"
)

const (
	maxPackBytes = 1 << 20
	noticeDays   = 7
	maxStay      = 5 * 365 * 24 * time.Hour
)

// Parse reads, checks and compiles a pack. name is only used to name the file in problems. Every basis is looked up in the book on the day from which the
// pack counts. The error is Problems: all of them, not just the first. Examples have run and passed when Parse succeeds.
func Parse(name string, text []byte, book *law.Book) (*Pack, error) {
	c := &compiler{notes: &notes{file: name}, p: &Pack{}}
	if len(text) > maxPackBytes {
		c.add(place{}, "规则包超过 1 MB", "the pack is larger than 1 MB")
		return nil, c.list.err()
	}
	root, ok := c.document(text)
	if !ok {
		return nil, c.list.err()
	}
	c.keys = map[string]place{}
	for i := 0; root.Kind == yaml.MappingNode && i+1 < len(root.Content); i += 2 {
		c.keys[root.Content[i].Value] = at(root.Content[i])
	}
	c.decode(root, c.p, "规则包")
	if len(c.list) > 0 { // a broken shape makes later problems misleading
		return nil, c.list.err()
	}
	hash := hashOf(root)
	c.head(book, hash)
	c.index()
	if len(c.list) > 0 {
		return nil, c.list.err()
	}
	c.parts(book)
	c.rules(book)
	if len(c.list) > 0 {
		return nil, c.list.err()
	}
	c.p.Hash = hash
	c.examples()
	if len(c.list) > 0 {
		return nil, c.list.err()
	}
	return c.p, nil
}

const yamlLine = "line "

// document reads the one YAML document of the file.
func (c *compiler) document(text []byte) (*yaml.Node, bool) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		at, message := place{}, strings.TrimPrefix(err.Error(), "yaml: ")
		if i := strings.Index(message, yamlLine); i >= 0 {
			rest := message[i+len(yamlLine):]
			if digits, after, ok := strings.Cut(rest, ":"); ok {
				if n, err := strconv.Atoi(digits); err == nil {
					at.line, message = n, strings.TrimSpace(after)
				}
			}
		}
		if errors.Is(err, io.EOF) {
			c.add(at, "文件是空的", "the file is empty")
			return nil, false
		}
		c.add(at, "不是正确的 YAML（%s）", "not proper YAML (%s)", message)
		return nil, false
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		c.add(place{}, "一个文件只能有一个规则包", "one file holds one pack")
		return nil, false
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		c.add(place{}, "文件是空的", "the file is empty")
		return nil, false
	}
	return doc.Content[0], true
}

// head checks what stands above the parts: names, people, dates, state, hash.
func (c *compiler) head(book *law.Book, hash string) {
	p := c.p
	c.both(p.at, "标题", "title", p.Title)
	c.codeName(p.at, "pack", p.Series)
	if p.Version < 1 {
		c.add(c.keys["version"], "version 从 1 开始", "version begins at 1")
	}
	if !slices.Contains([]State{Draft, Consult, Approved, Published, Retired}, p.State) {
		c.add(c.keys["state"], "state “%s”不认识，可用：draft、consult、approved、published、retired", "state \"%s\" is not known: draft, consult, approved, published, retired", p.State)
		return
	}
	for _, t := range p.Tags {
		if t != Statutory && t != Urgent {
			c.add(c.keys["tags"], "标签“%s”不认识，可用：法定、紧急", "tag \"%s\" is not known: 法定 (statutory), 紧急 (urgent)", t)
		}
	}
	c.basis(book, p.at, "规则包", "the pack", p.Basis, p.EffectiveFrom)
	for _, w := range p.headProblems(hash) {
		at, ok := c.keys[w.key]
		if !ok {
			at = p.at
		}
		c.put(at, w.ZH, w.EN)
	}
}

// headProblem is a mistake in the head, with the key it is about.
type headProblem struct {
	key string
	law.Words
}

// headProblems says what people, dates and hash of a pack in its state are missing or get wrong.
func (p *Pack) headProblems(hash string) (out []headProblem) {
	say := func(key, zh, en string) { out = append(out, headProblem{key, law.Words{ZH: zh, EN: en}}) }
	if p.State == Draft || p.State == Consult {
		return nil
	}
	switch {
	case p.Approver == "":
		say("approver", "已批准的规则包要写明批准人 approver", "an approved pack names its approver")
	case p.Approver == p.Author:
		say("approver", "起草人和批准人不能是同一个人", "author and approver must be two people")
	}
	switch {
	case p.Hash == "":
		say("hash", "已批准的规则包要写明 hash: "+hash, "an approved pack states its hash: "+hash)
	case p.Hash != hash:
		say("hash", "内容与 hash 不符：批准之后内容被改动过。请恢复原文，或作为新版本重新走流程（现内容的 hash 是 "+hash+"）",
			"the content does not agree with its hash: it was changed after approval. Restore it, or make it a new version (the hash of what is there now is "+hash+")")
	}
	if p.State == Approved {
		return out
	}
	switch {
	case p.PublishedAt == "":
		say("published_at", "已公布的规则包要写明公布日 published_at", "a published pack states published_at")
	case !p.noticeEnough():
		say("effective_from", "公布日 "+string(p.PublishedAt)+" 到施行日 "+string(p.EffectiveFrom)+" 不满 7 日（电商法第三十四条）；法定或紧急的请注明标签",
			"less than 7 days from publication ("+string(p.PublishedAt)+") to effect ("+string(p.EffectiveFrom)+") (E-Commerce Law, article 34); tag it 法定 or 紧急 if it is")
	}
	if p.State == Retired && p.RetiredAt == "" {
		say("state", "已废止的规则包要写明 retired_at", "a retired pack states retired_at")
	}
	if p.RetiredAt != "" && p.RetiredAt < p.EffectiveFrom {
		say("retired_at", "废止日早于施行日", "retired before it took effect")
	}
	return out
}

// noticeEnough: seven days between publication and effect, unless statutory or urgent; and never effect before publication.
func (p *Pack) noticeEnough() bool {
	need := noticeDays
	if p.Tagged(Statutory) || p.Tagged(Urgent) {
		need = 0
	}
	return !p.EffectiveFrom.Time().Before(p.PublishedAt.Time().AddDate(0, 0, need))
}

func (c *compiler) both(at place, zh, en string, w law.Words) {
	if strings.TrimSpace(w.ZH) == "" || strings.TrimSpace(w.EN) == "" {
		c.put(at, zh+"要有中文（zh）和英文（en）", en+" needs both zh and en")
	}
}

func (c *compiler) codeName(at place, what, code string) {
	ok := code != ""
	for _, r := range code {
		ok = ok && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '-')
	}
	if !ok {
		c.add(at, "%s：代码“%s”只能用小写字母、数字、- 和 _", "%s: the code \"%s\" may hold a-z, 0-9, - and _ only", what, code)
	}
}

// basis checks that every clause exists and is valid on the day from which the pack counts.
func (c *compiler) basis(book *law.Book, at place, zh, en string, ids []string, day law.Date) {
	if len(ids) == 0 {
		c.put(at, zh+"：缺少依据（basis）", en+": the basis is missing")
	}
	for _, id := range ids {
		if err := book.Basis(id, day); err != nil {
			a, b, _ := strings.Cut(err.Error(), " / ")
			c.put(at, zh+"："+a, en+": "+b)
		}
	}
}

// index makes the tables of names and refuses what stands twice.
func (c *compiler) index() {
	p := c.p
	p.category, p.reason, p.tier, p.queue, p.shot = map[string]Category{}, map[string]string{}, map[string]string{}, map[string]int{}, map[string]int{}
	p.byName = map[nameKind]map[string]string{queueNames: {}, clockNames: {}, shotNames: {}, letterNames: {}, noNames: {}}
	p.english = map[string]string{}
	for _, r := range remedies {
		p.english[r.Name.ZH] = r.Name.EN
	}
	seen := map[string]bool{}
	once := func(at place, part, code, zh, en string) {
		c.codeName(at, part, code)
		c.both(at, part+" "+code+" ", part+" "+code, law.Words{ZH: zh, EN: en})
		for _, key := range []string{part + "/" + code, part + "//" + zh} {
			if seen[key] {
				c.add(at, "%s：“%s”重复", "%s: \"%s\" stands twice", part, code)
			}
			seen[key] = true
		}
		p.english[zh] = en
	}
	for _, x := range p.Categories {
		once(x.at, "categories", x.Code, x.ZH, x.EN)
		for _, code := range append([]string{x.Code}, x.Also...) {
			if _, ok := p.category[code]; ok {
				c.add(x.at, "categories：代码“%s”写了两次", "categories: the code \"%s\" stands twice", code)
			}
			p.category[code] = x
		}
	}
	for _, x := range p.Reasons {
		once(x.at, "reasons", x.Code, x.ZH, x.EN)
		p.reason[x.Code] = x.ZH
	}
	for _, x := range p.Tiers {
		once(x.at, "tiers", x.Code, x.ZH, x.EN)
		p.tier[x.Code] = x.ZH
	}
	defaults := 0
	for i, x := range p.Queues {
		once(x.at, "queues", x.Code, x.ZH, x.EN)
		p.queue[x.Code], p.byName[queueNames][x.ZH] = i, x.Code
		if x.Default {
			defaults, p.ordinary = defaults+1, i
		}
	}
	if defaults != 1 {
		c.add(p.at, "queues：要有且只有一个 default: true", "queues: exactly one has default: true")
	}
	if i, ok := p.queue[FastQueue]; !ok || i != 0 {
		c.add(p.at, "queues：第一个要是 fast（快速通道）", "queues: the first one is fast")
	}
	for i, x := range p.Shots {
		once(x.at, "shots", x.Code, x.ZH, x.EN)
		p.shot[x.Code], p.byName[shotNames][x.ZH] = i, x.Code
	}
	for _, x := range p.Letters {
		once(x.at, "letters", x.Code, x.ZH, x.EN)
		p.byName[letterNames][x.ZH] = x.Code
	}
	for _, x := range p.Clocks {
		once(x.at, "clocks", x.Code, x.ZH, x.EN)
		p.byName[clockNames][x.ZH] = x.Code
		c.clock(x)
	}
	for _, list := range []struct {
		part string
		n    int
	}{{"categories", len(p.Categories)}, {"reasons", len(p.Reasons)}, {"tiers", len(p.Tiers)}} {
		if list.n == 0 {
			c.add(p.at, "%s：不能为空", "%s: must not be empty", list.part)
		}
	}
}

func (c *compiler) clock(x Clock) {
	length, ok := c.length(x, x.Length)
	for _, s := range []string{x.Long, x.Cap} {
		if s == "" || !ok {
			continue
		}
		if n, ok := c.length(x, s); ok && n < length {
			c.add(x.at, "时限 %s：%s 短于正常时限 %s。时限只能延长", "clock %s: %s is shorter than the usual %s. Clocks are only lengthened", x.Code, s, x.Length)
		}
	}
	if x.Extension != "" {
		c.length(x, x.Extension)
	}
	if (x.Extension == "") != (x.Extensions == 0) {
		c.add(x.at, "时限 %s：extension 和 extensions 要一起写", "clock %s: extension and extensions go together", x.Code)
	}
	if x.Calendar == "" {
		c.add(x.at, "时限 %s：缺少日历", "clock %s: the calendar is missing", x.Code)
	}
}

// length reads 48h or, for working days, 2d; microseconds or days.
func (c *compiler) length(x Clock, s string) (int64, bool) {
	n, err := ParseLength(s, x.Unit)
	if err != nil {
		c.add(x.at, "时限 %s：“%s”读不懂；自然时间请写 30m、48h，工作日请写 2d（unit: working_days）",
			"clock %s: cannot read \"%s\"; write 30m or 48h for plain time, 2d with unit: working_days", x.Code, s)
	}
	return n, err == nil
}

// ParseLength reads the length of a clock: microseconds for calendar and working_hours (30m, 48h), days for working_days (2d).
func ParseLength(s string, unit clock.Unit) (int64, error) {
	switch unit {
	case clock.WorkingDays:
		digits, ok := strings.CutSuffix(s, "d")
		n, err := strconv.ParseInt(digits, 10, 32)
		if !ok || err != nil || n < 1 || n > 1000 {
			return 0, errors.New("not a number of working days: " + s)
		}
		return n, nil
	case clock.Elapsed, clock.WorkingHours:
		d, err := time.ParseDuration(s)
		if err != nil || d <= 0 || d > maxStay {
			return 0, errors.New("not a length of time: " + s)
		}
		return d.Microseconds(), nil
	}
	return 0, errors.New("not a unit: " + string(unit))
}
