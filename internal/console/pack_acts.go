package console

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/templates"
)

// packAct does one step with a form; a code that it returns is shown once.
type packAct func(ctx context.Context, k cases.Case, actor string, form url.Values) (code string, err error)

// packSteps names every step with what does it.
func (s *console) packSteps() map[string]packAct {
	return map[string]packAct{
		"search": s.searchPack, "places": s.addPlace, "places-done": s.placesDone, "identity": s.establish, "found": s.putIn, "keep-clear": s.keepClear,
		"approve": s.approvePack, "deliver": s.deliverPack, "handed": s.handedOver, "new-code": s.newCode, "revoke": s.revokeLink, "unopened": s.leftUnopened,
		"receiver": s.nameReceiver, "transmit": s.transmit, "decline": s.decline, "leave-receiver": s.leaveReceiver,
	}
}

// packStep does a step and goes back to the page. What could not be done is said there.
func (s *console) packStep(act packAct) func(*gin.Context, auth.Actor) error {
	return func(c *gin.Context, by auth.Actor) error {
		k, err := s.formCase(c)
		if err != nil {
			return err
		}
		code, err := act(c.Request.Context(), k, by.String(), c.Request.PostForm)
		if err == nil && code == "" {
			c.Redirect(http.StatusSeeOther, packURL(k.ID))
			return nil
		}
		status := http.StatusOK
		if err != nil {
			if status = refusedStatus(err); status == 0 {
				return errs.Wrap("console: step", err)
			}
		}
		k, again := s.readCase(c, by) // as it is now
		if again != nil {
			return again
		}
		return s.showPack(c, by, k, status, errs.Message(err), code)
	}
}

// refusedStatus is the status of a form that could not be carried out, 0 for a fault.
func refusedStatus(err error) int {
	return map[errs.Kind]int{
		errs.Invalid: http.StatusUnprocessableEntity, errs.Conflict: http.StatusConflict, errs.Refused: http.StatusConflict, errs.NotFound: http.StatusUnprocessableEntity,
	}[errs.KindOf(err)]
}

// lines reads a field with one thing on each line.
func lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return out
}

func (s *console) searchPack(ctx context.Context, k cases.Case, actor string, form url.Values) (string, error) {
	o := access.Order{Addresses: lines(form.Get(templates.FieldAddresses)), Names: lines(form.Get(templates.FieldNames)), Others: lines(form.Get(templates.FieldOthers)), Leave: map[string]string{}}
	for _, source := range access.Sources() {
		if why := strings.TrimSpace(form.Get("leave-" + source.Code)); why != "" {
			o.Leave[source.Code] = why
		}
	}
	_, err := s.Access.Search(ctx, k.ID, actor, o)
	return "", err
}

func (s *console) addPlace(ctx context.Context, k cases.Case, actor string, form url.Values) (string, error) {
	get := func(field string) string { return strings.TrimSpace(form.Get(field)) }
	p := access.Place{Name: get(templates.FieldPlace), By: get(templates.FieldBy), Terms: get(templates.FieldTerms), Found: get(templates.FieldFound)}
	if err := readDay(form.Get(templates.FieldOn), &p.On); err != nil {
		return "", err
	}
	_, err := s.Access.AddPlace(ctx, k.ID, actor, p)
	return "", err
}

func (s *console) placesDone(ctx context.Context, k cases.Case, actor string, form url.Values) (string, error) {
	return "", s.Access.PlacesDone(ctx, k.ID, actor, form.Get(templates.FieldNote))
}

func (s *console) establish(ctx context.Context, k cases.Case, actor string, form url.Values) (string, error) {
	return "", s.Access.Establish(ctx, k.ID, actor, form.Get(templates.FieldNote))
}

func (s *console) putIn(ctx context.Context, k cases.Case, actor string, form url.Values) (string, error) {
	file, err := strconv.ParseInt(cmp.Or(form.Get(templates.FieldFile), "0"), 10, 64)
	if err != nil {
		return "", errs.E("console: put in", errs.Invalid, "Choose a file of the case, or none.", err)
	}
	p := access.Place{}
	if err := readDay(form.Get(templates.FieldOn), &p.On); err != nil {
		return "", err
	}
	_, err = s.Access.AddFound(ctx, k.ID, actor, strings.TrimSpace(form.Get(templates.FieldTitle)), form.Get(templates.FieldBody), p.On, file)
	return "", err
}

