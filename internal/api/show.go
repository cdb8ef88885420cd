package api

import (
	"encoding/hex"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/web"
	"assent/subscriptions"
)

// utc shows a moment to the millisecond, as it is stored.
func utc(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// moment shows a moment that may be missing.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = utc(t)
	return &t
}

// parseAddress reads an address, and says where it stood when it cannot be read.
func parseAddress(location, text string) (address.Address, error) {
	a, err := address.Parse(text)
	return a, web.At(location, err)
}

// optionalAddress is parseAddress where there may be none.
func optionalAddress(location, text string) (address.Address, error) {
	if text == "" {
		return address.Address{}, nil
	}
	return parseAddress(location, text)
}

// contact is a named desk or person.
type contact struct {
	Name    string `json:"name" maxLength:"200" example:"Sam Poole"`
	Address string `json:"address" maxLength:"254" example:"contact@harbour.example"`
}

func showContact(c subscriptions.Contact) contact {
	return contact{Name: c.Name, Address: c.Address.String()}
}

func readContact(location string, c contact) (subscriptions.Contact, error) {
	a, err := optionalAddress(location+".address", c.Address)
	return subscriptions.Contact{Name: c.Name, Address: a}, err
}

// missing says that a number in a body stands for nothing.
func missing(location, what string, err error) error {
	if errs.KindOf(err) != errs.NotFound {
		return err
	}
	return web.At(location, errs.E("api: look up", errs.Invalid, "There is no "+what+" with this number.", err))
}

// hexOf shows a hash; "" for none.
func hexOf(b []byte) string { return hex.EncodeToString(b) }
