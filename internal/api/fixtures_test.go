package api_test

import "assent/mailer"

// mailerBack opens the token of an unsubscribe link.
func mailerBack(h *house, token string) (mailer.Back, error) {
	return mailer.FromUnsubscribeToken(h.deps.People.Keys, token)
}
