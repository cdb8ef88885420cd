package message

import (
	"regexp/syntax"
	"strings"
	"testing"
)

func TestNewTextCutsTheQuoteInManyLanguages(t *testing.T) {
	t.Parallel()
	for name, intro := range map[string]string{
		"English, Gmail":          "On Mon, Nov 2, 2026 at 10:00 AM Harbour Office <news@harbour.example> wrote:",
		"English, folded":         "On Mon, Nov 2, 2026 at 10:00 AM Harbour Office of the Old Town\n<news@harbour.example> wrote:",
		"English, Apple":          "On 2 Nov 2026, at 10:00, Harbour Office <news@harbour.example> wrote:",
		"Welsh":                   "Ar Llun, 2 Tach 2026 am 10:00 ysgrifennodd Harbour Office <news@harbour.example>:",
		"German":                  "Am Mo., 2. Nov. 2026 um 10:00 Uhr schrieb Harbour Office <news@harbour.example>:",
		"French":                  "Le lun. 2 nov. 2026 à 10:00, Harbour Office <news@harbour.example> a écrit :",
		"Spanish":                 "El lun, 2 nov 2026 a las 10:00, Harbour Office (<news@harbour.example>) escribió:",
		"Italian":                 "Il giorno lun 2 nov 2026 alle ore 10:00 Harbour Office <news@harbour.example> ha scritto:",
		"Portuguese":              "Harbour Office <news@harbour.example> escreveu (segunda, 2/11/2026 à(s) 10:00):",
		"Dutch":                   "Op ma 2 nov 2026 om 10:00 schreef Harbour Office <news@harbour.example>:",
		"Polish":                  "pon., 2 lis 2026 o 10:00 Harbour Office <news@harbour.example> napisał(a):",
		"Polish, long":            "W dniu poniedziałek, 2 listopada 2026 10:00 Harbour Office pisze:",
		"Czech":                   "po 2. 11. 2026 v 10:00 odesílatel Harbour Office <news@harbour.example> napsal:",
		"Swedish":                 "Den mån 2 nov. 2026 kl 10:00 skrev Harbour Office <news@harbour.example>:",
		"Finnish":                 "ma 2. marrask. 2026 klo 10.00 Harbour Office (news@harbour.example) kirjoitti:",
		"Hungarian":               "Harbour Office <news@harbour.example> ezt írta (időpont: 2026. nov. 2., H, 10:00):",
		"Greek":                   "Στις Δευ 2 Νοε 2026 στις 10:00 ο χρήστης Harbour Office <news@harbour.example> έγραψε:",
		"Ukrainian":               "пн, 2 лист. 2026 р. о 10:00 Harbour Office <news@harbour.example> пише:",
		"Bulgarian":               "На пн, 2.11.2026 г. в 10:00 Harbour Office <news@harbour.example> написа:",
		"Irish":                   "Ar 2 Samh 2026 ag 10:00, scríobh Harbour Office <news@harbour.example>:",
		"a language not known":    "Datu 2026-11-02 10:00 orduan, Harbour Office <news@harbour.example> igorleak:",
		"Outlook":                 "-----Original Message-----\nFrom: Harbour Office\nSent: Monday\nTo: Ann\nSubject: News\n",
		"Outlook without a line":  "From: Harbour Office <news@harbour.example>\nSent: 02 November 2026 10:00\nTo: Ann Lee\nSubject: News\n",
		"Outlook in German":       "________________________________\nVon: Harbour Office\nGesendet: Montag, 2. November 2026\nAn: Ann Lee\nBetreff: Neues\n",
		"Outlook in Welsh":        "Oddi wrth: Harbour Office\nAnfonwyd: 02 Tachwedd 2026\nAt: Ann Lee\nPwnc: Newyddion\n",
		"Outlook in Polish":       "Od: Harbour Office\nWysłano: 2 listopada 2026\nDo: Ann Lee\nTemat: Nowości\n",
		"Outlook in French":       "De : Harbour Office\nEnvoyé : lundi 2 novembre 2026\nÀ : Ann Lee\nObjet : Nouvelles\n",
		"Outlook, bold":           "*From:* Harbour Office\n*Sent:* Monday\n*To:* Ann\n*Subject:* News\n",
		"German original message": "-----Ursprüngliche Nachricht-----\nVon: Harbour Office\nGesendet: Montag\nAn: Ann\nBetreff: Neues\n",
		"Zoho":                    "---- On Mon, 02 Nov 2026 10:00:00 +0000 Harbour Office <news@harbour.example> wrote ----\n",
		"GMX":                     "Gesendet: Montag, 2. November 2026 um 10:00 Uhr\nVon: \"Harbour Office\" <news@harbour.example>\nAn: ann@example.org\nBetreff: Neues\n",
		"Latvian":                 "pirmd., 2026. g. 2. nov., plkst. 10:00 — lietotājs Osta (<news@harbour.example>) rakstīja:",
		"Lithuanian":              "2026-11-02, pr, 10:00 Uostas <news@harbour.example> rašė:",
		"Croatian":                "pon, 2. stu 2026. u 10:00 Luka <news@harbour.example> napisao je:",
		"Estonian":                "Kuupäev E, 2. november 2026 kell 10:00 kirjutas Sadam <news@harbour.example>:",
		"Romanian":                "În lun., 2 nov. 2026 la 10:00, Port <news@harbour.example> a scris:",
		"Danish":                  "man. 2. nov. 2026 kl. 10.00 skrev Havn <news@harbour.example>:",
		"a phone in Russian":      "2 нояб. 2026 г., в 10:00, Порт <news@harbour.example> написал(а):",
		"Yahoo on a phone":        "On Mon, 2 Nov 2026 at 10:00, Harbour<news@harbour.example> wrote:   Hello all",
		"Yahoo":                   "    On Monday, 2 November 2026 at 10:00:00 GMT, Harbour Office <news@harbour.example> wrote:",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for how, quoted := range map[string]string{"marked": "> Please unsubscribe me\n> here", "unmarked": "Please unsubscribe me\nhere"} {
				if name == "a language not known" && how == "unmarked" {
					continue // nothing tells it from a text
				}
				if got := NewText("Thank you!\nAnn\n\n" + intro + "\n\n" + quoted + "\n"); got != "Thank you!\nAnn" {
					t.Errorf("%s: %q", how, got)
				}
			}
		})
	}
}

