package sorting

import (
	"slices"
	"strings"

	"assent/internal/message"
)

// Sort says what a message is for. It is pure: it reads nothing but the message and the
// embedded lexicons, and it is safe for use by many goroutines. Machines' mail is told
// first, by its parts and headers; then what a person wrote is read sentence by sentence. Quoted text never counts.
func Sort(m *message.Parsed) Verdict {
	reply := message.NewText(m.Text)
	v := Verdict{Kind: KindNone, ReplyText: reply}
	if m.Truncated {
		v.Flags = append(v.Flags, FlagTruncated)
	}
	switch {
	case sortComplaintReport(m, &v):
	case sortBounce(m, &v):
	default:
		sortWritten(m, &v)
	}
	for i := range v.Grounds {
		v.Grounds[i].Words = excerpt(v.Grounds[i].Words)
	}
	v.Grounds = distinct(v.Grounds)
	return v
}

// sortWritten sorts what is neither a bounce nor a complaint report: by its words.
func sortWritten(m *message.Parsed, v *Verdict) {
	r := newReading(m, v.ReplyText)
	v.Language = r.language
	auto := r.automatic(m)
	asked := r.requests()
	if asked.kind == KindNone && auto.kind == "" && m.Forwarded == nil && !bulk(m) {
		asked = r.resembles(ofLanguage(r.language))
	}
	switch {
	case auto.sure || auto.kind != "" && !asked.sure():
		v.Kind, v.Labels, v.Confidence, v.Grounds = KindAutoReply, []string{auto.kind}, auto.confidence, auto.grounds
	case asked.kind != KindNone:
		v.Kind, v.Labels, v.Confidence, v.Grounds = asked.kind, asked.labels, asked.confidence, asked.grounds
		v.Flags = append(v.Flags, asked.flags...)
		if auto.header != "" {
			v.Flags = append(v.Flags, FlagAutoHeader)
		}
	case m.Forwarded != nil && sortForwarded(m, v):
	default:
		v.Confidence = 0.7
	}
	flags, why := r.flags(m)
	if auto.kind == "" && !slices.Contains(flags, FlagBreach) {
		if g := r.resemblesBreach(v, m); g != nil {
			flags, why = append(flags, FlagBreach), append(why, g...)
		}
	}
	v.Flags, v.Grounds = append(v.Flags, flags...), append(v.Grounds, why...)
	if v.Confidence < 0.6 && !v.Flagged(FlagUnsure) {
		v.Flags = append(v.Flags, FlagUnsure)
	}
}

// sortForwarded looks for a request in a message that was passed on. A right is
// opened as a case, in which a person finds whose it is. An opt-out is left to a person: the sender of this
// mail must not be taken off a list for it.
func sortForwarded(m *message.Parsed, v *Verdict) bool {
	inner := *m
	inner.Subject, inner.Forwarded = m.Forwarded.Subject, nil
	asked := newReading(&inner, message.NewText(m.Forwarded.Text)).requests()
	if asked.kind == KindNone {
		return false
	}
	v.Flags, v.Grounds, v.Confidence = append(v.Flags, FlagForwarded), asked.grounds, 0.6
	if asked.kind == KindRights {
		v.Kind, v.Labels, v.Flags = KindRights, asked.labels, append(v.Flags, asked.flags...)
	} else {
		v.Flags = append(v.Flags, FlagUnsure)
	}
	return true
}

// excerpt keeps a ground readable.
func excerpt(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 160 {
		return string(r[:159]) + "…"
	}
	return s
}

const maxGrounds = 12 // of the kind; those of the flags, one each, come on top

func distinct(list []Ground) []Ground {
	var out []Ground
	for _, g := range list {
		if !slices.Contains(out, g) && (len(out) < maxGrounds || g.Flag != "") {
			out = append(out, g)
		}
	}
	return out
}

// reading is a message as the rules see it: its sentences with the phrases found in them.
type reading struct {
	all      []said
	language string
	words    int // in the text
	subject  string
	reply    bool            // the subject starts with "Re:"
	weighed  map[string]bool // its features, once they were asked for
}

// said is a sentence with what was found in it.
type said struct {
	sentence
	hits     []hit
	concepts conceptSet // of the hits
	language string     // the likeliest of the mail, "" when it cannot be told
}

func newReading(m *message.Parsed, reply string) *reading {
	r := &reading{}
	subject := strings.TrimSpace(m.Subject)
	for {
		low := strings.ToLower(subject)
		i := strings.IndexByte(low, ':')
		if i < 0 || i > 10 || !slices.Contains(replyMarks(), strings.TrimSpace(low[:i])) {
			break
		}
		r.reply, subject = true, strings.TrimSpace(subject[i+1:])
	}
	r.subject = subject
	list := append(sentences("subject", subject), sentences("text", message.Unquoted(reply))...)
	for _, one := range list {
		if one.where == "text" {
			r.words += len(one.words)
		}
	}
	r.understand(list)
	r.askInLists()
	r.standIn()
	return r
}

