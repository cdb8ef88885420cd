package webform

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"assent/internal/errs"
	"assent/internal/idempotency"
)

// Receipt is what whoever sent a form gets to know of it.
type Receipt struct {
	Reference  string    `json:"reference"`
	ReceivedAt time.Time `json:"received_at"`
	AnswerBy   string    `json:"answer_by"` // the UK date by which they hear from us; "" where none can be promised yet
}

// Take opens the case of a form and stops mail where that is asked. A form that comes twice, by a double click or by loading the answer again, is taken once and gets one
// receipt, within a day. Kinds of error: Invalid for what Check would have told, Conflict while the same form is being taken.
func (s *Service) Take(ctx context.Context, f Form) (Receipt, error) {
	const op = "webform: take"
	if wrong := f.Check(); len(wrong) > 0 {
		return Receipt{}, errs.E(op, errs.Invalid, "The form cannot be taken as it is: "+string(wrong[0])+".", nil)
	}
	once := idempotency.Once{Store: s.Sent, Now: s.Now, Log: s.Log}
	kept, err := once.Do(ctx, "form:"+f.Programme.Slug, idempotency.FormKey(f.Key, f.typed()...), func(ctx context.Context) ([]byte, error) {
		c, err := s.open(ctx, f)
		if err != nil {
			return nil, err
		}
		return json.Marshal(Receipt{Reference: c.Reference, ReceivedAt: c.ReceivedAt, AnswerBy: c.AnswerBy()})
	})
	var r Receipt
	if err == nil {
		err = json.Unmarshal(kept, &r)
	}
	return r, errs.Wrap(op, err)
}

// typed is all that somebody put into a form; of its files their names and sizes.
func (f Form) typed() []string {
	out := []string{
		strconv.FormatBool(f.Complaint), fmt.Sprint(f.Kinds), f.Words, f.Name, f.Address.String(), f.Contact, strconv.FormatBool(f.ForOther), f.AboutName, f.AboutAddress.String(),
		f.Receiver.Name, f.Receiver.Address.String(),
	}
	for _, file := range f.Files {
		out = append(out, file.Name, strconv.FormatInt(file.Size, 10))
	}
	return out
}
