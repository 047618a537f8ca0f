package media

// readJXL finds the manifest store among the boxes of a JPEG XL container: a JUMBF superbox labelled c2pa.
func readJXL(a *Asset, l Limits) error {
	top, err := Boxes(a.Source, Span{0, a.Size})
	if err != nil {
		return err
	}
	var boxes []FileBox
	a.Boxes = func() ([]FileBox, error) { return boxes, nil }
	for _, b := range top {
		boxes = append(boxes, FileBox{Name: b.Kind, Span: b.Span, Metadata: b.Kind == "xml " || b.Kind == "Exif"})
		switch b.Kind {
		case "jumb":
			head, err := a.Head(b.Body().Start, 29)
			if err != nil {
				return err
			}
			if len(head) < 29 || string(head[4:8]) != "jumd" || string(head[8:12]) != "c2pa" || a.Store != nil {
				continue
			}
			if err := a.appendStore(l, b.Span.Start, b.Span.Size); err != nil {
				return err
			}
			a.StoreRange, a.HasRange = b.Span, true
			boxes[len(boxes)-1].Name = StoreBox
		case "xml ":
			if b.Body().Size <= 1<<20 && a.Store == nil {
				xmp, err := a.Bytes(b.Body().Start, b.Body().Size)
				if err != nil {
					return err
				}
				a.Remote = provenanceURL(xmp)
			}
		}
	}
	return nil
}
