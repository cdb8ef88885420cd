package access

import (
	"fmt"
	"strings"
	"testing"
)

func TestWhatMayBeAboutSomebodyElseIsPointedAt(t *testing.T) {
	t.Parallel()
	known := Known{Addresses: []string{"carys@reader.example", "office@harbour.example"}, Names: []string{"Carys O'Neill", "Harbour News"}, Others: []string{"01792 496 0018"}}
	for _, c := range []struct{ name, text, want string }{
		{"another address, and not one's own in any case", "Cc bob@other.example, CARYS@reader.example", "e-mail address bob@other.example"},
		{"the address of the organisation is published", "write to office@harbour.example", ""},
		{"a telephone number", "ring 020 7946 0018 or +44 7700 900123", "telephone number 020 7946 0018, telephone number +44 7700 900123"},
		{"one's own number in another spelling", "ring +44 1792 4960018", ""},
		{"a date is no telephone number", "on 25 11 2026 and 2026-11-25 at 10:30", ""},
		{"a postcode", "at 1 Quay, SA1 1AA", "postcode SA1 1AA"},
		{"a national insurance number", "her number is QQ 12 34 56 C, or AB123456C", "national insurance number AB123456C"},
		{"whom a letter greets", "Dear Bob Jones,\nthank you", "name Bob Jones"},
		{"a greeting in Welsh", "Annwyl Siân ap Huw,\ndiolch", "name Siân ap Huw"},
		{"nobody is greeted", "Dear Sir or Madam,\nHello all,\nDear Carys,", ""},
		{"who signed", "as agreed.\n\nKind regards,\nOlu Adeyemi\nHead of post", "name Olu Adeyemi"},
		{"a sentence under a closing is no name", "Thanks\nplease send it soon", ""},
		{"a name beside an address", `"Jones, Bob" <bob@other.example>`, "e-mail address bob@other.example, name Jones, Bob, name Bob"},
		{"in the midst of a sentence", "what Bob Jones told your colleague Siân ap Huw about me in May", "name Bob Jones, name Siân ap Huw"},
		{"at the beginning of one", "Mary Price said so. Yesterday Bob Jones did.", "name Mary Price, name Bob Jones"},
		{"capitals that name nobody", "Under the Data Protection Act and Article 15 I ask the Information Commissioner's Office, on Monday May 4, about Harbour News", ""},
		{"one's own name, in any order", "I, O'Neill Carys, and Carys O'Neill", ""},
		{"somebody of one's own family", "my son Huw O'Neill", "name Huw O'Neill"},
		{"a title", "I spoke with Dr Menna Pugh yesterday", "name Menna Pugh"},
	} {
		var got []string
		for _, p := range Propose(Content{Text: c.text}, known) {
			got = append(got, fmt.Sprintf("%s %s", p.Sort, p.Text))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: got %q, want %q", c.name, s, c.want)
		}
	}
}

func TestANameThatOneMailShowsIsFoundInEveryOther(t *testing.T) {
	t.Parallel()
	items := []Item{{Content: Content{Text: "Dear Bob Jones,"}}, {Content: Content{Text: "then BOB\njones said"}}, {Content: Content{Text: "nobody"}}}
	var own [][]Proposal
	for _, x := range items {
		own = append(own, Propose(x.Content, Known{}))
	}
	got := Spread(items, own)
	if len(got[0]) != 1 || len(got[1]) != 1 || got[1][0].Why != "named in another item" || len(got[2]) != 0 {
		t.Errorf("got %v", got)
	}
	if len(own[1]) != 0 {
		t.Error("what was found first was changed")
	}
}

func FuzzPropose(f *testing.F) {
	f.Add("Dear Bob,\n> Kind regards\n\nbob@other.example 020 7946 0018")
	f.Fuzz(func(t *testing.T, text string) {
		c := Content{Text: text}
		for _, p := range Propose(c, Known{}) {
			if CheckPassage(p.Text) != nil {
				t.Errorf("%q is proposed and cannot be removed", p.Text)
			}
			if r, err := NewRemover([]string{p.Text}); err != nil || r.Left(text) == "" {
				t.Errorf("%q is proposed and not found", p.Text)
			}
		}
	})
}
