package audit

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"strconv"
	"time"

	"assent/internal/errs"
	"assent/internal/signed"
)

// Format is how an export is written.
type Format string

const (
	JSONLines Format = "jsonl"
	CSV       Format = "csv"
)

// Source is what an export reads.
type Source interface {
	// TrailRange returns the place before the first entry of a time and the place of the last; two equal places for none.
	TrailRange(ctx context.Context, from, to time.Time) (before, last Place, err error)
	// TrailAfter returns up to limit entries that a filter lets through, above a place, ascending.
	TrailAfter(ctx context.Context, f Filter, after int64, limit int) ([]Read, error)
	// LastSeal returns the seal that was kept last, false for none.
	LastSeal(ctx context.Context) (Seal, bool, error)
}

// Line is one entry in an export. With its personal part left out it is what the chain covers, so its digest can be computed again.
type Line struct {
	Seq       int64           `json:"seq"`
	At        string          `json:"at"` // RFC 3339, UTC, to the millisecond
	Actor     string          `json:"actor"`
	Action    Action          `json:"action"`
	Object    string          `json:"object"`
	PersonID  int64           `json:"person"`
	Facts     json.RawMessage `json:"facts"`
	KeyID     int64           `json:"key"`
	Sealed    []byte          `json:"sealed"` // base64
	Why       string          `json:"why,omitempty"`
	Before    Values          `json:"before,omitempty"`
	After     Values          `json:"after,omitempty"`
	Destroyed bool            `json:"destroyed,omitempty"` // the person was erased: why, before and after cannot be read any more
}

// ExportProof is the signed statement beside an export.
type ExportProof struct {
	Format     string            `json:"format"` // "assent audit export 1"
	ExportedAt time.Time         `json:"exported_at"`
	From       time.Time         `json:"from"`
	To         time.Time         `json:"to"`
	PersonID   int64             `json:"person,omitempty"` // 0 where the export is about everybody
	Entries    int64             `json:"entries"`          // that were exported
	InRange    int64             `json:"in_range"`         // of the whole trail in that time
	Before     ExportPlace       `json:"before"`           // the place before the first
	Last       ExportPlace       `json:"last"`
	Files      map[string]string `json:"files"`          // SHA-256 of each file, in hex
	Seal       string            `json:"seal,omitempty"` // the last seal, which may have been mailed out
	Signature  signed.Signature  `json:"signature"`
}

// ExportPlace is a Place in JSON.
type ExportPlace struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"` // hex
}

// Signed implements signed.Document.
func (p *ExportProof) Signed() *signed.Signature { return &p.Signature }

const exportFormat = "assent audit export 1"

// Tally is an export in figures.
type Tally struct {
	ByActor  map[string]int64
	ByAction map[string]int64
	People   int64 // entries about somebody
	Erased   int64 // whose personal part was destroyed
}

// Files is where an export goes. Each is written from its beginning to its end.
type Files struct {
	Trail io.Writer // the entries: JSON lines or CSV
	Chain io.Writer // number and content digest of every entry in the range, exported or not: "12 9f86…", one a line
}

// exporter writes the entries of an export.
type exporter struct {
	filter Filter
	format Format
	trail  *bufio.Writer
	chain  *bufio.Writer
	csv    *csv.Writer
	sums   map[string]hash.Hash
	proof  ExportProof
	tally  Tally
}

const exportPage = 500

