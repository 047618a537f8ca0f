package rule

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"anxin/internal/law"
)

// The caps of one condition. A condition has no loops, no functions and no ranges (allowed lists what it has), so its run time is bounded by its nodes;
// the memory budget is a second fence.
const (
	maxNodes    = 200
	maxText     = 2000 // runes of a rule
	maxMemory   = 10_000
	maxActions  = 8
	maxExamples = 50
)

// always is the condition that holds always.
const always = "其他"

// condition is a compiled condition and the facts it reads.
type condition struct {
	text    string
	program *vm.Program // nil: holds always (or was not written)
	reads   []*fact
}

func (c *condition) holds(m *vm.VM, x *values) (bool, error) {
	if c.program == nil {
		return true, nil
	}
	m.MemoryBudget = maxMemory
	out, err := m.Run(c.program, x.names)
	if err != nil {
		return false, err
	}
	b, ok := out.(bool)
	if !ok {
		return false, errors.New("not a yes or no")
	}
	return b, nil
}

// compiler turns the texts of one pack into programs.
type compiler struct {
	*notes
	p    *Pack
	keys map[string]place // where the keys of the head stand
}

// condition compiles a text. who names its place for the reader ("规则 large-repeat"). When something is wrong, it is noted and the zero condition returned.
func (c *compiler) condition(l located, who string) condition {
	text := strings.TrimSpace(l.text)
	if text == "" || text == always {
		return condition{text: text}
	}
	if len([]rune(text)) > maxText {
		c.add(l.at, "%s：超过 %d 个字", "%s: longer than %d characters", who, maxText)
		return condition{}
	}
	tree, err := parser.Parse(text)
	if err != nil {
		c.exprError(l, who, err)
		return condition{}
	}
	w := &walker{compiler: c, l: l, who: who}
	w.walk(tree.Node)
	if w.bad {
		return condition{}
	}
	program, err := expr.Compile(text, expr.Env(environment), expr.AsBool(), expr.DisableAllBuiltins(), expr.MaxNodes(maxNodes), expr.Patch(flatten{}))
	if err != nil {
		c.exprError(l, who, err)
		return condition{}
	}
	return condition{text: text, program: program, reads: w.reads}
}

// flatten turns 近90天["仅退款次数"] into the one fact it means, which is looked up in one step.
type flatten struct{}

// Visit implements the visitor of the expression library.
func (flatten) Visit(n *ast.Node) {
	m, ok := (*n).(*ast.MemberNode)
	if !ok {
		return
	}
	root, ok1 := m.Node.(*ast.IdentifierNode)
	prop, ok2 := m.Property.(*ast.StringNode)
	if ok1 && ok2 && factByName[root.Value+"."+prop.Value] != nil {
		ast.Patch(n, &ast.IdentifierNode{Value: root.Value + "." + prop.Value})
	}
}

var (
	mismatched = regexp.MustCompile(`invalid operation: (\S+) \(mismatched types (\S+) and (\S+)\)`)
	expected   = regexp.MustCompile(`expected bool, but got (\S+)`)
	unexpected = regexp.MustCompile(`unexpected token (.+)`)
)

var typeNames = map[string]string{"int": "整数", "bool": "是或否", "string": "文字", "float64": "小数"}

func typeZH(t string) string {
	if zh, ok := typeNames[t]; ok {
		return zh
	}
	return t
}

// exprError puts an error of the expression library into plain words.
func (c *compiler) exprError(l located, who string, err error) {
	at, message := l.at, err.Error()
	var fe *file.Error
	if errors.As(err, &fe) {
		at, message = l.inside(fe.Line, fe.Column), fe.Message
	}
	switch {
	case strings.Contains(message, "exceeds maximum allowed nodes"):
		c.add(at, "%s：条件太长（超过 %d 个部分），请拆成几条", "%s: the condition has more than %d parts: split it", who, maxNodes)
	case mismatched.MatchString(message):
		m := mismatched.FindStringSubmatch(message)
		c.add(at, "%s：“%s”两边不能这样比较（%s与%s）", "%s: \"%s\" cannot compare these (%s and %s)", who, m[1], typeZH(m[2]), typeZH(m[3]))
	case expected.MatchString(message):
		c.add(at, "%s：条件应得出“是”或“否”，这里得出%s", "%s: a condition must answer yes or no, this one answers %s", who, typeZH(expected.FindStringSubmatch(message)[1]))
	case unexpected.MatchString(message):
		c.add(at, "%s：这里读不懂：%s", "%s: cannot read this: %s", who, unexpected.FindStringSubmatch(message)[1])
	default:
		first, _, _ := strings.Cut(message, "\n")
		c.add(at, "%s：条件读不懂（%s）", "%s: the condition cannot be read (%s)", who, first)
	}
}

