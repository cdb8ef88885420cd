package access

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"assent/inbox/cases"
	"assent/internal/errs"
	"assent/internal/token"
)

// PassFor is how long somebody who gave the code may take files without giving it again.
const PassFor = 20 * time.Minute

// Door is what stands before a pack: it names nobody.
type Door struct {
	Link        Link
	Kind        cases.Kind
	Language    string
	ProgrammeID int64
	TriesLeft   int
	Receiver    bool // an organisation stands there, to which the person wants their data sent
}

// Inside is what somebody sees who gave the code.
type Inside struct {
	Door
	Reference string
	About     []string // on whom it is, for an organisation that has to know: name and address
	Pass      string   // stands in the forms of the page: a signed token for PassFor
	Files     []PackFile
}

// Peek returns what stands before the pack of a link. A link that is not ours, revoked, expired or locked is of kind NotFound, so that nobody learns which.
func (s *Service) Peek(ctx context.Context, tok string) (Door, error) {
	const op = "access: peek"
	ids, err := s.Keys.Open(token.Handover, tok, 1)
	if err != nil {
		return Door{}, errs.Wrap(op, err)
	}
	d, _, err := s.door(ctx, ids[0])
	return d, errs.Wrap(op, err)
}

func (s *Service) door(ctx context.Context, linkID int64) (Door, cases.Case, error) {
	l, err := s.Store.Link(ctx, linkID)
	if err != nil {
		return Door{}, cases.Case{}, err
	}
	k, err := s.Cases.Store.Case(ctx, l.CaseID)
	if err != nil {
		return Door{}, k, err
	}
	pack, err := s.Store.PackOf(ctx, l.CaseID)
	if err != nil || pack.ID != l.PackID || !l.Live(s.Now()) {
		return Door{}, k, over(err)
	}
	return Door{Link: l, Kind: pack.Kind, Language: pack.Language, ProgrammeID: k.ProgrammeID, TriesLeft: MaxTries - l.Tries, Receiver: l.ReceiverID != 0}, k, nil
}

func over(cause error) error {
	if errs.KindOf(cause) == errs.Unavailable {
		return cause
	}
	return errs.E("access: door", errs.NotFound, "This link leads nowhere any more.", cause)
}

// Open gives a code at a link. Kinds of error: NotFound as for Peek, and Refused for a wrong code, with how many tries are left. Each try is on record.
func (s *Service) Open(ctx context.Context, tok, code string) (Inside, error) {
	const op = "access: open"
	ids, err := s.Keys.Open(token.Handover, tok, 1)
	if err != nil {
		return Inside{}, errs.Wrap(op, err)
	}
	if _, _, err := s.door(ctx, ids[0]); err != nil {
		return Inside{}, errs.Wrap(op, err)
	}
	var o Opening
	first := false
	l, err := s.Store.TryLink(ctx, ids[0], func(l Link) (Link, Opening, error) {
		first = l.OpenedAt.IsZero()
		l, o = l.Try(s.Keys, code, s.Now())
		return l, o, nil
	})
	if err != nil {
		return Inside{}, errs.Wrap(op, err)
	}
	switch o.What {
	case WrongCode:
		return Inside{}, errs.E(op, errs.Refused, fmt.Sprintf("This is not the code. You have %d tries left.", MaxTries-l.Tries), nil)
	case LockedNow:
		_, err := s.Cases.Did(ctx, l.CaseID, "system", "locked", "The link to the pack was locked after too many wrong codes. Make a new code, and tell it to the person.", "")
		return Inside{}, errs.Wrap(op, over(err))
	case OpenedWell:
	default:
		return Inside{}, errs.Wrap(op, over(nil))
	}
	if first {
		if err := s.firstOpened(ctx, l); err != nil {
			return Inside{}, errs.Wrap(op, err)
		}
	}
	return s.inside(ctx, l.ID, s.Keys.Sign(token.HandoverPass, l.ID, s.Now().Add(PassFor).Unix()/60))
}

