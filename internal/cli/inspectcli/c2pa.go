package inspectcli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"anxin/provenance/c2pa"
)

// c2paResult is the part of Result about content credentials.
type c2paResult struct {
	State         c2pa.State             `json:"state"` // null without credentials
	ClaimVersion  int                    `json:"claim_version"`
	Success       []string               `json:"success"`
	Informational []string               `json:"informational"`
	Failure       []string               `json:"failure"`
	Ingredients   []c2pa.IngredientCodes `json:"ingredients,omitempty"`
	Signer        string                 `json:"signer"`
	Issuer        string                 `json:"issuer,omitempty"`
	SignedAt      *time.Time             `json:"signed_at"`
	Generator     string                 `json:"generator,omitempty"`
	DeclaresAI    bool                   `json:"declares_ai"`
	SourceTypes   []c2pa.SourceType      `json:"digital_source_types,omitempty"`
	Active        string                 `json:"active_manifest,omitempty"`
	Manifests     []c2pa.Manifest        `json:"manifests"`
	History       *c2pa.HistoryNode      `json:"history,omitempty"`
	Thumbnails    []c2pa.Thumbnail       `json:"thumbnails,omitempty"`
	Statuses      []c2pa.Status          `json:"statuses,omitempty"`
	Remote        string                 `json:"remote_manifest,omitempty"`
	Problem       string                 `json:"problem,omitempty"`
}

// readC2PA fills the part about content credentials. A format that cannot hold them is no error of the file; a container that
// breaks off before they were found is the error of the file.
func (r *Result) readC2PA(ctx context.Context, f io.ReaderAt, size int64, opts c2pa.Options) (*c2pa.Report, error) {
	rep, err := c2pa.Read(ctx, f, size, opts)
	if err != nil {
		return nil, err
	}
	r.Format = string(rep.Format)
	r.DeclaresAI = r.DeclaresAI || rep.DeclaresAI
	for _, x := range rep.Facts {
		r.Facts = append(r.Facts, fact{ID: x.ID, Value: x.Value, ZH: x.ZH, EN: x.EN})
	}
	r.C2PA = &c2paResult{State: rep.State, ClaimVersion: rep.ClaimVersion, Success: rep.Success, Informational: rep.Informational, Failure: rep.Failure,
		Ingredients: rep.Ingredients, Signer: rep.Signer, Issuer: rep.Issuer, SignedAt: rep.SignedAt, Generator: rep.Generator, DeclaresAI: rep.DeclaresAI,
		SourceTypes: rep.SourceTypes, Active: rep.Active, Manifests: rep.Manifests, History: rep.History, Thumbnails: rep.Thumbnails, Statuses: rep.Statuses,
		Remote: rep.Remote, Problem: rep.Problem}
	return rep, nil
}

// text writes verdict, codes and edit history for people.
func (c *c2paResult) text(b *strings.Builder) {
	if c.State == c2pa.StateNone {
		return
	}
	fmt.Fprintf(b, "  C2PA: %s", c.State)
	if c.Generator != "" {
		fmt.Fprintf(b, "  %s", clean(c.Generator))
	}
	b.WriteByte('\n')
	codesText(b, c.Failure, "    ")
	for _, i := range c.Ingredients {
		if len(i.Failure) > 0 {
			fmt.Fprintf(b, "    %s:\n", clean(i.Ingredient))
			codesText(b, i.Failure, "      ")
		}
	}
	if c.Problem != "" {
		fmt.Fprintf(b, "    %s\n", clean(c.Problem))
	}
	if c.History != nil {
		historyText(b, c.History, "    ")
	}
}

// codesText writes status codes with what they mean, one on each line.
func codesText(b *strings.Builder, codes []string, indent string) {
	for _, code := range codes {
		b.WriteString(indent + clean(code))
		if zh, en, ok := c2pa.Words(code); ok {
			fmt.Fprintf(b, "  %s / %s", zh, en)
		}
		b.WriteByte('\n')
	}
}

func historyText(b *strings.Builder, n *c2pa.HistoryNode, indent string) {
	b.WriteString(indent)
	for _, s := range []string{n.Relationship, n.Title, n.Generator} {
		if s != "" {
			fmt.Fprintf(b, "%s  ", clean(s))
		}
	}
	for _, a := range n.Actions {
		fmt.Fprintf(b, "%s ", clean(a.Name))
	}
	b.WriteByte('\n')
	for _, c := range n.Children {
		historyText(b, c, indent+"  ")
	}
}