func (s *console) keepClear(ctx context.Context, k cases.Case, actor string, _ url.Values) (string, error) {
	_, err := s.Access.KeepClear(ctx, k.ID, actor)
	return "", err
}

func (s *console) approvePack(ctx context.Context, k cases.Case, actor string, form url.Values) (string, error) {
	_, err := s.Access.Approve(ctx, k.ID, actor, "", form.Get(templates.FieldLang))
	return "", err
}

func (s *console) deliverPack(ctx context.Context, k cases.Case, actor string, form url.Values) (string, error) {
	days, err := strconv.Atoi(cmp.Or(form.Get(templates.FieldDays), "0"))
	if err != nil {
		return "", errs.E("console: deliver", errs.Invalid, "Say for how many days the link is good.", err)
	}
	_, code, err := s.Access.Deliver(ctx, k.ID, actor, access.Delivery{To: form.Get(templates.FieldTo), Way: access.Way(form.Get(templates.FieldWay)), Days: days, Key: form.Get(templates.FieldKey)})
	return code, err
}

func (s *console) handedOver(ctx context.Context, k cases.Case, actor string, form url.Values) (string, error) {
	return "", s.Access.HandedOver(ctx, k.ID, actor, strings.TrimSpace(form.Get(templates.FieldNote)))
}

func linkOf(form url.Values) int64 {
	id, _ := strconv.ParseInt(form.Get(templates.FieldLink), 10, 64) // 0 is no link
	return id
}

func (s *console) newCode(ctx context.Context, k cases.Case, actor string, form url.Values) (string, error) {
	return s.Access.NewCode(ctx, k.ID, linkOf(form), actor)
}

func (s *console) revokeLink(ctx context.Context, k cases.Case, actor string, form url.Values) (string, error) {
	return "", s.Access.Revoke(ctx, k.ID, linkOf(form), actor, strings.TrimSpace(form.Get(templates.FieldNote)))
}

func (s *console) leftUnopened(ctx context.Context, k cases.Case, actor string, form url.Values) (string, error) {
	return "", s.Access.Unopened(ctx, k.ID, actor, strings.TrimSpace(form.Get(templates.FieldNote)))
}

// previewPack shows the pack as it would be approved now.
func (s *console) previewPack(c *gin.Context, by auth.Actor) error {
	k, err := s.readCase(c, by)
	if err != nil {
		return err
	}
	_, outputs, err := s.Access.Preview(c.Request.Context(), k.ID, orLanguage(c.Query("language")))
	if err != nil {
		if status := refusedStatus(err); status != 0 {
			return s.showPack(c, by, k, status, errs.Message(err), "")
		}
		return errs.Wrap("console: preview", err)
	}
	return s.showPackPage(c, bytes.NewReader(outputs[0].Body), int64(len(outputs[0].Body)))
}

// packFile hands out a file of the approved pack: the page that was made here is shown, for reading and printing (E1-13), all else is a download.
func (s *console) packFile(c *gin.Context, by auth.Actor) error {
	k, err := s.readCase(c, by)
	if err != nil {
		return err
	}
	id, err := number(c, "file")
	if err != nil {
		return err
	}
	pack, err := s.Access.Store.PackOf(c.Request.Context(), k.ID)
	if err != nil {
		return errs.Wrap("console: file of pack", err)
	}
	f, body, err := s.Access.Store.PackFile(c.Request.Context(), pack.ID, id)
	if err != nil {
		return errs.Wrap("console: file of pack", err)
	}
	defer body.Close()
	if strings.HasPrefix(f.Type, "text/html") {
		return s.showPackPage(c, body, f.Size)
	}
	return s.handOut(c, f.Name, f.Size, body)
}

// showPackPage shows a page that was made here, with its own style and nothing else.
func (s *console) showPackPage(c *gin.Context, body io.Reader, size int64) error {
	c.Header("Content-Security-Policy", "sandbox allow-modals; default-src 'none'; style-src 'unsafe-inline'")
	c.DataFromReader(http.StatusOK, size, "text/html; charset=utf-8", body, nil)
	return nil
}
