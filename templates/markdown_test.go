package templates

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"assent/internal/errs"
)

func TestMarkdownAsPlainText(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"headings of the first two levels are underlined", "# One\n## Two\n### Three", "One\n===\n\nTwo\n---\n\nThree"},
		{"a link is its words and its address", "See [the page](https://example.org/a?b=1&c=2).", "See the page (https://example.org/a?b=1&c=2)."},
		{"a link that is its own name is not said twice", "<https://example.org/> and https://example.org/x", "https://example.org/ and https://example.org/x"},
		{"a bare www link is a link", "www.example.org", "www.example.org (http://www.example.org)"},
		{"a mail link loses its scheme", "[write](mailto:a@example.org), <b@example.org>", "write (a@example.org), b@example.org"},
		{"a link without words is its address", "[](https://example.org/)", "https://example.org/"},
		{"a link that runs something keeps its words", "[press](javascript:alert(1))", "press"},
		{"a picture is its description", "![two people at a desk](https://example.org/x.png)", "two people at a desk"},
		{"emphasis is left out", "**must** and *may* and `code`", "must and may and code"},
		{"lists keep their marks and their depth", "- a\n- b\n  1. c\n  2. d\n", "- a\n- b\n  1. c\n  2. d"},
		{"a loose list has air", "3. a\n\n4. b\n", "3. a\n\n4. b"},
		{"quotes are marked", "> a\n>\n> > b\n", "> a\n>\n> > b"},
		{"code is set in", "```\nif x {\n  y\n}\n```", "    if x {\n      y\n    }"},
		{"a break that was asked for is kept", "one  \ntwo\nthree", "one\ntwo three"},
		{"raw HTML is dropped and its words kept", "a <b>bold</b> claim\n\n<script>alert(1)</script>\n\nend", "a bold claim\n\nend"},
		{"entities and escapes are resolved once", `fish &amp; chips &pound;5 \*not\* \&amp; &nonsense; AT&T`, "fish & chips £5 *not* &amp; &nonsense; AT&T"},
		{"a narrow table has columns", "|a|bb|\n|-|-:|\n|ccc|d|\n", "a    bb\n-------\nccc   d"},
		{"a wide table is one block per row", "|Name|What|\n|-|-|\n|" + strings.Repeat("x", 40) + "|" + strings.Repeat("y", 40) + "|\n|a|b|\n",
			"Name: " + strings.Repeat("x", 40) + "\nWhat: " + strings.Repeat("y", 40) + "\n\nName: a\nWhat: b"},
		{"a rule is a line", "a\n\n---\n\nb", "a\n\n----------\n\nb"},
		{"nothing is nothing", " \n\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, got, err := Markdown(tt.in)
			if err != nil || got != tt.want {
				t.Errorf("got %q (%v), want %q", got, err, tt.want)
			}
		})
	}
}

func TestMarkdownAsHTMLForAPage(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"the highest heading is the second of the page", "### a\n#### b", "<h2>a</h2>\n<h3>b</h3>"},
		{"words are escaped", "a < b & \"c\"", "<p>a &lt; b &amp; &#34;c&#34;</p>"},
		{"a link", `[a](https://example.org/?x=1&y="2" "t")`, `<p><a href="https://example.org/?x=1&amp;y=%222%22">a</a></p>`},
		{"a link with spaces and quotes", `[a](<https://example.org/ '">)`, `<p><a href="https://example.org/%20&#39;%22">a</a></p>`},
		{"a link that runs something", "[a](javascript:alert(1)) [b](JaVaScRiPt&colon;alert(1)) [c](data:text/html,x) [d](\\javascript:x)", "<p>a b c d</p>"},
		{"an autolink that runs something", "<javascript:alert(1)>", "<p>javascript:alert(1)</p>"},
		{"a picture", "![alt](https://example.org/x.png)", "<p>alt</p>"},
		{"raw HTML", "<img src=x onerror=alert(1)> <div>x</div>\n\n<style>p{}</style>", "<p> x</p>"},
		{"a numbered list that begins later", "3. a\n4. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>"},
		{"code is escaped", "`<b>`\n\n    <i>\n", "<p><code>&lt;b&gt;</code></p>\n<pre>&lt;i&gt;</pre>"},
		{"a table", "|a|b|\n|-|-:|\n|c|d|", "<table>\n<tr><th scope=\"col\" align=\"left\">a</th><th scope=\"col\" align=\"right\">b</th></tr>\n<tr><td align=\"left\">c</td><td align=\"right\">d</td></tr>\n</table>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Prose(tt.in)
			if err != nil || string(got) != tt.want {
				t.Errorf("got %q (%v), want %q", got, err, tt.want)
			}
		})
	}
}

