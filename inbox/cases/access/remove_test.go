package access

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"assent/internal/errs"
	"assent/templates"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, remove, want string }{
		{"a name in any case", "Bob Jones and BOB JONES", "bob jones", Removed + " and " + Removed},
		{"a name over the end of a quoted line", "> said Bob\r\n> Jones to me", "Bob Jones", "> said " + Removed + " to me"},
		{"a name with an invisible character in it", "Bob\u200b Jo\u00adnes", "Bob Jones", Removed},
		{"a name written with combining marks", "Sia\u0302n wrote", "Siân", Removed + " wrote"},
		{"a Greek name with its final letter", "ΑΡΗΣ", "άρης", "ΑΡΗΣ"},
		{"two passages that overlap become one", "Bob Jones Ltd", "Bob Jones|Jones Ltd", Removed},
		{"an address", "write to <Bob@Other.Example>!", "bob@other.example", "write to <" + Removed + ">!"},
		{"what is not there leaves the text as it is", "Nothing here", "Bob Jones", "Nothing here"},
	} {
		r, err := NewRemover(strings.Split(c.remove, "|"))
		if err != nil {
			t.Fatal(c.name, err)
		}
		if got := r.Clean(c.text); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAPassageThatCannotBeRemovedIsRefused(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"", "  ", "ab", "a.b", "█████", strings.Repeat("x", 501), "bad\xff name"} {
		if err := CheckPassage(p); errs.KindOf(err) != errs.Invalid || err == nil {
			t.Errorf("%q: %v", p, err)
		}
	}
}

// disguised writes a passage as it may stand in a text: in other cases, over line ends, with what is not seen.
func disguised(rt *rapid.T, p string) string {
	var b strings.Builder
	for _, r := range p {
		switch rapid.IntRange(0, 6).Draw(rt, "disguise") {
		case 0:
			b.WriteString(strings.ToUpper(string(r)))
		case 1:
			b.WriteString(strings.ToLower(string(r)))
		case 2:
			b.WriteString(string(r) + "\u200b")
		default:
			b.WriteRune(r)
		}
	}
	if rapid.Bool().Draw(rt, "broken") {
		return strings.Replace(b.String(), " ", "\r\n> ", 1)
	}
	return b.String()
}

// What was removed is in no byte of what is handed over, however it was written, or the pack is refused.
func TestWhatIsRemovedIsInNoByte(t *testing.T) {
	t.Parallel()
	set, err := templates.Load()
	if err != nil {
		t.Fatal(err)
	}
	passages := []string{"Bob Jones", "bob@other.example", "O'Brien & Sons", "020 7946 0018", "SW1A 2AA", "Siân <ap> Huw", "\"quoted\" name", "mother-in-law", "data", "élan vital"}
	rapid.Check(t, func(rt *rapid.T) {
		gone := rapid.SliceOfNDistinct(rapid.SampledFrom(passages), 1, 4, rapid.ID[string]).Draw(rt, "gone")
		var items []Item
		for i := range rapid.IntRange(1, 4).Draw(rt, "items") {
			items = append(items, drawItem(rt, i, gone))
		}
		for _, p := range gone {
			items[0].Review.Verdict = Redacted
			items[0].Review.Removed = append(items[0].Review.Removed, Removal{p, "other-person"})
		}
		f := Frame{Kind: "access", Reference: "R-2026-000001", Language: rapid.SampledFrom([]string{"en", "cy"}).Draw(rt, "language"), ReceivedOn: "2026-11-25", MadeAt: time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC),
			Origins: []string{"told by " + disguised(rt, gone[0])}, Elsewhere: []Elsewhere{{"A drawer", "2026-11-25", "the name", "a note of " + disguised(rt, gone[0])}}}
		p, r, err := Assemble(f, items)
		if err != nil {
			rt.Fatal(err)
		}
		outputs, err := Layout{Templates: set, Zone: time.UTC}.Files(p, items)
		if err != nil {
			rt.Fatal(err)
		}
		if err := Check(r, outputs); err != nil {
			if errs.KindOf(err) != errs.Conflict {
				rt.Fatal(err)
			}
			return // refused: nothing is handed over
		}
		for _, o := range outputs {
			for _, p := range gone {
				if strings.Contains(strings.ToLower(string(o.Body)), strings.ToLower(p)) {
					rt.Fatalf("%s still has %q:\n%s", o.Name, p, o.Body)
				}
			}
		}
		if !json.Valid(outputs[1].Body) {
			rt.Fatal("no JSON")
		}
	})
}

func drawItem(rt *rapid.T, i int, gone []string) Item {
	word := rapid.SampledFrom([]string{"hello", "and", "the letter of", "\n\n", "&", "wrote:", "<b>", "Pob", "jone"})
	text := func() string {
		var parts []string
		for range rapid.IntRange(0, 6).Draw(rt, "words") {
			if rapid.Bool().Draw(rt, "passage") {
				parts = append(parts, disguised(rt, rapid.SampledFrom(gone).Draw(rt, "which")))
			} else {
				parts = append(parts, word.Draw(rt, "word"))
			}
		}
		return strings.Join(parts, rapid.SampledFrom([]string{" ", "", "\n"}).Draw(rt, "joined"))
	}
	x := Item{Source: "mail", Ref: fmt.Sprint(i), Review: Review{Verdict: Kept}, Content: Content{Text: text(), Fields: []Field{{Name: "subject", Value: text()}, {Name: "attribute", Label: "house: region", Value: text()}}}}
	if rapid.Bool().Draw(rt, "file") {
		x.Content.File = &File{Name: disguised(rt, gone[0]) + ".pdf"}
	}
	return x
}

func FuzzClean(f *testing.F) {
	f.Add("> said Bob\r\n> Jones", "bob jones")
	f.Add("ſS ß SS", "sss")
	f.Add("İstanbul", "istanbul")
	f.Fuzz(func(t *testing.T, text, passage string) {
		r, err := NewRemover([]string{passage})
		if err != nil {
			return
		}
		if got := r.Clean(text); r.Left(got) != "" {
			t.Errorf("%q is left in %q", passage, got)
		}
	})
}
