package cases

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"assent/internal/address"
	"assent/internal/clock"
	"assent/internal/token"
	"assent/mailer"
	"assent/subscriptions"
)

// Acknowledgement is the letter that tells whoever asked that a case is open, and by when they will hear; nil where there is no address. Its key is that of the
// address and the day, so that one address gets one a day at most, whatever comes in from it or in its name. understood says what we take them to ask.
func Acknowledgement(keys *token.Keys, c Case, day string, understood []string, now time.Time) *mailer.Letter {
	to, err := address.Parse(c.From)
	if err != nil {
		return nil
	}
	data, err := json.Marshal(mailer.About{
		CaseID: c.ID, Reference: c.Reference, Complaint: c.Kind == Complaint, Kind: string(c.Kind), Understood: understood, ReceivedAt: c.ReceivedAt, DueOn: c.AnswerBy(),
	})
	if err != nil {
		return nil
	}
	return &mailer.Letter{
		Key: OncePerDay(keys, "case-received", to, day), Kind: mailer.CaseReceivedLetter, ProgrammeID: c.ProgrammeID, SubscriberID: c.SubjectID, To: c.From,
		Language: c.Language, Data: data, State: mailer.LetterWaiting, CreatedAt: now,
	}
}

// OncePerDay keys a letter so that one address gets one of its kind a day, and no two robots write to each other for ever. day is a UK date.
func OncePerDay(keys *token.Keys, kind string, to address.Address, day string) string {
	return kind + ":" + hex.EncodeToString(keys.AddressKey(to)) + ":" + day
}

// Alert is the letter that tells the data protection officer of a case that cannot wait; nil where a programme names none. It names nobody.
func Alert(c Case, p subscriptions.Programme, now time.Time) *mailer.Letter {
	if p.DPOAddress.IsZero() {
		return nil
	}
	about := mailer.About{Reference: c.Reference, Complaint: c.Kind == Complaint, ReceivedAt: c.ReceivedAt, DueOn: c.DueOn}
	if i := slices.IndexFunc(c.Clocks, func(k Clock) bool { return k.Name == string(clock.BreachNotice) }); i >= 0 && c.Kind == Breach {
		about.Kind = string(Breach)
		about.DueAt, _ = time.Parse(time.RFC3339, c.Clocks[i].Due) // a moment of which nothing is known is left out
	}
	data, err := json.Marshal(about)
	if err != nil {
		return nil
	}
	return &mailer.Letter{
		Key: "case-alert:" + c.Reference, Kind: mailer.CaseAlertLetter, ProgrammeID: p.ID, To: p.DPOAddress.String(), Language: "en", Data: data,
		State: mailer.LetterWaiting, CreatedAt: now,
	}
}

// cannotWait reports whether the officer is to know of a case at once: a complaint, a breach, or a claim for compensation (E1-26, E1-30, E1-31).
func cannotWait(kinds []Kind, flags []string) bool {
	return slices.Contains(kinds, Complaint) || slices.Contains(kinds, Breach) || slices.Contains(flags, FlagCompensation)
}

// tidings are the letters that tell of a case that was entered.
func (s *Service) tidings(c Case, in Entry, p subscriptions.Programme) []*mailer.Letter {
	var out []*mailer.Letter
	now := s.Now()
	if cannotWait(in.Kinds, in.Flags) {
		out = append(out, Alert(c, p, now))
	}
	if in.Acknowledge && c.Kind != Correspondence {
		out = append(out, Acknowledgement(s.Keys, c, s.Reckoner.UKDate(now).String(), Understood(in.Kinds, in.Stopped, c.Language), now))
	}
	return slices.DeleteFunc(out, func(l *mailer.Letter) bool { return l == nil })
}

// Understood says in sentences what we take a person to ask for, in "en" or "cy", and that mail has stopped where it has.
func Understood(kinds []Kind, mailStopped bool, language string) []string {
	english := map[Kind]string{
		Access: "You ask for a copy of the personal data that we hold about you, or what we do with it.", Portability: "You ask for your data in a form that you can take elsewhere.",
		Rectification: "You ask us to correct or complete your data.", Erasure: "You ask us to delete your data.", Restriction: "You ask us to keep your data but not to use it.",
		Objection: "You object to how we use your data.", WithdrawConsent: "You take back a consent that you gave.",
		AutomatedDecision: "You ask for a person to look at a decision that a machine took.", Complaint: "You complain about how we use personal data.",
		Breach: "You report that personal data was lost, or seen by somebody who should not have seen it.", Disclosure: "You ask us for personal data of somebody else.",
	}
	welsh := map[Kind]string{
		Access: "Rydych yn gofyn am gopi o’r data personol sydd gennym amdanoch, neu beth a wnawn ag ef.", Portability: "Rydych yn gofyn am eich data ar ffurf y gallwch ei chymryd i rywle arall.",
		Rectification: "Rydych yn gofyn i ni gywiro neu gwblhau eich data.", Erasure: "Rydych yn gofyn i ni ddileu eich data.", Restriction: "Rydych yn gofyn i ni gadw eich data ond peidio â’i ddefnyddio.",
		Objection: "Rydych yn gwrthwynebu sut rydym yn defnyddio eich data.", WithdrawConsent: "Rydych yn tynnu’n ôl gydsyniad a roesoch.",
		AutomatedDecision: "Rydych yn gofyn i berson edrych ar benderfyniad a wnaed gan beiriant.", Complaint: "Rydych yn cwyno am sut rydym yn defnyddio data personol.",
		Breach: "Rydych yn rhoi gwybod bod data personol wedi’i golli, neu wedi’i weld gan rywun na ddylai.", Disclosure: "Rydych yn gofyn i ni am ddata personol rhywun arall.",
	}
	says, stopped := english, "We have stopped the emails from our lists to this address."
	onlyConsent := slices.Equal(kinds, []Kind{WithdrawConsent})
	if onlyConsent {
		stopped = "Our emails to this address that needed your consent have stopped."
	}
	if language == "cy" {
		says, stopped = welsh, "Rydym wedi stopio’r negeseuon e-bost o’n rhestrau i’r cyfeiriad hwn."
		if onlyConsent {
			stopped = "Mae ein negeseuon e-bost i’r cyfeiriad hwn yr oedd angen eich cydsyniad arnynt wedi stopio."
		}
	}
	var out []string
	for _, k := range kinds {
		if says[k] != "" {
			out = append(out, says[k])
		}
	}
	if mailStopped {
		out = append(out, stopped)
	}
	return out
}
