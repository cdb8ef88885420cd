package cases

import (
	"slices"

	"assent/internal/clock"
	"assent/internal/errs"
)

// Kind is what a case is about, in the words of the inbox's labels where there is one.
type Kind string

const (
	Access            Kind = "access"             // Article 15
	Erasure           Kind = "erasure"            // Article 17
	Rectification     Kind = "rectification"      // Article 16
	Restriction       Kind = "restriction"        // Article 18
	Objection         Kind = "objection"          // Article 21
	Portability       Kind = "portability"        // Article 20
	WithdrawConsent   Kind = "withdraw-consent"   // Article 7(3)
	Complaint         Kind = "complaint"          // DPA 2018 s.164A
	AutomatedDecision Kind = "automated-decision" // Articles 22A to 22D
	Other             Kind = "other"              // a request about rights that a person has yet to name
	Breach            Kind = "breach"             // Article 33
	Disclosure        Kind = "disclosure"         // somebody else asks for a person's data (E1-11)
	Correspondence    Kind = "correspondence"     // a message for a person to read; nothing is decided
)

// Kinds returns every kind, in the order in which people meet them.
func Kinds() []Kind {
	return []Kind{Access, Portability, Rectification, Erasure, Restriction, Objection, WithdrawConsent, AutomatedDecision,
		Complaint, Breach, Disclosure, Other, Correspondence}
}

// ParseKind reads a kind. Kind of error: Invalid.
func ParseKind(s string) (Kind, error) {
	if k := Kind(s); slices.Contains(Kinds(), k) {
		return k, nil
	}
	return "", errs.E("cases: parse kind", errs.Invalid, "There is no such kind of case.", nil)
}

// clockKind returns the kind under which package clock knows it; ok is false where the law sets no time.
func (k Kind) clockKind() (kind clock.Kind, ok bool) {
	kind, err := clock.ParseKind(string(k))
	return kind, err == nil
}

// Extends reports whether the time for a kind can be extended by two further months (Article 12A(3)).
func (k Kind) Extends() bool {
	switch k {
	case Complaint, Breach, Disclosure, Correspondence, WithdrawConsent:
		return false
	}
	return true
}

// KindsOf returns the kinds that labels name, each once and in their order. Labels that name none are left out.
func KindsOf(labels []string) []Kind {
	var out []Kind
	for _, l := range labels {
		if k, err := ParseKind(l); err == nil && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}
