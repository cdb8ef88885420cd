package mailer

import (
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
	return templates.IdentityMail{
		Sender: sender, Reference: about.Reference, Asked: AskedWords(about.Kind, l.Language), ReceivedAt: about.ReceivedAt.In(zone),
		URL: s.Composer.Ways.IdentityURL(s.Composer.Keys, about.CaseID, l.SubscriberID, about.ExpiresAt), ExpiresAt: about.ExpiresAt.In(zone),
	}, nil
}

// AskedWords says what a case of a kind asks for, in English or Welsh, after "asked us".
func AskedWords(kind, language string) string {
	english, welsh := "about your personal data", "am eich data personol"
	switch kind {
	case "access":
		english, welsh = "for a copy of your personal data", "am gopi o'ch data personol"
	case "portability":
		english, welsh = "for your personal data in a form that can be taken elsewhere", "am eich data personol mewn ffurf y gellir ei throsglwyddo"
	case "erasure":
		english, welsh = "to erase your personal data", "ddileu eich data personol"
	case "rectification":
		english, welsh = "to correct your personal data", "gywiro eich data personol"
	case "restriction":
		english, welsh = "to restrict the use of your personal data", "gyfyngu ar y defnydd o'ch data personol"
	case "complaint":
		english, welsh = "to look into a complaint", "edrych ar gŵyn"
	}
	if language == templates.Welsh {
		return welsh
	}
	return english
}