// firstOpened puts on the timeline that a link was opened, by the person or by the organisation that gets it in their stead.
func (s *Service) firstOpened(ctx context.Context, l Link) error {
	code, what := DutyOpened, "The pack was opened with its code."
	if l.ReceiverID != 0 {
		r, err := s.receiver(ctx, l.CaseID, l.ReceiverID)
		if err != nil {
			return err
		}
		what = r.Name + " opened the data with the code."
		if !r.Instead {
			code = passedOn
		}
	}
	_, err := s.Cases.Did(ctx, l.CaseID, "system", code, what, "")
	return err
}

func (s *Service) inside(ctx context.Context, linkID int64, pass string) (Inside, error) {
	d, k, err := s.door(ctx, linkID)
	if err != nil {
		return Inside{}, errs.Wrap("access: inside", err)
	}
	files, err := s.Store.PackFiles(ctx, d.Link.PackID)
	if m := s.Makers[d.Kind]; d.Receiver { // what is not theirs to see is not handed out: why data is not portable, or what else is held
		files = slices.DeleteFunc(files, func(f PackFile) bool { return m == nil || !m.Passes(f.Name) })
	}
	in := Inside{Door: d, Reference: k.Reference, Pass: pass, Files: files}
	if err == nil && d.Receiver {
		in.About, err = s.aboutWhom(ctx, k.ID)
	}
	return in, errs.Wrap("access: inside", err)
}

// aboutWhom names the subjects of a case as an organisation finds them.
func (s *Service) aboutWhom(ctx context.Context, caseID int64) ([]string, error) {
	about, err := s.subjects(ctx, caseID)
	var out []string
	for _, p := range about {
		if line := strings.Trim(oneLine(p.Name)+", "+p.Address.String(), ", "); line != "" && !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return out, err
}

// Pass returns the pack that a pass is good for; kind NotFound once it is over.
func (s *Service) Pass(ctx context.Context, pass string) (Inside, error) {
	const op = "access: pass"
	ids, err := s.Keys.Open(token.HandoverPass, pass, 2)
	if err != nil {
		return Inside{}, errs.Wrap(op, err)
	}
	if s.Now().Unix()/60 > ids[1] {
		return Inside{}, errs.Wrap(op, over(nil))
	}
	in, err := s.inside(ctx, ids[0], pass)
	return in, errs.Wrap(op, err)
}

// Take hands out a file of an open pack, and records that it was taken.
func (s *Service) Take(ctx context.Context, in Inside, fileID int64) (PackFile, io.ReadCloser, error) {
	const op = "access: take file"
	if !slices.ContainsFunc(in.Files, func(f PackFile) bool { return f.ID == fileID }) {
		return PackFile{}, nil, errs.E(op, errs.NotFound, "There is no such file behind this link.", nil)
	}
	f, body, err := s.Store.PackFile(ctx, in.Link.PackID, fileID)
	if err != nil {
		return f, nil, errs.Wrap(op, err)
	}
	if err := s.took(ctx, in); err != nil {
		body.Close()
		return f, nil, errs.Wrap(op, err)
	}
	return f, body, nil
}

// Read returns a file of an open pack, after TakeAll.
func (s *Service) Read(ctx context.Context, in Inside, fileID int64) (PackFile, io.ReadCloser, error) {
	f, body, err := s.Store.PackFile(ctx, in.Link.PackID, fileID)
	return f, body, errs.Wrap("access: read file", err)
}

// TakeAll records that every file was taken; the caller packs them up with Read.
func (s *Service) TakeAll(ctx context.Context, in Inside) error {
	return errs.Wrap("access: take all", s.took(ctx, in))
}

func (s *Service) took(ctx context.Context, in Inside) error {
	_, err := s.Store.TryLink(ctx, in.Link.ID, func(l Link) (Link, Opening, error) {
		if !l.Live(s.Now()) {
			return l, Opening{}, over(nil)
		}
		return l, Opening{s.Now(), TookFile}, nil
	})
	return err
}
