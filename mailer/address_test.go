package mailer_test

import (
	"strings"
	"testing"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/token"
	"assent/mailer"
)

// The local part of an address has at most 64 octets (RFC 5321, section 4.5.3.1.1), whoever it is that writes back.
func TestSignedAddressesStayShort(t *testing.T) {
	t.Parallel()
	c := composer(t)
	ways := c.Ways
	ways.Bounces, ways.OptOuts = address.Must("a-local-part-of-20-o@example.org"), address.Must("a-local-part-of-20-o@example.org")
	if err := ways.Check(); err != nil {
		t.Fatal(err)
	}
	const many = 1 << 34 // more people than there are
	back := mailer.Back{ListID: 1 << 21, SubscriberID: many, CampaignID: 1 << 28}
	mailto, _, _ := strings.Cut(strings.TrimPrefix(ways.UnsubscribeMailto(c.Keys, back), "mailto:"), "?")
	for what, got := range map[string]string{
		"envelope sender": ways.EnvelopeSender(c.Keys, back), "opt-out address": mailto, "a letter's sender": ways.LetterSender(c.Keys, many),
	} {
		a, err := address.Parse(got)
		if err != nil {
			t.Errorf("the %s %q: %v", what, got, err)
		}
		if len(a.Local()) > 64 {
			t.Errorf("the %s has %d octets before the @: %s", what, len(a.Local()), got)
		}
	}
	if got, ok := mailer.FromOptOutAddress(c.Keys, address.Must(strings.ToUpper(mailto))); !ok || got != back {
		t.Errorf("in capitals the opt-out address names %+v", got)
	}
	if got, ok := mailer.FromBounceAddress(c.Keys, address.Must(ways.EnvelopeSender(c.Keys, back))); !ok || got.SubscriberID != many || got.CampaignID != back.CampaignID {
		t.Errorf("the envelope sender names %+v", got)
	}
}

func TestAddressesWithoutRoomForATokenAreRefused(t *testing.T) {
	t.Parallel()
	good := address.Must("bounces@mail.example.org")
	for name, bad := range map[string]address.Address{
		"none": {}, "too long": address.Must("a-local-part-of-21-oct@example.org"), "with a tag": address.Must("bounces+old@example.org"),
	} {
		for _, w := range []mailer.Ways{{Bounces: bad, OptOuts: good}, {Bounces: good, OptOuts: bad}} {
			if err := w.Check(); errs.KindOf(err) != errs.Invalid || errs.Message(err) == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// An address or an id that stands for one thing must not stand for another.
func TestAnAddressThatWeSignedIsNobodys(t *testing.T) {
	t.Parallel()
	c := composer(t)
	back := mailer.Back{ListID: 3, SubscriberID: 11, CampaignID: 7}
	optOut, _, _ := strings.Cut(strings.TrimPrefix(c.Ways.UnsubscribeMailto(c.Keys, back), "mailto:"), "?")
	for name, a := range map[string]struct {
		address string
		ours    bool
	}{
		"an envelope sender of a newsletter": {c.Ways.EnvelopeSender(c.Keys, back), true},
		"an envelope sender of a letter":     {c.Ways.LetterSender(c.Keys, 12), true},
		"an opt-out address":                 {optOut, true},
		"where answers to a letter go":       {c.Ways.ReplyAddress(c.Keys, 12).String(), true},
		"where answers about a case go":      {c.Ways.CaseAddress(c.Keys, 12).String(), true},
		"the address that tags are put into": {c.Ways.OptOuts.String(), false},
		"somebody with a tag of their own":   {"ann+books@example.org", false},
		"somebody without":                   {"ann@example.org", false},
	} {
		if got := mailer.Signed(c.Keys, address.Must(a.address)); got != a.ours {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestWhatComesBackNamesOnlyWhatWeSigned(t *testing.T) {
	t.Parallel()
	c := composer(t)
	back := mailer.Back{ListID: 3, SubscriberID: 11, CampaignID: 7}
	other, err := token.NewKeys([]byte("another secret, of somebody else's house"))
	if err != nil {
		t.Fatal(err)
	}
	optOut := func(k *token.Keys) address.Address {
		to, _, _ := strings.Cut(strings.TrimPrefix(c.Ways.UnsubscribeMailto(k, back), "mailto:"), "?")
		return address.Must(to)
	}
	bounce := address.Must(c.Ways.EnvelopeSender(c.Keys, back))
	for name, a := range map[string]address.Address{
		"a bounce address": bounce, "another's": optOut(other), "no tag": c.Ways.OptOuts, "none": {},
		"rubbish": address.Must("leave+urubbish@mail.harbour.example"), "cut off": address.Must(optOut(c.Keys).Local()[:20] + "@mail.harbour.example"),
	} {
		if got, ok := mailer.FromOptOutAddress(c.Keys, a); ok {
			t.Errorf("%s opts out %+v", name, got)
		}
	}
	if got, ok := mailer.FromBounceAddress(c.Keys, optOut(c.Keys)); ok {
		t.Errorf("an opt-out address names the delivery %+v", got)
	}
	for name, id := range map[string]string{
		"none": "", "a letter's": c.Ways.LetterID(c.Keys, 12), "another's": c.Ways.MessageID(other, back), "a foreign one": "<20260504@client.example>",
	} {
		if got, ok := mailer.FromMessageID(c.Keys, id); ok {
			t.Errorf("%s Message-ID names %+v", name, got)
		}
	}
	if got, ok := mailer.FromMessageID(c.Keys, " "+c.Ways.MessageID(c.Keys, back)+" "); !ok || got != back {
		t.Errorf("our Message-ID names %+v", got)
	}
	if _, err := mailer.FromUnsubscribeToken(c.Keys, strings.TrimPrefix(c.Ways.UnsubscribeURL(other, back), c.Ways.BaseURL+"/u/")); errs.KindOf(err) != errs.NotFound {
		t.Errorf("another's link: %v", err)
	}
	if first, second := c.Ways.MessageID(c.Keys, back), c.Ways.MessageID(c.Keys, back); first != second {
		t.Error("the Message-ID of one delivery is not always the same")
	}
	if c.Ways.MessageID(c.Keys, back) == c.Ways.MessageID(c.Keys, mailer.Back{ListID: 3, SubscriberID: 12, CampaignID: 7}) {
		t.Error("two deliveries have one Message-ID")
	}
}
