package site

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/internal/web"
	"assent/templates"
)

// Handovers hands over what a person asked for. *access.Service is one.
type Handovers interface {
	Peek(ctx context.Context, token string) (access.Door, error)
	Open(ctx context.Context, token, code string) (access.Inside, error)
	Pass(ctx context.Context, pass string) (access.Inside, error)
	Take(ctx context.Context, in access.Inside, fileID int64) (access.PackFile, io.ReadCloser, error)
	TakeAll(ctx context.Context, in access.Inside) error
	Read(ctx context.Context, in access.Inside, fileID int64) (access.PackFile, io.ReadCloser, error)
}

// handoverPath takes the forms of an open pack. It names nobody: the pass is in the form.
const handoverPath = "/handover"

// handoverPages puts the way to a pack on the engine: a door that asks for a code, and what is behind it (E2-44). No cookie is set, and no name stands in a URL.
func (s *site) handoverPages() {
	form := web.BodyLimit(pages.MaxForm)
	s.engine.GET("/h/:token", s.show(s.door))
	s.engine.POST("/h/:token", form, s.asks, s.show(s.giveCode))
	s.engine.POST(handoverPath, form, s.show(s.take))
}

// door shows a form and changes nothing, because mail scanners follow links.
func (s *site) door(c *gin.Context) error {
	var d access.Door
	err := refusedEvenly(c.Request.Context(), beat, func() (err error) {
		d, err = s.Handovers.Peek(c.Request.Context(), c.Param("token"))
		return err
	})
	if err != nil {
		return s.foreign(c, err)
	}
	return s.showDoor(c, d, http.StatusOK, "")
}

func (s *site) showDoor(c *gin.Context, d access.Door, status int, problem string) error {
	frame, err := s.frameOf(c, d.ProgrammeID)
	if err != nil {
		return err
	}
	return s.page(c, status, "door", templates.DoorPage{
		Public: frame, Action: s.keep(c, "/h/"+c.Param("token")), Portable: d.Kind == cases.Portability, Receiver: d.Receiver, Problem: problem, Until: d.Link.ExpiresAt.In(s.Zone),
	})
}

// giveCode opens the pack for whoever has the code.
func (s *site) giveCode(c *gin.Context) error {
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	ctx := audit.As(c.Request.Context(), "subscriber")
	var in access.Inside
	err := refusedEvenly(ctx, beat, func() (err error) {
		in, err = s.Handovers.Open(ctx, c.Param("token"), c.Request.PostForm.Get(templates.FieldCode))
		return err
	})
	switch {
	case err != nil && errs.KindOf(err) == errs.Refused:
		d, again := s.Handovers.Peek(ctx, c.Param("token"))
		if again != nil {
			return s.foreign(c, again)
		}
		return s.showDoor(c, d, http.StatusUnprocessableEntity, s.wrongCode(c, d.TriesLeft))
	case err != nil:
		return s.foreign(c, err)
	}
	return s.showHandover(c, in)
}

// wrongCode says how many tries are left.
func (s *site) wrongCode(c *gin.Context, left int) string {
	if s.language(c) == templates.Welsh {
		return fmt.Sprintf("Nid dyma'r cod. Gallwch roi cynnig arall arni %d gwaith.", left)
	}
	if left == 1 {
		return "This is not the code. You can try once more."
	}
	return fmt.Sprintf("This is not the code. You can try %d more times.", left)
}

func (s *site) showHandover(c *gin.Context, in access.Inside) error {
	frame, err := s.frameOf(c, in.ProgrammeID)
	if err != nil {
		return err
	}
	page := templates.HandoverPage{
		Public: frame, Reference: in.Reference, Portable: in.Kind == cases.Portability, Receiver: in.Receiver, About: in.About, Action: s.keep(c, handoverPath), Pass: in.Pass, Until: in.Link.ExpiresAt.In(s.Zone), For: int(access.PassFor / time.Minute),
	}
	for _, f := range in.Files {
		page.Files = append(page.Files, templates.HandoverFile{ID: f.ID, Name: f.Name, Size: fileSize(f.Size), Read: readable(f)})
	}
	return s.page(c, http.StatusOK, "handover", page)
}

// readable reports whether a file is a page that was made here, and so can be shown. What strangers sent is only ever a download.
func readable(f access.PackFile) bool { return strings.HasPrefix(f.Type, "text/html") }

// take hands out a file, or all of them.
func (s *site) take(c *gin.Context) error {
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	ctx, form := audit.As(c.Request.Context(), "subscriber"), c.Request.PostForm
	in, err := s.Handovers.Pass(ctx, form.Get(templates.FieldPass))
	if err != nil {
		return s.foreign(c, err)
	}
	if form.Get(templates.FieldFile) == "all" {
		return s.takeAll(c, ctx, in)
	}
	id, err := strconv.ParseInt(form.Get(templates.FieldFile), 10, 64)
	if err != nil {
		return errs.E("site: take file", errs.NotFound, "", err)
	}
	f, body, err := s.Handovers.Take(ctx, in, id)
	if err != nil {
		return s.foreign(c, err)
	}
	defer body.Close()
	h := c.Writer.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": cases.SafeName(f.Name)}))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'")
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	if readable(f) {
		h.Set("Content-Type", f.Type)
		h.Set("Content-Disposition", "inline")
	}
	return s.send(c, func(w io.Writer) error { _, err := io.Copy(w, body); return err })
}

// takeAll hands out every file in one archive, which is made as it is sent.
func (s *site) takeAll(c *gin.Context, ctx context.Context, in access.Inside) error {
	if err := s.Handovers.TakeAll(ctx, in); err != nil {
		return s.foreign(c, err)
	}
	h := c.Writer.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": cases.SafeName(strings.ReplaceAll(in.Reference, "/", "-") + ".zip")}))
	return s.send(c, func(w io.Writer) error {
		archive := zip.NewWriter(w)
		for _, f := range in.Files {
			if err := s.pack(ctx, archive, in, f); err != nil {
				return err
			}
		}
		return archive.Close()
	})
}

func (s *site) pack(ctx context.Context, archive *zip.Writer, in access.Inside, f access.PackFile) error {
	_, body, err := s.Handovers.Read(ctx, in, f.ID)
	if err != nil {
		return err
	}
	defer body.Close()
	w, err := archive.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: s.Now()})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, body)
	return err
}

// send writes a body for as long as the reader's line needs. Half of one must not look whole.
func (s *site) send(c *gin.Context, write func(io.Writer) error) error {
	_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Time{})
	c.Status(http.StatusOK)
	if err := write(c.Writer); err != nil {
		s.Log.WarnContext(c.Request.Context(), "a handover broke off", "cause", err.Error())
		panic(http.ErrAbortHandler)
	}
	return nil
}

// fileSize writes a size as people read it.
func fileSize(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%d KB", (n+500)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
