package segment_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"assent/internal/errs"
	"assent/subscriptions/segment"
)

// Text and JSON say the same segment, and each is read back as it was written.
func TestEveryFormIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := anySegment().Draw(r, "segment")
		data, err := json.Marshal(s)
		if err != nil {
			r.Fatal(err)
		}
		fromJSON, err := segment.Decode(data)
		if err != nil || !reflect.DeepEqual(fromJSON, s) {
			r.Fatalf("%s came back as %+v, %v", data, fromJSON, err)
		}
		fromText, err := segment.Parse(text(s))
		if err != nil || !reflect.DeepEqual(fromText, s) {
			r.Fatalf("%s came back as %s, %v", text(s), text(fromText), err)
		}
	})
}

func TestTextAndItsJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, json string }{
		{"a choice", `region is "South West"`, `{"attribute":"region","is":"South West"}`},
		{"the brief's own", `region is "South West" and not (sector in ("ports", "fishing"))`,
			`{"all":[{"attribute":"region","is":"South West"},{"not":{"attribute":"sector","one_of":["ports","fishing"]}}]}`},
		{"and binds closer than or", `on list a or on list b and not on list c`,
			`{"any":[{"list":"a","is":"on"},{"all":[{"list":"b","is":"on"},{"not":{"list":"c","is":"on"}}]}]}`},
		{"numbers", `berths between 2 and 30.5`, `{"attribute":"berths","between":[2,30.5]}`},
		{"dates need no quotes", `renewal before 2026-12-01`, `{"attribute":"renewal","before":"2026-12-01"}`},
		{"yes and no", `pilot is yes`, `{"attribute":"pilot","is":true}`},
		{"known or not", `company is not set`, `{"attribute":"company","set":false}`},
		{"a single value needs no brackets", `sector contains any of "ports"`, `{"attribute":"sector","contains_any":["ports"]}`},
		{"consent", `permitted for news or pending on list monthly`, `{"any":[{"purpose":"news","is":"permitted"},{"list":"monthly","is":"pending"}]}`},
		{"when they joined", `joined monthly in the last 30 days`, `{"joined":"monthly","in_last_days":30}`},
		{"what they were sent", `sent campaign 7 and bounced any campaign since 2026-01-01`, `{"all":[{"sent":7},{"bounced":"any","since":"2026-01-01"}]}`},
		{"language and source", `language is "cy" and source starts with "import"`,
			`{"all":[{"person":"language","is":"cy"},{"person":"source","starts_with":"import"}]}`},
		{"an attribute named like a word of the language", `attribute sent is yes`, `{"attribute":"sent","is":true}`},
		{"quotes of word processors, and capitals", "Region IS “Wales”", `{"attribute":"region","is":"Wales"}`},
		{"quotes within quotes", `company is "the \"Anchor\" \\ Co"`, `{"attribute":"company","is":"the \"Anchor\" \\ Co"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := must(segment.Parse(c.text))(t)
			if got := string(must(json.Marshal(s))(t)); got != `{"version":1,"where":`+c.json+`}` {
				t.Errorf("JSON %s", got)
			}
		})
	}
}

func TestMistakesInTextArePointedAt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, says string }{
		{"nothing", "  ", "At character 3, the end: Write a condition"},
		{"no quotes", "region is Wales", "At character 11, “Wales”: Put text in quotes: \"Wales\"."},
		{"no operator", "region", "At character 7, the end: What is asked of an attribute is missing here"},
		{"no value", "region is", "At character 10, the end: A value is missing here."},
		{"a bracket is missing", `(pilot is yes and region is "Wales"`, "A “)” is missing."},
		{"a bracket too many", `pilot is yes)`, "At character 13, “)”: Conditions are joined by “and” or “or”."},
		{"a comma is missing", `region in ("Wales" "Môn")`, `At character 20, "Môn": Values are separated by commas`},
		{"quotes that stay open", `region is "Wales`, "At character 11, “\"”: The quotes are never closed."},
		{"a sign without meaning", "berths > 3", "At character 8, “>”: This sign has no meaning here."},
		{"opens", "opened campaign 3", "At character 1, “opened”: Assent does not track who opened a message or clicked a link"},
		{"clicks", `pilot is yes and clicked any campaign`, "“clicked”: Assent does not track"},
		{"no such day", "renewal before 2026-02-30", "Put text in quotes"},
		{"text for a date", `renewal before "soon"`, "At character 1, “renewal”: “soon” is no date such as 2026-11-25."},
		{"half a day", "on record in the last 1.5 days", "Write a whole number of days"},
		{"no campaign", "sent 7", "Write “any campaign”, or “campaign” and its number."},
		{"a word of the language alone", "and", "A condition is missing here"},
		{"on the second line", "pilot is yes and\nregion is Wales", "At line 2, character 11, “Wales”"},
		{"too deep", strings.Repeat("not ", 40) + "pilot is yes", "too deep"},
		{"a list asked for its beginning", "on list Möwe", "At character 9, “Möwe”"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := segment.Parse(c.text)
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), c.says) {
				t.Errorf("%v; want %s", err, c.says)
			}
		})
	}
}

