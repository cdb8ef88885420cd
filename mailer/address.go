package mailer

import (
	"net/url"
	"strconv"
	"strings"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/token"
	"assent/subscriptions"
)

// Ways is where mail and links come back to.
type Ways struct {
	BaseURL       string          // of the public pages, without a slash at the end
	MessageDomain string          // right side of Message-IDs
	Bounces       address.Address // its sub-addresses receive delivery reports
	OptOuts       address.Address // its sub-addresses receive opt-outs
	Cases         address.Address // its sub-addresses receive answers to letters about cases; zero takes those of OptOuts
}

// maxOwnLocal leaves room for a tag and a token within the 64 octets of RFC 5321 section 4.5.3.1.1.
const maxOwnLocal = 20

// Check refuses addresses that have no room for a token.
func (w Ways) Check() error {
	const op = "mailer: check ways"
	for _, a := range []address.Address{w.Bounces, w.OptOuts, w.answersTo()} {
		if a.IsZero() || len(a.Local()) > maxOwnLocal || strings.Contains(a.Local(), "+") {
			return errs.E(op, errs.Invalid, "The addresses for bounces and opt-outs need a short part before the @ without a +, such as bounces@mail.example.org.", nil)
		}
	}
	return nil
}

// Back is one delivery's way back: what its links and addresses stand for.
type Back struct{ ListID, SubscriberID, CampaignID int64 }

// UnsubscribeURL is the page and the one-click target of one delivery.
func (w Ways) UnsubscribeURL(k *token.Keys, b Back) string {
	return w.BaseURL + "/u/" + k.Sign(token.Unsubscribe, b.ListID, b.SubscriberID, b.CampaignID)
}

// UnsubscribeMailto is the mailto form of the same (RFC 2369); it works without a body.
func (w Ways) UnsubscribeMailto(k *token.Keys, b Back) string {
	return "mailto:" + tagged(w.OptOuts, 'u', k.Sign(token.UnsubscribeMail, b.ListID, b.SubscriberID, b.CampaignID)) + "?subject=" + url.PathEscape(OptOutSubject)
}

// ListUnsubscribe is the value of that header (RFC 8058 section 3.1: one https URI; a mailto beside it for programs that know no other).
func (w Ways) ListUnsubscribe(k *token.Keys, b Back) string {
	return "<" + w.UnsubscribeURL(k, b) + ">, <" + w.UnsubscribeMailto(k, b) + ">"
}

// EnvelopeSender names the delivery, so that a report about it finds its way back (VERP).
func (w Ways) EnvelopeSender(k *token.Keys, b Back) string {
	return tagged(w.Bounces, 'b', k.Sign(token.Bounce, b.CampaignID, b.SubscriberID))
}

// MessageID is the same each time it is computed, so that a second copy could be told.
func (w Ways) MessageID(k *token.Keys, b Back) string {
	return "<d." + k.Sign(token.Message, b.ListID, b.SubscriberID, b.CampaignID) + "@" + w.MessageDomain + ">"
}

// LetterID is the Message-ID of a letter.
func (w Ways) LetterID(k *token.Keys, letterID int64) string {
	return "<l." + k.Sign(token.Letter, letterID) + "@" + w.MessageDomain + ">"
}

// LetterSender is the envelope sender of a letter.
func (w Ways) LetterSender(k *token.Keys, letterID int64) string {
	return tagged(w.Bounces, 'l', k.Sign(token.Letter, letterID))
}

// ReplyAddress is where an answer by mail to a letter that asks something goes.
func (w Ways) ReplyAddress(k *token.Keys, letterID int64) address.Address {
	a, err := address.Parse(tagged(w.OptOuts, 'y', k.Sign(token.Reply, letterID)))
	if err != nil {
		return w.OptOuts
	}
	return a
}

// FromReplyAddress returns the letter to whose reply address a message was sent.
func FromReplyAddress(k *token.Keys, a address.Address) (letterID int64, ok bool) {
	tok, ours := tagOf(a, 'y')
	if !ours {
		return 0, false
	}
	ids, err := k.Open(token.Reply, tok, 1)
	if err != nil {
		return 0, false
	}
	return ids[0], true
}

// CaseAddress is where an answer to a letter about a case goes, and so is filed.
func (w Ways) CaseAddress(k *token.Keys, caseID int64) address.Address {
	a, err := address.Parse(tagged(w.answersTo(), 'a', k.Sign(token.Case, caseID)))
	if err != nil {
		return w.answersTo()
	}
	return a
}

func (w Ways) answersTo() address.Address {
	if w.Cases.IsZero() {
		return w.OptOuts
	}
	return w.Cases
}

// FromCaseAddress returns the case to whose signed address a message was sent.
func FromCaseAddress(k *token.Keys, a address.Address) (caseID int64, ok bool) {
	tok, ours := tagOf(a, 'a')
	if !ours {
		return 0, false
	}
	return one(k, token.Case, tok)
}

// one opens a token of one number.
func one(k *token.Keys, use token.Use, tok string) (int64, bool) {
	ids, err := k.Open(use, tok, 1)
	if err != nil {
		return 0, false
	}
	return ids[0], true
}