func TestNewTextKeepsWhatThePersonWrote(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"a plain text":                       {"Hello\n\nAnn", "Hello\n\nAnn"},
		"a text below the quote":             {"On 2 Nov 2026, Office <o@harbour.example> wrote:\n> News\n\nTake me off the list.", "> News\n\nTake me off the list."},
		"answers between quotes":             {"Hi\nOn 2 Nov 2026, Office <o@harbour.example> wrote:\n> Do you come?\nYes.\n> When?\nAt six.", "Hi\n> Do you come?\nYes.\n> When?\nAt six."},
		"a forwarded message":                {"---------- Forwarded message ---------\nFrom: Bob <bob@example.org>\nDate: Mon, 2 Nov 2026\nSubject: my data\nTo: <office@harbour.example>\n\nPlease send me my data.", "Please send me my data."},
		"a sentence that ends in wrote":      {"As the poet wrote:\nthe sea, the sea", "As the poet wrote:\nthe sea, the sea"},
		"a letter about an earlier letter":   {"Dear all\nOn 3 May 2026 I wrote to you and asked the following:\nplease delete my data", "Dear all\nOn 3 May 2026 I wrote to you and asked the following:\nplease delete my data"},
		"a letter about somebody's letter":   {"Dear all\nOn 3 May 2026 your office wrote to me about three things:\nmy name and my address", "Dear all\nOn 3 May 2026 your office wrote to me about three things:\nmy name and my address"},
		"a list of dates":                    {"It went so:\n2026-05-01 I asked for my data\n2026-06-01 no answer", "It went so:\n2026-05-01 I asked for my data\n2026-06-01 no answer"},
		"a heading between dashes":           {"Hello\n---- My details in 2026 ----\nAnn Lee", "Hello\n---- My details in 2026 ----\nAnn Lee"},
		"a mail that says what it is for":    {"Hola\nEste correo es para darme de baja.", "Hola\nEste correo es para darme de baja."},
		"a mail that says whom it is for":    {"Hello\nThis email is for your data protection officer.", "Hello\nThis email is for your data protection officer."},
		"a list of facts with colons":        {"My details:\nName: Ann Lee\nAddress: 1 Mill Lane\nPhone: 0123", "My details:\nName: Ann Lee\nAddress: 1 Mill Lane\nPhone: 0123"},
		"a signature goes":                   {"Hello\n\n-- \nAnn Lee\nHarbour Road 1", "Hello"},
		"a phone's line goes":                {"Hello\n\nSent from my iPhone", "Hello"},
		"a phone's line in German goes":      {"Hallo\n\nVon meinem iPhone gesendet", "Hallo"},
		"a phone's line in French goes":      {"Bonjour\n\nEnvoyé de mon iPhone", "Bonjour"},
		"an Outlook line goes":               {"Hello\n\nGet Outlook for iOS<https://aka.example>", "Hello"},
		"a disclaimer goes":                  {"Hello\n\nThis email and any attachments are confidential and intended for the addressee. To unsubscribe, reply STOP.", "Hello"},
		"a German disclaimer goes":           {"Hallo\n\nDiese E-Mail enthält vertrauliche Informationen.", "Hallo"},
		"a disclaimer that is all there is":  {"This email is confidential.", "This email is confidential."},
		"rules at the end go":                {"Hello\n\n--\n***\n____", "Hello"},
		"a text about a phone stays":         {"I sent from my phone a request to you last week and nobody answered it, so here it is again.", "I sent from my phone a request to you last week and nobody answered it, so here it is again."},
		"a mail that is only a quote's rest": {"> only this", ""},
		"nothing":                            {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := NewText(c.in); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestHTMLBecomesReadableText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"paragraphs":               {"<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"},
		"a list":                   {"<ul><li>one</li><li>two</li></ul>", "* one\n* two"},
		"a link":                   {`See <a href="https://harbour.example/x">the page</a>.`, "See the page <https://harbour.example/x>."},
		"a link that is its text":  {`<a href="https://harbour.example/x">https://harbour.example/x</a>`, "https://harbour.example/x"},
		"table cells are parted":   {"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"},
		"script and style go":      {"<head><title>x</title><style>p{}</style></head><script>alert(1)</script><p>Hello</p>", "Hello"},
		"comments go":              {"<!--[if mso]>Word<![endif]--><p>Hello</p>", "Hello"},
		"what is hidden goes":      {`<div style="display: none">unsubscribe me</div><p>Hello</p>`, "Hello"},
		"entities":                 {"a &amp; b &lt;c&gt; &eacute;&nbsp;d", "a & b <c> é d"},
		"white space":              {"<p>  a\n   b  </p>", "a b"},
		"preformatted":             {"<pre>a\n  b</pre>", "a\n  b"},
		"a block quote":            {"<p>Hi</p><blockquote>old<br>older</blockquote>", "Hi\n\n> old\n> older"},
		"tags never closed":        {"<div><b>Hello<p>there", "Hello\n\nthere"},
		"tags closed out of order": {"<b><i>Hello</b></i> there", "Hello there"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := htmlText(c.in); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestReplyInHTMLAloneLosesItsQuote(t *testing.T) {
	t.Parallel()
	const quoted = "<p>Please unsubscribe me</p>"
	for name, body := range map[string]string{
		"Gmail":       `<div dir="ltr">Thank you</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Ar 2 Tach, mae Swyddfa wedi dweud:<br></div><blockquote class="gmail_quote">` + quoted + `</blockquote></div>`,
		"Thunderbird": `<p>Thank you</p><div class="moz-cite-prefix">Am 02.11.26 um 10:00 schrieb Office:<br></div><blockquote type="cite">` + quoted + `</blockquote>`,
		"Outlook web": `<div>Thank you</div><hr tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><b>From:</b> Office<br><b>Sent:</b> Monday<br><b>To:</b> Ann<br><b>Subject:</b> News</div>` + quoted,
		"Outlook": `<p class="MsoNormal">Thank you</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>Lähettäjä:</b> Office<br><b>X:</b> Y</p></div></div>` +
			quoted,
		"Apple":     `<body>Thank you<div><br><blockquote type="cite"><div>On 2 Nov 2026, at 10:00, Office &lt;o@harbour.example&gt; wrote:</div>` + quoted + `</blockquote></div></body>`,
		"Yahoo":     `<div>Thank you</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>On Monday, Office wrote:</div>` + quoted + `</div>`,
		"Proton":    `<div>Thank you</div><div class="protonmail_quote">On Monday, Office wrote:<br><blockquote>` + quoted + `</blockquote></div>`,
		"signature": `<div>Thank you</div><div class="gmail_signature">Reply STOP to unsubscribe</div>`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := parse(t, "Content-Type: text/html; charset=utf-8\n\n<html>"+body+"</html>")
			if got := NewText(p.Text); got != "Thank you" {
				t.Errorf("got %q from %q", got, p.Text)
			}
		})
	}
}

func TestForwardedMessageIsOpened(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"Gmail":        "Subject: Fwd: my data\n\nFor you, I think.\n\n---------- Forwarded message ---------\nFrom: Bob <bob@example.org>\nDate: Mon, 2 Nov 2026 10:00:00 +0000\nSubject: my data\nTo: <office@harbour.example>\n\nPlease send me my data.\n",
		"Outlook":      "Subject: FW: my data\n\nFor you, I think.\n\nFrom: Bob [mailto:bob@example.org]\nSent: Mon, 2 Nov 2026 10:00:00 +0000\nTo: Office\nSubject: my data\n\nPlease send me my data.\n",
		"Apple":        "Subject: Fwd: my data\n\nFor you.\n\nBegin forwarded message:\n\n> From: Bob <bob@example.org>\n> Subject: my data\n> Date: Mon, 2 Nov 2026 10:00:00 +0000\n> To: office@harbour.example\n>\n> Please send me my data.\n",
		"an enclosure": "Subject: for you\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nFor you.\n--b\nContent-Type: message/rfc822\n\nFrom: bob@example.org\nDate: Mon, 2 Nov 2026 10:00:00 +0000\nSubject: my data\n\nPlease send me my data.\n--b--\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := parse(t, raw).Forwarded
			if f == nil {
				t.Fatal("not found")
			}
			if f.From.String() != "bob@example.org" || f.Subject != "my data" || f.Date.Day() != 2 || strings.TrimSpace(f.Text) != "Please send me my data." {
				t.Errorf("got %+v", f)
			}
		})
	}
	if f := parse(t, "Subject: Re: my data\n\nThanks\n\nFrom: Bob <bob@example.org>\nSent: Monday\nTo: Office\nSubject: my data\n\nold\n").Forwarded; f != nil {
		t.Errorf("an answer is no forwarded message: %+v", f)
	}
}

