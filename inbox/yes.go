package inbox

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"assent/inbox/identity"
	"assent/inbox/sorting"
	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/message"
	"assent/mailer"
	"assent/subscriptions"
)

// Letters reads the letters that people answer. The store does.
type Letters interface {
	// Letter returns one letter; kind NotFound.
	Letter(ctx context.Context, id int64) (mailer.Letter, error)
}

// reply is what somebody says by mail to a letter that asked for a yes.
type reply uint8

const (
	unclear reply = iota // for a person to read
	saysYes
	saysNo
)

// Whole first lines that are an answer, in the languages of the letters, without punctuation.
var (
	yesLines = []string{
		"yes", "yes please", "yes i do", "yes i agree", "yes i confirm", "yes keep sending", "i agree", "i confirm", "agreed", "confirmed", "confirm",
		"ydw", "ydw plîs", "ydw os gwelwch yn dda", "ie", "oes", "cytuno", "rwy'n cytuno", "dwi'n cytuno", "cadarnhau", "rwy'n cadarnhau",
	}
	noLines = []string{
		"no", "no thanks", "no thank you", "no stop", "no i do not", "no i don't",
		"na", "nac ydw", "dim diolch", "na dim diolch", "na peidiwch",
	}
	// A word after the first line that makes a yes less than plain.
	doubts = []string{"but", "not", "no", "don't", "stop", "only", "unless", "if", "except", "until", "ond", "ddim", "nid", "peidiwch", "oni", "os", "dim"}
)

// What may follow a plain answer: a greeting and a name. Whoever writes more says more, and is read.
const (
	maxLinesAfter = 4
	maxWordsAfter = 4 // in each of them
)

// plainAnswer reads a reply's own words. Only a first line that is yes or no as a whole counts, and nothing after it may take it back: what the law wants is a
// clear act (Article 4(11)), and a person can ask again.
func plainAnswer(text string) reply {
	lines := strings.FieldsFunc(message.Unquoted(text), func(r rune) bool { return r == '\n' || r == '\r' })
	lines = slices.DeleteFunc(lines, func(l string) bool { return strings.TrimSpace(l) == "" })
	if len(lines) == 0 {
		return unclear
	}
	rest := strings.Join(lines[1:], "\n")
	long := func(line string) bool { return len(wordsOf(line)) > maxWordsAfter }
	if len(lines)-1 > maxLinesAfter || slices.ContainsFunc(lines[1:], long) || strings.ContainsRune(rest, '?') {
		return unclear
	}
	first := strings.Join(wordsOf(lines[0]), " ")
	switch {
	case slices.Contains(noLines, first):
		return saysNo
	case slices.Contains(yesLines, first) && !slices.ContainsFunc(wordsOf(rest), func(w string) bool { return slices.Contains(doubts, w) }):
		return saysYes
	}
	return unclear
}

// wordsOf returns the words of a text in lower case, without punctuation.
func wordsOf(text string) []string {
	text = strings.ReplaceAll(strings.ToLower(text), "’", "'")
	return strings.FieldsFunc(text, func(r rune) bool { return r != '\'' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// answerToLetter acts on a plain yes or no to a letter that asked for one, when it comes from the mailbox that was asked. ok is false for everything else, which a
// person reads. An automatic answer never gets here.
func (h *handling) answerToLetter(ctx context.Context) (s Settlement, ok bool, err error) {
	says := plainAnswer(h.verdict.ReplyText)
	if says == unclear || h.verdict.Kind != sorting.KindNone && !h.guessed() || h.automatic() || h.verdict.Flagged(sorting.FlagForwarded) || h.verdict.Flagged(sorting.FlagTruncated) {
		return s, false, nil
	}
	l, ok, err := h.answeredLetter(ctx)
	if err != nil || !ok || !l.Kind.Asks() || !h.isFrom(l.To) {
		return s, false, err
	}
	var about mailer.About
	if err := json.Unmarshal(l.Data, &about); err != nil {
		return s, false, nil
	}
	who, err := h.whoWrote(ctx)
	if err != nil || who.Standing == identity.Contradicted && says == saysYes {
		return s, false, err // our own server says that somebody else wrote it: a person reads it
	}
	ev := h.evidence()
	ev["identity"] = string(who.Standing)
	ev["letter"] = strconv.FormatInt(l.ID, 10)
	s, err = h.settleAnswer(ctx, l, about, says, ev)
	if kind := errs.KindOf(err); err != nil && (kind == errs.Refused || kind == errs.NotFound) {
		h.verdict.Grounds = append(h.verdict.Grounds, sorting.Ground{Where: "message", Words: errs.Message(err), Rule: "an answer that comes too late, or after an opt-out"})
		return s, false, nil
	}
	return s, s.Disposition != Unsorted, err
}

// isFrom reports whether the message comes from the address that a letter went to.
func (h *handling) isFrom(to string) bool {
	a, err := address.Parse(to)
	return err == nil && !h.mail.From.IsZero() && h.mail.From.Normal() == a.Normal()
}

// settleAnswer carries an answer out. A no to a request that was never confirmed leaves nothing to do and is left to a person.
func (h *handling) settleAnswer(ctx context.Context, l mailer.Letter, about mailer.About, says reply, ev subscriptions.Evidence) (s Settlement, err error) {
	renewal := subscriptions.Renewal{SubscriberID: l.SubscriberID, ListID: about.ListID, Permission: about.Permission}
	if err := h.batch.carryOut(ctx, h.People); err != nil { // what came before it counts as before it
		return s, err
	}
	switch {
	case says == saysNo && l.Kind != mailer.ConfirmationLetter:
		ev["act"] = "Answered no to the mail that asked."
		_, err = h.People.DeclineByMail(ctx, renewal, ev)
		s.Disposition = OptedOut
	case says == saysNo:
	case l.Kind == mailer.ConfirmationLetter:
		ev["act"] = "Answered yes to the mail that asked."
		c := subscriptions.Confirmation{SubscriberID: l.SubscriberID, ListID: about.ListID, RequestSeq: about.RequestSeq}
		_, err = h.People.ConfirmByMail(ctx, c, h.kept.ReceivedAt, ev)
		s.Disposition = Agreed
	default:
		ev["act"] = "Answered yes to the mail that asked."
		_, err = h.People.RenewByMail(ctx, renewal, l.CreatedAt, h.kept.ReceivedAt, ev)
		s.Disposition = Agreed
	}
	return s, err
}

// toReplyAddress reports whether the message went to the signed address for answers to a letter of ours: emptiness is no answer there, and no opt-out either.
func (h *handling) toReplyAddress() bool {
	return slices.ContainsFunc(h.mail.To, func(to address.Address) bool {
		_, ours := mailer.FromReplyAddress(h.Keys, to)
		return ours
	})
}

// answeredLetter is the letter that the message answers: by the signed address that it went to, or by the signed Message-ID that it refers to.
func (h *handling) answeredLetter(ctx context.Context) (l mailer.Letter, ok bool, err error) {
	if h.Letters == nil {
		return l, false, nil
	}
	var id int64
	for _, to := range h.mail.To {
		if named, ours := mailer.FromReplyAddress(h.Keys, to); ours {
			id = named
		}
	}
	for _, message := range h.mail.InReplyTo {
		if named, ours := mailer.FromLetterID(h.Keys, message); ours && id == 0 {
			id = named
		}
	}
	if id == 0 {
		return l, false, nil
	}
	l, err = h.Letters.Letter(ctx, id)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return l, false, nil
	}
	return l, err == nil, err
}
