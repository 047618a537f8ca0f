package imagecli

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"anxin/fingerprint/imagefile"
	"anxin/forensics/calibrate"
	"anxin/imagematch"
)

// CalibrateCmd is "anxin calibrate".
type CalibrateCmd struct {
	Photos  string        `placeholder:"DIR" help:"互不相关的照片，含子目录 / unrelated photographs, one per thing, folders within included."`
	Views   string        `placeholder:"DIR" help:"子目录各为同一场景的多张照片 / folders of photographs of one scene each."`
	Parts   []string      `default:"attacks,pairs,views" help:"量什么 / what to measure: attacks, pairs, views, alarms, honest."`
	Half    string        `default:"both" enum:"both,tuning,reporting" help:"哪一半照片 / which half of the photographs."`
	Near    int           `default:"3" help:"同一场景中只比较序号相差不超过此数的照片 / compare views at most this far apart in the list."`
	Every   int           `default:"1" help:"每几张取一张做攻击试验 / make attacks of every n-th photograph only."`
	Classes []string      `help:"只做这些攻击 / these attacks only."`
	Ways    []string      `help:"只做这些途径（alarms）/ these ways only (alarms)."`
	MinSide int           `default:"0" help:"长边不足此数的照片不用 / leave out photographs whose longer side is below this."`
	Cut     int           `default:"1" help:"三百万像素以上的照片切成 N×N 块，只用于 alarms / cut photographs above 3 megapixels into N×N, for alarms only."`
	Seed    uint64        `default:"7" help:"种子 / seed."`
	Journal string        `placeholder:"FILE" help:"逐条记下结果，中断后从此继续 / keep every result in this file and go on from there."`
	For     time.Duration `help:"到时间即停，余下的下次继续（需 --journal）/ stop after this long; the rest is done next time (with --journal)."`
	Report  bool          `help:"只按 --journal 写报告 / only write the report of what is in --journal."`
	Out     string        `placeholder:"FILE" help:"写成 Markdown / write Markdown."`
	Plot    string        `placeholder:"FILE" help:"可靠性图，SVG / the reliability plot as SVG."`

	Stdout io.Writer `kong:"-"`
}

// photosIn lists the pictures under a folder that can be decoded, in the order of their names.
func photosIn(dir string, minSide int) (out []calibrate.Photo, err error) {
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return unreadable(path, err)
		}
		if !e.Type().IsRegular() && e.Type()&fs.ModeSymlink == 0 {
			return nil
		}
		if !slices.Contains([]string{".jpg", ".jpeg", ".png", ".webp", ".heic"}, strings.ToLower(filepath.Ext(path))) {
			return nil
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		b, err := read(path)
		if err != nil {
			return err
		}
		h, err := imagefile.ReadHeader(b, imagefile.Limits{})
		if err != nil || min(h.Width, h.Height) < 64 || max(h.Width, h.Height) < minSide {
			return nil
		}
		out = append(out, calibrate.Photo{Name: filepath.ToSlash(name), Width: h.Width, Height: h.Height, Load: func() (image.Image, error) {
			p, err := load(path)
			return p.Image, err
		}})
		return nil
	})
	return out, err
}

// cut replaces photographs above 3 megapixels by n×n cuttings of them.
func cut(photos []calibrate.Photo, n int) (out []calibrate.Photo) {
	for _, p := range photos {
		if p.Width*p.Height < 3_000_000 || n < 2 {
			out = append(out, p)
			continue
		}
		for k := range n * n {
			out = append(out, calibrate.Photo{Name: fmt.Sprintf("%s#%d,%d", p.Name, k%n, k/n), Load: func() (image.Image, error) {
				img, err := p.Load()
				if err != nil {
					return nil, err
				}
				size := img.Bounds().Size() // upright, which the header does not know
				w, h := size.X/n, size.Y/n
				part := image.NewRGBA(image.Rect(0, 0, w, h))
				draw.Draw(part, part.Rect, img, img.Bounds().Min.Add(image.Pt(k%n*w, k/n*h)), draw.Src)
				return part, nil
			}})
		}
	}
	return out
}