// Export writes the entries that a filter lets through, with what proves their place in the chain, and returns the statement to sign and the export in
// figures. Memory does not grow with the trail. The filter's time bounds the range; To zero is now.
func Export(ctx context.Context, src Source, f Filter, format Format, out Files, now time.Time) (ExportProof, Tally, error) {
	const op = "audit: export"
	if f.To.IsZero() {
		f.To = now
	}
	x := &exporter{filter: f, format: format, sums: map[string]hash.Hash{}, tally: Tally{ByActor: map[string]int64{}, ByAction: map[string]int64{}}}
	x.trail, x.chain = x.file("trail."+string(format), out.Trail), x.file("chain.txt", out.Chain)
	before, last, err := src.TrailRange(ctx, f.From, f.To)
	if err != nil {
		return x.proof, x.tally, errs.Wrap(op, err)
	}
	x.proof = ExportProof{
		Format: exportFormat, ExportedAt: now.UTC().Truncate(time.Second), From: f.From.UTC(), To: f.To.UTC(), PersonID: f.PersonID,
		Before: exportPlace(before), Last: exportPlace(last), InRange: last.Seq - before.Seq, Files: map[string]string{},
	}
	if err := x.head(); err != nil {
		return x.proof, x.tally, unwritable(op, err)
	}
	for at := before.Seq; at < last.Seq; {
		page, err := src.TrailAfter(ctx, Filter{}, at, int(min(exportPage, last.Seq-at)))
		if err != nil {
			return x.proof, x.tally, errs.Wrap(op, err)
		}
		if len(page) == 0 {
			return x.proof, x.tally, errs.E(op, errs.Conflict, "The trail was trimmed while it was exported. Export it again.", nil)
		}
		for _, e := range page {
			if err := x.write(e); err != nil {
				return x.proof, x.tally, unwritable(op, err)
			}
		}
		at = page[len(page)-1].Seq
	}
	seal, sealed, err := src.LastSeal(ctx)
	if err != nil {
		return x.proof, x.tally, errs.Wrap(op, err)
	}
	if sealed {
		x.proof.Seal = seal.Text()
	}
	return x.proof, x.tally, unwritable(op, x.close())
}

// Sign signs an export's statement.
func (p ExportProof) Sign(key ed25519.PrivateKey) ([]byte, error) { return signed.Sign(&p, key) }

func (x *exporter) file(name string, w io.Writer) *bufio.Writer {
	sum := sha256.New()
	x.sums[name] = sum
	return bufio.NewWriter(io.MultiWriter(w, sum))
}

func exportPlace(p Place) ExportPlace {
	return ExportPlace{Seq: p.Seq, Hash: hex.EncodeToString(p.Hash)}
}

func unwritable(op string, err error) error {
	if err == nil {
		return nil
	}
	return errs.E(op, errs.Unavailable, "The export cannot be written. Make room, or name another folder.", err)
}

func (x *exporter) head() error {
	if x.format != CSV {
		return nil
	}
	x.csv = csv.NewWriter(x.trail)
	return x.csv.Write([]string{"seq", "at", "actor", "action", "object", "person", "facts", "why", "before", "after", "destroyed"})
}

func (x *exporter) write(e Read) error {
	if _, err := fmt.Fprintf(x.chain, "%d %x\n", e.Seq, e.Content()); err != nil {
		return err
	}
	if !x.filter.Lets(e.Entry) {
		return nil
	}
	x.proof.Entries++
	x.tally.ByActor[e.Actor]++
	x.tally.ByAction[string(e.Action)]++
	if e.PersonID != 0 {
		x.tally.People++
	}
	if e.Destroyed {
		x.tally.Erased++
	}
	if x.format == CSV {
		return x.row(e)
	}
	enc := json.NewEncoder(x.trail)
	enc.SetEscapeHTML(false)
	return enc.Encode(lineOf(e))
}

func lineOf(e Read) Line {
	return Line{
		Seq: e.Seq, At: e.At.UTC().Format(sealTime), Actor: e.Actor, Action: e.Action, Object: e.Object, PersonID: e.PersonID, Facts: e.Facts,
		KeyID: e.KeyID, Sealed: e.Sealed, Why: e.Why, Before: e.Before, After: e.After, Destroyed: e.Destroyed,
	}
}

func (x *exporter) row(e Read) error {
	cell := func(v Values) string {
		if len(v) == 0 {
			return ""
		}
		b, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(b)
	}
	fields := []string{
		strconv.FormatInt(e.Seq, 10), e.At.UTC().Format(sealTime), e.Actor, string(e.Action), e.Object, strconv.FormatInt(e.PersonID, 10),
		string(e.Facts), e.Why, cell(e.Before), cell(e.After), strconv.FormatBool(e.Destroyed),
	}
	for i, f := range fields {
		fields[i] = harmless(f)
	}
	return x.csv.Write(fields)
}

// harmless keeps a spreadsheet from taking a text for a formula.
func harmless(s string) string {
	if s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@' || s[0] == '\t' || s[0] == '\r') {
		return "'" + s
	}
	return s
}

func (x *exporter) close() error {
	if x.csv != nil {
		x.csv.Flush()
		if err := x.csv.Error(); err != nil {
			return err
		}
	}
	for _, w := range []*bufio.Writer{x.trail, x.chain} {
		if err := w.Flush(); err != nil {
			return err
		}
	}
	for name, sum := range x.sums {
		x.proof.Files[name] = hex.EncodeToString(sum.Sum(nil))
	}
	return nil
}
