package rule

import "anxin/internal/law"

// kind is what a fact is.
type kind int

const (
	number kind = iota
	truth
	categoryName // one of the pack's categories, by its Chinese name
	reasonName
	tierName
	remedyName
)

// source says what a fact is about. The burden of proof may only be made to depend on goods and time (G5): never on who somebody is, what they did
// before, or what a check said.
type source int

const (
	goods source = iota // the goods, the order, the wish, the time
	party               // the buyer's or the merchant's history, conduct or means
	check               // technical checks
)

// fact is one word that conditions may use.
type fact struct {
	name    string // 近90天.仅退款次数 for a member
	kind    kind
	source  source
	derived string // not empty: follows from this fact and cannot be set in an example
	means   law.Words
	get     func(*view) any
	set     func(*view, any) // any is int, bool or string by kind; nil for derived facts
	index   int              // in vocabulary
}

func num(name string, s source, at func(*view) *int, zh, en string) fact {
	return fact{
		name: name, kind: number, source: s, means: law.Words{ZH: zh, EN: en},
		get: func(v *view) any { return *at(v) }, set: func(v *view, x any) { *at(v) = x.(int) },
	}
}

func yes(name string, s source, at func(*view) *bool, zh, en string) fact {
	return fact{
		name: name, kind: truth, source: s, means: law.Words{ZH: zh, EN: en},
		get: func(v *view) any { return *at(v) }, set: func(v *view, x any) { *at(v) = x.(bool) },
	}
}

func word(name string, k kind, s source, at func(*view) *string, zh, en string) fact {
	return fact{
		name: name, kind: k, source: s, means: law.Words{ZH: zh, EN: en},
		get: func(v *view) any { return *at(v) }, set: func(v *view, x any) { *at(v) = x.(string) },
	}
}

func from(other string, f fact) fact {
	f.derived, f.set = other, nil
	return f
}

// vocabulary is every fact, in the order in which it is explained.
var vocabulary = buildVocabulary()

func buildVocabulary() []fact {
	out := []fact{
		word("诉求", remedyName, goods, func(v *view) *string { return &v.Remedy }, "买家希望的处理方式", "the remedy the buyer wishes for"),
		from("诉求", yes("仅退款", goods, func(v *view) *bool { return &v.RefundOnly }, "诉求是仅退款", "the wish is a refund without return")),
		num("金额分", goods, func(v *view) *int { return &v.Amount }, "申请的金额，单位分", "amount claimed, in fen"),
		num("订单金额分", goods, func(v *view) *int { return &v.OrderAmount }, "订单实付金额，单位分", "amount paid for the order, in fen"),
		word("品类", categoryName, goods, func(v *view) *string { return &v.Category }, "商品品类", "category of the goods"),
		from("品类", yes("耐用品", goods, func(v *view) *bool { return &v.Durable }, "品类属于耐用商品", "the category is durable goods")),
		from("品类", yes("不宜退货", goods, func(v *view) *bool { return &v.NoReturn }, "品类不宜退回（生鲜、定制等）", "goods that cannot sensibly be returned")),
		word("理由", reasonName, goods, func(v *view) *string { return &v.Reason }, "申请理由", "reason of the claim"),
		yes("已签收", goods, func(v *view) *bool { return &v.Received }, "商品已签收", "the goods were received"),
		num("签收天数", goods, func(v *view) *int { return &v.ReceivedDays }, "签收到申请的天数；未签收为 0", "days from receipt to filing; 0 when not received"),
		yes("签收六个月内", goods, func(v *view) *bool { return &v.SixMonths }, "申请时距签收不超过六个月", "filed within six months of receipt"),
		num("下单天数", goods, func(v *view) *int { return &v.OrderedDays }, "下单到申请的天数", "days from order to filing"),
		num("材料数", party, func(v *view) *int { return &v.Media }, "买家提交的照片和视频数", "photos and videos given by the buyer"),
		yes("声明AI", party, func(v *view) *bool { return &v.DeclaredAI }, "买家声明材料由 AI 生成或经过编辑", "the buyer declared AI-made or edited media"),
		yes("无法拍摄", party, func(v *view) *bool { return &v.CannotShoot }, "买家无法拍摄（不因此作不利决定）", "the buyer cannot take photos (decides nothing against them)"),
		word("商家等级", tierName, party, func(v *view) *string { return &v.Tier }, "商家等级", "tier of the merchant"),
		yes("商家已答复", party, func(v *view) *bool { return &v.Answered }, "商家已经答复", "the merchant has answered"),
		yes("商家有争议", party, func(v *view) *bool { return &v.Contests }, "商家不同意买家的诉求", "the merchant contests the claim"),
		yes("检查完成", check, func(v *view) *bool { return &v.ChecksDone }, "技术检查已经完成", "the technical checks are done"),
		num("独立提示组数", check, func(v *view) *int { return &v.Groups }, "有明显提示的独立证据组数（只能用于分流和延长）", "independent evidence groups with a strong finding (for routing and lengthening only)"),
		num("无争议订单数", party, func(v *view) *int { return &v.Undisputed }, "近 365 天无争议完成的订单数", "orders of the last 365 days that nobody disputed"),
	}
	for _, w := range []struct {
		name, zh, en string
		at           func(*view) *viewWindow
	}{
		{"近30天", "近 30 天", "the last 30 days", func(v *view) *viewWindow { return &v.Last30 }},
		{"近90天", "近 90 天", "the last 90 days", func(v *view) *viewWindow { return &v.Last90 }},
		{"近365天", "近 365 天", "the last 365 days", func(v *view) *viewWindow { return &v.Last365 }},
	} {
		out = append(out,
			num(w.name+".仅退款次数", party, func(v *view) *int { return &w.at(v).RefundOnly }, w.zh+"买家仅退款次数（不含本次）", "refunds without return of the buyer in "+w.en+", this one left out"),
			num(w.name+".仅退款金额分", party, func(v *view) *int { return &w.at(v).RefundOnlySum }, w.zh+"买家仅退款金额，单位分", "sum of refunds without return in "+w.en+", in fen"),
			num(w.name+".售后次数", party, func(v *view) *int { return &w.at(v).Claims }, w.zh+"买家售后次数", "claims of the buyer in "+w.en),
			num(w.name+".售后金额分", party, func(v *view) *int { return &w.at(v).ClaimsSum }, w.zh+"买家售后金额，单位分", "sum of claims in "+w.en+", in fen"),
			num(w.name+".订单数", party, func(v *view) *int { return &w.at(v).Orders }, w.zh+"买家订单数", "orders of the buyer in "+w.en),
		)
	}
	return out
}

