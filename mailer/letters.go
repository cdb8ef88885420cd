package mailer

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/queue"
	"assent/subscriptions"
	"assent/templates"
)

// Confirm makes the tokens of links that confirm or renew; *subscriptions.Service does.
type Confirm interface {
	ConfirmToken(c subscriptions.Confirmation, requestedAt time.Time) string
	RenewalToken(r subscriptions.Renewal, askedAt, ends time.Time) string
}

// About is what a letter's row keeps of its subject, as JSON: row numbers, and words of ours.
type About struct {
	ListID     int64     `json:"list,omitempty"`
	RequestSeq int64     `json:"request,omitempty"`
	Permission int64     `json:"permission,omitempty"` // the ledger event that a renewal is about
	NoticeID   int64     `json:"notice,omitempty"`
	ReceivedAt time.Time `json:"received_at,omitzero"` // when the mail that it answers reached the server
	Everything bool      `json:"everything,omitempty"` // an opt-out from all of the programme's lists
	Lists      []string  `json:"lists,omitempty"`      // what an opt-out ended
	CaseID     int64     `json:"case,omitempty"`
	Reference  string    `json:"reference,omitempty"` // of a case
	Subject    string    `json:"subject,omitempty"`   // of a letter that a person wrote
	Body       string    `json:"body,omitempty"`      // the same, Markdown
	Complaint  bool      `json:"complaint,omitempty"`
	Understood []string  `json:"understood,omitempty"` // what we take the writer to ask
	DueOn      string    `json:"due_on,omitempty"`     // UK date, ISO
	ForOther   bool      `json:"for_other,omitempty"`  // it goes to who asked for somebody else
	Ground     string    `json:"ground,omitempty"`     // of an erasure, as subscriptions.Ground
	Kind       string    `json:"kind,omitempty"`       // of a case
	Kinds      []string  `json:"kinds,omitempty"`      // of a case and of all that was asked with it
	ExpiresAt  time.Time `json:"expires_at,omitzero"`  // of the letter's link
	DueAt      time.Time `json:"due_at,omitzero"`      // of a case that is due at a time of the day
	VisitID    int64     `json:"visit,omitempty"`
	MoveID     int64     `json:"move,omitempty"`
	Notice     int64     `json:"recipient_notice,omitempty"`
	Reminder   bool      `json:"reminder,omitempty"` // of a notice to a recipient
	Seal       string    `json:"seal,omitempty"`     // of the ledger and the audit trail
	CampaignID int64     `json:"campaign,omitempty"` // of a trial

	Reminders []Reminder `json:"reminders,omitempty"` // of cases
	More      int        `json:"more,omitempty"`      // cases that the mail has no room for

	Side subscriptions.Side `json:"side,omitempty"` // of a move
}

