package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"anxin/internal/app"
	"anxin/internal/cli/rulescli"
)

type rulesCmd struct {
	rulescli.Cmd `embed:""`

	Facts factsCmd `cmd:"" help:"导出已有案件的事实，供 replay 使用 / print the facts of stored claims, one JSON line each, for replay."`
}

type factsCmd struct{ data }

// Run prints codes, counts, amounts and times; there is no personal data in them.
func (c factsCmd) Run(ctx context.Context) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	if o.Config.Database == "" {
		if _, err := os.Stat(o.DatabaseURL()); err != nil { // opening would make a new installation
			return fmt.Errorf("数据目录里没有数据库 / the data folder has no database: %w", err)
		}
	}
	store, err := app.OpenStore(ctx, o)
	if err != nil {
		return err
	}
	defer store.Close()
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	out := json.NewEncoder(w)
	for s, err := range store.RuledFacts(ctx) {
		if err != nil {
			return err
		}
		if err := out.Encode(s); err != nil {
			return err
		}
	}
	return nil
}