func TestMistakesInJSONArePointedAt(t *testing.T) {
	t.Parallel()
	many := strings.TrimSuffix(strings.Repeat(`"x",`, segment.MaxValues+1), ",")
	for _, c := range []struct{ name, where, says string }{
		{"an unknown key", `{"attribute":"region","equals":"Wales"}`, "At where: \"equals\" is not known here."},
		{"an unknown key, deep", `{"all":[{"attribute":"a","is":1},{"not":{"colour":"red"}}]}`, "At where.all[1].not: \"colour\" is not known here."},
		{"a key twice", `{"attribute":"region","is":"Wales","is":"Môn"}`, "\"is\" is there twice."},
		{"two questions", `{"attribute":"berths","at_least":1,"at_most":3}`, "A condition asks one thing."},
		{"a group with more", `{"all":[{"sent":"any"},{"sent":1}],"not":{"sent":2}}`, "is not known here. Known are: all."},
		{"an empty group", `{"any":[]}`, "At where.any: Here stands a list of conditions."},
		{"nothing", `{}`, "The condition is empty."},
		{"no object", `[1]`, "Here stands a condition"},
		{"opened", `{"opened":3}`, "does not track who opened"},
		{"clicked", `{"clicked":"any"}`, "does not track who opened"},
		{"null", `{"attribute":"region","is":null}`, "A value is text, a number, or true or false."},
		{"an object for a value", `{"attribute":"region","is":{"$gt":""}}`, "A value is text, a number, or true or false."},
		{"one value for many", `{"attribute":"region","one_of":"Wales"}`, "Here stands a list of values."},
		{"many for one", `{"attribute":"region","is":["Wales"]}`, "Here stands one value."},
		{"a giant list", `{"attribute":"region","one_of":[` + many + `]}`, "has 501 values; at most 500"},
		{"a giant number", `{"attribute":"berths","is":1e999}`, "The number is too large."},
		{"SQL for a name", `{"attribute":"region' OR 1=1 --","is":"x"}`, "is no name"},
		{"a campaign that is none", `{"sent":-1}`, "Here stands the number of a campaign"},
		{"a campaign in quotes", `{"sent":"1 OR 1=1"}`, "Here stands the number of a campaign"},
		{"a person's address", `{"person":"address","is":"a@example.org"}`, "Of a person may be asked: language, source, on_record."},
		{"control characters", `{"attribute":"region","is":"a\u0000b"}`, "characters that are no text"},
		{"a long text", `{"attribute":"region","is":"` + strings.Repeat("a", 201) + `"}`, "longer than 200 characters"},
		{"deep", strings.Repeat(`{"not":`, 9) + `{"sent":1}` + strings.Repeat("}", 9), "more than 8 deep"},
		{"very deep", strings.Repeat(`{"not":`, 5000) + `{"sent":1}` + strings.Repeat("}", 5000), "more than 8 deep"},
		{"a standing that is none", `{"list":"monthly","is":"friendly"}`, "How somebody stands to a list is one of"},
		{"a comparison that does not fit", `{"person":"language","before":"2026-01-01"}`, "is not known here"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := segment.Decode([]byte(`{"version":1,"where":` + c.where + `}`))
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), c.says) {
				t.Errorf("%.300v; want %s", err, c.says)
			}
		})
	}
	for name, whole := range map[string]string{
		"another version":      `{"version":2,"where":{"sent":1}}`,
		"no version":           `{"where":{"sent":1}}`,
		"something behind":     `{"version":1,"where":{"sent":1}} {}`,
		"something beside":     `{"version":1,"where":{"sent":1},"sql":"DROP TABLE subscribers"}`,
		"cut off":              `{"version":1,"where":{"sent":`,
		"no JSON":              `region is "Wales"`,
		"no UTF-8":             "{\"version\":1,\"where\":{\"sent\":1}}\xff",
		"longer than any":      strings.Repeat(" ", segment.MaxLength+1),
		"too many conditions":  `{"version":1,"where":{"all":[` + strings.TrimSuffix(strings.Repeat(`{"sent":1},`, segment.MaxTests+1), ",") + `]}}`,
		"too many values":      `{"version":1,"where":{"all":[` + strings.TrimSuffix(strings.Repeat(`{"attribute":"a","one_of":[`+strings.TrimSuffix(strings.Repeat("1,", 450), ",")+`]},`, 5), ",") + `]}}`,
		"nothing but a number": `3`,
	} {
		if _, err := segment.Decode([]byte(whole)); errs.KindOf(err) != errs.Invalid || errs.Message(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Folding ASCII and the variants is folding: both databases rest on it.
func TestVariantsFoldLikeFold(t *testing.T) {
	t.Parallel()
	for r := rune(unicode.MaxASCII + 1); r <= unicode.MaxRune; r++ {
		folded := segment.Fold(string(r))
		if folded == string(r) {
			continue
		}
		found := false
		for _, v := range segment.Variants(folded) {
			found = found || v == [2]string{string(r), folded}
		}
		if !found {
			t.Errorf("%q folds to %q and is no variant of it", r, folded)
		}
		if segment.Fold(folded) != folded {
			t.Errorf("%q folds further", folded)
		}
	}
}
