package c2pa

// readJXL finds the manifest store among the boxes of a JPEG XL container: a JUMBF superbox labelled c2pa.
func readJXL(a *asset, l limits) error {
	top, err := bmffChildren(a.source, span{0, a.size})
	if err != nil {
		return err
	}
	var boxes []fileBox
	a.boxes = func() ([]fileBox, error) { return boxes, nil }
	for _, b := range top {
		boxes = append(boxes, fileBox{name: b.kind, span: b.span, metadata: b.kind == "xml " || b.kind == "Exif"})
		switch b.kind {
		case "jumb":
			head, err := a.head(b.body().start, 29)
			if err != nil {
				return err
			}
			if len(head) < 29 || string(head[4:8]) != "jumd" || string(head[8:12]) != "c2pa" || a.store != nil {
				continue
			}
			if err := a.appendStore(l, b.span.start, b.span.size); err != nil {
				return err
			}
			a.storeRange, a.hasRange = b.span, true
			boxes[len(boxes)-1].name = c2paBoxName
		case "xml ":
			if b.body().size <= 1<<20 && a.store == nil {
				xmp, err := a.bytes(b.body().start, b.body().size)
				if err != nil {
					return err
				}
				a.remote = provenanceURL(xmp)
			}
		}
	}
	return nil
}
