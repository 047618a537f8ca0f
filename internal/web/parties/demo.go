package parties

import (
	"io"

	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/web/ui"
)

// DemoPress is a press with one letter, for stories and tests of both sides.
type DemoPress struct{}

// Parts implements Press.
func (DemoPress) Parts(_ claim.LetterView, lang i18n.Lang) (title, outcome string, parts []LetterPart, err error) {
	zh := lang != i18n.EN
	pick := func(a, b string) string {
		if zh {
			return a
		}
		return b
	}
	return pick("处理决定书", "Decision"), pick("退货退款 ¥1,299.00", "Refund after return ¥1,299.00"), []LetterPart{
		{Title: pick("处理结果", "Outcome"), Blocks: []LetterBlock{{Text: pick("商家退还全部货款 ¥1,299.00。买家先寄回商品。", "The merchant returns the whole price of ¥1,299.00. The buyer sends the goods back first."), Strong: true}}},
		{Title: pick("当事人和订单", "Parties and order"), Blocks: []LetterBlock{{Facts: []ui.Pair{{Key: pick("买家", "Buyer"), Text: pick("王**", "W**")}, {Key: pick("商家", "Merchant"), Text: pick("禾木家电旗舰店", "Hemu Appliances Store")},
			{Key: pick("订单", "Order"), Text: "HM-2026****0031"}}}}},
		{Title: pick("认定的事实", "Facts found"), Blocks: []LetterBlock{{Text: pick("签收次日的照片能看到面板裂纹。打包照片中面板完好。商家没有提交运输途中的交接记录。", "The photos of the day after delivery show a crack in the panel. The packing photo shows the panel intact. The merchant sent no record of the handover in transport.")}}},
		{Title: pick("证据清单", "Evidence"), Blocks: []LetterBlock{{Table: &ui.Table{Caption: pick("证据清单", "Evidence"), HideCaption: true,
			Columns: []ui.Column{{Title: pick("序号", "No."), Number: true}, {Title: pick("提交方", "From")}, {Title: pick("内容", "What")}, {Title: "SHA-256"}},
			Rows:    [][]ui.Cell{{ui.Text("1"), ui.Text(pick("买家", "Buyer")), ui.Text(pick("照片", "Photo")), ui.Text("3f79…a210")}, {ui.Text("2"), ui.Text(pick("商家", "Merchant")), ui.Text(pick("打包照片", "Packing photo")), ui.Text("91c0…77de")}}}}}},
		{Title: pick("举证责任", "Burden of proof"), Blocks: []LetterBlock{{Text: pick("耐用商品自交付起六个月内发现瑕疵的，由经营者承担举证责任。", "For durable goods the seller bears the burden of proof for defects found within six months of delivery.")}}},
		{Title: pick("申诉", "Appeal"), Blocks: []LetterBlock{{Text: pick("收到本决定之日起 7 日内可以申诉，由未参与本案的审核员处理。", "You can appeal within 7 days of service to a reviewer who had no part in the case.")}}},
		{Title: pick("自动处理说明", "Automated processing"), Blocks: []LetterBlock{{Text: pick("系统只做技术核对，决定由人作出。", "Machines only checked technical facts; people decided."), Small: true}}},
	}, nil
}

// PDF implements Press.
func (DemoPress) PDF(w io.Writer, _ claim.LetterView, _ i18n.Lang, _ string) error {
	_, err := io.WriteString(w, "%PDF-1.7\n")
	return err
}