func TestMarkdownRefuses(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]string{
		"more than it reads":       strings.Repeat("x", MaxMarkdown+1),
		"what is not UTF-8":        "caf\xe9",
		"quotes within quotes":     strings.Repeat(">", 5000) + "x",
		"quotes with spaces":       strings.Repeat("> ", 5000) + "x",
		"lists within lists":       strings.Repeat("- ", 500) + "x",
		"numbers within numbers":   strings.Repeat("1) ", 500),
		"lists that grow inwards":  indented(60),
		"a table of many rows":     "|a|b\n|-|-\n" + strings.Repeat("x\n", 12_000),
		"a table of many columns":  strings.Repeat("|a", 5000) + "\n" + strings.Repeat("|-", 5000) + "\n|x\n|y\n|z\n",
		"many small tables":        strings.Repeat("|a|b|c|d\n|-|-|-|-\nx\n\n", 2500),
		"a thicket of brackets":    strings.Repeat("[a](", 2000),
		"emphasis within emphasis": strings.Repeat("*a _b ", 50) + strings.Repeat("b_ a* ", 50),
	} {
		if _, _, err := Markdown(src); errs.KindOf(err) != errs.Invalid || errs.Message(err) == "" {
			t.Errorf("%s gave %v", name, err)
		}
	}
}

// indented returns lists in lists by their indentation.
func indented(levels int) string {
	var b strings.Builder
	for i := range levels {
		b.WriteString(strings.Repeat("  ", i) + "- a\n")
	}
	return b.String()
}

func TestMarksThatOnlyLookDeepAreRead(t *testing.T) {
	t.Parallel()
	for _, src := range []string{strings.Repeat("-", 80), strings.Repeat("* ", 40), strings.Repeat("-", 40) + " news " + strings.Repeat("-", 40), "2026.11.25 was a day", indented(8)} {
		if _, _, err := Markdown(src); err != nil {
			t.Errorf("%q is refused: %v", src, err)
		}
	}
}

func TestLongParagraphsGetLinesThatMailCanCarry(t *testing.T) {
	t.Parallel()
	html, text, err := Markdown(strings.Repeat("many words ", 1000) + "[" + strings.Repeat("and more ", 500) + "](https://example.org/)")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(html + text) {
		if len(line) > 500 {
			t.Fatalf("a line of %d octets", len(line))
		}
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, seed := range []string{campaignSource, noticeSource, hostile, "[a](javascript:x)", "|a|\n|-|\n|<b>|", "> - 1. `x`", "![a](b)", "&#0;&#x110000;&lt", "[\ue000](\ue001)", "a\x00b\r\nc"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		html, text, err := Markdown(src)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Fatalf("%v", err)
			}
			return
		}
		again, textAgain, _ := Markdown(src)
		if again != html || textAgain != text {
			t.Fatal("the same source gave two results")
		}
		if !utf8.ValidString(html) || !utf8.ValidString(text) {
			t.Fatal("not UTF-8")
		}
		if strings.ContainsFunc(html+text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
			t.Fatalf("a control character came through: %q %q", html, text)
		}
		found, mistakes := elements(html)
		if len(mistakes) > 0 {
			t.Fatalf("%v in %s", mistakes, html)
		}
		allowed := " p h1 h2 h3 h4 h5 h6 a em strong code pre blockquote ul ol li hr br table tr th td "
		for _, e := range found {
			if !strings.Contains(allowed, " "+e.tag+" ") {
				t.Fatalf("<%s> in %s", e.tag, html)
			}
			for key, value := range e.attrs {
				switch key {
				case "style", "align", "scope", "start":
				case "href":
					if clean, may := linkable(value); !may || clean != value {
						t.Fatalf("href=%q", value)
					}
				default:
					t.Fatalf("<%s %s> in %s", e.tag, key, html)
				}
			}
		}
	})
}

func FuzzWrap(f *testing.F) {
	f.Add("- " + strings.Repeat("words ", 30))
	f.Add("> > 1. x")
	f.Fuzz(func(t *testing.T, s string) {
		if tidy(tidy(s)) != tidy(s) && !strings.Contains(s, ">") && utf8.ValidString(s) && len(s) < textWidth {
			t.Errorf("tidying twice differs: %q", s)
		}
		for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\r' }) {
			if !strings.Contains(tidy(s), word) {
				t.Errorf("%q is lost from %q", word, s)
			}
		}
	})
}