// askInLists lets the items of a list ask for what the sentence before it asks: "I would like:", then "- a copy of my data"; "please
// supply:", then "- the data you process about me".
func (r *reading) askInLists() {
	var asked []hit
	for i := range r.all {
		s := &r.all[i]
		item := startsItem(s.text)
		if item {
			for _, h := range asked {
				s.hits, s.concepts = append(s.hits, h), s.concepts.with(h.bit)
			}
		} else {
			asked = nil
		}
		if s.has("request") && strings.HasSuffix(s.text, ":") {
			asked = s.demands()
		}
	}
}

// demands returns what a sentence asks for, one hit of each concept, as if it stood before the first word of another.
func (s *said) demands() []hit {
	var out []hit
	for _, h := range s.hits {
		if slices.Contains([]string{"request", "copy", "tell", "delete"}, h.concept) && (h.concept == "request" || !s.negated(h)) && !slices.ContainsFunc(out, func(o hit) bool { return o.concept == h.concept }) {
			out = append(out, hit{phrase: h.phrase})
		}
	}
	return out
}

// standIn takes what is said of somebody else as said of the sender, where the sender acts for them: a parent, a
// solicitor, a member of parliament.
func (r *reading) standIn() {
	if !r.speaks("agent") && !r.speaks("child") {
		return
	}
	lex := lexicons()
	own := lex.set("about-me", "mine")
	for i := range r.all {
		if s := &r.all[i]; s.has("about-them") {
			for j := range s.hits {
				if s.hits[j].concept == "about-them" {
					p, about := *s.hits[j].phrase, *s.hits[j].section
					about.concept, about.bit = "about-me", own
					p.section = &about
					s.hits[j].phrase, s.concepts = &p, s.concepts.with(own)
				}
			}
		}
	}
}

// understand finds the phrases of the languages that the text may be in.
func (r *reading) understand(list []sentence) {
	lex := lexicons()
	tongues := lex.plainly(list)
	for _, one := range list {
		r.all = append(r.all, said{sentence: one, hits: lex.find(one.words, tongues)})
	}
	languages := lex.languages(r.all)
	spoilers := lex.set("threat", "aside", "thanks", "put-back") // "presentare" is no Spanish threat in Italian
	if len(languages) == 1 || len(languages) > 0 && r.words >= 3 {
		r.language = languages[0]
	}
	for i := range r.all {
		s := &r.all[i]
		if len(languages) > 0 {
			s.language = languages[0]
		}
		s.hits = slices.DeleteFunc(s.hits, func(h hit) bool {
			return len(languages) > 0 && h.language != anyLanguage && (!slices.Contains(languages, h.language) || h.language != languages[0] && h.bit.meets(spoilers))
		})
		s.hits = outweighed(outsideAutomatic(s.hits))
		for _, h := range s.hits {
			s.concepts = s.concepts.with(h.bit)
		}
	}
}

// outsideAutomatic leaves out what stands within a phrase of an automatic reply: "I read no mail until then" and "please do not send
// your message again" refuse none.
func outsideAutomatic(hits []hit) []hit {
	return outside(hits, func(h hit) bool {
		return h.end-h.at > 2 && (h.concept == LabelVacation || h.concept == LabelAck || h.concept == LabelChallenge)
	}, func(h, auto hit) bool {
		return h.concept != auto.concept && h.concept != LabelLeftCompany && h.concept != "auto" && h.concept != "thanks"
	})
}

// outweighed leaves out a word that has no weight within a longer phrase: the "report" of a credit report is no article, the
// "account" of an account subscription no account.
func outweighed(hits []hit) []hit {
	return outside(hits, func(h hit) bool {
		return h.concept == "field" || h.concept == "account" || h.concept == "newsletter" || h.concept == "their-records" || h.concept == "in-person"
	}, func(h, over hit) bool {
		if over.concept == "in-person" { // "as a former customer I want" tells no story
			return h.concept == "story"
		}
		return (h.concept == "no-field" && over.concept != "their-records" || h.concept == "story" || h.concept == "account" && over.concept == "newsletter") && h.end-h.at < over.end-over.at
	})
}

// outside leaves out the hits that stand within one that covers, as far as loses says so of the two.
func outside(hits []hit, covers func(hit) bool, loses func(h, over hit) bool) []hit {
	var over []hit
	for _, h := range hits {
		if covers(h) {
			over = append(over, h)
		}
	}
	if len(over) == 0 {
		return hits
	}
	return slices.DeleteFunc(hits, func(h hit) bool {
		return slices.ContainsFunc(over, func(o hit) bool {
			return (o.language == h.language || h.language == anyLanguage) && o.at <= h.at && h.end <= o.end && loses(h, o)
		})
	})
}

// replyMarks are what mail programs put before the subject of an answer.
func replyMarks() []string {
	return []string{"re", "aw", "antw", "sv", "vs", "odp", "rif", "r", "res", "ynt", "απ", "σχετ", "отг", "на", "fwd", "fw", "wg", "tr", "rv", "enc", "i", "doorst", "vb", "pd", "ateb", "réf", "ref", "atb", "ats", "továbbítás", "vl", "fs"}
}

// anyLanguage is the lexicon of what is written alike in all languages.
const anyLanguage = "und"