// HandleConfirmation opens the letter that asks to confirm a request; a task of its own sends it.
func (s *Service) HandleConfirmation(ctx context.Context, c subscriptions.Confirmation) error {
	const op = "mailer: open confirmation"
	person, err := s.People.Subscriber(ctx, c.SubscriberID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	list, err := s.People.List(ctx, c.ListID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if person.Address.IsZero() {
		return nil // erased meanwhile
	}
	events, err := s.People.EventsByKey(ctx, person.Key)
	if err != nil {
		return errs.Wrap(op, err)
	}
	data, err := json.Marshal(About{ListID: list.ID, RequestSeq: c.RequestSeq})
	if err != nil {
		return errs.E(op, errs.Internal, "", err)
	}
	return errs.Wrap(op, s.open(ctx, Letter{
		Key: "confirmation:" + strconv.FormatInt(c.RequestSeq, 10), Kind: ConfirmationLetter, ProgrammeID: list.ProgrammeID,
		SubscriberID: person.ID, To: subscriptions.Confirmer(person, eventAt(events, c.RequestSeq)).String(), Language: languageOf(person), Data: data,
	}))
}

// eventAt returns the event with a place in the ledger, the zero event where there is none.
func eventAt(events []subscriptions.Event, seq int64) subscriptions.Event {
	for _, e := range events {
		if e.Seq == seq {
			return e
		}
	}
	return subscriptions.Event{}
}

func languageOf(p subscriptions.Subscriber) string {
	if p.Language == "" {
		return "en"
	}
	return p.Language
}

func (s *Service) open(ctx context.Context, l Letter) error {
	l.State, l.CreatedAt = LetterWaiting, s.Now()
	err := s.Store.OpenLetter(ctx, &l, s.Now())
	if err == nil && s.Kick != nil {
		s.Kick()
	}
	return err
}

// letterLife is how long a letter is tried (RFC 5321, section 4.5.4.1: some 4 to 5 days).
const letterLife = 5 * 24 * time.Hour

// HandleBulkLetter is HandleLetter for letters to many.
func (s *Service) HandleBulkLetter(ctx context.Context, t SendBulkLetter) error {
	return s.HandleLetter(ctx, SendLetter(t))
}

// HandleLetter sends one letter, once. A letter that was started and not finished is uncertain and stays so.
func (s *Service) HandleLetter(ctx context.Context, t SendLetter) error {
	const op = "mailer: send letter"
	l, ok, err := s.Store.StartLetter(ctx, t.LetterID, s.Now())
	if err != nil || !ok {
		return errs.Wrap(op, err)
	}
	receipt, err := s.post(ctx, l)
	l.StartedAt, l.FinishedAt = receipt.StartedAt, s.Now()
	l.Code, l.Reply = receipt.Code, receipt.Reply
	l.State = LetterSent
	var again error
	if err != nil {
		l.State, again = letterState(err)
		if e, ok := AsSendError(err); ok {
			l.Code, l.Reply = e.Code, e.Reply
		} else {
			l.Reply = errs.Message(err)
		}
	}
	if l.State == LetterWaiting && s.Now().Sub(l.CreatedAt) > letterLife {
		l.State, again = LetterFailed, nil
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if err := s.Store.FinishLetter(closing, l); err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, again)
}

// letterState says what a failed post means for a letter, and whether to try again.
func letterState(err error) (LetterState, error) {
	if e, ok := AsSendError(err); ok {
		switch e.Fate {
		case Rejected:
			return LetterFailed, nil
		case Unknown:
			return LetterUncertain, nil
		}
		return LetterWaiting, err
	}
	switch errs.KindOf(err) {
	case errs.Refused:
		return LetterRefused, nil
	case errs.Invalid:
		return LetterFailed, fmt.Errorf("%w: %w", queue.ErrDrop, err)
	}
	return LetterWaiting, err
}

// post asks the gate, composes and sends.
func (s *Service) post(ctx context.Context, l Letter) (Receipt, error) {
	var about About
	if err := json.Unmarshal(l.Data, &about); err != nil {
		return Receipt{}, errs.E("mailer: read letter", errs.Invalid, "The letter's data cannot be read.", err)
	}
	if l.Kind == TrialLetter {
		return s.postTrial(ctx, l, about)
	}
	head, err := s.letterhead(ctx, l, about)
	if err != nil {
		return Receipt{}, err
	}
	var permit subscriptions.Permit
	var data any
	switch l.Kind {
	case ConfirmationLetter:
		permit, data, err = s.confirmation(ctx, l, about, head)
	case NoticeLetter:
		permit, data, err = s.notice(ctx, l, about, head)
	case RenewalLetter, AnnualLetter:
		permit, data, err = s.renewal(ctx, l, about, head)
	case RecipientLetter:
		permit, data, err = s.recipientNotice(ctx, l, about, head)
	case VisitLetter, MoveLetter:
		permit, data, err = s.personal(ctx, l, about, head)
	default:
		var to address.Address
		if to, err = address.Parse(l.To); err == nil {
			permit = s.Gate.AdmitLetter(to, l.SubscriberID)
			data, err = s.answer(l, about, head)
		}
	}
	if err != nil {
		return Receipt{}, err
	}
	body, from, err := s.Composer.Letter(l, permit, head, data, s.Now())
	if err != nil {
		return Receipt{}, err
	}
	return s.handOver(ctx, permit, from, body)
}

// handOver sends a letter that is composed.
func (s *Service) handOver(ctx context.Context, permit subscriptions.Permit, from string, body []byte) (Receipt, error) {
	receipt, err := s.Transport.Send(ctx, permit, from, body)
	if errs.KindOf(err) == errs.Refused { // the permit grew old while a connection was waited for: the gate is asked again
		err = errs.E("mailer: post", errs.Unavailable, "", err)
	}
	return receipt, err
}

func (s *Service) letterhead(ctx context.Context, l Letter, about About) (h Letterhead, err error) {
	if h.Programme, err = s.People.Programme(ctx, l.ProgrammeID); err != nil {
		return h, err
	}
	if l.Kind != MoveLetter && l.Kind != ErasureLetter { // which may go to a mailbox that is nobody's yet, or to whoever has nothing left to choose
		h.ReaderID = l.SubscriberID
	}
	h.CaseID = about.CaseID
	if about.ListID != 0 {
		if h.List, err = s.People.List(ctx, about.ListID); err != nil {
			return h, err
		}
		h.Notice, err = s.People.Notice(ctx, h.List.NoticeID)
	}
	return h, err
}

func (s *Service) confirmation(ctx context.Context, l Letter, about About, h Letterhead) (subscriptions.Permit, any, error) {
	person, err := s.People.Subscriber(ctx, l.SubscriberID)
	if err != nil {
		return subscriptions.Permit{}, nil, err
	}
	permit, err := s.Gate.AdmitConfirmation(ctx, person, subscriptions.ListScope(h.List), about.RequestSeq)
	if err != nil {
		return permit, nil, err
	}
	events, err := s.People.EventsByKey(ctx, person.Key)
	if err != nil {
		return permit, nil, err
	}
	for _, e := range events {
		if e.Seq != about.RequestSeq {
			continue
		}
		wording, err := s.People.Text(ctx, e.WordingDigest)
		if err != nil {
			return permit, nil, err
		}
		zone, err := time.LoadLocation(h.Programme.TimeZone)
		if err != nil {
			return permit, nil, err
		}
		tok := s.Confirm.ConfirmToken(subscriptions.Confirmation{SubscriberID: person.ID, ListID: h.List.ID, RequestSeq: e.Seq}, e.At)
		if origin, asks := subscriptions.Origin(e); asks {
			return permit, templates.PermissionRequestMail{
				Sender: s.Composer.Sender(h), List: h.List.Name, Wording: wording, Origin: origin,
				ConfirmURL: s.Composer.Ways.ConfirmURL(tok), ExpiresAt: e.At.Add(subscriptions.ConfirmWithin).In(zone),
			}, nil
		}
		return permit, templates.ConfirmMail{
			Sender: s.Composer.Sender(h), List: h.List.Name, Wording: wording, AskedAt: e.At.In(zone),
			ConfirmURL: s.Composer.Ways.ConfirmURL(tok), ExpiresAt: e.At.Add(subscriptions.ConfirmWithin).In(zone),
		}, nil
	}
	return permit, nil, errs.E("mailer: confirmation", errs.Invalid, "The request of this letter is not in the ledger.", nil)
}
