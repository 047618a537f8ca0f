package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"anxin/fingerprint"
	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// videoReuse looks, second by second, for stretches that a video of the claim shares with videos that were here before, and for frames of it that are pictures that were here before.
func videoReuse() Check {
	return Check{
		ID: "video_reuse", Version: "2", Group: GroupMatch, Look: lookVideo,
		Honest:  Text{ZH: "诚实的人现场拍自己手里的那一件：同一件商品另拍一段，没有哪几秒会与别的录像逐秒相同。", EN: "An honest person films the piece in their hands; another film of the same goods never runs along it second by second."},
		Limits:  Text{ZH: "每秒取一帧比较整幅画面，最多十分钟；左右翻转的也找得到，裁切、明显变速或换角度后找不到。几乎不动的画面容易相似，要对着看。画面相同不说明有没有改动。", EN: "Compares whole frames, one per second, for ten minutes at most; mirrored copies are found, crops, clearly faster ones and other angles are not. Where hardly anything moves frames are alike: look at both. The same frames do not say whether anything was changed."},
		Nothing: Text{ZH: "%d 段录像：没有发现与此前收到的录像或照片相同的画面。", EN: "%d video(s): no frames were found that are those of a video or picture received before."},
	}
}

// minSeconds is the shortest stretch that counts.
const minSeconds = 3

// videoStrength is how far the same stretch reaches.
func videoStrength(r Related, moving bool) Strength {
	switch r.Relation {
	case RelOtherClaim, RelOtherMessage:
		if moving {
			return capped(Strong, r)
		}
		return Moderate
	case RelReference:
		return Moderate
	case RelProduct, RelElsewhere, RelSameBuyer:
		return Weak
	}
	return Neutral
}

// stretch is a piece of a video of the claim that runs along another one.
type stretch struct {
	from, length int // in the claim's
	moving       bool
	mirrored     bool // left and right exchanged
	rel          Related
	what         Media
}

func lookVideo(ctx context.Context, in *Input) ([]Finding, error) {
	var out []Finding
	var other, blind, large, unseen, broken, begun []casefile.ID
	for _, f := range in.Files {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		if !isVideo(f.Media) {
			other = append(other, f.Item)
			continue
		}
		film, err := in.Film(ctx, f)
		if err != nil {
			if ctx.Err() != nil {
				return out, ctx.Err()
			}
			broken = append(broken, f.Item)
			continue
		}
		switch film.State {
		case FilmNoProgram:
			blind = append(blind, f.Item)
			continue
		case FilmTooLarge:
			large = append(large, f.Item)
			continue
		case FilmOK, FilmCut:
		default:
			unseen = append(unseen, f.Item)
			continue
		}
		x, err := in.lookFilm(ctx, f, film)
		if err != nil {
			return out, err
		}
		switch {
		case x != nil:
			if film.State == FilmCut {
				x.Applicability = Partial
			}
			out = append(out, *x)
		case film.State == FilmCut:
			begun = append(begun, f.Item)
		}
	}
	for _, rest := range []struct {
		items []casefile.ID
		a     Applicability
		fact  Text
	}{
		{other, NotApplicable, Text{ZH: "%d 个文件不是录像，这项检查不适用。", EN: "%d file(s) are no videos; this check does not apply."}},
		{begun, Partial, Text{ZH: "%d 段录像只看了开头，其余没有检查；开头没有发现与此前收到的录像或照片相同的画面。", EN: "Of %d video(s) only the beginning was looked at, where no frames were found that are those of a video or picture received before; the rest was not checked."}},
		{blind, Partial, Text{ZH: "%d 段录像的画面无法检查：这里没有安装查看录像的程序（ffmpeg），只比对了文件本身。没有检查不等于没有问题，也不等于有问题。", EN: "The frames of %d video(s) cannot be inspected: the program that reads videos (ffmpeg) is not installed here; only the bytes were compared. Not inspected means neither clean nor suspicious."}},
		{large, Partial, Text{ZH: "%d 段录像太大，画面没有检查，只比对了文件本身。没有检查不等于没有问题，也不等于有问题。", EN: "%d video(s) are too large for their frames to be inspected; only the bytes were compared. Not inspected means neither clean nor suspicious."}},
		{unseen, Failed, Text{ZH: "%d 段录像读不出画面，未检查。未检查不等于没有问题，也不等于有问题。", EN: "No frames can be read from %d video(s): not checked. Not checked means neither clean nor suspicious."}},
		{broken, Failed, Text{ZH: "检查未完成：%d 段录像没有能看完。", EN: "Check not finished: %d video(s) could not be looked at."}},
	} {
		if len(rest.items) > 0 {
			out = append(out, Finding{Items: rest.items, Applicability: rest.a, Fact: rest.fact.counted(len(rest.items)), Honest: nothingMeant})
		}
	}
	return out, nil
}

