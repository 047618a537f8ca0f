// Package patch reads and applies lines that change the region table: new divisions, ended ones with their
// successors, other names, zones, coordinates. The hand-kept facts of the generator and the patch file of an
// operator are written in the same lines, so every rule here serves both.
//
// A line has six columns separated by tabs: date, action, code, name, other, note. Empty lines and lines
// starting with # are skipped. docs/design/region.md describes the actions with examples.
package patch

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of a patch file: far above any real one.
const (
	maxLines = 20000
	maxBytes = 4 << 20
)

// Line is one change.
type Line struct {
	Number int    // line in the file, from 1
	Date   int32  // yyyymmdd, 0 where the action has none
	Action string // new, end, part, rename, alias, alias-under, zone, zone-under, point
	Code   uint32
	Name   string
	Parent uint32 // new
	Next   []Next // end, part
	Lng    float64
	Lat    float64
	Note   string
}

// Next is one successor with the towns that went there; no towns means all not named elsewhere.
type Next struct {
	Code  uint32
	Scope []string
}

// Error is a refused line.
type Error struct {
	Line   int
	Zh, En string
}

func (e *Error) Error() string {
	return fmt.Sprintf("第 %d 行：%s / line %d: %s", e.Line, e.Zh, e.Line, e.En)
}

// Parse reads a patch file. The first bad line is an *Error with its number; nothing of the file may then be used.
func Parse(r io.Reader) ([]Line, error) {
	var out []Line
	s := bufio.NewScanner(io.LimitReader(r, maxBytes))
	s.Buffer(make([]byte, 1<<12), 1<<16)
	number := 0
	for s.Scan() {
		number++
		text := strings.TrimRight(s.Text(), "\r")
		if number == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		if strings.TrimSpace(text) == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if number > maxLines {
			return nil, &Error{number, "行数过多", "too many lines"}
		}
		if !utf8.ValidString(text) {
			return nil, &Error{number, "不是 UTF-8 文本", "not UTF-8 text"}
		}
		line, err := parseLine(text)
		if err != nil {
			err.Line = number
			return nil, err
		}
		line.Number = number
		out = append(out, line)
	}
	if err := s.Err(); err != nil {
		return nil, &Error{number + 1, "无法读取：" + err.Error(), "cannot be read: " + err.Error()}
	}
	return out, nil
}

func parseLine(text string) (Line, *Error) {
	f := strings.Split(text, "\t")
	if len(f) < 4 {
		return Line{}, &Error{0, "至少要有四列：日期、动作、代码、名称，以制表符分隔", "needs four columns or more: date, action, code, name, separated by tabs"}
	}
	if len(f) > 6 {
		return Line{}, &Error{0, "多于六列", "more than six columns"}
	}
	for len(f) < 6 {
		f = append(f, "")
	}
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	l := Line{Action: f[1], Name: f[3], Note: f[5]}
	var err *Error
	if l.Code, err = parseCode(f[2]); err != nil {
		return l, err
	}
	dated := l.Action == "new" || l.Action == "end" || l.Action == "part" || l.Action == "rename"
	if f[0] != "" || dated {
		if l.Date, err = parseDate(f[0]); err != nil {
			return l, err
		}
	}
	switch l.Action {
	case "new":
		l.Parent, err = parseCode(f[4])
	case "end", "part":
		l.Next, err = parseNext(f[4])
		if err == nil && l.Action == "part" && len(l.Next) == 0 {
			err = &Error{0, "part 要写明划到哪里", "part needs the code that received the area"}
		}
	case "rename", "alias", "alias-under", "zone", "zone-under":
	case "point":
		l.Lng, l.Lat, err = parsePoint(f[4])
		return l, err
	default:
		return l, &Error{0, "不认识的动作“" + l.Action + "”，可用 new end part rename alias alias-under zone zone-under point",
			"unknown action “" + l.Action + "”; use new end part rename alias alias-under zone zone-under point"}
	}
	if err == nil {
		err = checkName(l.Name)
	}
	return l, err
}

func checkName(name string) *Error {
	if n := utf8.RuneCountInString(name); n < 2 || n > 30 {
		return &Error{0, "名称要有 2 到 30 个字", "the name must have 2 to 30 characters"}
	}
	return nil
}

func parseCode(s string) (uint32, *Error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil || (len(s) != 6 && len(s) != 9) || s[0] == '0' {
		return 0, &Error{0, "“" + s + "”不是 6 位或 9 位区划代码", "“" + s + "” is not a code of 6 or 9 digits"}
	}
	return uint32(n), nil
}

func parseDate(s string) (int32, *Error) {
	var y, m, d int
	if n, _ := fmt.Sscanf(s, "%4d-%2d-%2d", &y, &m, &d); n != 3 || len(s) != 10 || y < 1949 || m < 1 || m > 12 || d < 1 || d > 31 {
		return 0, &Error{0, "“" + s + "”不是日期，请写成 2025-11-06", "“" + s + "” is not a date; write it as 2025-11-06"}
	}
	return int32(y*10000 + m*100 + d), nil
}

func parsePoint(s string) (float64, float64, *Error) {
	a, b, ok := strings.Cut(s, ",")
	lng, err1 := strconv.ParseFloat(strings.TrimSpace(a), 64)
	lat, err2 := strconv.ParseFloat(strings.TrimSpace(b), 64)
	if !ok || err1 != nil || err2 != nil || !(lng > 70 && lng < 140 && lat > 0 && lat < 60) {
		return 0, 0, &Error{0, "“" + s + "”不是中国境内的经度,纬度", "“" + s + "” is not longitude,latitude within China"}
	}
	return lng, lat, nil
}

// parseNext reads "500157+500109(大湾镇 统景镇)".
func parseNext(s string) ([]Next, *Error) {
	var out []Next
	for s != "" {
		part := s
		if i := strings.IndexByte(s, '+'); i >= 0 {
			part, s = s[:i], s[i+1:]
			if s == "" {
				return nil, &Error{0, "“+”后面缺少代码", "a code is missing after “+”"}
			}
		} else {
			s = ""
		}
		var n Next
		head, scope, has := strings.Cut(part, "(")
		if has {
			inner, closed := strings.CutSuffix(strings.TrimSpace(scope), ")")
			if !closed {
				return nil, &Error{0, "缺少右括号", "a closing bracket is missing"}
			}
			n.Scope = strings.Fields(inner)
		}
		var err *Error
		if n.Code, err = parseCode(strings.TrimSpace(head)); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}
