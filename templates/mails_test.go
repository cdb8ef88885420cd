package templates

import (
	"net/url"
	"strings"
	"testing"

	"assent/internal/errs"
)

// address returns what a reader of plain text needs of a link: an address without mailto, its subject and encoding.
func address(link string) string {
	link, isMail := strings.CutPrefix(link, "mailto:")
	if isMail {
		link, _, _ = strings.Cut(link, "?")
	}
	if plain, err := url.PathUnescape(link); isMail && err == nil {
		return plain
	}
	return link
}

func TestTheTextPartHasEveryLinkOfTheHTMLPart(t *testing.T) {
	t.Parallel()
	eachMail(t, func(name string, _ sample, e Email) {
		found, _ := elements(e.HTML)
		for _, el := range found {
			if to, ok := el.attrs["href"]; ok && !strings.Contains(e.Text, address(to)) {
				t.Errorf("%s: the text part lacks %s", name, to)
			}
		}
	})
}

func TestTheHTMLPartHasEveryLinkOfTheTextPart(t *testing.T) {
	t.Parallel()
	eachMail(t, func(name string, _ sample, e Email) {
		found, _ := elements(e.HTML)
		var links []string
		for _, el := range found {
			links = append(links, address(el.attrs["href"]))
		}
		all := strings.Join(links, "\n")
		for word := range strings.FieldsSeq(e.Text) {
			word = strings.Trim(word, "()<>.,")
			if strings.HasPrefix(word, "https://") && !strings.Contains(all, word) {
				t.Errorf("%s: the HTML part lacks %s", name, word)
			}
		}
	})
}

func TestTextLinesAreShortEnoughToQuote(t *testing.T) {
	t.Parallel()
	eachMail(t, func(name string, _ sample, e Email) {
		for line := range strings.Lines(e.Text) {
			if len([]rune(line)) > 79 && !strings.Contains(line, "://") {
				t.Errorf("%s: long line %q", name, line)
			}
		}
		if strings.Contains(e.Text, "<no value>") || strings.Contains(e.HTML, "&lt;no value&gt;") {
			t.Errorf("%s: a value is missing", name)
		}
	})
}

// A campaign carries its ways out and who sends it, in both parts (H2; PECR reg 23).
func TestACampaignSaysHowToLeaveAndWhoSendsIt(t *testing.T) {
	t.Parallel()
	eachMail(t, func(name string, m sample, e Email) {
		c, ok := m.data.(CampaignMail)
		if !ok {
			return
		}
		text := strings.Join(strings.Fields(e.Text), " ")
		wanted := []string{
			c.UnsubscribeURL, c.List, c.Joined, c.Organisation, c.Controller, c.Contact.Name, c.Contact.Email,
			c.Officer.Email, c.NoticeURL, c.NoticeVersion, lines(c.PostalAddress)[0], c.OptOutSubject, c.OptOutAddress,
		}
		for _, want := range wanted {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the text part lacks %q", name, want)
			}
			if !strings.Contains(e.HTML, want) {
				t.Errorf("%s: the HTML part lacks %q", name, want)
			}
		}
		if strings.Contains(text, c.Preheader) && c.Preheader != "" {
			t.Errorf("%s: the text part has the preheader", name)
		}
	})
}

func TestAMailThatLacksWhatItMustSayDoesNotRender(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	whole := campaign(newsletter())
	without := map[string]func(*CampaignMail){
		"UnsubscribeURL": func(c *CampaignMail) { c.UnsubscribeURL = "" },
		"PostalAddress":  func(c *CampaignMail) { c.PostalAddress = "" },
		"NoticeURL":      func(c *CampaignMail) { c.NoticeURL = "" },
		"Contact":        func(c *CampaignMail) { c.Contact = Contact{} },
		"List":           func(c *CampaignMail) { c.List = "" },
		"BodyText":       func(c *CampaignMail) { c.BodyText = "" },
		"BodyHTML":       func(c *CampaignMail) { c.BodyHTML = "" },
		"Organisation":   func(c *CampaignMail) { c.Organisation = "" },
	}
	for field, remove := range without {
		c := whole
		remove(&c)
		if _, err := s.Email("campaign", English, c); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("a campaign without %s gave %v", field, err)
		}
	}
	for name, data := range map[string]any{
		"confirm":            ConfirmMail{Sender: newsletter(), List: "x", Wording: "y"},
		"unsubscribed":       UnsubscribedMail{Sender: newsletter()},
		"case-received":      CaseReceivedMail{Sender: newsletter(), Reference: "x"},
		"notice":             NoticeMail{Sender: newsletter()},
		"permission-request": PermissionRequestMail{Sender: newsletter(), List: "x", Wording: "y", ConfirmURL: "z"},
	} {
		if _, err := s.Email(name, English, data); err == nil {
			t.Errorf("%s renders without what it must say", name)
		}
	}
}

func TestAMailWithALinkThatRunsSomethingDoesNotRender(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	for _, link := range []string{"javascript:alert(1)", " JAVASCRIPT:alert(1)", "data:text/html,x", "//elsewhere.example", "/relative", "vbscript:x", "file:///etc/passwd"} {
		c := campaign(newsletter())
		c.UnsubscribeURL = link
		if _, err := s.Email("campaign", English, c); err == nil {
			t.Errorf("%q is a link", link)
		}
	}
}

func TestUnknownNamesAndWrongDataAreErrors(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	if _, err := s.Email("nothing", English, nil); errs.KindOf(err) != errs.NotFound {
		t.Errorf("an unknown mail gave %v", err)
	}
	if err := s.Page(&strings.Builder{}, "nothing", English, nil); errs.KindOf(err) != errs.NotFound {
		t.Errorf("an unknown page gave %v", err)
	}
	for _, data := range []any{nil, "text", (*ConfirmMail)(nil), CampaignMail{}} {
		if _, err := s.Email("confirm", English, data); errs.KindOf(err) != errs.Internal || err == nil {
			t.Errorf("%T as data gave %v", data, err)
		}
	}
	m := mailSamples()[0].data.(ConfirmMail)
	if _, err := s.Email("confirm", English, &m); err != nil {
		t.Errorf("a pointer to the data gave %v", err)
	}
}

func TestALanguageThatIsNotThereIsEnglish(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	m := mailSamples()[0]
	en, err := s.Email(m.name, English, m.data)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"", "fr", "EN", "cy-GB"} {
		got, err := s.Email(m.name, lang, m.data)
		if err != nil || got != en {
			t.Errorf("the language %q does not give English (%v)", lang, err)
		}
	}
}

func TestAWelshMailNamesTheWelshNotice(t *testing.T) {
	t.Parallel()
	eachMail(t, func(name string, _ sample, e Email) {
		for _, rest := range strings.Split(e.Text, "/notices/")[1:] {
			if where := strings.Fields(rest)[0]; strings.Contains(name, ".cy") != strings.Contains(where, "?lang=cy") {
				t.Errorf("%s: the notice is linked as /notices/%s", name, where)
			}
		}
	})
}
