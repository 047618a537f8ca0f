package rule

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"anxin/internal/law"
)

// Library holds every pack: those of this program and those of the operator's folder. It is read-only; open a new one to read the folder again.
type Library struct {
	packs []*Pack // by series, then version
}

// maxPacks bounds the folder: old versions stay for ever, but a thousand of them is a mistake.
const maxPacks = 1000

// Open reads the packs of this program and, when folder is not nil, every *.yaml of it. A pack that is wrong is left out and told in the problems; the
// others count. A missing folder is an empty one. The error is about reading files only.
func Open(folder fs.FS, book *law.Book) (*Library, Problems, error) {
	own, err := fs.Sub(embedded, "packs")
	if err != nil {
		return nil, nil, err
	}
	l, problems := &Library{}, Problems(nil)
	for _, files := range []fs.FS{own, folder} {
		if files == nil {
			continue
		}
		more, err := l.read(files, book)
		if err != nil {
			return nil, nil, err
		}
		problems = append(problems, more...)
	}
	slices.SortStableFunc(l.packs, func(a, b *Pack) int {
		if c := strings.Compare(a.Series, b.Series); c != 0 {
			return c
		}
		return a.Version - b.Version
	})
	return l, problems, nil
}

func (l *Library) read(files fs.FS, book *law.Book) (Problems, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	if len(names) > maxPacks {
		return nil, fmt.Errorf("rules: 规则文件多于 %d 个 / more than %d files", maxPacks, maxPacks)
	}
	var problems Problems
	for _, name := range names {
		info, err := fs.Stat(files, name)
		if err != nil {
			return nil, fmt.Errorf("rules: %w", err)
		}
		if info.Size() > maxPackBytes {
			problems = append(problems, Problem{File: name, ZH: "规则包超过 1 MB", EN: "the pack is larger than 1 MB"})
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("rules: %w", err)
		}
		p, err := Parse(name, text, book)
		var mistakes Problems
		switch {
		case errors.As(err, &mistakes):
			problems = append(problems, mistakes...)
			continue
		case err != nil:
			return nil, err
		}
		if other := l.find(p.Series, p.Version); other != nil {
			if other.Hash != p.Hash {
				problems = append(problems, Problem{
					File: name, ZH: fmt.Sprintf("规则包 %s 第 %d 版已经存在，内容不同。请用新的 version", p.Series, p.Version),
					EN: fmt.Sprintf("pack %s version %d exists already with another content: give it a new version", p.Series, p.Version),
				})
			}
			continue
		}
		l.packs = append(l.packs, p)
	}
	return problems, nil
}

func (l *Library) find(series string, version int) *Pack {
	for _, p := range l.packs {
		if p.Series == series && p.Version == version {
			return p
		}
	}
	return nil
}

// Packs lists all packs by series and version.
func (l *Library) Packs() []*Pack { return slices.Clone(l.packs) }

// Pack finds exactly the text that a claim was pinned to. It fails when the text is gone or is not the same any more.
func (l *Library) Pack(r Ref) (*Pack, error) {
	p := l.find(r.Pack, r.Version)
	switch {
	case p == nil:
		return nil, fmt.Errorf("rules: 找不到规则包 %s 第 %d 版 / pack %s version %d is missing: put its file back", r.Pack, r.Version, r.Pack, r.Version)
	case p.Hash != r.Hash:
		return nil, fmt.Errorf("rules: 规则包 %s 第 %d 版的内容与案件锁定的不同 / the content of pack %s version %d is not the one the claim was pinned to (%s)", r.Pack, r.Version, r.Pack, r.Version, r.Hash)
	}
	return p, nil
}

// InForce gives the pack of a series that counts at a moment: published, in effect, not retired; of several the one that took effect last.
func (l *Library) InForce(series string, at time.Time) (*Pack, bool) {
	day := law.On(at)
	var best *Pack
	for _, p := range l.packs {
		if p.Series != series || p.State != Published && p.State != Retired || p.EffectiveFrom > day || p.RetiredAt != "" && p.RetiredAt <= day {
			continue
		}
		if best == nil || p.EffectiveFrom > best.EffectiveFrom || p.EffectiveFrom == best.EffectiveFrom && p.Version > best.Version {
			best = p
		}
	}
	return best, best != nil
}

// Pin is what a claim keeps for ever: the versions in force when the order was made and when the claim was filed, and which of them counts.
type Pin struct {
	Ordered Ref       `json:"ordered,omitzero"` // zero: no pack was in force yet
	Filed   Ref       `json:"filed"`
	Applies Ref       `json:"applies"`
	Why     law.Words `json:"why"`
}

