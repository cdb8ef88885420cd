package clock

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"assent/internal/errs"
)

// Request is an Input as people and other programs write it: on a command line, in a form,
// or as a line of JSON. Turn it into an Input with Reckoner.ParseInput.
type Request struct {
	Kind              string     `json:"kind"`
	Received          string     `json:"received"` // RFC 3339, or a UK date for what came by post
	Division          string     `json:"division"`
	IdentityRequested Day        `json:"identity_requested"`
	IdentityReceived  Day        `json:"identity_received"`
	FeeRequested      Day        `json:"fee_requested"`
	FeeReceived       Day        `json:"fee_received"`
	Pauses            [][]string `json:"pauses"` // from and to; an empty, null or missing to is still open
	Extended          bool       `json:"extended"`
	ExtensionTold     Day        `json:"extension_told"`
	House             House      `json:"house"`
}

// Day is a foreign day: "2026-12-29", an RFC 3339 time (its UK date counts), "yes" for a
// day that is not known, or "" for none. In JSON, true, false and null do as well.
type Day string

// UnmarshalJSON reads a text, true, false or null.
func (d *Day) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case "null", "false":
		*d = ""
		return nil
	case "true":
		*d = "yes"
		return nil
	}
	return json.Unmarshal(data, (*string)(d))
}

// known tells whether d is a certain day.
func (d Day) known() bool { return d != "" && d != "yes" }

// ParseInput turns a request into an Input. A text that cannot be read gives an error of
// kind Invalid whose sentence names the field.
func (r *Reckoner) ParseInput(q Request) (Input, error) {
	kind, err := ParseKind(q.Kind)
	if err != nil {
		return Input{}, err
	}
	division, err := ParseDivision(q.Division)
	if err != nil {
		return Input{}, err
	}
	received, err := r.receivedAt(q.Received)
	if err != nil {
		return Input{}, err
	}
	in := Input{Kind: kind, Received: received, Division: division, Extended: q.Extended, House: q.House}
	if in.Identity, err = r.condition("identity", q.IdentityRequested, q.IdentityReceived); err != nil {
		return Input{}, err
	}
	if in.Fee, err = r.condition("fee", q.FeeRequested, q.FeeReceived); err != nil {
		return Input{}, err
	}
	if in.ExtensionTold, err = r.day("extension_told", q.ExtensionTold); err != nil {
		return Input{}, err
	}
	if q.ExtensionTold == "yes" {
		in.Extended = true
	}
	if in.Pauses, err = r.pauses(q.Pauses); err != nil {
		return Input{}, err
	}
	return in, nil
}

// receivedAt reads the time of receipt. A bare date is the start of that UK day.
func (r *Reckoner) receivedAt(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(isoDate, s, r.london)
	if err != nil {
		return time.Time{}, unread("received", "a time such as 2026-11-25T09:00:00Z or a UK date such as 2026-11-25")
	}
	return t, nil
}

// day reads a day; one that is not known gives the zero Date.
func (r *Reckoner) day(field string, d Day) (Date, error) {
	if !d.known() {
		return Date{}, nil
	}
	if date, err := ParseDate(string(d)); err == nil {
		return date, nil
	}
	t, err := time.Parse(time.RFC3339, string(d))
	if err != nil {
		return Date{}, unread(field, "a UK date such as 2026-11-25")
	}
	return r.UKDate(t), nil
}

func (r *Reckoner) condition(name string, requested, received Day) (c Condition, err error) {
	c.Requested = requested != ""
	if c.RequestedOn, err = r.day(name+"_requested", requested); err != nil {
		return Condition{}, err
	}
	if received == "yes" {
		return Condition{}, unread(name+"_received", "the day on which it came, as the clock starts with it")
	}
	c.Received, err = r.day(name+"_received", received)
	return c, err
}

func (r *Reckoner) pauses(pairs [][]string) ([]Pause, error) {
	var pauses []Pause
	for _, pair := range pairs {
		if len(pair) < 1 || len(pair) > 2 || !Day(pair[0]).known() {
			return nil, unread("pauses", `pairs of dates such as ["2026-11-25","2026-11-27"]`)
		}
		var p Pause
		var err error
		if p.From, err = r.day("pauses", Day(pair[0])); err != nil {
			return nil, err
		}
		if len(pair) == 2 {
			if p.To, err = r.day("pauses", Day(pair[1])); err != nil {
				return nil, err
			}
		}
		pauses = append(pauses, p)
	}
	return pauses, nil
}

// ParsePause reads a pause as a command line has it: "2026-11-25..2026-11-27", or
// "2026-11-25.." while we wait. It returns the pair that Request.Pauses holds.
func ParsePause(s string) ([]string, error) {
	from, to, found := strings.Cut(s, "..")
	if !found || from == "" {
		return nil, unread("pause", "two dates such as 2026-11-25..2026-11-27, the second left out while you wait")
	}
	return []string{from, to}, nil
}

func unread(field, want string) error {
	return errs.E("clock: parse input", errs.Invalid, fmt.Sprintf("%s must be %s.", field, want), nil)
}
