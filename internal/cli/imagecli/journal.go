package imagecli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"anxin/forensics/calibrate"
)

// journal holds records, one JSON object a line in a file that only grows, so that a long measurement goes on where it was broken off.
type journal struct {
	file    *os.File // nil: in memory only
	records []calibrate.Record
	known   map[string]bool
}

func openJournal(path string) (*journal, error) {
	j := &journal{known: map[string]bool{}}
	if path == "" {
		return j, nil
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	lines := bufio.NewReader(f)
	whole := int64(0)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break // what follows the last newline was cut off while it was written: it is measured again
		}
		if err == nil {
			var r calibrate.Record
			if err = json.Unmarshal(bytes.TrimSpace(line), &r); err == nil {
				whole += int64(len(line))
				j.enter(r)
			}
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s:%d: %w", path, n, err), f.Close())
		}
	}
	if err := errors.Join(f.Truncate(whole), seekEnd(f)); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	j.file = f
	return j, nil
}

func seekEnd(f *os.File) error {
	_, err := f.Seek(0, io.SeekEnd)
	return err
}

func (j *journal) has(kind, what, photo string) bool {
	r := calibrate.Record{Kind: kind, What: what, Photo: photo}
	return j.known[r.Key()]
}

func (j *journal) enter(r calibrate.Record) {
	j.known[r.Key()] = true
	j.records = append(j.records, r)
}

func (j *journal) add(r calibrate.Record) error {
	j.enter(r)
	if j.file == nil {
		return nil
	}
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = j.file.Write(append(b, '\n'))
	return err
}

func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	return j.file.Close()
}
