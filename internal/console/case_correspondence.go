package console

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"assent/inbox/cases"
	"assent/internal/errs"
	"assent/internal/message"
	"assent/internal/pages"
	"assent/mailer"
	"assent/templates"
)

// maxOpened is how many of the latest messages a case page reads and shows with their text; older ones can be downloaded.
const maxOpened = 25

// caseCorrespondence shows what was written both ways, and what was passed on within the message that opened the case.
func (s *console) caseCorrespondence(ctx context.Context, k cases.Case, page *templates.CasePage) error {
	all, err := s.Cases.CaseMessages(ctx, k.ID)
	if err != nil {
		return err
	}
	names, err := s.operatorNames(ctx)
	if err != nil {
		return err
	}
	for i, m := range all {
		shown := templates.CaseMessage{
			ID: m.ID, In: m.Direction == cases.In, Filed: filedWords(m.Filed), Unread: m.Direction == cases.In && m.ReadAt.IsZero() && m.Filed != cases.ByOpening,
			Mail: templates.ReceivedMail{From: plain(m.From), Subject: cmp.Or(plain(m.Subject), "(no subject)"), Received: s.local(m.At)},
		}
		if !shown.In {
			shown.By = operatorWords(m.Actor, names)
		}
		if m.Stranger {
			shown.Warning = "It came from an address that is no party’s, or our own server found that it is not from there. The case address shows which case it belongs to, and not who wrote."
		}
		read := s.readLetter
		if shown.In {
			read = s.readIncoming
		}
		if err := read(ctx, k, m, i >= len(all)-maxOpened, &shown, page); err != nil {
			return err
		}
		showProof(k, m, &shown)
		shown.Open = m.Filed == cases.ByOpening
		page.Messages = append(page.Messages, shown)
	}
	return nil
}

// readIncoming shows a message that came in.
func (s *console) readIncoming(ctx context.Context, k cases.Case, m cases.Message, open bool, shown *templates.CaseMessage, page *templates.CasePage) error {
	kept, err := s.Cases.Kept(ctx, m.InboundID)
	if err != nil || len(kept) == 0 {
		return err
	}
	if kept[0].ID == k.InboundID {
		page.Grounds = groundWords(kept[0].Grounds)
		for i, f := range page.Flags {
			page.Flags[i].Why = flagWhy(f.Flag, kept[0].Grounds)
		}
	}
	base := fmt.Sprintf("%s/messages/%d", caseURL(k.ID), m.ID)
	if kept[0].Digest != "" {
		shown.RawURL = base + "/raw"
	}
	if !open {
		return nil
	}
	parsed, mail, err := s.receivedMail(ctx, kept[0])
	if err != nil {
		return err
	}
	shown.Mail = mail
	if parsed == nil {
		return nil
	}
	for i, p := range parsed.Parts {
		if p.Inline && p.Filename == "" {
			continue
		}
		shown.Parts = append(shown.Parts, templates.CaseFile{
			Name: cases.SafeName(cmp.Or(p.Filename, "part-"+strconv.Itoa(i+1))), Type: enclosureType(p), Size: sizeWords(int64(p.Size)), URL: base + "/parts/" + strconv.Itoa(i),
		})
	}
	if f := parsed.Forwarded; f != nil && k.ParentID == 0 && kept[0].ID == k.InboundID && k.State != cases.Closed && !f.From.IsZero() && f.From.String() != k.From {
		page.Proposal = &templates.CaseProposal{Address: f.From.String()}
		if !f.Date.IsZero() && f.Date.Before(k.ReceivedAt) {
			page.Proposal.Received = f.Date.In(s.Zone).Format(formMoment)
		}
	}
	return nil
}

// formMoment is a moment as a form has it.
const formMoment = "2006-01-02T15:04"

// readLetter shows a letter of ours and what became of it.
func (s *console) readLetter(ctx context.Context, _ cases.Case, m cases.Message, open bool, shown *templates.CaseMessage, _ *templates.CasePage) error {
	shown.State = pages.Sentence(m.LetterState)
	switch mailer.LetterState(m.LetterState) {
	case mailer.LetterFailed, mailer.LetterRefused, mailer.LetterUncertain, "returned":
		shown.Warning = "This letter did not arrive, or nobody knows. " + plain(m.LetterReply)
	}
	if !open {
		return nil
	}
	l, _, err := s.Cases.PostedLetter(ctx, m.LetterID)
	if err != nil && errs.KindOf(err) == errs.NotFound {
		return nil
	}
	if err == nil {
		shown.Mail.Text = plain(mailer.WrittenText(l))
	}
	return err
}

// caseBelongings shows the files that staff put into a case, and the timeline.
func (s *console) caseBelongings(ctx context.Context, k cases.Case, page *templates.CasePage) error {
	names, err := s.operatorNames(ctx)
	if err != nil {
		return err
	}
	files, err := s.Cases.CaseFiles(ctx, k.ID)
	if err != nil {
		return err
	}
	for _, f := range files {
		page.Files = append(page.Files, templates.CaseFile{
			Name: f.Name, Type: f.Type, Size: sizeWords(f.Size), URL: fmt.Sprintf("%s/files/%d", caseURL(k.ID), f.ID), By: operatorWords(f.Actor, names), At: s.local(f.AddedAt),
		})
	}
	events, err := s.Cases.CaseEvents(ctx, k.ID)
	page.Timeline = s.caseTimeline(events, names)
	return err
}

func filedWords(f cases.Filed) string {
	switch f {
	case cases.ByOpening:
		return "It opened this case"
	case cases.ByToken:
		return "Sent to the address of this case"
	case cases.ByReference:
		return "Answers a message of this case"
	}
	return ""
}

// sizeWords says a size as people read it.
func sizeWords(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d bytes", n)
	case n < 1_000_000:
		return fmt.Sprintf("%d KB", (n+500)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// parseReceived parses a kept message for reading: its text is cut short.
func (s *console) parseReceived(raw io.Reader) (*message.Parsed, error) {
	lim := message.DefaultLimits()
	lim.TextBytes = maxShown
	return message.Parse(io.LimitReader(raw, maxRead), lim)
}

// maxRead is how much of a mail is read to show it, in octets; Parse keeps less of it.
const maxRead = 64 << 20

// enclosureType says of what type an enclosure is: by its sender's word, and by its first bytes where these tell another.
func enclosureType(p message.Part) string {
	stated := plain(p.Type) + " by its sender’s word"
	switch found := cases.Sniff([]byte(p.Head)); found {
	case p.Type, "application/octet-stream", "text/plain", "application/zip", "application/x-ole-storage":
		return stated // letters, and files of which many types are
	case "application/x-msdownload", "application/x-executable":
		return stated + ", but by its first bytes a program: do not open it"
	case "text/html":
		if strings.Contains(p.Type, "xml") {
			return stated
		}
		return stated + ", but by its first bytes a web page"
	default:
		return stated + ", but by its first bytes " + found
	}
}
