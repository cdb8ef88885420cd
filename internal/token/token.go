// Package token signs and opens the short texts that stand in links, envelope senders,
// reply addresses and Message-IDs. A token holds row numbers and never personal data; each is good for
// one use only, so that a link for one thing cannot do another (H10).
package token

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"

	"assent/internal/address"
	"assent/internal/errs"
)

// Use names the one thing that a token is good for.
type Use byte

const (
	// Confirm proves that the holder reads the mailbox: subscriber, list, request event, expiry in epoch minutes.
	Confirm Use = 'c'
	// Unsubscribe ends what a delivered message stood for: list, subscriber, campaign.
	Unsubscribe Use = 'u'
	// UnsubscribeMail is the same, as the tag of a mailto address: list, subscriber, campaign.
	UnsubscribeMail Use = 'm'
	// Bounce names a delivery in an envelope sender (VERP): campaign, subscriber.
	Bounce Use = 'b'
	// Message names a delivery in a Message-ID: list, subscriber, campaign.
	Message Use = 'i'
	// Letter names a letter in its Message-ID and envelope sender: letter.
	Letter Use = 'l'
	// Case threads answers to a case: case number.
	Case Use = 'a'
	// Renew answers whether a list is still wanted: subscriber, list, permitting event, expiry in epoch minutes.
	Renew Use = 'r'
	// Reply names a letter that asked something, in the address that an answer by mail goes to: letter.
	Reply Use = 'y'
	// Preferences opens a person's preference page, with which lists can be left and joined and nothing private be seen: subscriber.
	Preferences Use = 'p'
	// Visit opens what is private about a person, once and soon after it was mailed to them: visit.
	Visit Use = 'v'
	// Inside goes on with a visit that was opened, in the forms of its pages: visit.
	Inside Use = 'w'
	// Identity says at the address on record whether a case was asked for: case, subscriber, expiry in epoch minutes.
	Identity Use = 'd'
	// Move agrees to a change of address, from one of its two mailboxes: move, side.
	Move Use = 'x'
	// Handover leads to what is handed over to a person, for whoever has its code too: link.
	Handover Use = 'h'
	// HandoverPass stands in the forms of the page behind a handover's code, for minutes: link, expiry in epoch minutes.
	HandoverPass Use = 'o'
	// RecipientAnswer says what became of data at somebody to whom it was given: notice to the recipient.
	RecipientAnswer Use = 'n'
)

const macBytes = 10 // 80 bits, which leaves a VERP local part far below 64 octets (RFC 5321, 4.5.3.1.1)

const maxToken = 120 // characters; nothing longer is ours

var alphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Keys holds what is derived from the installation's secret. The zero value signs nothing.
type Keys struct {
	sign    *macs   // signs new tokens
	former  []*macs // still opens old ones
	address *macs   // keys the hash of an address
	seal    *macs   // seals the ledger's head

	root        []byte   // what derive starts from
	formerRoots [][]byte // of earlier secrets: still opens and checks
}

// NewKeys derives all keys from the installation's secret, which must have at least 32
// bytes. former holds earlier secrets, whose tokens in mail that is already out still open.
func NewKeys(secret []byte, former ...[]byte) (*Keys, error) {
	const op = "token: new keys"
	fromSecret := func(secret []byte, label string) ([]byte, error) {
		if len(secret) < 32 {
			return nil, errs.E(op, errs.Invalid, "The secret needs at least 32 characters.", nil)
		}
		return hkdf.Key(sha256.New, secret, nil, "assent "+label, 32)
	}
	k := &Keys{}
	for label, dst := range map[string]**macs{"token": &k.sign, "address": &k.address, "seal": &k.seal} {
		key, err := fromSecret(secret, label)
		if err != nil {
			return nil, err
		}
		*dst = &macs{key: key}
	}
	var err error
	if k.root, err = fromSecret(secret, "root"); err != nil {
		return nil, err
	}
	for _, f := range former {
		key, err := fromSecret(f, "token")
		if err != nil {
			return nil, err
		}
		root, err := fromSecret(f, "root")
		if err != nil {
			return nil, err
		}
		k.former, k.formerRoots = append(k.former, &macs{key: key}), append(k.formerRoots, root)
	}
	return k, nil
}

// Sign makes the token for one use of some row numbers, in lower-case letters and digits: it
// survives mail systems that fold case. The same input always gives the same token.
func (k *Keys) Sign(use Use, ids ...int64) string {
	body := []byte{}
	for _, id := range ids {
		body = binary.AppendUvarint(body, uint64(id))
	}
	return alphabet.EncodeToString(append(body, mac(k.sign, use, body)...))
}

// Open returns the n row numbers in a token, in the order in which they were signed. A token
// that is not ours, was changed, or is for another use gives an error of kind NotFound.
func (k *Keys) Open(use Use, token string, n int) ([]int64, error) {
	refused := errs.E("token: open", errs.NotFound, "This link is not one of ours, or it was cut off on the way.", nil)
	if len(token) > maxToken {
		return nil, refused
	}
	raw, err := alphabet.DecodeString(strings.ToLower(token))
	if err != nil || len(raw) <= macBytes || alphabet.EncodeToString(raw) != strings.ToLower(token) {
		return nil, refused
	}
	body, got := raw[:len(raw)-macBytes], raw[len(raw)-macBytes:]
	good := hmac.Equal(got, mac(k.sign, use, body))
	for _, f := range k.former {
		good = hmac.Equal(got, mac(f, use, body)) || good
	}
	if !good {
		return nil, refused
	}
	ids := make([]int64, 0, n)
	for len(body) > 0 {
		v, size := binary.Uvarint(body)
		if size <= 0 {
			return nil, refused
		}
		ids, body = append(ids, int64(v)), body[size:]
	}
	if len(ids) != n {
		return nil, refused
	}
	return ids, nil
}

// AddressKey returns the keyed hash by which an address stays known (and suppressed) when
// the address itself is gone: 32 bytes over its normal form.
func (k *Keys) AddressKey(a address.Address) []byte {
	return k.address.of([]byte(a.Normal()))
}

// Seal returns a MAC over data, so that whoever can write to the database but does not
// hold the secret cannot make a seal.
func (k *Keys) Seal(data []byte) []byte {
	return k.seal.of(data)
}

func mac(key *macs, use Use, body []byte) []byte {
	return key.of([]byte{byte(use)}, body)[:macBytes]
}
