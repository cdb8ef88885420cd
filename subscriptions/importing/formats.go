package importing

import (
	"slices"
	"strings"
	"time"

	"assent/internal/errs"
	"assent/subscriptions"
)

// Format is which program wrote a file.
type Format string

const (
	// Plain is a file of our own, or one whose columns were named as ours are.
	Plain Format = ""
	// Listmonk is the export of subscribers of listmonk: uuid, email, name, attributes, status, created_at, updated_at.
	Listmonk Format = "listmonk"
	// Mailchimp is one of the three files of an audience export of Mailchimp: subscribed, unsubscribed or cleaned.
	Mailchimp Format = "mailchimp"
)

// ParseFormat reads the name of a format; "", "csv" and "jsonl" are Plain. Kind Invalid.
func ParseFormat(name string) (Format, error) {
	switch f := Format(strings.ToLower(name)); f {
	case Plain, "csv", "jsonl":
		return Plain, nil
	case Listmonk, Mailchimp:
		return f, nil
	}
	return Plain, errs.E("importing: format", errs.Invalid, "The format must be csv, jsonl, listmonk or mailchimp.", nil)
}

// formatRules is how a program writes its files.
type formatRules struct {
	format Format
	names  map[string]string // its columns by plain name, to ours; "" for those that say nothing we keep
	clock  string            // its times, besides RFC 3339
	source string            // of rows that do not name theirs
	act    string            // what a row with a time of acting shows
	dates  DateOrder
	zone   *time.Location // of hours that name none
}

// leftOut are columns of Mailchimp that are guesses, marks of its own or nobody's business: among them the reason of an opt-out, for none is kept.
const leftOut = `member_rating confirm_ip latitude longitude gmtoff dstoff timezone cc region last_changed leid euid notes tags
	unsub_campaign_title unsub_campaign_id unsub_reason unsub_reason_other clean_campaign_title clean_campaign_id`

// rules returns how the program writes the file with this header.
func (f Format) rules(header []string) (formatRules, error) {
	r := formatRules{format: f}
	switch f {
	case Listmonk:
		// Times are written as Go prints them; created_at is the day on which somebody put the row there, which is no act.
		r.names = map[string]string{"uuid": "", "created_at": "", "updated_at": "out_at"}
		r.clock, r.source = "2006-01-02 15:04:05.999999999 -0700 MST", "listmonk export"
		return r, r.need(header, "email", "status")
	case Mailchimp:
		r.names = map[string]string{
			"optin_time": "acted_at", "optin_ip": "ip", "confirm_time": "confirmed_at", "unsub_time": "out_at", "clean_time": "out_at",
		}
		for name := range strings.FieldsSeq(leftOut) {
			r.names[name] = ""
		}
		r.names["address"] = "" // where they live: a field that each new audience has
		r.clock, r.source, r.act = time.DateTime, "Mailchimp export", "signed up on a Mailchimp form (OPTIN_TIME)"
		for _, field := range header {
			switch plainName(field) {
			case "unsub_time":
				r.act = unsubscribedFile
			case "clean_time":
				r.act = cleanedFile
			}
		}
		return r, r.need(header, "email_address", "leid")
	}
	// Our own exports come in again as they are: row numbers mean nothing elsewhere, and when a permission ends follows from the act.
	r.names = map[string]string{"subscriber_id": "", "expires_at": ""}
	return r, nil
}

// What the rows of Mailchimp's other two files are.
const (
	unsubscribedFile = "unsubscribed"
	cleanedFile      = "cleaned"
)

// need refuses a file that another program wrote.
func (f formatRules) need(header []string, names ...string) error {
	for _, name := range names {
		if !slices.ContainsFunc(header, func(field string) bool { return plainName(field) == name }) {
			return errs.E("importing: header", errs.Invalid, "This is no export of "+string(f.format)+": it has no column "+name+". Leave the format out, and name the columns as they are named here.", nil)
		}
	}
	return nil
}

// value takes an attribute's value to the form of ours, which has a bar between several values. Mailchimp writes "One","Two".
func (f formatRules) value(a subscriptions.Attribute, text string) string {
	if a.Type == subscriptions.DateAttribute {
		if at, _, ok := f.dates.read(text, f.zone); ok {
			return at.Format(time.DateOnly)
		}
	}
	if f.format != Mailchimp || !strings.HasPrefix(text, `"`) {
		return text
	}
	return strings.ReplaceAll(strings.Trim(text, `"`), `","`, "|")
}

// stands reads how a person stands where the file comes from: nil when they may be mailed there. No status of another system is a permission
// here, and every bar of it is one here (H3).
func (f formatRules) stands(c *Columns, get func(column) string, now time.Time) (*subscriptions.ForeignBar, error) {
	status := strings.ToLower(get(statusColumn))
	if f.format == Mailchimp && (f.act == unsubscribedFile || f.act == cleanedFile) {
		status = f.act
	}
	switch status {
	case "", "active", "enabled", "subscribed", "confirmed":
		return nil, nil
	}
	list := c.in.List()
	bar := subscriptions.ForeignBar{Kind: subscriptions.Suppressed, Reason: "external list", Scope: subscriptions.ProgrammeScope(list.ProgrammeID)}
	switch status {
	case "unsubscribed", "withdrawn", "opted out":
		bar.Kind, bar.Reason, bar.Scope = subscriptions.Withdrawn, "", subscriptions.ListScope(list)
	case "cleaned", "bounced":
		bar.Reason, bar.Scope = subscriptions.DeadAddress, subscriptions.Everything()
	case "blocklisted", "blacklisted", "suppressed":
	case "disabled", "pending", "unconfirmed", "lapsed", "expired":
		return nil, errs.E("importing: row", errs.Refused, "This person is "+status+" where the file comes from, and was not mailed there either.", nil)
	default:
		return nil, mistake("The status is none that is known: active, unsubscribed, suppressed, disabled, pending or lapsed.")
	}
	bar.Evidence = subscriptions.Evidence{"status": status}
	if f.source != "" {
		bar.Evidence["source"] = f.source
	}
	if text := get(outAtColumn); text != "" {
		at, kept, err := f.time("out_at", text, now)
		if err != nil {
			return nil, err
		}
		bar.At, bar.Evidence["out_at"] = at, kept
	}
	return &bar, nil
}
