package imagecli

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"slices"

	"anxin/forensics/calibrate"
)

// CalibrateCmd is "anxin calibrate".
type CalibrateCmd struct {
	Photos string `required:"" placeholder:"DIR" help:"互不相关的照片 / unrelated photographs, one per thing."`
	Views  string `placeholder:"DIR" help:"子目录各为同一场景的多张照片 / folders of photographs of one scene each."`
	Near   int    `default:"3" help:"同一场景中只比较序号相差不超过此数的照片 / compare views at most this far apart in the list."`
	Every  int    `default:"1" help:"每几张取一张做攻击试验 / make attacks of every n-th photograph only."`
	Seed   uint64 `default:"7" help:"种子 / seed."`
	Out    string `placeholder:"FILE" help:"写成 Markdown / write Markdown."`

	Stdout io.Writer `kong:"-"`
}

func photosIn(dir string) ([]calibrate.Photo, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []calibrate.Photo
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if b, err := read(path); e.IsDir() || err != nil || len(b) == 0 {
			continue
		}
		out = append(out, calibrate.Photo{Name: e.Name(), Load: func() (image.Image, error) {
			p, err := load(path)
			return p.Image, err
		}})
	}
	return out, nil
}

// Run measures attacks, views of one scene and unrelated pairs, and how well the score is calibrated. Names decide the halves: one half is for tuning, the
// other is what the tables show.
func (c *CalibrateCmd) Run(ctx context.Context) error {
	photos, err := photosIn(c.Photos)
	if err != nil {
		return err
	}
	if len(photos) < 4 {
		return errors.New(c.Photos + ": 至少需要 4 张照片 / at least 4 photographs are needed")
	}
	var halves, attacked [2][]calibrate.Photo
	for i, p := range photos {
		halves[p.Half()] = append(halves[p.Half()], p)
		if i%max(1, c.Every) == 0 {
			attacked[p.Half()] = append(attacked[p.Half()], p)
		}
	}
	var samples [2][]calibrate.Sample
	var rows []calibrate.Row
	for h := range halves {
		r, err := calibrate.Attacks(ctx, attacked[h], calibrate.Classes, c.Seed, func(t calibrate.Trial) {
			samples[h] = append(samples[h], calibrate.Sample{Score: calibrate.Score(&t.Result), Same: true})
		})
		if err != nil {
			return err
		}
		rows = r // the reporting half is the second
	}
	pairs := func(name string, set []calibrate.Photo, near, half int) (calibrate.ViewRow, error) {
		n, found, err := calibrate.Pairs(ctx, set, near, func(p calibrate.Pair) {
			samples[half] = append(samples[half], calibrate.Sample{Score: calibrate.Score(&p.Result)})
		})
		same := 0
		for _, p := range found {
			if p.Result.SamePhotograph {
				same++
			}
		}
		return calibrate.ViewRow{Name: name, Pairs: n, Related: len(found), Same: same}, err
	}
	unrelated := calibrate.ViewRow{Name: "unrelated photographs, reporting half"}
	for h := range halves {
		if unrelated, err = pairs(unrelated.Name, halves[h], 0, h); err != nil {
			return err
		}
	}
	views, err := c.views(pairs)
	if err != nil {
		return err
	}
	text := calibrate.Markdown(rows, views, unrelated, calibrate.Evaluate(calibrate.Fit(samples[0]), samples[1]))
	if c.Out != "" {
		return os.WriteFile(c.Out, []byte(text), 0o644)
	}
	_, err = fmt.Fprint(stdout(c.Stdout), text)
	return err
}

// views compares within each scene; scenes, not pictures, are split into halves, but all are shown.
func (c *CalibrateCmd) views(pairs func(name string, set []calibrate.Photo, near, half int) (calibrate.ViewRow, error)) ([]calibrate.ViewRow, error) {
	if c.Views == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(c.Views)
	if err != nil {
		return nil, err
	}
	entries = slices.DeleteFunc(entries, func(e os.DirEntry) bool { return !e.IsDir() })
	var out []calibrate.ViewRow
	for i, e := range entries {
		set, err := photosIn(filepath.Join(c.Views, e.Name()))
		if err != nil {
			return nil, err
		}
		row, err := pairs("views of one scene: "+e.Name(), set, c.Near, i%2)
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}
