package aigc

import (
	"bytes"
	"context"
	"testing"
	"unicode/utf8"

	"anxin/provenance/internal/corpus"
)

// FuzzRead feeds whole files of every format.
func FuzzRead(f *testing.F) {
	for _, q := range quirks {
		if len(q.data) < 32<<10 {
			f.Add(q.data)
		}
	}
	corpus.Add(f, func(in string) { f.Add([]byte(in)) })
	f.Fuzz(func(t *testing.T, data []byte) {
		src := &countingReader{data: data}
		r, err := Read(context.Background(), src, int64(len(data)), Options{})
		if src.beyond {
			t.Error("read beyond the end")
		}
		if err != nil {
			return
		}
		checkReport(t, r)
	})
}

type countingReader struct {
	data   []byte
	beyond bool
}

func (c *countingReader) ReadAt(p []byte, at int64) (int, error) {
	if at < 0 || at+int64(len(p)) > int64(len(c.data)) {
		c.beyond = true
	}
	return bytes.NewReader(c.data).ReadAt(p, at)
}

func checkReport(t *testing.T, r *Report) {
	if len(r.Facts) < 2 || r.Found != (len(r.Carriers) > 0) || r.DeclaresAI != (len(r.Declarations) > 0) {
		t.Errorf("a report that contradicts itself: %+v", r)
	}
	for _, x := range r.Facts {
		if !utf8.ValidString(x.ZH) || !utf8.ValidString(x.EN) || x.ZH == "" || x.EN == "" {
			t.Errorf("a fact that cannot be shown: %+v", x)
		}
	}
	for _, c := range r.Carriers {
		if c.Conformant {
			if _, err := ParseStrict(c.Raw); err != nil && len(c.Raw) < maxRaw {
				t.Errorf("conformant, but a strict reader says %v: %s", err, c.Raw)
			}
		}
	}
	if len(r.Carriers) > maxCarriers || len(r.Problems) > maxProblems+2 {
		t.Errorf("%d carriers, %d problems", len(r.Carriers), len(r.Problems))
	}
}

// FuzzParse: what was read can be written, and reads back the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{sample, wrappedSample, "AIGC" + sample, xmlText(sample), `{"AIGC":"{\"Label\":\"1\",\"ContentProducer\":\"x\"}"}`, `{'Label':1,ContentProducer:"\u8c46"}`} {
		f.Add(s)
	}
	corpus.Add(f, func(in string) { f.Add(in) })
	f.Fuzz(func(t *testing.T, text string) {
		l, ps, err := Parse(text)
		if err != nil {
			return
		}
		if l == nil {
			t.Fatal("no label and no error")
		}
		_ = l.SignedText("ReservedCode2")
		if len(ps) == 0 && l.Check() == nil {
			back, err := ParseStrict(l.JSON())
			if err != nil || len(back.differs(l)) > 0 {
				t.Errorf("%q reads back as %+v, %v", l.JSON(), back, err)
			}
		}
	})
}

// FuzzXMP feeds packets.
func FuzzXMP(f *testing.F) {
	f.Add([]byte(labelXMP(sample)))
	f.Add([]byte(xmpPacket("<TC260:AIGC><![CDATA[" + sample + "]]></TC260:AIGC>")))
	f.Add([]byte(xmpPacket("<TC260:Label>1</TC260:Label><a:b><rdf:Bag><rdf:li>x</rdf:li></rdf:Bag></a:b>")))
	corpus.Add(f, func(in string) { f.Add([]byte(in)) })
	f.Fuzz(func(t *testing.T, data []byte) {
		s := newScan(context.Background(), bytes.NewReader(nil), 0, Options{})
		s.format = JPEG
		s.xmp("x", 0, data)
		checkReport(t, s.report())
	})
}

// FuzzEXIF feeds EXIF blocks.
func FuzzEXIF(f *testing.F) {
	f.Add(exifBlock(leOrder, map[uint16][]byte{tagComment: []byte("ASCII\x00\x00\x00" + wrappedSample), tagDescription: []byte("d")}))
	f.Add(exifBlock(beOrder, map[uint16][]byte{tagXMP: []byte(labelXMP(sample)), tagXPTitle: []byte("t\x00")}))
	corpus.Add(f, func(in string) { f.Add([]byte(in)) })
	f.Fuzz(func(t *testing.T, data []byte) {
		s := newScan(context.Background(), bytes.NewReader(nil), 0, Options{})
		s.format = JPEG
		s.exif("x", 0, data)
		checkReport(t, s.report())
	})
}

// FuzzWrite: a copy that is written without an error reads back with exactly the label that was put in, or the file was
// refused. The writer's own parsers (boxes in memory, keys, XMP that is changed) meet the same broken files as the reader's.
func FuzzWrite(f *testing.F) {
	for _, q := range quirks {
		switch q.format {
		case JPEG, PNG, WebP, MP4, MOV, M4A:
			if len(q.data) < 16<<10 {
				f.Add(q.data)
			}
		}
	}
	for _, seed := range [][]byte{plainJPEG, pngFile(idat), lossyWebP, losslessWebP, film(true), film(false)} {
		f.Add(seed)
	}
	l, err := ParseStrict(sample)
	if err != nil {
		f.Fatal(err)
	}
	corpus.Add(f, func(in string) { f.Add([]byte(in)) })
	f.Fuzz(func(t *testing.T, data []byte) {
		src := &countingReader{data: data}
		var out bytes.Buffer
		err := Write(context.Background(), &out, src, int64(len(data)), *l, WriteOptions{Replace: true, DropCredentials: true})
		if src.beyond {
			t.Error("read beyond the end")
		}
		if err != nil {
			return
		}
		r, err := Read(context.Background(), bytes.NewReader(out.Bytes()), int64(out.Len()), Options{})
		if err != nil || len(r.Carriers) == 0 {
			t.Fatalf("the copy cannot be read: %v", err)
		}
		found := false
		for _, c := range r.Carriers {
			found = found || c.Conformant && len(c.Label.differs(l)) == 0
		}
		if !found {
			t.Errorf("the label is not in the copy: %+v", r.Carriers)
		}
	})
}
