package demo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/demo/scene"
)

// photoBytes is an encoded photograph.
type photoBytes []byte

func (b photoBytes) reader() io.Reader { return bytes.NewReader(b) }

// keep waits for a photograph that may be wanted again.
func (p *painter) keep(o scene.Options) (photoBytes, error) { return p.ask(o)() }

// plan puts the rest of the claim on the queue. A scene that fails ends its claim there: the others go on.
func (r *claimRun) plan(at time.Time) {
	t, broken := at, false
	then := func(after time.Duration, what string, do func(context.Context) error) {
		t = t.Add(after)
		r.p.later(t, "claim: "+r.name+": "+what, func(ctx context.Context) error {
			if broken {
				return nil
			}
			err := do(ctx)
			broken = err != nil
			return err
		})
	}
	contest := func(reason, words string) {
		then(4*m, "contest", func(ctx context.Context) error {
			c := claim.Contest{Case: r.order.Case, Reason: reason, Words: words, Declared: claim.DeclaredNone}
			if !r.packed.IsNil() {
				c.References = []casefile.ID{r.packed}
			}
			_, err := r.p.Dispute.Claims.Contest(ctx, r.shop, c)
			return err
		})
		then(6*m, "comment", func(ctx context.Context) error {
			_, err := r.p.Dispute.Claims.Comment(ctx, r.buyer, claim.Say{Case: r.order.Case, Words: "收到时就是这样，照片是当天拍的。"})
			return err
		})
	}
	switch r.ends {
	case atMerchant, atBuyer:
	case accepted:
		then(5*m, "accept", func(ctx context.Context) error {
			_, err := r.p.Dispute.Claims.Accept(ctx, r.shop, claim.Accept{Case: r.order.Case, Words: "同意，马上退款。"})
			return err
		})
		then(3*m, "paid", r.paid)
	case offered:
		then(5*m, "offer", func(ctx context.Context) error {
			_, err := r.p.Dispute.Claims.Offer(ctx, r.shop, claim.Offer{Case: r.order.Case, Remedy: claim.Partial, Amount: 20000, Words: "可能是没有拆运输螺栓。先补偿 200 元，师傅上门免费调试。"})
			return err
		})
	case commenting:
		then(5*m, "contest", func(ctx context.Context) error {
			_, err := r.p.Dispute.Claims.Contest(ctx, r.shop, claim.Contest{Case: r.order.Case, Reason: "intact_when_packed", Words: "打包时外壳完好，见打包照片。", Declared: claim.DeclaredNone, References: []casefile.ID{r.packed}})
			return err
		})
	case tookBack:
		then(5*m, "withdraw", func(ctx context.Context) error {
			_, err := r.p.Dispute.Claims.Withdraw(ctx, r.buyer, claim.Reasoned{Case: r.order.Case, Words: "已经和商家说好换货。"})
			return err
		})
	case standingOver:
		then(5*m, "suspend", func(ctx context.Context) error {
			_, err := r.p.Dispute.Claims.Suspend(ctx, r.p.admin, claim.Reasoned{Case: r.order.Case, Words: "买家住院，家属来电请求暂停。"})
			return err
		})
	default:
		contest("intact_when_packed", "打包时检查过，外观完好，请看打包照片。")
		r.review(then)
	}
}