func FuzzNewText(f *testing.F) {
	f.Add("Thanks\n\nOn 2 Nov 2026, a@b.example wrote:\n> x\n")
	f.Add("From: a\nTo: b\nSubject: c\n\nd\n-- \ne")
	f.Fuzz(func(t *testing.T, s string) {
		got := NewText(s)
		if len(got) > len(s)+3 {
			t.Fatalf("longer than the text: %q", got)
		}
		if strings.TrimSpace(got) != got {
			t.Fatalf("white space around %q", got)
		}
	})
}

func TestEveryLineThatAProgramAddsIsKnownByItsFirstWord(t *testing.T) {
	t.Parallel()
	tree, err := syntax.Parse(programLine.String(), syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	lines := examples(tree)
	if len(lines) < 60 {
		t.Fatalf("only %d lines", len(lines))
	}
	for _, line := range lines {
		if !programLine.MatchString(line) || !addedByProgram(line) || !addedByProgram("<*"+strings.ToUpper(line)+">") {
			t.Errorf("%q is found by %q and not by its first word", line, programLine)
		}
	}
	if addedByProgram("Please sell no data of mine.") {
		t.Error("a person's sentence was taken for a program's")
	}
}

// examples returns lines that an expression finds: one for each of its alternatives and each character of a short class, as short as they can be.
func examples(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{strings.ToLower(string(re.Rune))}
	case syntax.OpCharClass:
		var all []string
		for i := 0; i < len(re.Rune) && len(re.Rune) <= 12; i += 2 {
			all = append(all, string(re.Rune[i]))
		}
		return all
	case syntax.OpAnyCharNotNL:
		return []string{"x"}
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			all = append(all, examples(sub)...)
		}
		return all
	case syntax.OpCapture:
		return examples(re.Sub[0])
	case syntax.OpConcat:
		all := []string{""}
		for _, sub := range re.Sub {
			var longer []string
			for _, end := range examples(sub) {
				for _, start := range all {
					longer = append(longer, start+end)
				}
			}
			all = longer
		}
		return all
	case syntax.OpRepeat:
		return []string{strings.Repeat("x", re.Min)}
	case syntax.OpQuest:
		return append(examples(re.Sub[0]), "")
	}
	return []string{""}
}