var factByName = func() map[string]*fact {
	out := map[string]*fact{}
	for i := range vocabulary {
		vocabulary[i].index = i
		out[vocabulary[i].name] = &vocabulary[i]
	}
	return out
}()

// environment is what expressions are checked against: every fact under its full name, with a value of its type.
var environment = func() map[string]any {
	out, v := map[string]any{}, new(view)
	for i := range vocabulary {
		out[vocabulary[i].name] = vocabulary[i].get(v)
	}
	return out
}()

// values are the facts of one claim, put into interfaces once: as the list that traces read and as the map that expressions read.
type values struct {
	list  []any
	names map[string]any
}

func (x *values) fill(v *view) {
	if x.names == nil {
		x.list, x.names = make([]any, len(vocabulary)), make(map[string]any, len(vocabulary))
	}
	for i := range vocabulary {
		value := vocabulary[i].get(v)
		x.list[i], x.names[vocabulary[i].name] = value, value
	}
}

// roots are the names an expression may begin with: facts and windows.
var roots = func() (out []string) {
	seen := map[string]bool{}
	for _, f := range vocabulary {
		root := f.name
		if i := indexDot(root); i >= 0 {
			root = root[:i]
		}
		if !seen[root] {
			seen[root] = true
			out = append(out, root)
		}
	}
	return out
}()

func indexDot(s string) int {
	for i := range len(s) {
		if s[i] == '.' {
			return i
		}
	}
	return -1
}

// Word explains one fact to somebody who writes rules.
type Word struct {
	Name  string
	Kind  law.Words
	Means law.Words
}

// Vocabulary lists every fact a condition may use.
func Vocabulary() []Word {
	kinds := map[kind]law.Words{
		number: {ZH: "整数", EN: "whole number"}, truth: {ZH: "是或否", EN: "yes or no"}, categoryName: {ZH: "品类名", EN: "name of a category"},
		reasonName: {ZH: "理由名", EN: "name of a reason"}, tierName: {ZH: "等级名", EN: "name of a tier"}, remedyName: {ZH: "处理方式名", EN: "name of a remedy"},
	}
	out := make([]Word, len(vocabulary))
	for i, f := range vocabulary {
		out[i] = Word{Name: f.name, Kind: kinds[f.kind], Means: f.means}
	}
	return out
}
