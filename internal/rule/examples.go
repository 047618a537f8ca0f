package rule

import (
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/vm"
	"gopkg.in/yaml.v3"
)

// examples runs the examples of every rule. Each rule needs one that it applies to and one that it does not.
func (c *compiler) examples() {
	var m vm.VM
	var x values
	for i := range c.p.Rules {
		r := &c.p.Rules[i]
		hit, miss := false, false
		for k := range r.Examples {
			e := &r.Examples[k]
			who := "规则 " + r.ID + " 例 " + strconv.Itoa(k+1)
			v, ok := c.exampleView(&e.Facts, who)
			want, ok2 := c.expectation(e.Expect, who)
			if !ok || !ok2 {
				continue
			}
			hit, miss = hit || want != nil, miss || want == nil
			x.fill(v)
			c.runExample(&m, r, e, who, &x, want)
		}
		if !hit || !miss {
			c.add(r.at, "规则 %s：至少要有一个适用的例子和一个不适用的例子（expect: 不适用）", "rule %s: needs at least one example that it applies to and one that it does not (expect: 不适用)", r.ID)
		}
	}
}

func (c *compiler) runExample(m *vm.VM, r *Rule, e *Example, who string, x *values, want []string) {
	ok, err := r.when.holds(m, x)
	if err != nil {
		c.add(e.at, "%s：条件不能计算（%s）", "%s: the condition cannot be evaluated (%s)", who, err.Error())
		return
	}
	var got []string
	if ok {
		for _, a := range r.then {
			got = append(got, a.String())
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		c.add(e.at, "%s：预期 %s，实际 %s", "%s: expected %s, got %s", who, actionsOr(want), actionsOr(got))
	}
}

func actionsOr(list []string) string {
	if len(list) == 0 {
		return "不适用"
	}
	return strings.Join(list, ", ")
}

// exampleView builds what the conditions see from facts written by their Chinese names: {诉求: 仅退款, 金额分: 30001, 近90天: {仅退款次数: 3}}. What is not
// written is zero, no, or the first name of the pack; checks are done.
func (c *compiler) exampleView(n *yaml.Node, who string) (*view, bool) {
	p := c.p
	v := &view{
		Remedy: remedies[0].Name.ZH, Category: p.Categories[0].ZH, Reason: p.Reasons[0].ZH, Tier: p.Tiers[0].ZH, Received: true, SixMonths: true, ChecksDone: true,
	}
	before := len(c.list)
	if n.Kind != yaml.MappingNode {
		c.add(at(n), "%s：facts 应是“事实: 值”", "%s: facts are of the form fact: value", who)
		return nil, false
	}
	c.exampleFacts(n, "", who, v)
	v.RefundOnly = v.Remedy == remedies[0].Name.ZH
	for _, x := range p.Categories {
		if x.ZH == v.Category {
			v.Durable, v.NoReturn = x.Durable, x.NoReturn
		}
	}
	return v, len(c.list) == before
}

func (c *compiler) exampleFacts(n *yaml.Node, prefix, who string, v *view) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		name := prefix + key.Value
		f := factByName[name]
		switch {
		case f == nil && prefix == "" && slices.Contains(roots, name) && value.Kind == yaml.MappingNode:
			c.exampleFacts(value, name+".", who, v)
		case f == nil:
			zh, en := meant(name, factNames(prefix))
			c.add(at(key), "%s：没有叫“%s”的事实"+zh, "%s: there is no fact called \"%s\""+en, who, name)
		case f.derived != "":
			c.add(at(key), "%s：“%s”由“%s”推出，请只写后者", "%s: \"%s\" follows from \"%s\", write the latter", who, name, f.derived)
		default:
			c.exampleFact(f, value, who, v)
		}
	}
}

func factNames(prefix string) (out []string) {
	if prefix == "" {
		return roots
	}
	for _, f := range vocabulary {
		if strings.HasPrefix(f.name, prefix) {
			out = append(out, f.name)
		}
	}
	return out
}

func (c *compiler) exampleFact(f *fact, n *yaml.Node, who string, v *view) {
	switch f.kind {
	case number:
		i, err := strconv.Atoi(strings.ReplaceAll(n.Value, "_", ""))
		if err != nil || i < 0 || i > maxNumber || n.Kind != yaml.ScalarNode {
			c.add(at(n), "%s：“%s”应是 0 以上的整数", "%s: \"%s\" is a whole number from 0 up", who, f.name)
			return
		}
		f.set(v, i)
	case truth:
		switch n.Value {
		case "true", "是":
			f.set(v, true)
		case "false", "否":
			f.set(v, false)
		default:
			c.add(at(n), "%s：“%s”请写 是 或 否", "%s: \"%s\" is 是 (yes) or 否 (no)", who, f.name)
		}
	default:
		if names := c.p.names(f.kind); !slices.Contains(names, n.Value) {
			zh, en := meant(n.Value, names)
			c.add(at(n), "%s：“%s”没有“%s”这一项"+zh, "%s: \"%s\" has no value \"%s\""+en, who, f.name, n.Value)
			return
		}
		f.set(v, n.Value)
	}
}
