package audit

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"assent/internal/errs"
)

// Seal says how far both chains had come at a moment: the consent ledger's and the audit trail's. Its MAC is made with the installation's secret.
// Whoever keeps one outside of the database can tell later whether history was rewritten or cut off, with the secret or without.
type Seal struct {
	At     time.Time // to the millisecond
	Ledger Place
	Trail  Place
	MAC    []byte // HMAC-SHA-256 over Bytes
}

// SealDomain keys the MACs of seals apart from all others.
const SealDomain = "seal"

// Bytes returns what is sealed.
func (s Seal) Bytes() []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(s.At.UnixMilli()))
	return append(append(b, s.Ledger.Bytes()...), s.Trail.Bytes()...)
}

const (
	sealTitle = "ASSENT SEAL 1"
	sealTime  = "2006-01-02T15:04:05.000Z"
)

// Text returns the seal in five short lines, which survive being mailed, quoted and pasted.
func (s Seal) Text() string {
	return fmt.Sprintf("%s\nAt: %s\nLedger: %d %x\nAudit: %d %x\nSeal: %x\n",
		sealTitle, s.At.UTC().Format(sealTime), s.Ledger.Seq, s.Ledger.Hash, s.Trail.Seq, s.Trail.Hash, s.MAC)
}

// MaxSealText bounds the text in which a seal is looked for, in octets: a mail with all its headers.
const MaxSealText = 256 << 10

var (
	sealAt    = regexp.MustCompile(`(?m)^[>\s]*At:\s*(\S+)\s*$`)
	sealPlace = regexp.MustCompile(`(?m)^[>\s]*(Ledger|Audit):\s*([0-9]{1,18})[>\s]+([0-9a-f]{64})\s*$`)
	sealMAC   = regexp.MustCompile(`(?m)^[>\s]*Seal:\s*([0-9a-f]{64})\s*$`)
)

// ParseSeal finds a seal in a text, such as the mail that brought it, with all its headers and parts, quoted or not, its lines broken or not. Kind Invalid when there is none, or more than one that differ.
func ParseSeal(text string) (Seal, error) {
	const op = "audit: parse seal"
	none := errs.E(op, errs.Invalid, "There is no seal in this text. A seal has five lines: ASSENT SEAL 1, At, Ledger, Audit and Seal.", nil)
	if len(text) > MaxSealText {
		return Seal{}, errs.E(op, errs.Invalid, "This is too long to be a mail with a seal.", nil)
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	var found *Seal
	for _, part := range strings.Split(text, sealTitle)[1:] {
		s, ok := parseSealLines(part)
		switch {
		case !ok:
			continue // such as the HTML part of a mail, broken into lines of its own
		case found != nil && found.Text() != s.Text():
			return Seal{}, errs.E(op, errs.Invalid, "There is more than one seal in this text. Give one at a time.", nil)
		}
		found = &s
	}
	if found == nil {
		return Seal{}, none
	}
	return *found, nil
}

func parseSealLines(part string) (s Seal, ok bool) {
	at, mac := sealAt.FindStringSubmatch(part), sealMAC.FindStringSubmatch(part)
	places := sealPlace.FindAllStringSubmatch(part, 3)
	if at == nil || mac == nil || len(places) != 2 || places[0][1] != "Ledger" || places[1][1] != "Audit" {
		return s, false
	}
	var err error
	if s.At, err = time.Parse(sealTime, at[1]); err != nil {
		return s, false
	}
	for i, into := range []*Place{&s.Ledger, &s.Trail} {
		if into.Seq, err = strconv.ParseInt(places[i][2], 10, 64); err != nil {
			return s, false
		}
		if into.Hash, err = hex.DecodeString(places[i][3]); err != nil {
			return s, false
		}
	}
	s.MAC, err = hex.DecodeString(mac[1])
	return s, err == nil
}