// operators are what a condition may use.
var operators = []string{"==", "!=", "<", "<=", ">", ">=", "&&", "||", "and", "or", "in", "+", "-", "*"}

// walker lets through only what a condition may hold, checks every name and every literal that stands for a code, and collects the facts that are read.
type walker struct {
	*compiler
	l     located
	who   string
	reads []*fact
	bad   bool
}

func (w *walker) fail(n ast.Node, zh, en string, args ...any) {
	w.bad = true
	line, column := position(w.l.text, n.Location().From)
	w.add(w.l.inside(line, column), w.who+"："+zh, w.who+": "+en, args...)
}

// position turns an offset in runes into a 1-based line and a 0-based column.
func position(text string, offset int) (line, column int) {
	line = 1
	for i, r := range []rune(text) {
		if i >= offset {
			break
		}
		column++
		if r == '\n' {
			line, column = line+1, 0
		}
	}
	return line, column
}

func (w *walker) walk(n ast.Node) {
	switch n := n.(type) {
	case *ast.IntegerNode, *ast.BoolNode, *ast.FloatNode:
	case *ast.StringNode:
		w.fail(n, "文字“%s”只能与品类、理由、等级、诉求比较", "the text \"%s\" can only be compared with a category, reason, tier or remedy", n.Value)
	case *ast.IdentifierNode:
		w.name(n, n.Value)
	case *ast.MemberNode:
		w.member(n)
	case *ast.UnaryNode:
		w.walk(n.Node)
	case *ast.BinaryNode:
		w.binary(n)
	default:
		w.fail(n, "条件里只能有事实、数字、比较和 && || not，这里的写法不能用", "a condition holds facts, numbers, comparisons and && || not; this is something else")
	}
}

// name looks up a fact; nil when there is none (noted).
func (w *walker) name(n ast.Node, name string) *fact {
	f := factByName[name]
	if f == nil {
		switch {
		case slices.Contains(roots, name):
			w.fail(n, "“%s”要写明哪一项，例如 %s[\"仅退款次数\"]", "\"%s\" needs a member, such as %s[\"仅退款次数\"]", name, name)
		case slices.ContainsFunc(verbs, func(v verb) bool { return v.name == name }):
			w.fail(n, "“%s”是动作，应写在 -> 之后", "\"%s\" is an action and belongs after ->", name)
		default:
			zh, en := meant(name, roots)
			w.fail(n, "没有叫“%s”的事实"+zh, "there is no fact called \"%s\""+en, name)
		}
		return nil
	}
	if !slices.Contains(w.reads, f) {
		w.reads = append(w.reads, f)
	}
	return f
}

func (w *walker) member(n *ast.MemberNode) *fact {
	root, ok := n.Node.(*ast.IdentifierNode)
	prop, ok2 := n.Property.(*ast.StringNode)
	if !ok || !ok2 || n.Method || n.Optional {
		w.fail(n, "这里的写法不能用，请写 近90天[\"仅退款次数\"]", "write it as 近90天[\"仅退款次数\"]")
		return nil
	}
	full := root.Value + "." + prop.Value
	if f := factByName[full]; f != nil {
		return w.name(n, full)
	}
	var members []string
	for _, f := range vocabulary {
		if rest, ok := strings.CutPrefix(f.name, root.Value+"."); ok {
			members = append(members, rest)
		}
	}
	if len(members) == 0 {
		if f := w.name(root, root.Value); f != nil {
			w.fail(n, "“%s”没有下一级", "\"%s\" has no members", root.Value)
		}
		return nil
	}
	zh, en := meant(prop.Value, members)
	w.fail(n, "“%s”里没有“%s”"+zh, "\"%s\" has no \"%s\""+en, root.Value, prop.Value)
	return nil
}

