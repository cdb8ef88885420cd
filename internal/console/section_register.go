package console

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/inbox/cases/breach"
	"assent/inbox/cases/thirdparty"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/templates"
)

// breachFields are the fields of the record of a breach, in the order of Article 33(3).
func breachFields() []templates.RegisterField {
	return []templates.RegisterField{
		{Name: "aware_at", Label: "When we became aware", Hint: "The 72 hours run from here.", Type: "datetime-local"},
		{Name: "happened_from", Label: "It happened from", Type: "date"}, {Name: "happened_to", Label: "until", Type: "date"},
		{Name: "nature", Label: "What happened", Hint: "Name nobody: the register stays when people are erased.", Long: true}, {Name: "cause", Label: "Why it happened", Long: true},
		{Name: "people", Label: "Whose data: categories of people", Type: "text"}, {Name: "people_number", Label: "About how many people", Type: "number"},
		{Name: "records", Label: "Which records: categories", Type: "text"}, {Name: "records_number", Label: "About how many records", Type: "number"},
		{Name: "consequences", Label: "Likely consequences", Long: true}, {Name: "measures", Label: "What is done about it", Long: true},
		{Name: "risk", Label: "Risk to people", Choices: pick("", "Not known yet", "unlikely", "Unlikely", "some", "Some: the Commissioner is told", "high", "High: the people are told as well")},
		{Name: "risk_why", Label: "Why the risk is so", Long: true},
		{Name: "notified_at", Label: "The Commissioner was told", Type: "datetime-local"}, {Name: "notified_ref", Label: "Their reference", Type: "text"},
		{Name: "late_why", Label: "If after more than 72 hours: why", Long: true}, {Name: "not_notified", Label: "If the Commissioner is not told: why", Hint: "Only where no risk is likely (Article 33(1)).", Long: true},
		{Name: "people_told_on", Label: "The people were told on", Type: "date"}, {Name: "people_told_how", Label: "How", Type: "text"}, {Name: "people_told_number", Label: "How many", Type: "number"},
		{Name: "not_told", Label: "If the people are not told", Choices: pick("", "They are, or it is open", "no-high-risk", "The risk is not high", "unreadable", "The data was unreadable", "risk-gone", "What was done since takes the high risk away", "disproportionate", "Out of proportion: told in public instead")},
		{Name: "not_told_why", Label: "Why", Long: true},
	}
}

func pick(pairs ...string) (out []templates.CaseChoice) {
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, templates.CaseChoice{Value: pairs[i], Label: pairs[i+1]})
	}
	return out
}

// filled puts what is on record into fields. Moments are shown in the operators' zone.
func (s *console) filled(fields []templates.RegisterField, record any) ([]templates.RegisterField, error) {
	raw, err := json.Marshal(record)
	if err != nil {
		return nil, errs.E("console: record", errs.Internal, "", err)
	}
	var values map[string]any
	if err := json.Unmarshal(raw, &values); err != nil {
		return nil, errs.E("console: record", errs.Internal, "", err)
	}
	for i, f := range fields {
		switch v := values[f.Name].(type) {
		case string:
			f.Value = v
			if t, err := time.Parse(time.RFC3339, v); err == nil && f.Type == "datetime-local" {
				f.Value = s.local(t).Format(formMoment)
				if t.IsZero() {
					f.Value = ""
				}
			}
		case float64:
			if v != 0 {
				f.Value = strconv.FormatInt(int64(v), 10)
			}
		}
		for j := range f.Choices {
			f.Choices[j].Chosen = f.Choices[j].Value == f.Value
		}
		fields[i] = f
	}
	return fields, nil
}

// typed reads fields from a form into a record. Kind of error: Invalid.
func (s *console) typed(c *gin.Context, fields []templates.RegisterField, into any) error {
	values := map[string]any{}
	for _, f := range fields {
		text := strings.TrimSpace(c.Request.PostForm.Get(templates.RecordPrefix + f.Name))
		switch {
		case text == "":
		case f.Type == "number" || f.Name == "form_file_id":
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return errs.E("console: record", errs.Invalid, "“"+f.Label+"” wants a number. Nothing was kept.", err)
			}
			values[f.Name] = n
		case f.Type == "datetime-local":
			t, err := time.ParseInLocation(formMoment, text, s.Zone)
			if err != nil {
				return errs.E("console: record", errs.Invalid, "“"+f.Label+"” wants a day and a time. Nothing was kept.", err)
			}
			values[f.Name] = t
		default:
			values[f.Name] = text
		}
	}
	raw, err := json.Marshal(values)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return errs.E("console: record", errs.Invalid, "The form could not be read. Nothing was kept.", err)
	}
	return nil
}

// breachSection shows the record of a breach, its evidence read again, and the form.
func (s *console) breachSection(ctx context.Context, by auth.Actor, k cases.Case, typed url.Values) (string, any, error) {
	desk := s.Registers.Breaches
	versions, err := desk.Store.Breach(ctx, k.ID)
	if err != nil {
		return "", nil, err
	}
	found, err := desk.Verify(ctx, k.ID)
	if err != nil {
		return "", nil, err
	}
	_, released, err := desk.Store.Released(ctx, k.ID)
	if err != nil {
		return "", nil, err
	}
	r := breach.Record{AwareAt: k.ReceivedAt}
	if n := len(versions); n > 0 {
		r = versions[n-1].Record
	}
	page := templates.RegisterSection{Title: "The record of the breach (Article 33)", Hint: "What is not known yet may be left out and given later (Article 33(4)). Each time a new version is kept.", Action: caseURL(k.ID) + "/breach"}
	changed := 0
	for _, f := range found {
		if !f.Whole {
			changed++
		}
	}
	state := "Frozen: nothing of it is erased or disposed of"
	if released {
		state = "Released"
	}
	page.Facts = []templates.Fact{{Name: "Versions on record", Value: strconv.Itoa(len(versions))}, {Name: "Still missing", Value: strings.Join(r.Lacks(), ", ")}, {Name: "Evidence", Value: state}, {Name: "Listed with their hashes", Value: strconv.Itoa(len(found))}}
	if changed > 0 {
		page.Says = append(page.Says, "Not as it was when it was listed: "+strconv.Itoa(changed)+" of "+strconv.Itoa(len(found))+" pieces of evidence.")
	}
	fields, err := s.filled(breachFields(), r)
	if err != nil {
		return "", nil, err
	}
	if len(versions) > 0 {
		page.Facts = append(page.Facts, onRecord(fields)...)
	}
	page.Facts = withoutEmpty(page.Facts)
	if !by.May(auth.CasesWrite) {
		return "section-register", page, nil
	}
	page.Acts = []templates.RegisterAct{{Label: "List the evidence with its hashes", Action: caseURL(k.ID) + "/breach/evidence"}}
	if !k.Open() {
		if !released {
			page.Acts = append(page.Acts, templates.RegisterAct{Label: "Release the evidence", Action: caseURL(k.ID) + "/breach/release", Note: "Why it is needed no more"})
		}
		return "section-register", page, nil
	}
	page.Fields, page.Open = typedOver(fields, typed)
	return "section-register", page, nil
}

func (s *console) saveBreach(c *gin.Context, by auth.Actor) error {
	k, err := s.formCase(c)
	if err != nil {
		return err
	}
	var r breach.Record
	if err = s.typed(c, breachFields(), &r); err == nil {
		_, err = s.Registers.Breaches.Save(c.Request.Context(), k.ID, by.String(), r)
	}
	return s.afterAct(c, by, k, err)
}

func (s *console) listEvidence(c *gin.Context, by auth.Actor) error {
	k, err := s.formCase(c)
	if err != nil {
		return err
	}
	_, err = s.Registers.Breaches.List(c.Request.Context(), k.ID, by.String())
	return s.afterAct(c, by, k, err)
}

func (s *console) releaseEvidence(c *gin.Context, by auth.Actor) error {
	k, err := s.formCase(c)
	if err != nil {
		return err
	}
	return s.afterAct(c, by, k, s.Registers.Breaches.Release(c.Request.Context(), k.ID, by.String(), c.Request.PostForm.Get(templates.FieldNote)))
}

// thirdPartyFields are the fields of the record of a third party's request. files are those of the case.
func thirdPartyFields(files []cases.File) []templates.RegisterField {
	laws := pick("", "None is named")
	for _, g := range thirdparty.Gateways() {
		laws = append(laws, templates.CaseChoice{Value: g.Code, Label: g.Words + " (" + g.Rule + ")"})
	}
	forms := pick("", "It has not come")
	for _, f := range files {
		forms = append(forms, templates.CaseChoice{Value: itoa(f.ID), Label: f.Name})
	}
	return []templates.RegisterField{
		{Name: "Organisation", Label: "Which organisation asks", Type: "text"}, {Name: "Officer", Label: "Who there", Type: "text"}, {Name: "TheirRef", Label: "Their reference", Type: "text"},
		{Name: "Wanted", Label: "Which data they want, and for what", Long: true}, {Name: "Gateway", Label: "The law that it rests on", Choices: laws}, {Name: "GatewayWords", Label: "What they say to it", Long: true},
		{Name: "form_file_id", Label: "The formal written request, among the files", Choices: forms},
		{Name: "Disclosed", Label: "What was disclosed", Hint: "Nothing is by default. Only after a person decided so.", Long: true}, {Name: "DisclosedOn", Label: "When", Type: "date"}, {Name: "Means", Label: "How", Type: "text"},
		{Name: "Told", Label: "The person", Choices: pick("", "Not settled", thirdparty.Told, "was told", thirdparty.NotTold, "was not told")}, {Name: "ToldWhy", Label: "If not told: why", Long: true},
	}
}

// thirdPartySection shows what is on record about a third party's request, and the form.
func (s *console) thirdPartySection(ctx context.Context, by auth.Actor, k cases.Case, typed url.Values) (string, any, error) {
	r, ok, err := s.Registers.ThirdParties.Store.Disclosure(ctx, k.ID)
	if err != nil {
		return "", nil, err
	}
	page := templates.RegisterSection{Title: "Who asks for what, and what they got", Action: caseURL(k.ID) + "/third-party"}
	files, err := s.Cases.CaseFiles(ctx, k.ID)
	if err != nil {
		return "", nil, err
	}
	fields, err := s.filled(thirdPartyFields(files), struct {
		thirdparty.Record
		File string `json:"form_file_id"`
	}{r, map[bool]string{true: itoa(r.FormFileID)}[r.FormFileID != 0]})
	if err != nil {
		return "", nil, err
	}
	if ok {
		page.Facts = onRecord(fields)
	}
	parties, err := s.Cases.CaseParties(ctx, k.ID)
	if err != nil {
		return "", nil, err
	}
	if aboutWhoAsks(parties) {
		page.Says = append(page.Says, "The case says that it is about whoever asks. Name below, under People, the person whose data they want.")
	}
	if r.Disclosed == "" {
		page.Says = append(page.Says, "Nothing is disclosed by default: a law, the formal written request, and a person’s decision come first.")
	}
	if !by.May(auth.CasesWrite) || !k.Open() {
		return "section-register", page, nil
	}
	if r.Gateway == "" && k.Decision != nil {
		offer(fields, "gateway", k.Decision.Reasons)
	}
	page.Fields, page.Open = typedOver(fields, typed)
	return "section-register", page, nil
}

// offer chooses beforehand, in the field of a name, the first of some values that it knows.
func offer(fields []templates.RegisterField, name string, values []string) {
	for _, f := range fields {
		for j := range f.Choices {
			if strings.EqualFold(f.Name, name) && f.Choices[j].Value != "" && slices.Contains(values, f.Choices[j].Value) {
				for i := range f.Choices {
					f.Choices[i].Chosen = i == j
				}
				return
			}
		}
	}
}

func (s *console) saveThirdParty(c *gin.Context, by auth.Actor) error {
	k, err := s.formCase(c)
	if err != nil {
		return err
	}
	files, err := s.Cases.CaseFiles(c.Request.Context(), k.ID)
	if err != nil {
		return err
	}
	var typed struct {
		thirdparty.Record
		File int64 `json:"form_file_id"`
	}
	if err = s.typed(c, thirdPartyFields(files), &typed); err == nil {
		typed.FormFileID = typed.File
		_, err = s.Registers.ThirdParties.Save(c.Request.Context(), k.ID, by.String(), typed.Record)
	}
	return s.afterAct(c, by, k, err)
}

// aboutWhoAsks reports whether everybody whom a case is about is also who asks, as a mail is taken until somebody says otherwise.
func aboutWhoAsks(parties []cases.Party) bool {
	asks := func(p cases.Party) bool { return p.Role == cases.Requester }
	return !slices.ContainsFunc(parties, func(p cases.Party) bool {
		return p.Role == cases.Subject && !slices.ContainsFunc(parties, func(q cases.Party) bool { return asks(q) && q.Address == p.Address && q.Name == p.Name })
	})
}
