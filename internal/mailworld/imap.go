package mailworld

import (
	"bytes"
	"crypto/subtle"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"assent/internal/address"
)

func (w *World) newIMAP() *imapserver.Server {
	return imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &imapSession{world: w}, nil, nil
		},
		Caps: imap.CapSet{
			imap.CapIMAP4rev1: {}, imap.CapNamespace: {}, imap.CapUIDPlus: {}, imap.CapESearch: {},
			imap.CapMove: {}, imap.CapLiteralPlus: {},
		},
		Logger:       serverLog{w.log, "imap"},
		TLSConfig:    w.cfg.TLS,
		InsecureAuth: true, // the listener is on the loopback address
	})
}

// imapSession is one client's connection. Its methods are called one after another, but for
// Idle: when the client goes away in IDLE, Close is called while Idle still runs.
type imapSession struct {
	world   *World
	account *account   // nil before LOGIN
	leaving sync.Mutex // guards view between Idle and Unselect
	*view              // nil when no folder is selected
}

var _ imapserver.SessionNamespace = (*imapSession)(nil)
var _ imapserver.SessionMove = (*imapSession)(nil)

func no(code imap.ResponseCode, text string) error {
	return &imap.Error{Type: imap.StatusResponseTypeNo, Code: code, Text: text}
}

func noFolder(code imap.ResponseCode) error { return no(code, "No such mailbox") }

func (s *imapSession) Close() error {
	if s.view != nil {
		return s.Unselect()
	}
	return nil
}

// Login takes any address of the world's domains with the one password.
func (s *imapSession) Login(username, password string) error {
	a, err := address.Parse(username)
	right := subtle.ConstantTimeCompare([]byte(password), []byte(s.world.cfg.Password)) == 1
	if err != nil || !right || !s.world.hosts(a) {
		return imapserver.ErrAuthFailed
	}
	s.account = s.world.account(s.world.mailboxOf(a))
	return nil
}