func (w *walker) binary(n *ast.BinaryNode) {
	if !slices.Contains(operators, n.Operator) {
		w.fail(n, "不能用“%s”", "\"%s\" is not allowed here", n.Operator)
		return
	}
	left, right := w.named(n.Left), w.named(n.Right)
	switch {
	case n.Operator == "in":
		list, ok := n.Right.(*ast.ArrayNode)
		if !ok {
			w.fail(n.Right, "“in”后面要写一个列表，例如 理由 in [\"破损\", \"质量问题\"]", "a list follows \"in\", such as 理由 in [\"破损\", \"质量问题\"]")
			return
		}
		w.walk(n.Left)
		for _, item := range list.Nodes {
			w.literal(left, item)
		}
	case left != nil && (n.Operator == "==" || n.Operator == "!="):
		w.walk(n.Left)
		w.literal(left, n.Right)
	case right != nil && (n.Operator == "==" || n.Operator == "!="):
		w.walk(n.Right)
		w.literal(right, n.Left)
	default:
		w.walk(n.Left)
		w.walk(n.Right)
	}
}

// named gives the fact of a node when it holds a name of a code (category, reason, …).
func (w *walker) named(n ast.Node) *fact {
	if id, ok := n.(*ast.IdentifierNode); ok {
		if f := factByName[id.Value]; f != nil && f.kind != number && f.kind != truth {
			return f
		}
	}
	return nil
}

// literal checks a value that is compared with a fact.
func (w *walker) literal(f *fact, n ast.Node) {
	s, isText := n.(*ast.StringNode)
	switch {
	case f == nil && !isText:
		w.walk(n)
	case f == nil:
		w.fail(n, "数字不能与文字“%s”比较", "a number cannot be compared with the text \"%s\"", s.Value)
	case !isText:
		w.fail(n, "“%s”要与引号里的名称比较", "\"%s\" is compared with a name in quotation marks", f.name)
	default:
		if names := w.p.names(f.kind); !slices.Contains(names, s.Value) {
			zh, en := meant(s.Value, names)
			w.fail(n, "“%s”没有“%s”这一项"+zh, "\"%s\" has no value \"%s\""+en, f.name, s.Value)
		}
	}
}

// names lists the Chinese names that a fact of a kind may have.
func (p *Pack) names(k kind) (out []string) {
	switch k {
	case categoryName:
		for _, c := range p.Categories {
			out = append(out, c.ZH)
		}
	case reasonName:
		for _, r := range p.Reasons {
			out = append(out, r.ZH)
		}
	case tierName:
		for _, t := range p.Tiers {
			out = append(out, t.ZH)
		}
	case remedyName:
		for _, r := range remedies {
			out = append(out, r.Name.ZH)
		}
	}
	return out
}

// sentence compiles "condition -> actions".
func (c *compiler) sentence(l located, who string) (when condition, then []action) {
	text := l.text
	left, right, ok := strings.Cut(text, "->")
	if !ok {
		c.add(l.at, "%s：缺少“->”，请写 条件 -> 动作", "%s: \"->\" is missing, write condition -> action", who)
		return condition{}, nil
	}
	if strings.TrimSpace(left) == "" {
		c.add(l.at, "%s：“->”前面缺少条件（总是成立请写“其他”）", "%s: there is no condition before \"->\" (write 其他 for always)", who)
		return condition{}, nil
	}
	head := l
	head.text = left // leading blanks count for columns; trailing ones do not
	if trimmed := strings.TrimLeft(left, " \t\n"); trimmed != left {
		head.text = trimmed
		line, column := position(left, len([]rune(left))-len([]rune(trimmed)))
		head.at = l.inside(line, column)
	}
	when = c.condition(head, who)
	line, column := position(text, len([]rune(left))+2)
	tail := located{text: right, at: l.inside(line, column), columns: l.columns}
	return when, c.actions(tail, who)
}