// review plays what reviewers did.
func (r *claimRun) review(then func(time.Duration, string, func(context.Context) error)) {
	if r.ends == toReview {
		return
	}
	then(4*m, "take", r.take("shenhe", "unclear", "照片里损坏看得清楚，要和打包照片对一下。"))
	switch r.ends {
	case inspecting:
		then(6*m, "inspect", func(ctx context.Context) error {
			_, err := r.p.Dispute.Claims.OrderInspection(ctx, r.who("shenhe"), claim.Inspect{Case: r.order.Case, Words: "请看冷冻室门封和温控，拍照。"})
			return err
		})
	case carryingOut:
		then(8*m, "decide", r.decide(claim.RefundReturn, 0, []string{"damage_shown", "merchant_did_not_prove"}, "指纹模块不能识别，页面承诺的功能没有实现。", "采信：照片和说明一致。", "不采信：打包照片只能说明外观。"))
	case canAppeal:
		then(8*m, "decide", r.decide(claim.Partial, 20000, []string{"description_differs", "partial_fault"}, "实物颜色与页面有差别，不影响使用。", "部分采信：颜色有差别，要求的金额偏高。", "部分采信：页面写明了色差，但图片差别较大。"))
		then(3*m, "paid", r.paid)
	case toAppeal:
		then(8*m, "decide", r.decide(claim.RefundOnly, 0, []string{"damage_shown", "merchant_did_not_prove"}, "背板凹陷清楚，打包照片没有拍到背面。", "采信。", "不采信：打包照片没有拍到背面。"))
		then(3*m, "paid", r.paid)
		then(30*m, "appeal", func(ctx context.Context) error {
			_, err := r.p.Dispute.Claims.Appeal(ctx, r.shop, claim.Appeal{Case: r.order.Case, Reason: "evidence_overlooked", Words: "打包录像里转了一圈，背面是好的。"})
			return err
		})
		then(20*m, "respond", func(ctx context.Context) error {
			_, err := r.p.Dispute.Claims.Respond(ctx, r.buyer, claim.Say{Case: r.order.Case, Words: "运输中也可能磕的，和我无关。"})
			return err
		})
	case toSecond, toLead:
		reasons := []string{"picture_is_ours", "packing_shows_intact"}
		if r.photo == "reused" {
			reasons = []string{"picture_used_before", "packing_shows_intact"}
		}
		then(9*m, "propose", r.decide(claim.Forged, 0, reasons, "买家的照片与已有的照片是同一次拍摄，只有裂纹处不同；打包照片同一位置完好。", "不采信：照片不能证明收到的商品有损坏。", "采信：打包照片显示完好。"))
		if r.ends == toLead {
			then(10*m, "second", r.take("fuhe", "unclear", "裂纹边缘很干净，但背景也可能相同。"))
			then(7*m, "disagree", func(ctx context.Context) error {
				_, err := r.p.Dispute.Claims.Disagree(ctx, r.who("fuhe"), claim.Review{Case: r.order.Case, Words: "同款商品在同样的背景下拍摄，不能排除。先请买家再拍一张全貌。"})
				return err
			})
		}
	}
}

// who is a reviewer of the demo.
func (r *claimRun) who(login string) casefile.Actor {
	return casefile.Actor{Tenant: r.p.Tenant, Role: casefile.Reviewer, ID: r.p.people[login], Route: "web", Lang: "zh"}
}

// take gets the next claim, which has to be this one, and writes the first impression.
func (r *claimRun) take(login, leaning, words string) func(context.Context) error {
	return func(ctx context.Context) error {
		a := r.who(login)
		l, err := r.p.Dispute.Claims.Next(ctx, a)
		if err != nil {
			return err
		}
		if l.Case != r.order.Case {
			return fmt.Errorf("%w: %s", errOther, l.Number)
		}
		_, err = r.p.Dispute.Claims.Impress(ctx, a, claim.Impress{Case: r.order.Case, Leaning: leaning, Words: words})
		return err
	}
}

// decide decides as the first reviewer, on what was seen in the pictures and heard from both sides.
func (r *claimRun) decide(remedy claim.Remedy, amount casefile.Fen, reasons []string, words, onBuyer, onMerchant string) func(context.Context) error {
	return func(ctx context.Context) error {
		a := r.who("shenhe")
		page, err := r.p.Dispute.Claims.ReviewPage(ctx, a, r.order.Case)
		if err != nil {
			return err
		}
		c := claim.Decide{Case: r.order.Case, Remedy: remedy, Amount: amount, Reasons: reasons, Burden: page.Burden, Words: words, OnBuyer: onBuyer, OnMerchant: onMerchant, Beyond: remedy == claim.Forged,
			Grounds: []claim.Ground{{Group: "statement"}}}
		if !r.item.IsNil() {
			c.Grounds = append(c.Grounds, claim.Ground{Group: "match", Item: r.item})
		}
		if !r.packed.IsNil() {
			c.Grounds = append(c.Grounds, claim.Ground{Group: "context", Item: r.packed})
		}
		_, err = r.p.Dispute.Claims.Decide(ctx, a, c)
		return err
	}
}

// paid is the platform's confirmation that the refund went out.
func (r *claimRun) paid(ctx context.Context) error {
	sys := casefile.Actor{Tenant: r.p.Tenant, Role: casefile.System, Route: "timer", Lang: "zh"}
	_, err := r.p.Dispute.Claims.ConfirmStep(ctx, sys, claim.Done{Case: r.order.Case, Step: claim.StepRefund, Ref: fmt.Sprintf("R%08d", 52000+r.n)})
	return err
}
