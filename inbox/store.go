package inbox

import (
	"context"
	"io"

	"assent/inbox/cases"
	"assent/inbox/identity"
	"assent/inbox/sorting"
	"assent/internal/address"
	"assent/mailer"
)

// Settlement is a message's disposition and what comes with it, kept in one transaction.
type Settlement struct {
	InboundID   int64
	Disposition Disposition
	Verdict     sorting.Verdict
	From        string
	Named       []address.Address // who else stands in it; kept as keyed hashes
	Subject     string
	Identity    identity.Result // who wrote, where somebody looked
	MessageID   string
	Opening     *cases.Opening                    // the case that it opens; nil for none
	Filing      *cases.Filing                     // the case that it is filed in; nil for none
	Answer      *mailer.Letter                    // that answers a message of no case, once a day; nil for none
	Letters     func(cases.Case) []*mailer.Letter // the acknowledgement and who is told, once the case has its reference; nil for none
}

// Store keeps messages and cases. All errors are of the kinds of package errs.
type Store interface {
	Receiver
	// Kept returns messages by id, ascending.
	Kept(ctx context.Context, ids ...int64) ([]Kept, error)
	// KeptAfter returns up to limit messages with an id below before (0: from the newest), descending.
	KeptBefore(ctx context.Context, before int64, limit int) ([]Kept, error)
	// Raw reads a kept message from its first byte to its last, in pieces.
	Raw(ctx context.Context, digest string) io.ReadCloser
	// SmallRaws returns, by digest, the messages among some that are small enough to be read whole at once.
	SmallRaws(ctx context.Context, kept []Kept) (map[string][]byte, error)
	// Settle gives messages their dispositions, in one transaction. One that has it already is left alone.
	Settle(ctx context.Context, all ...Settlement) error
	// Together makes one transaction of all that fn does with the context it is given. When one step fails nothing is kept, and it returns an error.
	Together(ctx context.Context, fn func(context.Context) error) error

	// KeepIdentity keeps what a later look found out about who wrote a message.
	KeepIdentity(ctx context.Context, inboundID int64, r identity.Result) error
	// Mailboxes returns how each watched mailbox fares, by name.
	Mailboxes(ctx context.Context) ([]MailboxHealth, error)
}