// lookFilm makes the finding about one video. Nil: none.
func (in *Input) lookFilm(ctx context.Context, f File, film Film) (*Finding, error) {
	list, err := in.stretches(ctx, f, film)
	if err != nil || len(list) == 0 {
		if err == nil {
			return in.lookFrames(ctx, f, film)
		}
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b stretch) int {
		return cmp.Or(cmp.Compare(strengthRank[videoStrength(b.rel, b.moving)], strengthRank[videoStrength(a.rel, a.moving)]), cmp.Compare(sameRank[b.rel.Relation], sameRank[a.rel.Relation]), cmp.Compare(b.length, a.length))
	})
	best := list[0]
	src, after := source(best.rel, aVideo), afterwards(best.rel.Relation)
	x := Finding{Items: []casefile.ID{f.Item}, Strength: videoStrength(best.rel, best.moving), Honest: videoHonest(best.rel.Relation),
		Fact: Text{ZH: fmt.Sprintf("这段录像第 %d 至 %d 秒，与%s逐秒相同（%s）。", best.from, best.from+best.length-1, src.ZH, day(best.what.Sealed.At)) + after.ZH,
			EN: fmt.Sprintf("From %d to %d s this video is, second by second, the same as %s (%s).", best.from, best.from+best.length-1, src.EN, day(best.what.Sealed.At)) + after.EN}}
	if best.mirrored {
		x.Fact.ZH += "画面左右翻转。"
		x.Fact.EN += " Left and right are exchanged."
	}
	if !best.moving {
		x.Fact.ZH += "这几秒里画面几乎不动，请对着看。"
		x.Fact.EN += " Hardly anything moves in it: look at both."
	}
	for _, s := range list {
		x.Related = append(x.Related, s.rel)
	}
	return &x, nil
}

// videoHonest is what the same stretch means if the person is honest.
func videoHonest(r Relation) Text {
	switch r {
	case RelReference:
		return Text{ZH: "诚实的情况：买家转发商家发来的打包录像，说明收到的与录像不同。请看买家的说明。", EN: "If honest: the buyer sends on the packing video to say that what came differs from it. Read what they wrote."}
	case RelOtherClaim, RelOtherMessage:
		return honestOther
	case RelProduct, RelElsewhere:
		return honestProduct
	case RelSameBuyer:
		return exactSays[RelSameBuyer].Honest
	case RelMessage:
		return honestMessage
	}
	return nothingMeant
}

