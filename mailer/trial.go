package mailer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
)

// TrialLetter is a campaign's message as an operator gets it, who looks at it before anybody else does.
const TrialLetter LetterKind = "trial"

// trialMark begins the subject of a trial, in any language.
const trialMark = "[Trial] "

// MailTrial sends a campaign as it stands to one of the operators. It is what readers get, but for its subject and its links, which lead nowhere; it counts in none of the
// campaign's figures, and asking twice sends two. Kinds: NotFound, Invalid for what cannot be composed, and Refused for anybody but an operator; the gate is asked again when it goes out.
func (s *Service) MailTrial(ctx context.Context, campaignID int64, to address.Address) error {
	const op = "mailer: mail trial"
	c, err := s.Store.Campaign(ctx, campaignID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if _, err := s.rehearse(ctx, c); err != nil {
		return errs.Wrap(op, err)
	}
	if _, err := s.Gate.AdmitTrial(ctx, to); err != nil {
		return errs.Wrap(op, err)
	}
	data, err := json.Marshal(About{CampaignID: c.ID})
	if err != nil {
		return errs.E(op, errs.Internal, "", err)
	}
	whom := sha256.Sum256([]byte(to.Normal()))
	return errs.Wrap(op, s.open(ctx, Letter{
		Key: fmt.Sprintf("trial:%d:%s:%d", c.ID, hex.EncodeToString(whom[:6]), s.Now().UnixMilli()), Kind: TrialLetter, ProgrammeID: c.ProgrammeID,
		To: to.String(), Language: c.Language, Data: data,
	}))
}

// rehearse compiles a campaign under numbers that no link of it leads anywhere with, so that nobody is unsubscribed by trying them.
func (s *Service) rehearse(ctx context.Context, c Campaign) (*Message, error) {
	if len(c.Lists) == 0 {
		return nil, errs.E("mailer: rehearse", errs.Invalid, "Name at least one list.", nil)
	}
	o, err := s.occasion(ctx, c)
	if err != nil {
		return nil, err
	}
	o.Campaign.ID = 0
	o.Lists[0].ID = 0 // the list of a Permit that names none
	return s.Composer.Campaign(o)
}

// postTrial composes a trial and hands it over. Its envelope and Message-ID are those of the letter, so that a report about it is no campaign's.
func (s *Service) postTrial(ctx context.Context, l Letter, about About) (Receipt, error) {
	c, err := s.Store.Campaign(ctx, about.CampaignID)
	if err != nil {
		return Receipt{}, err
	}
	to, err := address.Parse(l.To)
	if err != nil {
		return Receipt{}, err
	}
	c.Subject = trialMark + c.Subject
	m, err := s.rehearse(ctx, c)
	if err != nil {
		return Receipt{}, err
	}
	permit, err := s.Gate.AdmitTrial(ctx, to)
	if err != nil {
		return Receipt{}, err
	}
	body, _, err := m.append(nil, subscriptions.Admitted{Permit: permit}, s.Composer.Ways.LetterID(s.Composer.Keys, l.ID), s.Now())
	if err != nil {
		return Receipt{}, err
	}
	return s.handOver(ctx, permit, s.Composer.Ways.LetterSender(s.Composer.Keys, l.ID), body)
}
