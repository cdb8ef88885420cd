package cases

import (
	"context"
	"fmt"
	"io"
	"time"

	"assent/mailer"
	"assent/queue"
	"assent/subscriptions"
)

// Change is what one act does to a case, kept in one transaction.
type Change struct {
	Case    Case
	Events  []Event // in order
	Subs    []Case  // sub-cases that are opened
	Message *Message
	Letter  *mailer.Letter // opened with its message; one that stands already under its key makes the whole change a Conflict
	Read    int64          // the message that was marked as read; 0 for none
	File    *File
	Party   *Party // named; it takes the place of whoever had its ID
	Link    *Link
	Also    []Filing // changes of other cases of the family, after this one
}

// Store keeps cases. All errors are of the kinds of package errs.
type Store interface {
	// Case returns one case; kind NotFound.
	Case(ctx context.Context, id int64) (Case, error)
	// SubCases returns the sub-cases of a case, in their order.
	SubCases(ctx context.Context, id int64) ([]Case, error)
	// CaseEvents returns a case's timeline, oldest first.
	CaseEvents(ctx context.Context, id int64) ([]Event, error)
	// CaseParties returns who belongs to a case or to its parent.
	CaseParties(ctx context.Context, id int64) ([]Party, error)
	// CaseMessages returns the correspondence of a case or of its parent, oldest first.
	CaseMessages(ctx context.Context, id int64) ([]Message, error)
	// CaseFiles returns what staff put into a case or its parent, oldest first.
	CaseFiles(ctx context.Context, id int64) ([]File, error)
	// CaseLinks returns the links of a case both ways.
	CaseLinks(ctx context.Context, id int64) ([]Link, error)

	// OpenCase keeps a case with all that belongs to it and gives it its reference. It links it to other cases of its people.
	OpenCase(ctx context.Context, o *Opening) error
	// ChangeCase changes a case as it stands, alone. An error of change undoes everything and is returned as it is. Whom it names as a subject links the case to what
	// they asked in others, as opening does.
	ChangeCase(ctx context.Context, id int64, change func(c Case, subs []Case) (Change, error)) (Case, error)
	// CaseFile returns a file with its body, to be closed; kind NotFound.
	CaseFile(ctx context.Context, caseID, fileID int64) (File, io.ReadCloser, error)

	// CaseOfLetter returns the case that a letter is about; kind NotFound.
	CaseOfLetter(ctx context.Context, letterID int64) (Case, error)
	// CaseOfMessages returns the case to whose correspondence one of some Message-IDs belongs; kind NotFound.
	CaseOfMessages(ctx context.Context, messageIDs []string) (Case, error)
	// ReckonedOtherwise returns up to limit numbers of open cases, above after, whose clocks were computed with another bank-holiday table.
	ReckonedOtherwise(ctx context.Context, calendar string, after int64, limit int) ([]int64, error)

	// PostedLetter returns a letter and what a delivery report said of it; kind NotFound.
	PostedLetter(ctx context.Context, id int64) (l mailer.Letter, report string, err error)
	// LetterTexts returns the texts that a programme and the house have of their own.
	LetterTexts(ctx context.Context, programmeID int64) ([]Text, error)
	// SaveLetterText keeps a text under its programme, name and language.
	SaveLetterText(ctx context.Context, t Text) error
}

// Records reads what is on record.
type Records interface {
	Programme(ctx context.Context, id int64) (subscriptions.Programme, error)
	Programmes(ctx context.Context) ([]subscriptions.Programme, error)
	SubscriberByKey(ctx context.Context, key []byte) (subscriptions.Subscriber, error)
	Subscriber(ctx context.Context, id int64) (subscriptions.Subscriber, error)
}

// Filter says which cases a list shows. The zero Filter shows all.
type Filter struct {
	State       State  // "" for every one; OpenState for all that want looking at
	Kind        Kind   // "" for every one
	ProgrammeID int64  // 0 for every one
	OwnerID     int64  // 0 for every one
	Unassigned  bool   // nobody's
	OverdueOn   string // with a day to work to before this UK date; "" for all
	Search      string // a reference, or part of one
}

// OpenState in a Filter stands for every case but those that are closed and to which nothing came since.
const OpenState State = "open"

// Posted is the task of seeing to what became of a letter about a case.
type Posted struct {
	LetterID int64 `json:"letter"`
}

// TaskKind names the task.
func (Posted) TaskKind() string { return "case.posted" }

// PostedTask returns the task of seeing to a letter, one for each thing that became of it.
func PostedTask(letterID int64, what string, at time.Time) (queue.Task, error) {
	return queue.New(fmt.Sprintf("case-posted:%d:%s", letterID, what), Posted{LetterID: letterID}, at)
}

// Text is a text for letters: Markdown with fields such as {{reference}}.
type Text struct {
	ProgrammeID int64 // 0 for all programmes
	Name        string
	Title       string // for operators
	Language    string
	Subject     string
	Body        string
	Asks        Awaited // what a letter with it asks for; "" for nothing
	Answers     bool    // a letter with it tells the decision
	Extends     bool    // a letter with it tells of two further months
	Does        string  // code of a duty that a letter with it does; "" for none
	ChangedBy   string
	ChangedAt   time.Time
}
