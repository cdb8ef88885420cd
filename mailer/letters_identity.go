package mailer

import (
	"slices"
	"strings"
	"time"

	"assent/internal/errs"
	"assent/internal/token"
	"assent/templates"
)

// IdentityURL is the page on which the reader of the mailbox on record says whether they asked for what a case is about.
func (w Ways) IdentityURL(k *token.Keys, caseID, subscriberID int64, expires time.Time) string {
	return w.BaseURL + "/d/" + k.Sign(token.Identity, caseID, subscriberID, expires.Unix()/60)
}

// identityMail fills the letter with that link. One whose link is of no use any more is refused.
func (s *Service) identityMail(l Letter, about About, sender templates.Sender, zone *time.Location) (templates.IdentityMail, error) {
	if s.Now().After(about.ExpiresAt) {
		return templates.IdentityMail{}, errs.E("mailer: identity letter", errs.Refused, "The link of this letter is no longer of use.", nil)
	}
	asked := about.Kinds
	if len(asked) == 0 {
		asked = []string{about.Kind}
	}
	return templates.IdentityMail{
		Sender: sender, Reference: about.Reference, Asked: AskedWords(asked, l.Language), ReceivedAt: about.ReceivedAt.In(zone),
		URL: s.Composer.Ways.IdentityURL(s.Composer.Keys, about.CaseID, l.SubscriberID, about.ExpiresAt), ExpiresAt: about.ExpiresAt.In(zone),
	}, nil
}

// AskedWords says what cases of some kinds ask for, in English or Welsh, after "asked us". Whoever says yes to it says yes to all of it, so all of it is named.
func AskedWords(kinds []string, language string) string {
	var out []string
	for _, kind := range kinds {
		english, welsh := askedWords(kind)
		switch {
		case language != templates.Welsh:
			welsh = english
		case len(out) > 0 && !strings.HasPrefix(welsh, "am "):
			welsh = "i ni " + welsh
		}
		if !slices.Contains(out, welsh) {
			out = append(out, welsh)
		}
	}
	and := ", and "
	if language == templates.Welsh {
		and = ", ac "
	}
	if n := len(out) - 1; n > 0 {
		return strings.Join(out[:n], ", ") + and + out[n]
	}
	return strings.Join(out, "")
}

func askedWords(kind string) (english, welsh string) {
	switch kind {
	case "access":
		return "for a copy of your personal data", "am gopi o'ch data personol"
	case "portability":
		return "for your personal data in a form that can be taken elsewhere", "am eich data personol mewn ffurf y gellir ei throsglwyddo"
	case "erasure":
		return "to erase your personal data", "ddileu eich data personol"
	case "rectification":
		return "to correct your personal data", "gywiro eich data personol"
	case "restriction":
		return "to restrict the use of your personal data", "gyfyngu ar y defnydd o'ch data personol"
	case "objection":
		return "to stop using your personal data for something", "roi'r gorau i ddefnyddio eich data personol at ryw ddiben"
	case "withdraw-consent":
		return "to take note that you withdraw a consent", "nodi eich bod yn tynnu cydsyniad yn ôl"
	case "automated-decision":
		return "to have a person look at a decision that a machine took", "gael person i edrych ar benderfyniad a wnaeth peiriant"
	case "complaint":
		return "to look into a complaint", "edrych ar gŵyn"
	}
	return "about your personal data", "am eich data personol"
}
