package mailer

import (
	"time"

	"assent/internal/errs"
	"assent/templates"
)

// commissioner is whom a person in the United Kingdom may complain to (DPA 2018 s.165).
func commissioner(language string) templates.Regulator {
	r := templates.Regulator{
		Name: "Information Commissioner's Office", Address: "Wycliffe House, Water Lane\nWilmslow, Cheshire SK9 5AF",
		Phone: "0303 123 1113", Email: "casework@ico.org.uk", URL: "https://ico.org.uk/make-a-complaint/",
	}
	if language == templates.Welsh {
		r.Name, r.Phone = "Swyddfa'r Comisiynydd Gwybodaeth", "0330 414 6421"
	}
	return r
}

// answer makes what the template of an answering letter needs.
func (s *Service) answer(l Letter, about About, h Letterhead) (any, error) {
	const op = "mailer: answer"
	zone, err := time.LoadLocation(h.Programme.TimeZone)
	if err != nil {
		return nil, errs.E(op, errs.Invalid, "The programme's time zone is not known.", err)
	}
	sender := s.Composer.Sender(h)
	switch l.Kind {
	case UnsubscribedLetter:
		return templates.UnsubscribedMail{
			Sender: sender, All: about.Everything, Lists: about.Lists, ReceivedAt: about.ReceivedAt.In(zone),
			GoesOn: goesOn(l.Language),
		}, nil
	case SealLetter:
		return s.sealMail(about, h)
	case WhichAddressLetter:
		return templates.UnsubscribeLinkMail{Sender: sender}, nil
	case CaseReceivedLetter:
		m := templates.CaseReceivedMail{
			Sender: sender, Reference: about.Reference, Complaint: about.Complaint, Report: about.Kind == "breach", Understood: about.Understood,
			ReceivedAt: about.ReceivedAt.In(zone), Regulator: commissioner(l.Language),
		}
		if about.DueOn != "" {
			if m.DueAt, err = time.ParseInLocation(time.DateOnly, about.DueOn, zone); err != nil {
				return nil, errs.E(op, errs.Invalid, "The due date cannot be read.", err)
			}
		}
		return m, nil
	}
	switch l.Kind {
	case CaseLetter:
		return caseLetter(about, sender)
	case IdentityLetter:
		return s.identityMail(l, about, sender, zone)
	case CaseAlertLetter:
		return s.caseAlert(about, sender, zone)
	case CaseReminderLetter:
		return s.caseReminder(about, sender, zone)
	}
	if l.Kind == ErasureLetter {
		return farewell(sender, l.Language, about), nil
	}
	return nil, errs.E(op, errs.Invalid, "There is no letter of this kind.", nil)
}

// goesOn says what an opt-out does not stop (E4-13).
func goesOn(language string) []string {
	if language == "cy" {
		return []string{"Atebion i geisiadau a wnaethoch"}
	}
	return []string{"Replies to requests that you have made"}
}
