package console

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/message"
	"assent/templates"
)

// addFile puts an uploaded file into a case.
func (s *console) addFile(c *gin.Context, by auth.Actor) error {
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	k, err := s.Cases.Case(c.Request.Context(), id)
	if err != nil {
		return errs.Wrap("console: add file", err)
	}
	return s.afterAct(c, by, k, s.takeFile(c, by, k.ID, true))
}

// takeFile keeps the file of a form; without one it does nothing unless one is needed.
func (s *console) takeFile(c *gin.Context, by auth.Actor, caseID int64, needed bool) error {
	file, header, err := c.Request.FormFile(templates.FieldFile)
	if err != nil {
		if !needed {
			return nil
		}
		return errs.E("console: read file", errs.Invalid, "Choose a file of at most 25 MB.", err)
	}
	defer file.Close()
	_, err = s.Casework.AddFile(c.Request.Context(), caseID, by.String(), header.Filename, file)
	return err
}

// downloadFile hands out what staff put into a case.
func (s *console) downloadFile(c *gin.Context, by auth.Actor) error {
	k, err := s.readCase(c, by)
	if err != nil {
		return err
	}
	id, err := number(c, "file")
	if err != nil {
		return err
	}
	f, body, err := s.Cases.CaseFile(c.Request.Context(), k.ID, id)
	if err != nil {
		return errs.Wrap("console: download file", err)
	}
	defer body.Close()
	return s.handOut(c, f.Name, f.Size, body)
}

// downloadMessage hands out a message as it came in.
func (s *console) downloadMessage(c *gin.Context, by auth.Actor) error {
	kept, err := s.caseMessage(c, by)
	if err != nil {
		return err
	}
	raw := s.Cases.Raw(c.Request.Context(), kept.Digest)
	defer raw.Close()
	return s.handOut(c, fmt.Sprintf("message-%d.eml", kept.ID), kept.Size, raw)
}

// downloadPart hands out one enclosure of a message.
func (s *console) downloadPart(c *gin.Context, by auth.Actor) error {
	return s.withPart(c, by, func(name string, content []byte) error {
		return s.handOut(c, name, int64(len(content)), bytes.NewReader(content))
	})
}

// keepPart puts one enclosure of a message among the files of its case, where a record can name it, as the formal request of a third party (E1-11).
func (s *console) keepPart(c *gin.Context, by auth.Actor) error {
	k, err := s.formCase(c)
	if err != nil {
		return err
	}
	return s.afterAct(c, by, k, s.withPart(c, by, func(name string, content []byte) error {
		_, err := s.Casework.AddFile(c.Request.Context(), k.ID, by.String(), name, bytes.NewReader(content))
		return err
	}))
}

// withPart does something with the enclosure of a message that a path names.
func (s *console) withPart(c *gin.Context, by auth.Actor, do func(name string, content []byte) error) error {
	kept, err := s.caseMessage(c, by)
	if err != nil {
		return err
	}
	place, err := strconv.Atoi(c.Param("part"))
	if err != nil || place < 0 {
		return errs.E("console: part", errs.NotFound, "", err)
	}
	raw := s.Cases.Raw(c.Request.Context(), kept.Digest)
	defer raw.Close()
	s.opening.Lock() // one at a time: a large part is held in memory (H8)
	defer s.opening.Unlock()
	p, content, err := message.ReadPart(raw, place, message.AttachmentLimits())
	if err != nil {
		return errs.Wrap("console: part", err)
	}
	return do(cmp.Or(p.Filename, "part-"+strconv.Itoa(place+1)), content)
}

// caseMessage returns the message that a path names, where it belongs to the case. Reading it is on record first.
func (s *console) caseMessage(c *gin.Context, by auth.Actor) (inbox.Kept, error) {
	const op = "console: message of case"
	ctx := c.Request.Context()
	k, err := s.readCase(c, by)
	if err != nil {
		return inbox.Kept{}, err
	}
	id, err := number(c, "message")
	if err != nil {
		return inbox.Kept{}, err
	}
	all, err := s.Cases.CaseMessages(ctx, k.ID)
	if err != nil {
		return inbox.Kept{}, errs.Wrap(op, err)
	}
	for _, m := range all {
		if m.ID != id || m.Direction != cases.In {
			continue
		}
		kept, err := s.Cases.Kept(ctx, m.InboundID)
		if err != nil || len(kept) == 0 || kept[0].Digest == "" {
			return inbox.Kept{}, errs.E(op, errs.NotFound, "The message is not kept here.", err)
		}
		return kept[0], errs.Wrap(op, s.record(ctx, by, audit.Note{Action: audit.ReadRaw, Object: audit.About("inbound", kept[0].ID), PersonID: k.SubjectID}))
	}
	return inbox.Kept{}, errs.E(op, errs.NotFound, "", nil)
}

// handOut sends what a stranger made as a download and as nothing else: no browser shows it, sniffs what it is, or runs it as a page of ours.
func (s *console) handOut(c *gin.Context, name string, size int64, body io.Reader) error {
	h := c.Writer.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": cases.SafeName(name)}))
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	s.stream(c, body)
	return nil
}

// stream sends a file whose type and name are said already, so that no browser opens or keeps it.
func (s *console) stream(c *gin.Context, body io.Reader) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Time{}) // a large file takes as long as the line needs
	c.Status(http.StatusOK)
	if _, err := io.Copy(c.Writer, body); err != nil {
		s.Log.WarnContext(c.Request.Context(), "a download broke off", "cause", err.Error())
		panic(http.ErrAbortHandler) // half a file must not look whole
	}
}
