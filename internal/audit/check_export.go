package audit

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"assent/internal/errs"
	"assent/internal/signed"
)

const (
	maxProof = 64 << 10 // octets
	maxLine  = 4 << 20  // octets of one entry
)

// CheckExport proves an export offline: the statement's signature, the digest of each file, that the chain goes without a gap from the place before
// the first entry to the last, and, of JSON lines, that each entry is the one that stands there. open opens a file of the export. Kind
// Invalid says what is wrong.
func CheckExport(open func(name string) (io.ReadCloser, error), want ed25519.PublicKey) (ExportProof, error) {
	var p ExportProof
	data, err := readAll(open, "proof.json", maxProof)
	if err != nil {
		return p, err
	}
	if err := signed.Open(data, &p, want); err != nil {
		return p, err
	}
	if p.Format != exportFormat {
		return p, wrong("This is an export of another version of Assent.")
	}
	for name, want := range p.Files {
		got, err := sumOf(open, name)
		if err != nil {
			return p, err
		}
		if got != want {
			return p, wrong("The file " + name + " was changed: its SHA-256 is not the one that was signed.")
		}
	}
	return p, p.checkChain(open)
}

func wrong(says string) error { return errs.E("audit: check export", errs.Invalid, says, nil) }

func openFile(open func(string) (io.ReadCloser, error), name string) (io.ReadCloser, error) {
	if strings.ContainsAny(name, `/\`) || strings.HasPrefix(name, ".") {
		return nil, wrong("The statement names a file outside of the export.")
	}
	f, err := open(name)
	if err != nil {
		return nil, errs.E("audit: check export", errs.Invalid, "The file "+name+" of the export cannot be opened.", err)
	}
	return f, nil
}

func readAll(open func(string) (io.ReadCloser, error), name string, limit int64) ([]byte, error) {
	f, err := openFile(open, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil || int64(len(b)) > limit {
		return nil, wrong("The file " + name + " cannot be read, or is too long.")
	}
	return b, nil
}

func sumOf(open func(string) (io.ReadCloser, error), name string) (string, error) {
	f, err := openFile(open, name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", wrong("The file " + name + " cannot be read.")
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// checkChain walks the chain, and the entries beside it.
func (p ExportProof) checkChain(open func(string) (io.ReadCloser, error)) error {
	chain, err := openFile(open, "chain.txt")
	if err != nil {
		return err
	}
	defer chain.Close()
	trail := &lineReader{}
	if _, lines := p.Files["trail.jsonl"]; lines {
		f, err := openFile(open, "trail.jsonl")
		if err != nil {
			return err
		}
		defer f.Close()
		trail = newLineReader(f)
	}
	last, err := hex.DecodeString(p.Before.Hash)
	if err != nil {
		return wrong("The statement's first place cannot be read.")
	}
	next, err := trail.next()
	if err != nil {
		return err
	}
	links := bufio.NewScanner(chain)
	seq := p.Before.Seq
	for links.Scan() {
		seq++
		var at int64
		var digest string
		if n, _ := fmt.Sscanf(links.Text(), "%d %64s", &at, &digest); n != 2 || at != seq {
			return wrong(fmt.Sprintf("The chain has a gap at entry %d.", seq))
		}
		content, err := hex.DecodeString(digest)
		if err != nil {
			return wrong(fmt.Sprintf("The chain cannot be read at entry %d.", seq))
		}
		last = Link(last, content)
		if next != nil && next.Seq == seq {
			e, err := next.entry()
			if err != nil || !bytes.Equal(e.Content(), content) {
				return wrong(fmt.Sprintf("Entry %d is not the one that the chain has there.", seq))
			}
			if next, err = trail.next(); err != nil {
				return err
			}
		}
	}
	switch {
	case links.Err() != nil || seq != p.Last.Seq || hex.EncodeToString(last) != p.Last.Hash:
		return wrong("The chain does not end where the statement says.")
	case next != nil:
		return wrong(fmt.Sprintf("Entry %d has no place in the chain.", next.Seq))
	}
	return nil
}

// lineReader reads the entries of an export; the zero reader has none.
type lineReader struct{ scan *bufio.Scanner }

func newLineReader(r io.Reader) *lineReader {
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxLine)
	return &lineReader{scan: s}
}

// next returns nil at the end.
func (r *lineReader) next() (*Line, error) {
	if r.scan == nil || !r.scan.Scan() {
		if r.scan != nil && r.scan.Err() != nil {
			return nil, wrong("An entry of the export is too long.")
		}
		return nil, nil
	}
	var l Line
	if err := json.Unmarshal(r.scan.Bytes(), &l); err != nil {
		return nil, errs.E("audit: check export", errs.Invalid, "An entry of the export cannot be read.", err)
	}
	return &l, nil
}

func (l *Line) entry() (Entry, error) {
	at, err := time.Parse(sealTime, l.At)
	if err != nil {
		return Entry{}, errors.New("no time")
	}
	return Entry{Seq: l.Seq, At: at, Actor: l.Actor, Action: l.Action, Object: l.Object, PersonID: l.PersonID, Facts: l.Facts, KeyID: l.KeyID, Sealed: l.Sealed}, nil
}
