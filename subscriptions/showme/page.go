package showme

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"assent/subscriptions"
	"assent/templates"
)

// Page lays a signed pack out for people to read, with its times in a zone.
func Page(p *Pack, zone *time.Location) templates.PackDocument {
	texts, numbers := p.numberTexts(zone)
	out := templates.PackDocument{
		Address: p.Address, MadeAt: p.MadeAt.In(zone), MadeBy: p.MadeBy, Known: p.Person != nil, Texts: texts,
		Ledger: fmt.Sprintf("%d %s", p.Ledger.Seq, p.Ledger.Hash), Seal: p.Seal, Fingerprint: p.Signature.Fingerprint, Key: p.Signature.Key,
	}
	if who := p.Person; who != nil {
		out.Erased = who.Erased
		for _, f := range []templates.Fact{
			{Name: "Name", Value: who.Name}, {Name: "Language", Value: who.Language}, {Name: "Source", Value: who.Source},
			{Name: "On record since", Value: who.CreatedAt.In(zone).Format("2 January 2006")}, {Name: "Number", Value: strconv.FormatInt(who.ID, 10)},
		} {
			if f.Value != "" {
				out.Facts = append(out.Facts, f)
			}
		}
	}
	for _, l := range p.Lists {
		out.Standings = append(out.Standings, templates.PackStanding{
			List: cmp.Or(l.Name, fmt.Sprintf("list %d", l.ID)), Programme: l.Programme, Purpose: l.Purpose, Basis: strings.ReplaceAll(l.Basis, "-", " "), Status: l.Status,
			Allowed: l.Allowed, Why: l.Reason, Event: l.Event, Ends: in(l.ExpiresAt, zone),
		})
	}
	for _, b := range p.Bars {
		out.Bars = append(out.Bars, templates.PackBar{What: p.about(b.Scope), Reason: b.Reason, Event: b.Event})
	}
	for _, e := range p.Events {
		out.Events = append(out.Events, p.showEvent(e, numbers, zone))
	}
	for _, m := range p.Messages {
		out.Messages = append(out.Messages, templates.PackMessage{
			Name: m.Name, Subject: m.Subject, State: m.State, Reply: m.Reply, Report: m.Report, At: in(m.StartedAt, zone), Permission: m.Event, GateSeq: m.GateSeq, Why: m.Reason,
		})
	}
	for _, l := range p.Letters {
		out.Letters = append(out.Letters, templates.PackLine{What: strings.ReplaceAll(l.Kind, "-", " "), State: l.State, At: l.CreatedAt.In(zone)})
	}
	for _, c := range p.Cases {
		out.Cases = append(out.Cases, templates.PackLine{What: c.Reference + " (" + c.Kind + ")", State: c.State, At: c.ReceivedAt.In(zone)})
	}
	return out
}

// numberTexts gives every text a number to refer to, and says what it is.
func (p *Pack) numberTexts(zone *time.Location) (out []templates.PackText, numbers map[string]int) {
	numbers = map[string]int{}
	for i, t := range p.Texts {
		what := "Words beside the act"
		for _, n := range p.Notices {
			if n.Digest == t.Digest {
				what = fmt.Sprintf("Privacy notice of %s, version %d, published on %s", n.Programme, n.Version, n.PublishedAt.In(zone).Format("2 January 2006"))
			}
		}
		numbers[t.Digest] = i + 1
		out = append(out, templates.PackText{Number: i + 1, What: what, Text: t.Text, Digest: t.Digest})
	}
	return out, numbers
}

// about says in words what a scope reaches.
func (p *Pack) about(s Scope) string {
	switch subscriptions.Reach(s.Reach) {
	case subscriptions.OneList:
		for _, l := range p.Lists {
			if l.ID == s.List {
				return l.Name
			}
		}
	case subscriptions.EverythingReach:
		return "everything"
	}
	return s.scope().String()
}

func (p *Pack) showEvent(e Event, numbers map[string]int, zone *time.Location) templates.PackEvent {
	out := templates.PackEvent{
		Number: e.Seq, At: e.At.In(zone), What: eventWords(subscriptions.EventKind(e.Kind)), Where: p.about(e.Scope), How: e.Channel, By: e.Actor, Source: e.Source, Reason: e.Reason,
		EvidenceErased: e.Evidence == "" && e.Salt == "", Wording: numbers[e.WordingDigest], Notice: numbers[e.NoticeDigest], Ends: in(e.ExpiresAt, zone), Hash: e.Hash,
	}
	evidence := e.evidence()
	for _, name := range slices.Sorted(maps.Keys(evidence)) {
		out.Evidence = append(out.Evidence, templates.Fact{Name: strings.ReplaceAll(name, "_", " "), Value: fmt.Sprint(evidence[name])})
	}
	return out
}

// eventWords says what happened.
func eventWords(k subscriptions.EventKind) string {
	words := map[subscriptions.EventKind]string{
		subscriptions.Requested: "Asked to subscribe", subscriptions.Confirmed: "Confirmed from the mailbox", subscriptions.Granted: "Agreed",
		subscriptions.Enrolled: "Put on the list on another basis than consent", subscriptions.Withdrawn: "Opted out", subscriptions.Suppressed: "Suppressed",
		subscriptions.Lapsed: "The permission ended", subscriptions.Restricted: "Processing was restricted", subscriptions.Released: "The restriction was lifted",
		subscriptions.Erased: "Erased", subscriptions.Informed: "Was told of a privacy notice", subscriptions.Paused: "Asked for a pause",
		subscriptions.ProfilingRefused: "Refused profiling", subscriptions.ProfilingAllowed: "Allowed profiling",
		subscriptions.ObjectedToMarketing: "Objected to direct marketing",
	}
	return cmp.Or(words[k], string(k))
}

func in(t *time.Time, zone *time.Location) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.In(zone)
}