func tagged(a address.Address, sort byte, tok string) string {
	return a.Local() + "+" + string(sort) + tok + "@" + a.Domain()
}

// FromMessageID returns the delivery that a Message-ID of ours names.
func FromMessageID(k *token.Keys, id string) (Back, bool) {
	local, _, _ := strings.Cut(strings.Trim(id, "<> \t"), "@")
	tok, ours := strings.CutPrefix(local, "d.")
	if !ours {
		return Back{}, false
	}
	return backFrom(k, token.Message, tok)
}

// FromLetterID returns the letter that a Message-ID of ours names.
func FromLetterID(k *token.Keys, id string) (letterID int64, ok bool) {
	local, _, _ := strings.Cut(strings.Trim(id, "<> \t"), "@")
	tok, ours := strings.CutPrefix(local, "l.")
	if !ours {
		return 0, false
	}
	ids, err := k.Open(token.Letter, tok, 1)
	if err != nil {
		return 0, false
	}
	return ids[0], true
}

// FromOptOutAddress returns the delivery that a signed mailto address names.
func FromOptOutAddress(k *token.Keys, a address.Address) (Back, bool) {
	tok, ours := tagOf(a, 'u')
	if !ours {
		return Back{}, false
	}
	return backFrom(k, token.UnsubscribeMail, tok)
}

// FromBounceAddress returns the campaign and subscriber that an envelope sender of ours names; the list is not in it.
func FromBounceAddress(k *token.Keys, a address.Address) (Back, bool) {
	tok, ours := tagOf(a, 'b')
	if !ours {
		return Back{}, false
	}
	ids, err := k.Open(token.Bounce, tok, 2)
	if err != nil {
		return Back{}, false
	}
	return Back{CampaignID: ids[0], SubscriberID: ids[1]}, true
}

// Signed reports whether an address is one that we made for one delivery, letter or case: it is nobody's.
func Signed(k *token.Keys, a address.Address) bool {
	for _, made := range []struct {
		sort    byte
		use     token.Use
		numbers int
	}{{'b', token.Bounce, 2}, {'l', token.Letter, 1}, {'u', token.UnsubscribeMail, 3}, {'y', token.Reply, 1}, {'a', token.Case, 1}} {
		if tok, tagged := tagOf(a, made.sort); tagged {
			_, err := k.Open(made.use, tok, made.numbers)
			return err == nil
		}
	}
	return false
}

// FromUnsubscribeToken returns the delivery that an unsubscribe link names; kind NotFound for a foreign one.
func FromUnsubscribeToken(k *token.Keys, tok string) (Back, error) {
	ids, err := k.Open(token.Unsubscribe, tok, 3)
	if err != nil {
		return Back{}, errs.Wrap("mailer: unsubscribe link", err)
	}
	return Back{ListID: ids[0], SubscriberID: ids[1], CampaignID: ids[2]}, nil
}

func backFrom(k *token.Keys, use token.Use, tok string) (Back, bool) {
	ids, err := k.Open(use, tok, 3)
	if err != nil {
		return Back{}, false
	}
	return Back{ListID: ids[0], SubscriberID: ids[1], CampaignID: ids[2]}, true
}

func tagOf(a address.Address, sort byte) (string, bool) {
	_, tag, found := strings.Cut(a.Local(), "+")
	if !found || tag == "" || tag[0]|0x20 != sort {
		return "", false
	}
	return tag[1:], true
}

// NoticeURL is the page of one version of a programme's privacy notice.
func (w Ways) NoticeURL(programme string, version int) string {
	return w.BaseURL + "/notices/" + programme + "/" + itoa(version)
}

// RenewURL is the page that asks whether a list is still wanted.
func (w Ways) RenewURL(tok string) string { return w.BaseURL + "/r/" + tok }

// ConfirmURL is the page that asks to confirm a request.
func (w Ways) ConfirmURL(tok string) string { return w.BaseURL + "/c/" + tok }

// PreferencesURL is the preference page of a person. It names no list, so every mail to a person has the same.
func (w Ways) PreferencesURL(k *token.Keys, subscriberID int64) string {
	return w.BaseURL + "/p/" + k.Sign(token.Preferences, subscriberID)
}

// VisitURL is the page that opens what is private about a person, once.
func (w Ways) VisitURL(k *token.Keys, visitID int64) string {
	return w.BaseURL + "/v/" + k.Sign(token.Visit, visitID)
}

// RecipientURL is the page on which a recipient of data says what became of it.
func (w Ways) RecipientURL(k *token.Keys, noticeID int64) string {
	return w.BaseURL + "/a/" + k.Sign(token.RecipientAnswer, noticeID)
}

// MoveURL is the page that agrees to a change of address, for one of its two mailboxes.
func (w Ways) MoveURL(k *token.Keys, moveID int64, side subscriptions.Side) string {
	return w.BaseURL + "/x/" + k.Sign(token.Move, moveID, int64(side))
}

func itoa(n int) string { return strconv.Itoa(n) }