// errTime is told inwards when the time given by --for is over.
var errTime = errors.New("the time is over")

// calibration is one run.
type calibration struct {
	*CalibrateCmd
	journal *journal
	stop    time.Time
}

// keep measures once: what the journal has is not measured again.
func (c *calibration) keep(ctx context.Context, kind, what, photo string, measure func() (calibrate.Record, error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.journal.has(kind, what, photo) {
		return nil
	}
	if !c.stop.IsZero() && time.Now().After(c.stop) {
		return errTime
	}
	r, err := measure()
	if err != nil {
		return err
	}
	return c.journal.add(r)
}

// Run measures attacks, views of one scene, unrelated pairs, alarms of the detectors and honest claims, and how well the score is calibrated. Names decide
// the halves: one half is for tuning, the other is what the tables show.
func (c *CalibrateCmd) Run(ctx context.Context) (err error) {
	if c.Photos == "" && !c.Report {
		return errors.New("--photos 未指定 / --photos is missing")
	}
	j, err := openJournal(c.Journal)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.close()) }()
	run := calibration{CalibrateCmd: c, journal: j}
	if c.For > 0 {
		run.stop = time.Now().Add(c.For)
	}
	if !c.Report {
		err = run.measure(ctx)
		if errors.Is(err, errTime) {
			fmt.Fprintf(os.Stderr, "到时间，已记 %d 条；再运行即继续 / time is over with %d results kept; run it again to go on\n", len(j.records), len(j.records))
			return nil
		}
		if err != nil {
			return err
		}
	}
	q := calibrate.Calibration(j.records)
	text := calibrate.Summary(j.records, q)
	if c.Plot != "" && len(q.Bins) > 0 {
		if err := os.WriteFile(c.Plot, []byte(calibrate.Plot(q)), 0o644); err != nil {
			return err
		}
	}
	if c.Out != "" {
		return os.WriteFile(c.Out, []byte(text), 0o644)
	}
	_, err = fmt.Fprint(stdout(c.Stdout), text)
	return err
}

