package inspectcli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"anxin/provenance/aigc"
	"anxin/provenance/aigc/labelsig"
	"anxin/provenance/c2pa"
)

// aigcResult is the part of Result about the label of GB 45438 and other declarations of AI origin.
type aigcResult struct {
	Found        bool               `json:"found"`
	Carriers     []aigc.Carrier     `json:"carriers"`
	Label        *aigc.Label        `json:"label"` // null without a label that can be read
	Problems     []aigc.Problem     `json:"problems"`
	Declarations []aigc.Declaration `json:"declarations"`
	Signatures   []labelsig.Result  `json:"signatures,omitempty"` // those that the label keeps in its reserved fields
	Sources      []aigc.SourceType  `json:"digital_source_types,omitempty"`
	Incomplete   bool               `json:"incomplete,omitempty"`
}

// readAIGC fills the part about labels. Their sentences stand behind those about the signature.
func (r *Result) readAIGC(ctx context.Context, f io.ReaderAt, size int64) error {
	rep, err := aigc.Read(ctx, f, size, aigc.Options{})
	if err != nil {
		return err
	}
	if r.Format == "" {
		r.Format = string(rep.Format)
	}
	r.DeclaresAI = r.DeclaresAI || rep.DeclaresAI
	for _, x := range rep.Facts {
		r.Facts = append(r.Facts, fact{ID: x.ID, Value: x.Value, ZH: x.ZH, EN: x.EN})
	}
	r.AIGC = &aigcResult{Found: rep.Found, Carriers: rep.Carriers, Label: rep.Label, Problems: rep.Problems, Declarations: rep.Declarations,
		Signatures: labelsig.Check(rep.Label), Sources: rep.Sources, Incomplete: rep.Incomplete}
	for _, x := range r.AIGC.Signatures {
		if x.State == labelsig.Good { // one that does not verify says too little for a sentence
			r.Facts = append(r.Facts, fact{ID: "label-signature", Value: string(x.State), ZH: "标识里的签名与标识的内容相符。密钥随标识一起写入，因此这不能证明是谁签的。",
				EN: "The signature inside the label matches the label's fields. The key came with it, so this does not show who signed."})
			break
		}
	}
	return nil
}

// compareThumbnail adds a weak fact when the picture that the manifest kept of the file shows something else than the file.
func (r *Result) compareThumbnail(f io.ReaderAt, size int64, signed *c2pa.Report) {
	if signed == nil {
		return
	}
	t, ok := signed.OwnThumbnail()
	if !ok {
		return
	}
	small, err := decode(bytes.NewReader(t.Data))
	if err != nil {
		return
	}
	whole, err := decode(io.NewSectionReader(f, 0, size))
	if err != nil {
		return
	}
	if x, ok := aigc.CompareThumbnail(aigc.Coarsen(whole), aigc.Coarsen(small), signed.Intact()); ok {
		r.Facts = append(r.Facts, fact{ID: x.ID, Value: x.Value, ZH: x.ZH, EN: x.EN})
	}
}

// text writes places and problems for people; what the label says is among the facts.
func (a *aigcResult) text(b *strings.Builder) {
	for _, c := range a.Carriers {
		fmt.Fprintf(b, "  GB 45438: %s", clean(c.Place))
		if c.Label != nil {
			fmt.Fprintf(b, "  Label %s  %s  %s", clean(c.Label.Label), clean(c.Label.ContentProducer), clean(c.Label.ProduceID))
		}
		b.WriteByte('\n')
	}
	for _, d := range a.Declarations {
		if d.Form != aigc.DeclaresLabel {
			fmt.Fprintf(b, "  %s: %s  %s\n", d.Form, clean(d.Place), clean(d.By))
		}
	}
	for _, p := range a.Problems {
		fmt.Fprintf(b, "    %s: %s\n", p.Code, clean(p.EN))
	}
}
