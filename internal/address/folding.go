package address

import (
	"slices"
	"strings"

	"assent/internal/errs"
)

// Folding says which spellings of an address are taken for one mailbox, besides those that Normal folds.
type Folding struct {
	Plus bool // ann+news@ is ann@ (RFC 5233 calls the tag the detail)
	Dots bool // a.nn@ is ann@, at domains that are known to ignore dots
}

// dotless are the domains whose mailboxes are the same with and without dots.
var dotless = []string{"gmail.com", "googlemail.com"}

// sameDomain holds domains that are other names of one.
var sameDomain = map[string]string{"googlemail.com": "gmail.com"}

// ParseFolding reads "plus", "dots" or both, separated by a comma. "" folds nothing.
func ParseFolding(s string) (f Folding, err error) {
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == ' ' }) {
		switch word {
		case "plus":
			f.Plus = true
		case "dots":
			f.Dots = true
		default:
			return Folding{}, errs.E("address: parse folding", errs.Invalid, "Folding takes plus, dots, or both.", nil)
		}
	}
	return f, nil
}

// On reports whether anything is folded.
func (f Folding) On() bool { return f.Plus || f.Dots }

// Fold returns the address that stands for all variants of a mailbox. What cannot be folded comes back as its Normal form.
func (f Folding) Fold(a Address) Address {
	if a.IsZero() {
		return a
	}
	local, domain := strings.TrimSuffix(a.Normal(), "@"+a.domain), a.domain
	if f.Plus {
		if i := strings.IndexByte(local, '+'); i > 0 {
			local = local[:i]
		}
	}
	if f.Dots && slices.Contains(dotless, domain) {
		if bare := strings.ReplaceAll(local, ".", ""); bare != "" {
			local = bare
		}
		if same, ok := sameDomain[domain]; ok {
			domain = same
		}
	}
	if local = strings.Trim(local, "."); !validLocal(local) {
		return Address{local: strings.TrimSuffix(a.Normal(), "@"+a.domain), domain: a.domain}
	}
	return Address{local: local, domain: domain}
}

// Variant reports whether an address is a variant of another one, and so folds to something else than its own normal form.
func (f Folding) Variant(a Address) bool { return f.On() && f.Fold(a).Normal() != a.Normal() }
