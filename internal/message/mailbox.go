package message

import (
	"strings"

	"assent/internal/address"
)

// MailboxValue writes an address with its display name as it stands in a From or To
// header (RFC 5322 section 3.4, RFC 2047 section 5), for headers of kind Mailbox. A
// name is cut to 100 characters; an empty name leaves the bare address.
func MailboxValue(name string, a address.Address) string {
	name = string(appendClean(nil, name))
	if r := []rune(name); len(r) > 100 {
		name = strings.TrimSpace(string(r[:100]))
	}
	switch {
	case name == "":
		return a.String()
	case !isASCII(name) || strings.Contains(name, "=?"):
		name = strings.ReplaceAll(string(appendEncodedWords(nil, name, 0)), "\r\n", "")
	case strings.ContainsFunc(name, notInPhrase):
		name = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
	}
	return name + " <" + a.String() + ">"
}

// notInPhrase tells the characters that need quotation marks (RFC 5322 section 3.2.3).
func notInPhrase(r rune) bool {
	return !(r == ' ' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r))
}

func isASCII[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
