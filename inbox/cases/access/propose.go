package access

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sort is what a proposal points at.
type Sort string

const (
	AnAddress   Sort = "e-mail address"
	APhone      Sort = "telephone number"
	APostcode   Sort = "postcode"
	AName       Sort = "name"
	AnInsurance Sort = "national insurance number"
)

// Proposal points at a passage that may be about somebody else. A person decides.
type Proposal struct {
	Text string
	Sort Sort
	Why  string // where it was seen first
}

// Known is what is no reason for a proposal: what belongs to the person who asks, and what the organisation publishes about itself.
type Known struct {
	Addresses []string // in any spelling
	Names     []string
	Others    []string // telephone numbers and postcodes
}

// Bounds of what is looked at and proposed for one item.
const (
	maxLooked    = 512 << 10 // octets of one text
	maxProposals = 200
)

var (
	addressForm   = regexp.MustCompile(`[\p{L}\p{N}._%+\-]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}\-]{0,62}\.)+[\p{L}]{2,24}`)
	phoneForm     = regexp.MustCompile(`(?:\+|\b00|\b0|\()\(?\d[\d ().\-/]{7,18}\d\b`)
	postcodeForm  = regexp.MustCompile(`\b(?i:[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})\b`)
	insuranceForm = regexp.MustCompile(`\b(?i:[A-CEGHJ-PR-TW-Z]{2}) ?\d{2} ?\d{2} ?\d{2} ?(?i:[A-D])\b`)
	mailboxForm   = regexp.MustCompile(`"?([^"<>,;:@\n]{2,80}?)"?\s*<[^<>@\s]{1,64}@[^<>\s]{1,255}>`)
	quotedForm    = regexp.MustCompile(`"([^"<>@\n]{2,80})"\s*<[^<>@\s]{1,64}@[^<>\s]{1,255}>`)
	greetingForm  = regexp.MustCompile(`(?im)^[> ]*(?:dear|hi|hello|hallo|annwyl|helo|good (?:morning|afternoon|evening))[ \t]+([\p{L}][^\n,!:;.]{1,60})[,!:;.]?[ \t]*$`)
	closingForm   = regexp.MustCompile(`(?im)^[> ]*(?:(?:kind|best|warm|many)? ?(?:regards|wishes|thanks)|yours (?:sincerely|faithfully|truly)|cheers|thanks|thank you|sincerely|cofion(?: gorau| cynnes)?|yn gywir|diolch)[ \t]*[,.!]?[ \t]*\r?\n+[> \t]*([^\n]{2,60})$`)
	titledForm    = regexp.MustCompile(`\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Cllr|Rev)\.?[ \t]+(\p{Lu}[\p{L}'’\-]+(?:[ \t]+\p{Lu}[\p{L}'’\-]+){0,2})`)
)

// Propose points at what in an item may be about somebody else (E1-09, E2-30). It finds too much rather than too little, and never everything: a
// person reads each item.
func Propose(c Content, known Known) []Proposal {
	p := proposer{known: known.folded()}
	for _, f := range c.Fields {
		p.look(f.Value)
		if f.Name == "from" || f.Name == "to" || f.Name == "cc" {
			p.name(f.Value, "in the header")
		}
	}
	if c.File != nil {
		p.look(c.File.Name)
	}
	p.look(c.Text)
	p.running(c.Text)
	return p.out
}

// Spread adds to the proposals of each item the names that were found in another one, where it has them too. Both are in the order of items.
func Spread(items []Item, own [][]Proposal) [][]Proposal {
	var names []Proposal
	for _, all := range own {
		for _, p := range all {
			if p.Sort == AName && !slices.ContainsFunc(names, p.same) {
				names = append(names, Proposal{p.Text, p.Sort, "named in another item"})
			}
		}
	}
	out := make([][]Proposal, len(items))
	for i, item := range items {
		out[i] = slices.Clone(own[i])
		text := fold(strings.Join(item.Content.Texts(), "\n")).runes
		for _, n := range names {
			if len(out[i]) < maxProposals && !slices.ContainsFunc(out[i], n.same) && index(text, fold(n.Text).runes, 0) >= 0 {
				out[i] = append(out[i], n)
			}
		}
	}
	return out
}