// stretches answers what a video shares with others: those of the order, the product, the buyer and the merchant, and whatever has a frame like one of it.
func (in *Input) stretches(ctx context.Context, f File, film Film) (out []stretch, err error) {
	list, err := in.videos(ctx, f, film)
	if err != nil {
		return nil, err
	}
	for _, m := range list {
		var rel []Related
		if err := in.relate(ctx, f, m, 0, &rel); err != nil {
			return nil, err
		}
		if len(rel) == 0 {
			continue
		}
		other, err := in.known(ctx, m.Item)
		if casefile.Is(err, casefile.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		common := fingerprint.CommonSegments(film.Prints, other.Prints, fingerprint.NearRadius, minSeconds)
		turned := len(common) == 0
		if turned {
			if common = fingerprint.CommonSegments(mirrored(film.Prints), other.Prints, fingerprint.NearRadius, minSeconds); len(common) == 0 {
				continue
			}
		}
		c := common[0]
		s := stretch{from: c.A, length: c.Length, moving: moves(film.Prints[c.A : c.A+c.Length]), mirrored: turned, rel: rel[0], what: m}
		s.rel.Distance, s.rel.Seconds = int(c.Mean+0.5), [2]int{c.B, c.Length}
		out = append(out, s)
	}
	return out, ctx.Err()
}

// mirrored are the prints of the mirrored frames.
func mirrored(list []fingerprint.Print) []fingerprint.Print {
	out := make([]fingerprint.Print, len(list))
	for i, p := range list {
		out[i] = fingerprint.Print{Hash: p.Hash.Turned(fingerprint.FlipY), Quality: p.Quality}
	}
	return out
}

// bothWays are the hashes by which a frame is looked for: as it is and mirrored.
func bothWays(p fingerprint.Print) []fingerprint.Hash {
	return []fingerprint.Hash{p.Hash, p.Hash.Turned(fingerprint.FlipY)}
}

// moves reports whether something happens in a stretch: its frames are not all near copies of one another.
func moves(list []fingerprint.Print) bool {
	return slices.ContainsFunc(list, func(p fingerprint.Print) bool {
		return p.Quality >= fingerprint.MinQuality && list[0].Quality >= fingerprint.MinQuality && fingerprint.Distance(p.Hash, list[0].Hash) > fingerprint.NearRadius
	})
}

// maxSought is how many frames of a video are looked for among all frames and pictures.
const maxSought = 60

// sought are the seconds of frames that differ from the one sought before, evenly taken when there are too many.
func sought(film Film) (out []int) {
	last := -1
	for n, p := range film.Prints {
		if p.Quality >= fingerprint.MinQuality && (last < 0 || fingerprint.Distance(p.Hash, film.Prints[last].Hash) > stillBits) {
			out, last = append(out, n), n
		}
	}
	if n := len(out); n > maxSought {
		for i := range maxSought {
			out[i] = out[i*n/maxSought]
		}
		out = out[:maxSought]
	}
	return out
}

// videos are those that a video of the claim is compared with. What has the same bytes is told by another check.
func (in *Input) videos(ctx context.Context, f File, film Film) ([]Media, error) {
	var found []Candidate
	r := in.Round
	err := in.service.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		found = found[:0]
		var errs []error
		add := func(list []Candidate, err error) { found, errs = append(found, list...), append(errs, err) }
		for _, o := range r.Owners {
			add(in.service.Store.OfOwner(ctx, t, r.Tenant, o, maxOfOwner))
		}
		if !r.Product.IsNil() {
			add(in.service.Store.OfProduct(ctx, t, r.Tenant, r.Product, f.Sealed.At, maxOfProduct))
		}
		if !r.Subject.IsNil() {
			add(in.service.Store.OfBuyer(ctx, t, r.Tenant, r.Subject, f.Sealed.At, maxOfBuyer))
		}
		if !r.Merchant.IsNil() {
			add(in.service.Store.OfMerchant(ctx, t, r.Tenant, r.Merchant, f.Sealed.At, maxOfMerchant))
		}
		return errors.Join(errs...)
	})
	if err != nil {
		return nil, err
	}
	for _, second := range sought(film) {
		hits, err := in.service.frames.searchFrames(ctx, in.service, r.Tenant, bothWays(film.Prints[second]))
		if err != nil {
			return nil, err
		}
		for _, h := range hits {
			found = append(found, Candidate{Media: Media{Item: h.item}})
		}
	}
	var out []Media
	have := map[casefile.ID]bool{f.Item: true}
	for _, c := range found {
		if have[c.Item] {
			continue
		}
		have[c.Item] = true
		if c.Type == "" {
			err := in.service.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
				c.Media, err = in.service.Store.Media(ctx, t, r.Tenant, c.Item)
				return err
			})
			if casefile.Is(err, casefile.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
		}
		if isVideo(c.Type) && c.SHA256 != f.SHA256 {
			out = append(out, c.Media)
		}
	}
	return out, nil
}

// lookFrames looks for frames of a video that are pictures that were here before: a picture that was filmed or put into a film.
func (in *Input) lookFrames(ctx context.Context, f File, film Film) (*Finding, error) {
	var all []Related
	at := map[casefile.ID]int{}
	for _, second := range sought(film) {
		hits, err := in.service.near.search(ctx, in.service, in.Round.Tenant, bothWays(film.Prints[second]))
		if err != nil {
			return nil, err
		}
		for _, h := range hits {
			id := casefile.ID(h.Item)
			if _, have := at[id]; have {
				continue
			}
			var m Media
			err := in.service.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
				m, err = in.service.Store.Media(ctx, t, in.Round.Tenant, id)
				return err
			})
			if casefile.Is(err, casefile.NotFound) {
				continue
			}
			if err == nil {
				err = in.relate(ctx, f, m, h.Distance, &all)
			}
			if err != nil {
				return nil, err
			}
			at[id] = second
		}
	}
	best, ok := strongest(all)
	if !ok {
		return nil, nil
	}
	src, after := source(best, aPicture), afterwards(best.Relation)
	says := nearSays[best.Relation]
	return &Finding{Items: []casefile.ID{f.Item}, Strength: says.Strength, Honest: says.Honest, Related: all[:min(len(all), maxHits)],
		Fact: Text{ZH: fmt.Sprintf("这段录像第 %d 秒的画面与%s几乎重合（256 位中相差 %d 位）。", at[best.Item], src.ZH, best.Distance) + after.ZH,
			EN: fmt.Sprintf("The frame at %d s of this video nearly coincides with %s (%d of 256 bits differ).", at[best.Item], src.EN, best.Distance) + after.EN}}, nil
}