// actions compiles 队列("加长审查"), 延长("商家答复").
func (c *compiler) actions(l located, who string) []action {
	tree, err := parser.Parse("[" + l.text + "]")
	if err != nil {
		c.exprError(l, who, err)
		return nil
	}
	list, ok := tree.Node.(*ast.ArrayNode)
	if !ok || len(list.Nodes) == 0 {
		c.add(l.at, "%s：“->”后面缺少动作", "%s: there is no action after \"->\"", who)
		return nil
	}
	if len(list.Nodes) > maxActions {
		c.add(l.at, "%s：动作多于 %d 个", "%s: more than %d actions", who, maxActions)
		return nil
	}
	var out []action
	for _, n := range list.Nodes {
		_, column := position(l.text, max(0, n.Location().From-1)) // minus the bracket
		if a, ok := c.action(n, l.inside(1, column), who); ok {
			out = append(out, a)
		}
	}
	return out
}

func (c *compiler) action(n ast.Node, at place, who string) (action, bool) {
	name, args := "", []ast.Node(nil)
	switch n := n.(type) {
	case *ast.CallNode:
		if id, ok := n.Callee.(*ast.IdentifierNode); ok {
			name, args = id.Value, n.Arguments
		}
	case *ast.IdentifierNode:
		name = n.Value
	case *ast.BuiltinNode:
		name = n.Name
	}
	v, ok := verbNamed(name)
	if !ok {
		var names []string
		for _, v := range verbs {
			names = append(names, v.name)
		}
		if strings.Contains(name, "举证") {
			c.add(at, "%s：举证责任写在 burden 部分，只能取决于商品和时间（“%s”不是动作）", "%s: the burden of proof stands in the part burden and depends on goods and time only (\"%s\" is no action)", who, name)
			return action{}, false
		}
		if slices.ContainsFunc(adverse, func(s string) bool { return strings.Contains(name, s) }) {
			c.add(at, "%s：规则不能“%s”。规则只能分流、延长、要求补充、选择函件，决定由人作出", "%s: a rule cannot \"%s\". Rules route, lengthen, ask and choose letters; people decide", who, name)
			return action{}, false
		}
		zh, en := meant(name, names)
		c.add(at, "%s：没有动作“%s”"+zh+"（可用：%s）", "%s: there is no action \"%s\""+en+" (there are: %s)", who, name, strings.Join(names, "、"))
		return action{}, false
	}
	if len(args) < v.min || len(args) > v.max {
		c.add(at, "%s：动作“%s”要写 %d 到 %d 项", "%s: the action \"%s\" takes %d to %d names", who, name, v.min, v.max)
		return action{}, false
	}
	a, english := action{verb: v}, []string(nil)
	for _, arg := range args {
		s, ok := arg.(*ast.StringNode)
		if !ok {
			c.add(at, "%s：动作“%s”里要写引号里的名称", "%s: the action \"%s\" takes names in quotation marks", who, name)
			return action{}, false
		}
		code, ok := c.p.byName[v.names][s.Value]
		if !ok {
			zh, en := meant(s.Value, known(c.p.byName[v.names]))
			c.add(at, "%s：没有"+string(v.names)+"“%s”"+zh, "%s: there is no "+v.names.english()+" \"%s\""+en, who, s.Value)
			return action{}, false
		}
		a.codes, a.words, english = append(a.codes, code), append(a.words, s.Value), append(english, c.p.english[s.Value])
	}
	a.means = law.Words{ZH: a.String(), EN: v.english}
	if len(english) > 0 {
		a.means.EN += ": " + strings.Join(english, ", ")
	}
	return a, true
}

func known(m map[string]string) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// expectation compiles what an example expects: the actions, or 不适用.
func (c *compiler) expectation(l located, who string) (actions []string, ok bool) {
	if strings.TrimSpace(l.text) == "不适用" {
		return nil, true
	}
	before := len(c.list)
	for _, a := range c.actions(l, who) {
		actions = append(actions, a.String())
	}
	return actions, len(c.list) == before
}

func quoted(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strconv.Quote(w)
	}
	return strings.Join(out, ", ")
}