// Pin decides which version counts for a claim (docs/design/rules.md, "Which version counts"):
//  1. one version at both times: that one;
//  2. none at the time of the order: the one at filing;
//  3. the one at filing follows a change of law (tag 法定): the one at filing;
//  4. otherwise the one at the time of the order, unless the one at filing is for this claim nowhere worse and somewhere better for the buyer and
//     takes no time from the merchant.
//
// It looks at goods, order, wish and times only. What becomes known later (findings, answers, history) cannot move a claim to another version, so asking again gives
// the same pin.
func (l *Library) Pin(ctx context.Context, series string, f Facts) (Pin, error) {
	if err := f.Check(); err != nil {
		return Pin{}, err
	}
	f = Facts{
		Remedy: f.Remedy, Amount: f.Amount, OrderAmount: f.OrderAmount, Category: f.Category, Reason: f.Reason, Tier: f.Tier, Ordered: f.Ordered, Received: f.Received, Filed: f.Filed,
		Media: 1, ChecksDone: true,
	}
	filed, ok := l.InForce(series, f.Filed)
	if !ok {
		return Pin{}, fmt.Errorf("rules: %s 没有生效的规则包 %s / no pack %s is in force on %s", law.On(f.Filed), series, series, law.On(f.Filed))
	}
	pin := Pin{Filed: filed.Ref(), Applies: filed.Ref()}
	ordered, ok := l.InForce(series, f.ordered())
	switch {
	case f.Ordered.IsZero():
		pin.Why = law.Words{ZH: "下单时间没有记录，适用申请时的版本", EN: "The time of the order is not recorded; the version at filing applies"}
		return pin, nil
	case !ok:
		pin.Why = law.Words{ZH: "下单时还没有生效的规则，适用申请时的版本", EN: "No rules were in force at the time of the order; the version at filing applies"}
		return pin, nil
	case ordered == filed:
		pin.Ordered = ordered.Ref()
		pin.Why = law.Words{ZH: "下单时和申请时是同一版本", EN: "The same version was in force at the time of the order and at filing"}
		return pin, nil
	}
	pin.Ordered = ordered.Ref()
	if filed.Tagged(Statutory) {
		pin.Why = law.Words{ZH: "申请时的版本依照法律的变化制定，适用申请时的版本", EN: "The version at filing follows a change of law and applies"}
		return pin, nil
	}
	old, err := ordered.outcome(ctx, &f)
	if err != nil {
		return Pin{}, err
	}
	now, err := filed.outcome(ctx, &f)
	if err != nil {
		return Pin{}, err
	}
	if favours(ordered, &old, filed, &now) {
		pin.Why = law.Words{ZH: "申请时的版本对买家更有利，且不缩短商家的时间，适用申请时的版本", EN: "The version at filing is better for the buyer and takes no time from the merchant; it applies"}
		return pin, nil
	}
	pin.Applies = ordered.Ref()
	pin.Why = law.Words{ZH: "适用下单时的版本", EN: "The version in force at the time of the order applies"}
	return pin, nil
}

// favours reports whether an outcome is nowhere worse and somewhere better for the buyer than an older one, without taking time from the merchant.
func favours(oldPack *Pack, old *Outcome, nowPack *Pack, now *Outcome) bool {
	better := false
	for _, pair := range [][2]int{
		{onBuyer(old), onBuyer(now)}, {len(old.Asks), len(now.Asks)}, {liveness(old.Live), liveness(now.Live)}, {one(old.DestroyProof), one(now.DestroyProof)},
		{care(oldPack, old), care(nowPack, now)}, {one(old.SecondReview), one(now.SecondReview)}, {len(old.Limit.Over), len(now.Limit.Over)},
	} {
		if pair[1] > pair[0] {
			return false
		}
		better = better || pair[1] < pair[0]
	}
	for _, c := range old.Clocks {
		if c.Code != "merchant_answer" {
			continue
		}
		other, ok := now.Clock(c.Code)
		a, err1 := ParseLength(c.Length, oldPack.clockUnit(c.Code))
		b, err2 := ParseLength(other.Length, nowPack.clockUnit(c.Code))
		if !ok || err1 != nil || err2 != nil || other.Unit != c.Unit || b < a {
			return false
		}
	}
	return better
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func onBuyer(o *Outcome) int { return one(o.Burden.Party == Buyer) }

func liveness(s string) int { return slices.Index([]string{"none", "wished", "required"}, s) }

// care is how far above its pack's ordinary queue an outcome waits; packs may have different queues.
func care(p *Pack, o *Outcome) int { return p.queue[o.Queue] - p.ordinary }
