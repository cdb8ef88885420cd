package api

import (
	"context"
	"time"

	"assent/subscriptions"
)

// changedProgramme holds what may change of a programme; what is not there stays.
type changedProgramme struct {
	Name          *string                `json:"name,omitempty" maxLength:"200" example:"Harbour News"`
	Owner         *string                `json:"owner,omitempty" maxLength:"200"`
	Controller    *string                `json:"controller,omitempty" maxLength:"200"`
	PostalAddress *string                `json:"postal_address,omitempty" minLength:"1" maxLength:"500"`
	DPO           *contact               `json:"dpo,omitempty"`
	Contact       *contact               `json:"contact,omitempty"`
	From          *contact               `json:"from,omitempty"`
	TimeZone      *string                `json:"time_zone,omitempty" maxLength:"60"`
	Division      *string                `json:"division,omitempty" enum:"england-and-wales,scotland,northern-ireland"`
	EndsAt        *time.Time             `json:"ends_at,omitempty" doc:"0001-01-01T00:00:00Z takes the end away." example:"2027-12-31T23:59:59Z"`
	GuardianAge   *int                   `json:"guardian_age,omitempty" minimum:"1" maximum:"18"`
	RegionLock    *bool                  `json:"region_lock,omitempty"`
	AsksByLink    *bool                  `json:"asks_by_link,omitempty"`
	HouseClocks   *[]houseClock          `json:"house_clocks,omitempty" maxItems:"20"`
	Mailboxes     *[]mailboxUse          `json:"mailboxes,omitempty" maxItems:"50"`
	Statements    *map[string]statements `json:"statements,omitempty"`
}

// set copies what is there.
func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func (a *api) changeProgramme(ctx context.Context, in *struct {
	InProgramme
	Body changedProgramme
}) (*reply[programme], error) {
	was, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	b := in.Body
	is := was // addresses are read before the change, which happens in a transaction
	if b.DPO != nil {
		if is.DPOAddress, err = optionalAddress("body.dpo.address", b.DPO.Address); err != nil {
			return nil, err
		}
	}
	if b.Contact != nil {
		if is.Contact, err = readContact("body.contact", *b.Contact); err != nil {
			return nil, err
		}
	}
	if b.From != nil {
		if is.FromAddress, err = parseAddress("body.from.address", b.From.Address); err != nil {
			return nil, err
		}
	}
	p, err := a.Editor.Programme(ctx, was.ID, func(p *subscriptions.Programme) { b.apply(p, is) })
	if err != nil {
		return nil, err
	}
	return &reply[programme]{Body: showProgramme(p)}, nil
}

// apply makes the change; read holds the addresses.
func (b changedProgramme) apply(p *subscriptions.Programme, read subscriptions.Programme) {
	set(&p.Name, b.Name)
	set(&p.Owner, b.Owner)
	set(&p.Controller, b.Controller)
	set(&p.PostalAddress, b.PostalAddress)
	set(&p.TimeZone, b.TimeZone)
	set(&p.Division, b.Division)
	set(&p.EndsAt, b.EndsAt)
	set(&p.GuardianAge, b.GuardianAge)
	set(&p.RegionLock, b.RegionLock)
	set(&p.AsksByLink, b.AsksByLink)
	if b.DPO != nil {
		p.DPOName, p.DPOAddress = b.DPO.Name, read.DPOAddress
	}
	if b.Contact != nil {
		p.Contact = read.Contact
	}
	if b.From != nil {
		p.FromName, p.FromAddress = b.From.Name, read.FromAddress
	}
	if b.HouseClocks != nil {
		p.HouseClocks = readHouseClocks(*b.HouseClocks)
	}
	if b.Mailboxes != nil {
		p.Mailboxes = readMailboxes(*b.Mailboxes)
	}
	if b.Statements != nil {
		p.Statements = readStatements(*b.Statements)
	}
}

func readHouseClocks(in []houseClock) []subscriptions.HouseClock {
	var out []subscriptions.HouseClock
	for _, c := range in {
		out = append(out, subscriptions.HouseClock(c))
	}
	return out
}

func showHouseClocks(in []subscriptions.HouseClock) []houseClock {
	out := []houseClock{}
	for _, c := range in {
		out = append(out, houseClock(c))
	}
	return out
}

func readMailboxes(in []mailboxUse) []subscriptions.MailboxUse {
	var out []subscriptions.MailboxUse
	for _, m := range in {
		out = append(out, subscriptions.MailboxUse(m))
	}
	return out
}

func showMailboxes(in []subscriptions.MailboxUse) []mailboxUse {
	out := []mailboxUse{}
	for _, m := range in {
		out = append(out, mailboxUse(m))
	}
	return out
}

func readStatements(in map[string]statements) map[string]subscriptions.Statements {
	var out map[string]subscriptions.Statements
	for language, s := range in {
		if out == nil {
			out = map[string]subscriptions.Statements{}
		}
		out[language] = subscriptions.Statements(s)
	}
	return out
}

func showStatements(in map[string]subscriptions.Statements) map[string]statements {
	out := map[string]statements{}
	for language, s := range in {
		out[language] = statements(s)
	}
	return out
}
