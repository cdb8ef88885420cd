package console

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/internal/address"
	"assent/internal/errs"
	"assent/templates"
)

// packReceivers shows to which organisations the person wants their data sent straight, and what can be done for each.
func (s *console) packReceivers(ctx context.Context, k cases.Case, page *templates.CasePackPage) error {
	all, err := s.Access.Store.Receivers(ctx, k.ID)
	if err != nil {
		return err
	}
	names, err := s.operatorNames(ctx)
	if err != nil {
		return err
	}
	for _, r := range all {
		row := templates.PackReceiver{
			ID: r.ID, Name: plain(r.Name), Address: r.Address.String(), Evidence: plain(r.Evidence), Instead: r.Instead, State: receiverState(r), Words: plain(r.Words), LeftWhy: plain(r.LeftWhy),
			MaySend: r.Decision != access.Refuse, Refuse: r.Decision == access.Undecided, MayEnd: r.Decision == access.Send && !r.Done(),
		}
		if r.Decision != access.Undecided {
			row.Decided = map[access.Passing]string{access.Send: "Sent", access.Refuse: "Refused"}[r.Decision] + " by " + operatorWords(r.DecidedBy, names)
			if r.Person != "" {
				row.Decided += " for " + plain(r.Person)
			}
			row.Decided += "."
		}
		for i := range page.Links {
			if page.Links[i].ReceiverID == r.ID {
				page.Links[i].Receiver = row.Name
			}
		}
		page.Receivers = append(page.Receivers, row)
	}
	for _, r := range access.Refusals() {
		page.Refusals = append(page.Refusals, templates.CaseChoice{Value: r.Code, Label: r.Words + " (" + r.Rule + ")"})
	}
	parties, err := s.Cases.CaseParties(ctx, k.ID)
	page.NoAddress = !slices.ContainsFunc(parties, func(p cases.Party) bool { return p.Role == cases.Requester && !p.Address.IsZero() })
	return err
}

func receiverState(r access.Receiver) templates.State {
	switch {
	case r.Decision == access.Refuse:
		return templates.State{Label: "Refused", Tone: templates.Calm}
	case !r.OpenedAt.IsZero():
		return templates.State{Label: "Opened", Tone: templates.Good}
	case r.LeftWhy != "":
		return templates.State{Label: "Not opened", Tone: templates.Calm}
	case r.Decision == access.Send:
		return templates.State{Label: "Sent", Tone: templates.Wait}
	}
	return templates.State{Label: "To decide", Tone: templates.Wait}
}

// receiverOf reads which receiver a form is about; 0 is none.
func receiverOf(form url.Values) int64 {
	id, _ := strconv.ParseInt(form.Get(templates.FieldReceiver), 10, 64)
	return id
}

func (s *console) nameReceiver(ctx context.Context, k cases.Case, actor string, form url.Values) (string, error) {
	to, err := address.Parse(strings.TrimSpace(form.Get(templates.FieldEmail)))
	if err != nil {
		return "", errs.Wrap("console: name receiver", err)
	}
	_, err = s.Access.NameReceiver(ctx, k.ID, actor, access.Receiver{
		Name: form.Get(templates.FieldName), Address: to, Language: orLanguage(form.Get(templates.FieldLang)), Evidence: form.Get(templates.FieldNote), Instead: form.Get(templates.FieldInstead) != "",
	})
	return "", err
}

func (s *console) transmit(ctx context.Context, k cases.Case, actor string, form url.Values) (string, error) {
	days, err := strconv.Atoi(cmp.Or(form.Get(templates.FieldDays), "0"))
	if err != nil {
		return "", errs.E("console: transmit", errs.Invalid, "Say for how many days the link is good.", err)
	}
	_, code, err := s.Access.Transmit(ctx, k.ID, receiverOf(form), actor, access.Passage{
		Checked: form.Get(templates.FieldChecked), Way: access.Way(form.Get(templates.FieldWay)), Days: days, Told: form.Get(templates.FieldTold), Key: form.Get(templates.FieldKey),
	})
	return code, err
}

func (s *console) decline(ctx context.Context, k cases.Case, actor string, form url.Values) (string, error) {
	return "", s.Access.Decline(ctx, k.ID, receiverOf(form), actor, access.Declining{
		Reason: form.Get(templates.FieldReason), Words: form.Get(templates.FieldWords), Told: form.Get(templates.FieldTold),
	})
}

func (s *console) leaveReceiver(ctx context.Context, k cases.Case, actor string, form url.Values) (string, error) {
	return "", s.Access.LeaveReceiver(ctx, k.ID, receiverOf(form), actor, form.Get(templates.FieldNote))
}