func (s *imapSession) Select(name string, o *imap.SelectOptions) (*imap.SelectData, error) {
	f := s.account.folder(name)
	if f == nil {
		return nil, noFolder(imap.ResponseCodeNonExistent)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	s.view = &view{folder: f, session: f.tracker.NewSession(), readOnly: o.ReadOnly}
	flags := []imap.Flag{imap.FlagSeen, imap.FlagAnswered, imap.FlagFlagged, imap.FlagDeleted, imap.FlagDraft}
	d := &imap.SelectData{
		Flags: flags, PermanentFlags: append(slices.Clone(flags), imap.FlagWildcard),
		NumMessages: uint32(len(f.list)), UIDNext: f.next, UIDValidity: f.validity,
	}
	if o.ReadOnly {
		d.PermanentFlags = nil
	}
	for i, m := range f.list {
		if !m.has(imap.FlagSeen) {
			d.FirstUnseenSeqNum = uint32(i) + 1
			break
		}
	}
	return d, nil
}

func (s *imapSession) Unselect() error {
	s.leaving.Lock()
	defer s.leaving.Unlock()
	s.view.session.Close()
	s.view = nil
	return nil
}

func (s *imapSession) Create(name string, _ *imap.CreateOptions) error {
	name = canonical(name)
	validity := s.world.nextValidity()
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	switch {
	case s.account.folders[name] != nil:
		return no(imap.ResponseCodeAlreadyExists, "The mailbox exists already")
	case len(s.account.folders) >= maxFolders || len(name) > 255 || name == "":
		return no(imap.ResponseCodeLimit, "No more mailboxes of this sort")
	}
	s.account.folders[name] = newFolder(s.world, name, validity)
	return nil
}

// Delete removes a folder. INBOX comes back empty, with a new UIDVALIDITY.
func (s *imapSession) Delete(name string) error {
	f := s.account.folder(name)
	if f == nil {
		return noFolder(imap.ResponseCodeNonExistent)
	}
	validity := s.world.nextValidity()
	s.account.mu.Lock()
	if canonical(name) == "INBOX" {
		s.account.folders["INBOX"] = newFolder(s.world, "INBOX", validity)
	} else {
		delete(s.account.folders, canonical(name))
	}
	s.account.mu.Unlock()
	f.remove(func(*stored) bool { return true })
	return nil
}

func (s *imapSession) Rename(from, to string, _ *imap.RenameOptions) error {
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	f := s.account.folders[canonical(from)]
	switch {
	case f == nil:
		return noFolder(imap.ResponseCodeNonExistent)
	case canonical(from) == "INBOX":
		return no(imap.ResponseCodeCannot, "INBOX keeps its name here")
	case s.account.folders[canonical(to)] != nil:
		return no(imap.ResponseCodeAlreadyExists, "The mailbox exists already")
	}
	delete(s.account.folders, canonical(from))
	s.account.folders[canonical(to)] = f
	f.mu.Lock()
	f.name = canonical(to)
	f.mu.Unlock()
	return nil
}

func (s *imapSession) Subscribe(name string) error   { return s.subscribe(name, true) }
func (s *imapSession) Unsubscribe(name string) error { return s.subscribe(name, false) }

func (s *imapSession) subscribe(name string, yes bool) error {
	f := s.account.folder(name)
	if f == nil {
		return noFolder(imap.ResponseCodeNonExistent)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.subscribed = yes
	return nil
}

func (s *imapSession) List(w *imapserver.ListWriter, ref string, patterns []string, o *imap.ListOptions) error {
	if len(patterns) == 0 || patterns[0] == "" { // asks for the delimiter (RFC 9051, section 6.3.9)
		return w.WriteList(&imap.ListData{Attrs: []imap.MailboxAttr{imap.MailboxAttrNoSelect}, Delim: delimiter})
	}
	s.account.mu.Lock()
	folders := maps.Clone(s.account.folders)
	s.account.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(folders)) {
		f := folders[name]
		f.mu.Lock()
		subscribed := f.subscribed
		f.mu.Unlock()
		match := slices.ContainsFunc(patterns, func(p string) bool { return imapserver.MatchList(name, delimiter, ref, p) })
		if !match || o.SelectSubscribed && !subscribed || o.SelectSpecialUse {
			continue
		}
		if err := w.WriteList(&imap.ListData{Mailbox: name, Delim: delimiter}); err != nil {
			return err
		}
	}
	return nil
}

func (s *imapSession) Namespace() (*imap.NamespaceData, error) {
	return &imap.NamespaceData{Personal: []imap.NamespaceDescriptor{{Delim: delimiter}}}, nil
}

func (s *imapSession) Status(name string, o *imap.StatusOptions) (*imap.StatusData, error) {
	f := s.account.folder(name)
	if f == nil {
		return nil, noFolder(imap.ResponseCodeNonExistent)
	}
	return f.status(o), nil
}

func (s *imapSession) Append(name string, r imap.LiteralReader, o *imap.AppendOptions) (*imap.AppendData, error) {
	f := s.account.folder(name)
	if f == nil {
		return nil, noFolder(imap.ResponseCodeTryCreate)
	}
	if r.Size() > s.world.cfg.MaxMessage || !s.world.reserve(r.Size()) {
		return nil, no(imap.ResponseCodeLimit, "There is no room for this message")
	}
	var raw bytes.Buffer
	raw.Grow(int(r.Size()))
	if _, err := raw.ReadFrom(r); err != nil {
		s.world.release(r.Size())
		return nil, err
	}
	at := o.Time
	if at.IsZero() {
		at = s.world.cfg.Now()
	}
	uid := f.add(Message{ReceivedAt: at, Raw: raw.Bytes()}, o.Flags)
	return &imap.AppendData{UID: uid, UIDValidity: f.validity}, nil
}

func (s *imapSession) Copy(set imap.NumSet, dest string) (*imap.CopyData, error) {
	to := s.account.folder(dest)
	if to == nil || to == s.folder {
		return nil, noFolder(imap.ResponseCodeTryCreate)
	}
	d := &imap.CopyData{UIDValidity: to.validity}
	for _, p := range s.pick(set) {
		if !s.world.reserve(int64(len(p.Raw))) {
			return nil, no(imap.ResponseCodeOverQuota, "There is no room for these messages")
		}
		d.SourceUIDs.AddNum(imap.UID(p.UID))
		d.DestUIDs.AddNum(to.add(p.Message, p.flags))
	}
	return d, nil
}

func (s *imapSession) Move(w *imapserver.MoveWriter, set imap.NumSet, dest string) error {
	if s.readOnly {
		return no(imap.ResponseCodeCannot, "The mailbox is open read-only")
	}
	d, err := s.Copy(set, dest)
	if err != nil {
		return err
	}
	if err := w.WriteCopyData(d); err != nil {
		return err
	}
	s.remove(func(m *stored) bool { return d.SourceUIDs.Contains(imap.UID(m.UID)) })
	return nil // the EXPUNGE lines follow from the poll after the command
}

// Poll writes what changed since the last command.
func (s *imapSession) Poll(w *imapserver.UpdateWriter, allowExpunge bool) error {
	if s.view == nil {
		return nil
	}
	return s.view.session.Poll(w, allowExpunge)
}

// Idle writes changes as they come. Unlike SessionTracker.Idle it looks once more after it
// has begun to listen, so that nothing between two commands is told late.
func (s *imapSession) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	s.leaving.Lock()
	v := s.view
	s.leaving.Unlock()
	if v == nil {
		<-stop
		return nil
	}
	for {
		changed := v.nextChange()
		if err := v.session.Poll(w, true); err != nil {
			return err
		}
		select {
		case <-changed:
		case <-stop:
			return nil
		}
	}
}

// headerField reports whether the header named key holds text, case folded.
func headerField(head []byte, key, text string) bool {
	unfolded := strings.NewReplacer("\r\n ", " ", "\r\n\t", " ").Replace(string(head))
	for line := range strings.Lines(unfolded) {
		name, value, ok := strings.Cut(line, ":")
		if ok && strings.EqualFold(strings.TrimSpace(name), key) && strings.Contains(strings.ToLower(value), strings.ToLower(text)) {
			return true
		}
	}
	return false
}
