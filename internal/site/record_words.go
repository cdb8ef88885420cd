package site

import (
	"strings"

	"assent/internal/pages"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

// act says what an event of the ledger is, to the person whom it is about.
func (w ownWords) act(e subscriptions.Event) string {
	if e.Kind == subscriptions.Paused && e.ExpiresAt.IsZero() {
		return strings.TrimSuffix(w.resumedTitle, ": ")
	}
	en := map[subscriptions.EventKind]string{
		subscriptions.Requested: "You, or somebody, asked to join", subscriptions.Confirmed: "You confirmed", subscriptions.Granted: "You agreed",
		subscriptions.Enrolled: "You were put on the list", subscriptions.Withdrawn: "You left", subscriptions.Suppressed: "Emails were stopped",
		subscriptions.Lapsed: "What you agreed to ended with its term", subscriptions.Restricted: "The use of your data was restricted",
		subscriptions.Released: "The restriction ended", subscriptions.Erased: "Your data was erased", subscriptions.Informed: "You were sent a privacy notice",
		subscriptions.Paused: "You paused", subscriptions.ProfilingRefused: "You refused being chosen by what you did", subscriptions.ProfilingAllowed: "You allowed being chosen by what you did",
		subscriptions.ObjectedToMarketing: "You objected to marketing",
	}
	cy := map[subscriptions.EventKind]string{
		subscriptions.Requested: "Gofynnoch chi, neu rywun, am ymuno", subscriptions.Confirmed: "Fe gadarnhaoch", subscriptions.Granted: "Fe gytunoch",
		subscriptions.Enrolled: "Fe'ch rhoddwyd ar y rhestr", subscriptions.Withdrawn: "Fe adawoch", subscriptions.Suppressed: "Ataliwyd e-byst",
		subscriptions.Lapsed: "Daeth yr hyn y cytunoch iddo i ben gyda'i gyfnod", subscriptions.Restricted: "Cyfyngwyd ar ddefnyddio eich data",
		subscriptions.Released: "Daeth y cyfyngiad i ben", subscriptions.Erased: "Dilëwyd eich data", subscriptions.Informed: "Anfonwyd hysbysiad preifatrwydd atoch",
		subscriptions.Paused: "Fe gymeroch saib", subscriptions.ProfilingRefused: "Fe wrthodoch gael eich dewis yn ôl yr hyn a wnaethoch", subscriptions.ProfilingAllowed: "Fe ganiataoch gael eich dewis yn ôl yr hyn a wnaethoch",
		subscriptions.ObjectedToMarketing: "Fe wrthwynebasoch farchnata",
	}
	return pickWord(w.lang, en, cy, e.Kind)
}

// channel says how an event came about.
func (w ownWords) channel(c subscriptions.Channel) string {
	en := map[subscriptions.Channel]string{
		subscriptions.ByForm: "form on the website", subscriptions.ByLink: "link in an email", subscriptions.ByOneClick: "button of your mail program",
		subscriptions.ByMail: "email from you", subscriptions.ByStaff: "entered by staff", subscriptions.ByAPI: "another system of ours", subscriptions.ByImport: "import",
		subscriptions.ByReport: "report of a mail system", subscriptions.ByScheduler: "passing of time",
	}
	cy := map[subscriptions.Channel]string{
		subscriptions.ByForm: "ffurflen ar y wefan", subscriptions.ByLink: "dolen mewn e-bost", subscriptions.ByOneClick: "botwm eich rhaglen e-bost",
		subscriptions.ByMail: "e-bost gennych", subscriptions.ByStaff: "cofnodwyd gan staff", subscriptions.ByAPI: "system arall sydd gennym", subscriptions.ByImport: "mewnforio",
		subscriptions.ByReport: "adroddiad system e-bost", subscriptions.ByScheduler: "treigl amser",
	}
	return pickWord(w.lang, en, cy, c)
}

// letter says what a letter was about.
func (w ownWords) letter(k mailer.LetterKind) string {
	en := map[mailer.LetterKind]string{
		mailer.ConfirmationLetter: "Please confirm", mailer.UnsubscribedLetter: "You are unsubscribed", mailer.WhichAddressLetter: "Which address to stop",
		mailer.CaseReceivedLetter: "We have received your request", mailer.VisitLetter: "Your link to what we hold about you", mailer.MoveLetter: "Change of address",
	}
	cy := map[mailer.LetterKind]string{
		mailer.ConfirmationLetter: "Cadarnhewch", mailer.UnsubscribedLetter: "Rydych wedi dad-danysgrifio", mailer.WhichAddressLetter: "Pa gyfeiriad i'w atal",
		mailer.CaseReceivedLetter: "Rydym wedi cael eich cais", mailer.VisitLetter: "Eich dolen i'r hyn sydd gennym amdanoch", mailer.MoveLetter: "Newid cyfeiriad",
	}
	return pickWord(w.lang, en, cy, k)
}

// mailState says what became of a message.
func (w ownWords) mailState(state string) string {
	en := map[string]string{
		"sent": "Sent", "failed": "Not delivered", "refused": "Not sent", "uncertain": "Perhaps sent", "waiting": "On its way", "started": "On its way",
	}
	cy := map[string]string{
		"sent": "Wedi'i anfon", "failed": "Heb ei ddosbarthu", "refused": "Heb ei anfon", "uncertain": "Efallai wedi'i anfon", "waiting": "Ar ei ffordd", "started": "Ar ei ffordd",
	}
	return pickWord(w.lang, en, cy, state)
}

// pickWord returns the words for a value in a language, and the value itself where there are none.
func pickWord[K ~string](lang string, en, cy map[K]string, k K) string {
	words := en
	if lang == templates.Welsh {
		words = cy
	}
	if word := words[k]; word != "" {
		return word
	}
	return pages.Sentence(string(k))
}
