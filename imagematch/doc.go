// Package imagematch tells whether a picture was made from another one: whether both are the same photograph, not merely of the same thing, and if so what was
// added, removed or altered.
//
//	res, err := imagematch.Compare(ctx, reference, claim, imagematch.Options{})
//	if res.SamePhotograph && res.Changed { res.Boxes, res.Mask(), res.Overlay() ... }
//
// It works in four steps. Keypoints that do not depend on size and direction are found in both pictures and paired. A projective map that most pairs agree
// with is estimated, for the claim as it is and mirrored. On the aligned pixels every square of the frame is then placed to a fraction of a pixel: a copy agrees
// everywhere, background included, whereas two photographs of one scene shift near and far things differently. Last, colours and light are evened out and
// what remains beyond the usual difference of two copies is marked.
//
// To search many references keep Features (Extract), order them with Rank and compare the best with CompareFeatures. A Result is safe to read from several
// goroutines; nothing in the package keeps state, and the same input gives the same output.
//
// docs/design/imagematch.md explains the limits and shows measurements.
package imagematch
