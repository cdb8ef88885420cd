package demo

import (
	"context"
	"fmt"
	"time"

	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/mailworld"
	"assent/internal/message"
)

// CaseResult is the case of the story.
type CaseResult struct {
	ID         int64         `json:"id"`
	Reference  string        `json:"reference"`
	Kind       string        `json:"kind"`
	ReceivedAt time.Time     `json:"received_at"`
	DueOn      string        `json:"due_on"`
	Working    []string      `json:"working"` // the steps of the clock
	Clocks     []cases.Clock `json:"-"`
}

const accessRequest = "Dear Data Protection Officer,\r\n\r\nI get your newsletter. Please send me a copy of all the personal data that you hold about me, " +
	"and tell me where you got it and whom you have given it to. I make this request under the UK GDPR.\r\n\r\nYours faithfully\r\n%s"

// askForData has somebody write to the data-protection mailbox, and waits for the case and its acknowledgement.
func (s *stage) askForData(ctx context.Context, p *person) (CaseResult, error) {
	if _, err := s.write(p, "dpo@publicworks.example", "My personal data", fmt.Sprintf(accessRequest, p.name), ""); err != nil {
		return CaseResult{}, err
	}
	for deadline := s.Now().Add(time.Minute); s.Now().Before(deadline); {
		found, err := s.house.DB.Cases(ctx, cases.Filter{}, 0, 10)
		if err != nil {
			return CaseResult{}, err
		}
		for _, c := range found {
			if c.From == p.address {
				_, err := s.mailFor(ctx, p.address, func(m *message.Parsed) bool { return m.AutoSubmitted == "auto-replied" })
				return resultOf(c, s.house.Reckoner.UKTime(c.ReceivedAt)), err
			}
		}
		if err := wait(ctx, 10*time.Millisecond); err != nil {
			return CaseResult{}, err
		}
	}
	return CaseResult{}, fmt.Errorf("a minute after somebody asked for their data there is no case")
}

// resultOf is what is told of a case, with when it was received by UK clocks.
func resultOf(c cases.Case, received time.Time) CaseResult {
	r := CaseResult{ID: c.ID, Reference: c.Reference, Kind: string(c.Kind), ReceivedAt: received, DueOn: c.DueOn, Clocks: c.Clocks}
	for _, k := range c.Clocks {
		if k.Due != c.DueOn {
			continue
		}
		for _, step := range k.Steps {
			r.Working = append(r.Working, step.Text)
		}
		break
	}
	return r
}

// trouble makes a mailbox vanish, and has somebody's holiday reply go out, so that what comes back is not only what people write.
func (s *stage) trouble(people []*person) {
	for _, p := range people {
		if p.dead {
			s.world.Behave(address.Must(p.address), mailworld.Behaviour{Conduct: mailworld.Bounce})
		}
	}
}

// holiday answers the newsletter as a mail program does while its owner is away.
func (s *stage) holiday(ctx context.Context, p *person) error {
	of := s.programmes[p.programme]
	mail, err := s.mailFor(ctx, p.address, func(m *message.Parsed) bool { return m.Subject == of.subjects[0] })
	if err != nil {
		return err
	}
	raw := fmt.Sprintf("From: <%s>\r\nTo: <%s>\r\nSubject: Automatic reply: %s\r\nAuto-Submitted: auto-replied\r\nIn-Reply-To: <%s>\r\nMessage-ID: <away-%x@people.example>\r\n\r\n"+
		"I am away until Monday and will read your mail then.\r\n\r\n> To stop these emails, unsubscribe here.\r\n", p.address, of.mailbox, mail.Subject, mail.MessageID, s.Now().UnixNano())
	return s.world.Deliver("", of.mailbox, []byte(raw))
}
