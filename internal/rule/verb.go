package rule

import "anxin/internal/law"

// nameKind is what the names in an action stand for.
type nameKind string

const (
	noNames     nameKind = ""
	queueNames  nameKind = "队列"
	clockNames  nameKind = "时限"
	shotNames   nameKind = "取证项"
	letterNames nameKind = "函件"
)

func (k nameKind) english() string {
	switch k {
	case queueNames:
		return "queue"
	case clockNames:
		return "clock"
	case shotNames:
		return "shot"
	case letterNames:
		return "letter"
	}
	return "name"
}

// Effect is what an action does to a claim. There is no effect that decides, refuses or takes away (G3); the test of this package holds the whole list.
type Effect string

// The effects.
const (
	Route        Effect = "route"         // which people look at it
	Lengthen     Effect = "lengthen"      // more time or one more pair of eyes
	Ask          Effect = "ask"           // ask the buyer for more; not answering decides nothing (G7)
	ChooseLetter Effect = "choose_letter" // a paragraph of the letter
)

// verb is one action that rules may use.
type verb struct {
	name     string
	effect   Effect
	names    nameKind
	min, max int // number of names
	english  string
}

// verbs are all of them.
var verbs = []verb{
	{"队列", Route, queueNames, 1, 1, "queue"},
	{"延长", Lengthen, clockNames, 1, 4, "more time"},
	{"复核", Lengthen, noNames, 0, 0, "second review"},
	{"补充", Ask, shotNames, 1, 8, "ask for"},
	{"函件", ChooseLetter, letterNames, 1, 4, "letter says"},
}

// adverse are words of actions that people try to write; they get an answer of their own.
var adverse = []string{"驳回", "拒绝", "拒付", "拉黑", "封", "处罚", "罚", "扣", "认定", "不予", "关闭", "限制", "冻结", "降级", "标记", "败诉"}

func verbNamed(name string) (verb, bool) {
	for _, v := range verbs {
		if v.name == name {
			return v, true
		}
	}
	return verb{}, false
}

// action is a verb with its names.
type action struct {
	verb  verb
	codes []string
	words []string // as written
	means law.Words
}

// String writes the action as a rule has it.
func (a action) String() string { return a.verb.name + "(" + quoted(a.words) + ")" }