func (p Proposal) same(q Proposal) bool { return strings.EqualFold(p.Text, q.Text) }

type proposer struct {
	known map[string]bool
	out   []Proposal
}

func (p *proposer) look(s string) {
	if len(s) > maxLooked {
		s = strings.ToValidUTF8(s[:maxLooked], "")
	}
	for _, found := range []struct {
		form *regexp.Regexp
		sort Sort
	}{{addressForm, AnAddress}, {insuranceForm, AnInsurance}, {postcodeForm, APostcode}, {phoneForm, APhone}} {
		for _, m := range found.form.FindAllString(s, maxProposals) {
			p.add(m, found.sort, "in the text")
		}
	}
	p.name(s, "beside an address")
	for _, m := range greetingForm.FindAllStringSubmatch(s, maxProposals) {
		p.person(m[1], "in a greeting")
	}
	for _, m := range closingForm.FindAllStringSubmatch(s, maxProposals) {
		p.person(m[1], "under a letter")
	}
	for _, m := range titledForm.FindAllStringSubmatch(s, maxProposals) {
		p.person(m[1], "after a title")
	}
}

// name finds the names beside addresses.
func (p *proposer) name(s, why string) {
	for _, m := range quotedForm.FindAllStringSubmatch(s, maxProposals) {
		p.person(m[1], why)
	}
	for _, m := range mailboxForm.FindAllStringSubmatch(s, maxProposals) {
		p.person(m[1], why)
	}
}

// person takes what looks like somebody's name.
func (p *proposer) person(s, why string) {
	s = strings.Trim(strings.TrimSpace(s), `"'()*_,.;:-`)
	words := strings.Fields(s)
	if len(words) == 0 || len(words) > 4 || ours(s) {
		return
	}
	for _, w := range words {
		first, _ := utf8.DecodeRuneInString(w)
		if !unicode.IsUpper(first) && !particle(w) || strings.ContainsAny(w, "0123456789@/") {
			return
		}
	}
	p.add(s, AName, why)
}

func particle(w string) bool {
	return slices.Contains([]string{"ap", "ab", "ferch", "de", "da", "di", "du", "van", "von", "der", "den", "la", "le", "al", "bin", "y"}, w)
}

// ours reports whether a greeting or a closing names nobody.
func ours(s string) bool {
	return slices.Contains([]string{"sir", "madam", "sir or madam", "sir/madam", "sirs", "all", "team", "everyone", "everybody", "colleague", "colleagues", "customer", "there", "subscriber", "reader",
		"syr", "madam", "bawb", "gyfaill", "sent from my iphone", "the team", "data protection officer"}, strings.ToLower(s))
}

func (p *proposer) add(s string, sort Sort, why string) {
	s = strings.TrimSpace(s)
	found := Proposal{s, sort, why}
	if p.known[key(s, sort)] || len(p.out) >= maxProposals || CheckPassage(s) != nil || slices.ContainsFunc(p.out, found.same) {
		return
	}
	if digits := figures(s); sort == APhone && (len(digits) < 9 || len(digits) > 15) {
		return
	}
	p.out = append(p.out, found)
}

// folded returns all that is known, as key makes it.
func (k Known) folded() map[string]bool {
	out := map[string]bool{}
	for _, a := range k.Addresses {
		out[key(a, AnAddress)] = true
	}
	for _, n := range k.Names {
		out[key(n, AName)] = true
		for _, word := range strings.Fields(n) { // "Dear Carys"
			out[key(word, AName)] = true
		}
	}
	for _, o := range k.Others {
		for _, sort := range []Sort{APhone, APostcode, AnInsurance} {
			out[key(o, sort)] = true
		}
	}
	return out
}

// key is what is the same of two spellings.
func key(s string, sort Sort) string {
	if sort == APhone {
		return string(sort) + cmp.Or(strings.TrimPrefix(strings.TrimPrefix(figures(s), "44"), "0"), s)
	}
	return string(sort) + strings.ToLower(strings.Join(strings.Fields(s), " "))
}

func figures(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
