package c2pa_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"time"

	"anxin/provenance/c2pa"
)

// sample opens one of the files of the test data, as a program would open an upload.
func sample(name string) []byte {
	z, err := zip.OpenReader("testdata/vectors.zip")
	if err != nil {
		panic(err)
	}
	defer z.Close()
	data, err := fs.ReadFile(z, name)
	if err != nil {
		panic(err)
	}
	return data
}

// A file that says of itself that a model made it. Nobody vouches for its signer, and still the declaration counts.
func ExampleRead() {
	data := sample("ai.jpg")
	opts := c2pa.Options{At: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}
	r, err := c2pa.Read(context.Background(), bytes.NewReader(data), int64(len(data)), opts)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.State, r.Signer, r.DeclaresAI)
	for _, f := range r.Facts {
		fmt.Println(f.ID, f.Value)
	}
	// Output:
	// Valid es256 signer true
	// integrity intact
	// trust unknown
	// declaration ai
}

// With the root of the signer's authority on the trust list, the same kind of file is Trusted.
func ExampleTrust_AddAnchors() {
	trust := &c2pa.Trust{}
	n, err := trust.AddAnchors(sample("root.pem"))
	fmt.Println(n, err)
	data := sample("v2.png")
	opts := c2pa.Options{At: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), Trust: trust}
	r, err := c2pa.Read(context.Background(), bytes.NewReader(data), int64(len(data)), opts)
	fmt.Println(r.State, r.Failure, err)
	// Output:
	// 1 <nil>
	// Trusted [] <nil>
}

// The edit history is a tree: the file at the root, what it was made from below.
func ExampleReport_history() {
	data := sample("family2-two.jpg")
	opts := c2pa.Options{At: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}
	r, err := c2pa.Read(context.Background(), bytes.NewReader(data), int64(len(data)), opts)
	if err != nil {
		fmt.Println(err)
		return
	}
	var show func(n *c2pa.HistoryNode, indent string)
	show = func(n *c2pa.HistoryNode, indent string) {
		fmt.Printf("%s%s %s:", indent, n.Relationship, n.Title)
		for _, a := range n.Actions {
			fmt.Print(" ", a.Name)
		}
		fmt.Println()
		for _, c := range n.Children {
			show(c, indent+"  ")
		}
	}
	show(r.History, "-")
	// Output:
	// - vector: c2pa.opened c2pa.placed
	// -  parentOf p: c2pa.created
	// -  componentOf c: c2pa.created
}

// Credentials that are kept beside the file, as programs do that must not change it.
func ExampleReadDetached() {
	file, store := sample("v2.png"), sample("alone-v2.png.c2pa")
	opts := c2pa.Options{At: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}
	r, err := c2pa.ReadDetached(context.Background(), store, bytes.NewReader(file), int64(len(file)), opts)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.State, r.Intact())
	// The store alone says who signed, but not whether any file is what was signed.
	r, err = c2pa.Read(context.Background(), bytes.NewReader(store), int64(len(store)), opts)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.State, r.Intact(), r.Failure)
	// Output:
	// Valid true
	// Invalid false [assertion.dataHash.mismatch signingCredential.untrusted]
}

// A file that was changed after signing: where each finding arose, and the picture that its maker kept.
func ExampleReport_OwnThumbnail() {
	data := sample("bad-thumbnail-patch.png")
	opts := c2pa.Options{At: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}
	r, err := c2pa.Read(context.Background(), bytes.NewReader(data), int64(len(data)), opts)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range r.Statuses {
		if s.Kind == c2pa.Failure {
			fmt.Println(s.Code)
		}
	}
	t, ok := r.OwnThumbnail()
	fmt.Println(t.MediaType, ok) // t.Data may be decoded with the care that any upload needs
	// Output:
	// signingCredential.untrusted
	// assertion.dataHash.mismatch
	// image/png true
}
