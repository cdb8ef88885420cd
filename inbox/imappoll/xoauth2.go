package imappoll

import "github.com/emersion/go-sasl"

// xoauth2 is the XOAUTH2 mechanism of Google and Microsoft, which go-sasl does not
// have: developers.google.com/gmail/imap/xoauth2-protocol.
type xoauth2 struct{ username, token string }

var _ sasl.Client = xoauth2{}

// Start returns the one message that the mechanism has.
func (x xoauth2) Start() (mech string, ir []byte, err error) {
	return "XOAUTH2", []byte("user=" + x.username + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next answers the server's account of what is wrong with nothing; the refusal follows.
func (x xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }
