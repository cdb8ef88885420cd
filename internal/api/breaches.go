package api

import (
	"context"
	"net/http"
	"time"

	"assent/inbox/cases/breach"
	"assent/internal/audit"
	"assent/internal/auth"
)

type newBreachRecord struct {
	AwareAt       time.Time  `json:"aware_at" doc:"When you became aware: the 72 hours run from here."`
	HappenedFrom  string     `json:"happened_from,omitempty" maxLength:"10" example:"2026-11-20"`
	HappenedTo    string     `json:"happened_to,omitempty" maxLength:"10" example:"2026-11-21"`
	Nature        string     `json:"nature,omitempty" maxLength:"8000" doc:"What happened (Article 33(3)(a)). Name nobody: the register stays when people are erased." example:"A list was mailed to the wrong firm."`
	Cause         string     `json:"cause,omitempty" maxLength:"8000"`
	People        string     `json:"people,omitempty" maxLength:"8000" doc:"Whose data: categories." example:"subscribers to the newsletter"`
	PeopleNumber  int        `json:"people_number,omitempty" minimum:"0" doc:"About how many." example:"340"`
	Records       string     `json:"records,omitempty" maxLength:"8000" doc:"Which records: categories." example:"names and email addresses"`
	RecordsNumber int        `json:"records_number,omitempty" minimum:"0" example:"340"`
	Consequences  string     `json:"consequences,omitempty" maxLength:"8000" doc:"Likely ones (33(3)(c))."`
	Measures      string     `json:"measures,omitempty" maxLength:"8000" doc:"Taken or proposed (33(3)(d))."`
	Risk          string     `json:"risk,omitempty" enum:"unlikely,some,high" example:"some"`
	RiskWhy       string     `json:"risk_why,omitempty" maxLength:"8000"`
	NotifiedAt    *time.Time `json:"notified_at,omitempty" doc:"When the Commissioner was told."`
	NotifiedRef   string     `json:"notified_ref,omitempty" maxLength:"300"`
	LateWhy       string     `json:"late_why,omitempty" maxLength:"8000" doc:"Why later than 72 hours (33(1))."`
	NotNotified   string     `json:"not_notified,omitempty" maxLength:"8000" doc:"Why the Commissioner is not told: only where no risk is likely."`
	PeopleToldOn  string     `json:"people_told_on,omitempty" maxLength:"10"`
	PeopleToldHow string     `json:"people_told_how,omitempty" maxLength:"8000"`
	PeopleToldN   int        `json:"people_told_number,omitempty" minimum:"0" example:"0"`
	NotTold       string     `json:"not_told,omitempty" enum:"no-high-risk,unreadable,risk-gone,disproportionate" doc:"Why the people are not told (Article 34)."`
	NotToldWhy    string     `json:"not_told_why,omitempty" maxLength:"8000"`
}

func (n newBreachRecord) record() breach.Record {
	r := breach.Record{
		AwareAt: n.AwareAt, HappenedFrom: n.HappenedFrom, HappenedTo: n.HappenedTo, Nature: n.Nature, Cause: n.Cause, People: n.People, PeopleNumber: n.PeopleNumber, Records: n.Records,
		RecordsNumber: n.RecordsNumber, Consequences: n.Consequences, Measures: n.Measures, Risk: breach.Risk(n.Risk), RiskWhy: n.RiskWhy, NotifiedRef: n.NotifiedRef, LateWhy: n.LateWhy,
		NotNotified: n.NotNotified, PeopleToldOn: n.PeopleToldOn, PeopleToldHow: n.PeopleToldHow, PeopleToldN: n.PeopleToldN, NotTold: n.NotTold, NotToldWhy: n.NotToldWhy,
	}
	if n.NotifiedAt != nil {
		r.NotifiedAt = *n.NotifiedAt
	}
	return r
}

type breachFile struct {
	Record   breach.Record   `json:"record" doc:"The newest version; empty while nothing is on record."`
	Lacks    []string        `json:"lacks" nullable:"false" doc:"What of Article 33(3) is not on record yet."`
	Versions []breachVersion `json:"versions" nullable:"false" doc:"The oldest first. None is ever changed."`
	Evidence []evidence      `json:"evidence" nullable:"false" doc:"Read again and held to the hash that was listed."`
	Frozen   bool            `json:"frozen" doc:"Nothing of it is erased or disposed of."`
}

type breachVersion struct {
	Number  int           `json:"number" example:"1"`
	Actor   string        `json:"actor" example:"user:3"`
	SavedAt time.Time     `json:"saved_at"`
	Record  breach.Record `json:"record"`
}

type evidence struct {
	Sort     string    `json:"sort" enum:"file,message" example:"file"`
	ItemID   int64     `json:"item_id" example:"2"`
	Digest   string    `json:"digest" doc:"SHA-256, in hex."`
	ListedAt time.Time `json:"listed_at"`
	Actor    string    `json:"actor" example:"user:3"`
	Whole    bool      `json:"whole" doc:"Its bytes are those that were listed." example:"true"`
}

type evidenceRelease struct {
	Why string `json:"why" minLength:"1" maxLength:"8000" example:"The Commissioner has closed the matter."`
}

func (a *api) breachRoutes() {
	act := func(id, method, path, summary, about string) operation {
		op := operation{id: id, method: method, path: base + "/cases/{id}" + path, tag: "Cases", scope: auth.CasesWrite, summary: summary, about: about}
		if method == http.MethodGet {
			op.scope = auth.CasesRead
		}
		return op
	}
	add(a, act("get-breach", http.MethodGet, "/breach", "Get the record of a breach, with its evidence checked", ""), a.getBreach)
	add(a, act("save-breach", http.MethodPost, "/breach", "Keep a new version of the record of a breach",
		"What is not known yet may be left out and given later (Article 33(4)). That the Commissioner or the people were told, or why not, goes on the timeline and meets its clock."), a.saveBreach)
	add(a, act("list-evidence", http.MethodPost, "/breach/evidence", "List the evidence of a breach with its hashes",
		"All files of the case and all mail that came in. The evidence of a breach is frozen from the opening of its case."), a.listEvidence)
	add(a, act("release-evidence", http.MethodPost, "/breach/release", "Release the evidence of a closed breach", "From then on retention and erasure treat it like any other."), a.releaseEvidence)
}

func (a *api) getBreach(ctx context.Context, in *struct{ InID }) (*reply[breachFile], error) {
	return a.breachReply(ctx, in.ID)
}

// breachReply shows the record of a breach, once its reading is on record.
func (a *api) breachReply(ctx context.Context, id int64) (*reply[breachFile], error) {
	if err := a.record(ctx, audit.Note{Action: audit.ReadCase, Object: audit.About("case", id)}); err != nil {
		return nil, err
	}
	s := a.Registers.Breaches
	found, err := s.Verify(ctx, id)
	if err != nil {
		return nil, err
	}
	versions, err := s.Store.Breach(ctx, id)
	if err != nil {
		return nil, err
	}
	_, released, err := s.Store.Released(ctx, id)
	if err != nil {
		return nil, err
	}
	out := breachFile{Versions: []breachVersion{}, Evidence: []evidence{}, Frozen: !released}
	for _, v := range versions {
		out.Versions, out.Record = append(out.Versions, breachVersion{Number: v.Number, Actor: v.Actor, SavedAt: utc(v.SavedAt), Record: v.Record}), v.Record
	}
	out.Lacks = append([]string{}, out.Record.Lacks()...)
	for _, f := range found {
		out.Evidence = append(out.Evidence, evidence{Sort: string(f.Sort), ItemID: f.ItemID, Digest: f.Digest, ListedAt: utc(f.ListedAt), Actor: f.Actor, Whole: f.Whole})
	}
	return &reply[breachFile]{Body: out}, nil
}

func (a *api) saveBreach(ctx context.Context, in *inCase[newBreachRecord]) (*reply[breachFile], error) {
	if _, err := a.Registers.Breaches.Save(ctx, in.ID, actor(ctx).String(), in.Body.record()); err != nil {
		return nil, err
	}
	return a.breachReply(ctx, in.ID)
}

func (a *api) listEvidence(ctx context.Context, in *struct{ InID }) (*reply[breachFile], error) {
	if _, err := a.Registers.Breaches.List(ctx, in.ID, actor(ctx).String()); err != nil {
		return nil, err
	}
	return a.breachReply(ctx, in.ID)
}

func (a *api) releaseEvidence(ctx context.Context, in *inCase[evidenceRelease]) (*reply[breachFile], error) {
	if err := a.Registers.Breaches.Release(ctx, in.ID, actor(ctx).String(), in.Body.Why); err != nil {
		return nil, err
	}
	return a.breachReply(ctx, in.ID)
}
