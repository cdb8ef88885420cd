// Package journal keeps, in a file outside the database, whom nothing may be sent to any more: each withdrawal, suppression, restriction and
// erasure, as a keyed hash of the address with its scope and time. Nothing in it names anybody. When an old backup of the database
// is restored, what the backup lacks is replayed from here, so that nobody comes back through it (H3).
//
// The file is append-only text, one act in a line. Each line ends with a MAC over itself and the MAC of the line before, so that no line can be
// made, changed, moved or taken out of the middle without the key. What is cut off the end cannot be seen in the file; the ledger shows it,
// and gives it back. Lines are on the disk when Append returns. Several processes of one machine may share a file: a lock keeps
// their lines apart.
package journal

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"assent/internal/errs"
)

// Restored is the kind of a line that says: the database was put back to the event Seq, and what it lacked of the lines before was
// replayed. From there the places in the ledger count on anew.
const Restored = "restored"

// Entry is one act: an event of the ledger, without what is personal in it.
type Entry struct {
	Seq         int64 // its place in the ledger at that time
	At          time.Time
	Kind        string // as the ledger has it, or Restored
	Reach       string
	ProgrammeID int64
	PurposeID   int64
	ListID      int64
	Until       time.Time // of a pause; zero otherwise
	Channel     string
	Reason      string // a few words that name nobody
	AddressKey  []byte // keyed hash of the address; empty for Restored
	Hash        []byte // of the ledger event: it tells whether a database still has it
}

// ID names the act for ever, whatever becomes of the ledger's places: "814-1f0a9b3c5d7e2468".
func (e Entry) ID() string {
	return fmt.Sprintf("%d-%s", e.Seq, hex.EncodeToString(e.Hash[:min(8, len(e.Hash))]))
}

const (
	header   = "assent-journal 1"
	fields   = 12   // of a line, without its MAC
	maxLine  = 2048 // octets
	macBytes = sha256.Size
)

// line writes an entry as it stands in the file, without MAC and line feed.
func (e Entry) line() []byte {
	parts := []string{
		strconv.FormatInt(e.Seq, 10), strconv.FormatInt(millis(e.At), 10), strconv.Quote(e.Kind), e.Reach,
		strconv.FormatInt(e.ProgrammeID, 10), strconv.FormatInt(e.PurposeID, 10), strconv.FormatInt(e.ListID, 10), strconv.FormatInt(millis(e.Until), 10),
		strconv.Quote(e.Channel), strconv.Quote(e.Reason), hex.EncodeToString(e.AddressKey), hex.EncodeToString(e.Hash),
	}
	return []byte(strings.Join(parts, "\t"))
}

// parse reads what line wrote.
func parse(line []byte) (e Entry, err error) {
	parts := strings.Split(string(line), "\t")
	if len(parts) != fields {
		return e, fmt.Errorf("%d fields instead of %d", len(parts), fields)
	}
	var at, until int64
	for i, into := range map[int]*int64{0: &e.Seq, 1: &at, 4: &e.ProgrammeID, 5: &e.PurposeID, 6: &e.ListID, 7: &until} {
		if *into, err = strconv.ParseInt(parts[i], 10, 64); err != nil {
			return e, err
		}
	}
	for i, into := range map[int]*string{2: &e.Kind, 8: &e.Channel, 9: &e.Reason} {
		if *into, err = strconv.Unquote(parts[i]); err != nil {
			return e, fmt.Errorf("field %d: %w", i+1, err)
		}
	}
	for i, into := range map[int]*[]byte{10: &e.AddressKey, 11: &e.Hash} {
		if *into, err = hex.DecodeString(parts[i]); err != nil {
			return e, err
		}
	}
	e.Reach, e.At, e.Until = parts[3], moment(at), moment(until)
	return e, nil
}

// seal returns the MAC of a line that follows one with the MAC prev.
func seal(key, prev, line []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(prev)
	h.Write(line)
	return h.Sum(nil)
}

// split parts a line of the file from its MAC.
func split(raw []byte) (line, mac []byte, ok bool) {
	i := bytes.LastIndexByte(raw, '\t')
	if i < 0 {
		return nil, nil, false
	}
	mac, err := hex.DecodeString(string(raw[i+1:]))
	return raw[:i], mac, err == nil && len(mac) == macBytes
}

func forged(path string, number int64) error {
	return errs.E("journal: read", errs.Invalid, fmt.Sprintf(
		"Line %d of the journal %s was not written by this installation, or was changed or moved. Nothing was taken from it. Put back the journal as it was, or, if it belongs to another database, name another one in ASSENT_JOURNAL.", number, path), nil)
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