func (c *calibration) measure(ctx context.Context) error {
	photos, err := photosIn(c.Photos, c.MinSide)
	if err != nil {
		return err
	}
	if len(photos) < 4 {
		return errors.New(c.Photos + ": 至少需要 4 张照片 / at least 4 photographs are needed")
	}
	photos = slices.DeleteFunc(photos, func(p calibrate.Photo) bool {
		return c.Half == "tuning" && p.Half() != 0 || c.Half == "reporting" && p.Half() != 1
	})
	some := []calibrate.Photo{}
	for i, p := range photos {
		if i%max(1, c.Every) == 0 {
			some = append(some, p)
		}
	}
	for _, part := range c.Parts {
		switch part {
		case "attacks":
			err = c.attacks(ctx, some)
		case "pairs":
			err = c.unrelated(ctx, photos)
		case "views":
			err = c.scenes(ctx, func(scene string, set []calibrate.Photo) error { return c.pairs(ctx, scene, set, c.Near) })
		case "alarms":
			err = c.alarms(ctx, some)
		case "honest":
			err = c.honest(ctx, some)
		default:
			err = fmt.Errorf("--parts %s: 没有这一项 / there is no such part", part)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *calibration) attacks(ctx context.Context, photos []calibrate.Photo) error {
	for _, p := range photos {
		var img image.Image
		var ref *imagematch.Features
		for i, class := range calibrate.Classes {
			if len(c.Classes) > 0 && !slices.Contains(c.Classes, class.Attack) {
				continue
			}
			err := c.keep(ctx, calibrate.KindAttack, class.Attack, p.Name, func() (r calibrate.Record, err error) {
				if img == nil {
					if img, err = p.Load(); err != nil {
						return r, err
					}
					ref = imagematch.Extract(img, imagematch.Options{})
				}
				t, err := calibrate.Attack(ctx, p.Name, img, ref, class, c.Seed+uint64(i)*1000003+calibrate.Salt(p.Name))
				return calibrate.AttackRecord(p, t), err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// unrelated compares within each half, so that no photograph of the reporting half has been met in tuning.
func (c *calibration) unrelated(ctx context.Context, photos []calibrate.Photo) error {
	for half := range 2 {
		set := slices.DeleteFunc(slices.Clone(photos), func(p calibrate.Photo) bool { return p.Half() != half })
		if err := c.pairs(ctx, calibrate.Unrelated, set, 0); err != nil {
			return err
		}
	}
	return nil
}

// pairs compares each photograph with those after it. Features are taken once and kept: about 7 MB a photograph.
func (c *calibration) pairs(ctx context.Context, set string, photos []calibrate.Photo, near int) error {
	features := make([]*imagematch.Features, len(photos))
	feature := func(i int) (*imagematch.Features, error) {
		if features[i] == nil {
			img, err := photos[i].Load()
			if err != nil {
				return nil, err
			}
			features[i] = imagematch.Extract(img, imagematch.Options{})
		}
		return features[i], nil
	}
	for i, p := range photos {
		end := len(photos)
		if near > 0 {
			end = min(end, i+1+near)
		}
		if i+1 >= end {
			continue
		}
		err := c.keep(ctx, calibrate.KindPairs, set, p.Name, func() (r calibrate.Record, err error) {
			for k := i; k < end; k++ {
				if _, err := feature(k); err != nil {
					return r, err
				}
			}
			return calibrate.Against(ctx, set, p, features[i], photos[i+1:end], features[i+1:end])
		})
		if err != nil {
			return err
		}
		features[i] = nil
	}
	return nil
}

// scenes calls f for each folder of views.
func (c *calibration) scenes(ctx context.Context, f func(scene string, set []calibrate.Photo) error) error {
	if c.Views == "" {
		return nil
	}
	entries, err := os.ReadDir(c.Views)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		set, err := photosIn(filepath.Join(c.Views, e.Name()), 0)
		if err != nil {
			return err
		}
		for i := range set {
			set[i].Name = e.Name() + "#" + set[i].Name // what comes before # decides the half: a scene is in one half as a whole
		}
		if err := f(e.Name(), set); err != nil {
			return err
		}
	}
	return nil
}

func (c *calibration) alarms(ctx context.Context, photos []calibrate.Photo) error {
	for _, p := range cut(photos, c.Cut) {
		for i, w := range calibrate.Ways {
			if len(c.Ways) > 0 && !slices.Contains(c.Ways, w.Attack) {
				continue
			}
			err := c.keep(ctx, calibrate.KindAlarm, w.Attack, p.Name, func() (calibrate.Record, error) {
				return calibrate.Inspect(p, w, c.Seed+uint64(i)*1000003+calibrate.Salt(p.Name))
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// honest makes claims of copies from the photographs, and of photographs of one's own from neighbouring views.
func (c *calibration) honest(ctx context.Context, photos []calibrate.Photo) error {
	one := func(kind calibrate.Claim, p, other calibrate.Photo) error {
		return c.keep(ctx, calibrate.KindHonest, kind.Name, p.Name, func() (calibrate.Record, error) {
			return calibrate.Honest(ctx, kind, p, other, c.Seed+calibrate.Salt(p.Name))
		})
	}
	for i, kind := range calibrate.Claims {
		if kind.Other {
			err := c.scenes(ctx, func(_ string, set []calibrate.Photo) error {
				for k := 1; k < len(set); k++ {
					if err := one(kind, set[k], set[k-1]); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
			continue
		}
		for k, p := range photos {
			if k%2 == i%2 {
				if err := one(kind, p, calibrate.Photo{}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
