package mailworld

import (
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
)

// delimiter parts the levels of folder names.
const delimiter = '/'

// maxFolders bounds what one IMAP client can create.
const maxFolders = 100

// account is all folders of one address. INBOX is always there.
type account struct {
	world   *World
	mu      sync.Mutex
	folders map[string]*folder
}

// account returns the account of a mailbox address, which it makes when there is none.
func (w *World) account(mailbox string) *account {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.accounts[mailbox]
	if a == nil {
		a = &account{world: w, folders: map[string]*folder{"INBOX": newFolder(w, "INBOX", w.validity)}}
		w.accounts[mailbox] = a
	}
	return a
}

// nextValidity returns a UIDVALIDITY for a folder that may have had a forerunner of the same name.
func (w *World) nextValidity() uint32 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.validity++
	return w.validity
}

func (a *account) inbox() *folder { return a.folder("INBOX") }

// folder returns a folder by its name, or nil.
func (a *account) folder(name string) *folder {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.folders[canonical(name)]
}

func canonical(name string) string {
	if strings.EqualFold(name, "INBOX") {
		return "INBOX" // RFC 9051, section 5.1
	}
	return strings.TrimRight(name, string(delimiter))
}

// folder holds messages in the order of their UIDs. Its lock is also held around calls of the
// tracker that look at the number of messages, which the tracker itself does not guard.
type folder struct {
	world    *World
	validity uint32
	tracker  *imapserver.MailboxTracker

	mu         sync.Mutex
	name       string
	subscribed bool
	list       []*stored
	next       imap.UID
	changed    chan struct{} // closed at the next change
}

// stored is one message with its flags, which are held in lower case.
type stored struct {
	Message
	flags []imap.Flag
}

func newFolder(w *World, name string, validity uint32) *folder {
	return &folder{
		world: w, name: name, subscribed: name == "INBOX", validity: validity, next: 1,
		tracker: imapserver.NewMailboxTracker(0), changed: make(chan struct{}),
	}
}

// add puts a message at the end, whose octets are reserved, and returns its UID.
func (f *folder) add(m Message, flags []imap.Flag) imap.UID {
	f.mu.Lock()
	defer f.mu.Unlock()
	m.UID = uint32(f.next)
	f.next++
	s := &stored{Message: m}
	s.set(imap.StoreFlagsAdd, flags)
	f.list = append(f.list, s)
	f.tracker.QueueNumMessages(uint32(len(f.list)))
	f.wake()
	return imap.UID(m.UID)
}

// remove takes out the messages that fit, the last first so that sequence numbers hold,
// and returns their sequence numbers in that order.
func (f *folder) remove(fits func(*stored) bool) []uint32 {
	f.mu.Lock()
	defer f.mu.Unlock()
	var gone []uint32
	var octets int64
	for i := len(f.list) - 1; i >= 0; i-- {
		if s := f.list[i]; fits(s) {
			f.tracker.QueueExpunge(uint32(i) + 1)
			gone = append(gone, uint32(i)+1)
			octets += int64(len(s.Raw))
			f.list = slices.Delete(f.list, i, i+1)
		}
	}
	f.world.release(octets)
	f.wake()
	return gone
}

func (f *folder) wake() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// above returns the messages with a UID greater than after, and a channel that is closed at the next change.
func (f *folder) above(after uint32) ([]Message, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	from := sort.Search(len(f.list), func(i int) bool { return f.list[i].UID > after })
	out := make([]Message, 0, len(f.list)-from)
	for _, s := range f.list[from:] {
		out = append(out, s.Message)
	}
	return out, f.changed
}

func (f *folder) status(o *imap.StatusOptions) *imap.StatusData {
	f.mu.Lock()
	defer f.mu.Unlock()
	d := &imap.StatusData{Mailbox: f.name, UIDNext: f.next, UIDValidity: f.validity}
	all, unseen, deleted, recent, size := uint32(len(f.list)), uint32(0), uint32(0), uint32(0), int64(0)
	for _, s := range f.list {
		size += int64(len(s.Raw))
		if !s.has(imap.FlagSeen) {
			unseen++
		}
		if s.has(imap.FlagDeleted) {
			deleted++
		}
	}
	if o.NumMessages {
		d.NumMessages = &all
	}
	if o.NumUnseen {
		d.NumUnseen = &unseen
	}
	if o.NumDeleted {
		d.NumDeleted = &deleted
	}
	if o.NumRecent {
		d.NumRecent = &recent
	}
	if o.Size {
		d.Size = &size
	}
	return d
}

func (s *stored) has(flag imap.Flag) bool {
	return slices.Contains(s.flags, imap.Flag(strings.ToLower(string(flag))))
}

func (s *stored) set(op imap.StoreFlagsOp, flags []imap.Flag) {
	next := slices.Clone(s.flags) // a client may still be reading the old slice
	if op == imap.StoreFlagsSet {
		next = nil
	}
	for _, flag := range flags {
		flag = imap.Flag(strings.ToLower(string(flag)))
		switch at := slices.Index(next, flag); {
		case op == imap.StoreFlagsDel && at >= 0:
			next = slices.Delete(next, at, at+1)
		case op != imap.StoreFlagsDel && at < 0 && len(next) < 100:
			next = append(next, flag)
		}
	}
	s.flags = next
}

// nextChange returns a channel that is closed at the next change.
func (f *folder) nextChange() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changed
}
