package imappoll

import "context"

// Finding is what Inspect found out about a mailbox.
type Finding struct {
	// Idle says that the server tells of new mail at once. Otherwise it is asked every few seconds.
	Idle        bool
	Messages    uint32 // in the folder now
	UIDValidity uint32
}

// Inspect connects, logs in and opens the folder, once, and fetches nothing. The errors hold
// sentences for operators; kinds: Invalid (settings), Unauthenticated (login), NotFound (folder), Unavailable.
func (p *Poller) Inspect(ctx context.Context) (Finding, error) {
	if err := p.Mailbox.check(false); err != nil {
		return Finding{}, err
	}
	c, err := open(ctx, p.Mailbox, p.Pace.withDefaults())
	if err != nil {
		return Finding{}, err
	}
	defer c.close()
	return Finding{Idle: c.idles, Messages: c.messages, UIDValidity: c.validity}, nil
}

// Check is Inspect for those who only want to know whether the mailbox can be watched.
func (p *Poller) Check(ctx context.Context) error {
	_, err := p.Inspect(ctx)
	return err
}
