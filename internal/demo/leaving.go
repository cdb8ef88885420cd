package demo

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"assent/internal/address"
	"assent/internal/message"
	"assent/subscriptions"
)

// OptOutResult is one opt-out of the story.
type OptOutResult struct {
	Address   string  `json:"address"`
	Programme string  `json:"programme"`
	Way       string  `json:"way"`
	RefusedMS float64 `json:"refused_after_ms"` // from the click, or from the mail's arrival at the mail server, until the gate refused
}

var (
	headerURL    = regexp.MustCompile(`<(https?://[^>]+)>`)
	headerMailto = regexp.MustCompile(`<mailto:([^?>]+)`)
)

// leave lets somebody opt out in their way and waits until the gate refuses them.
func (s *stage) leave(ctx context.Context, number int, p *person) (OptOutResult, error) {
	of := s.programmes[p.programme]
	r := OptOutResult{Address: p.address, Programme: of.is.Name, Way: string(p.leaves)}
	mail, err := s.mailFor(ctx, p.address, func(m *message.Parsed) bool { return m.Subject == of.subjects[0] })
	if err != nil {
		return r, err
	}
	before, err := s.asked(ctx, p) // the way there is warm, so that what is measured is the opt-out
	if err != nil || before != subscriptions.Allowed {
		return r, fmt.Errorf("before they left the gate said %q: %w", before, err)
	}
	arrived, err := s.optOut(ctx, number, p, mail)
	if err != nil {
		return r, err
	}
	refused, err := s.refused(ctx, p)
	if err != nil {
		return r, err
	}
	r.RefusedMS = float64(refused.Sub(arrived).Microseconds()) / 1000
	return r, nil
}

// optOut does what the person does, and returns when it reached a server.
func (s *stage) optOut(ctx context.Context, number int, p *person, mail *message.Parsed) (arrived time.Time, err error) {
	of, b := s.programmes[p.programme], s.browserOf(number)
	leave := mail.Header.Get("List-Unsubscribe")
	page, mailto := headerURL.FindStringSubmatch(leave), headerMailto.FindStringSubmatch(leave)
	if page == nil || mailto == nil {
		return arrived, fmt.Errorf("the mail lacks a way out: List-Unsubscribe is %q", leave)
	}
	oneClickBody := url.Values{"List-Unsubscribe": {"One-Click"}}
	arrived = s.Now()
	switch p.leaves {
	case oneClick:
		_, err = b.post(ctx, page[1], oneClickBody)
	case oneClickForm:
		_, err = b.postParts(ctx, page[1], oneClickBody)
	case byPage:
		if _, err = b.get(ctx, page[1]); err == nil {
			_, err = b.post(ctx, page[1], url.Values{"scope": {"list"}})
		}
	case bySubject:
		return s.write(p, of.mailbox, "Unsubscribe me", "", "")
	case byContact:
		return s.write(p, of.mailbox, "Re: "+mail.Subject, "Hello Robin,\r\n\r\nI have left the committee. Please un-subscribe me from these emails.\r\n\r\n"+p.name, mail.MessageID)
	case byHeader:
		return s.write(p, mailto[1], "Unsubscribe me", "", "")
	}
	return arrived, err
}

// write sends a mail from somebody's own mailbox, and returns when it arrived.
func (s *stage) write(p *person, to, subject, body, inReplyTo string) (time.Time, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "From: %s\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%x@people.example>\r\n",
		message.MailboxValue(p.name, address.Must(p.address)), to, subject, message.FormatDate(s.Now()), s.Now().UnixNano())
	if inReplyTo != "" {
		fmt.Fprintf(&b, "In-Reply-To: <%s>\r\n", strings.Trim(inReplyTo, "<>"))
	}
	fmt.Fprintf(&b, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n", body)
	err := s.world.Deliver(p.address, to, []byte(b.String()))
	return s.Now(), err
}

// asked asks the gate about somebody.
func (s *stage) asked(ctx context.Context, p *person) (subscriptions.Reason, error) {
	person, err := s.house.DB.SubscriberByKey(ctx, s.house.Keys.AddressKey(address.Must(p.address)))
	if err != nil {
		return "", err
	}
	q := subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(s.programmes[p.programme].list)}}
	candidates, _, err := s.house.DB.Ask(ctx, q, []int64{person.ID}, s.Now())
	if err != nil || len(candidates) == 0 {
		return subscriptions.ReasonNotMember, err
	}
	return candidates[0].Decision.Reason, nil
}

// refused waits until the gate refuses somebody, and returns when it did.
func (s *stage) refused(ctx context.Context, p *person) (time.Time, error) {
	for deadline := s.Now().Add(time.Minute); s.Now().Before(deadline); {
		reason, err := s.asked(ctx, p)
		if err != nil || reason == subscriptions.ReasonWithdrawn {
			return s.Now(), err
		}
		if err := wait(ctx, 2*time.Millisecond); err != nil {
			return time.Time{}, err
		}
	}
	return time.Time{}, fmt.Errorf("a minute after they left by %s the gate still lets mail through", p.leaves)
}

// letLeave lets everybody opt out who wants to.
func (s *stage) letLeave(ctx context.Context, people []*person) ([]OptOutResult, error) {
	var mu sync.Mutex
	var out []OptOutResult
	leavers := those(people, func(p *person) bool { return p.leaves != stays })
	err := s.each(ctx, "opting out", leavers, func(ctx context.Context, i int, p *person) error {
		r, err := s.leave(ctx, i, p)
		mu.Lock()
		defer mu.Unlock()
		out = append(out, r)
		return err
	})
	return out, err
}
