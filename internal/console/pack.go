package console

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/internal/web"
	"assent/templates"
)

// packPages puts the steps of requests for access and portability on the engine.
func (s *console) packPages(desk *gin.RouterGroup) {
	form := web.BodyLimit(maxCaseForm)
	at := func(path string) string { return "/cases/:id/pack" + path }
	desk.GET(at(""), s.desk(auth.CasesRead, s.packPage))
	desk.GET(at("/preview"), s.desk(auth.CasesRead, s.previewPack))
	desk.GET(at("/files/:file"), s.desk(auth.CasesRead, s.packFile))
	desk.GET(at("/items/:item"), s.desk(auth.CasesRead, s.itemPage))
	desk.GET(at("/items/:item/file"), s.desk(auth.CasesRead, s.itemFile))
	desk.POST(at("/items/:item"), web.BodyLimit(maxUpload), s.desk(auth.CasesWrite, s.reviewItem))
	for step, act := range s.packSteps() {
		desk.POST(at("/"+step), form, s.desk(auth.CasesWrite, s.packStep(act)))
	}
}

func packURL(caseID int64) string { return caseURL(caseID) + "/pack" }

// packPage shows how far a request for access or portability is, and what can be done next.
func (s *console) packPage(c *gin.Context, by auth.Actor) error {
	k, err := s.readCase(c, by)
	if err != nil {
		return err
	}
	return s.showPack(c, by, k, http.StatusOK, "", "")
}

// showPack shows the page; problem says why what was asked for was not done, and code is shown this once.
func (s *console) showPack(c *gin.Context, by auth.Actor, k cases.Case, status int, problem, code string) error {
	const op = "console: pack"
	ctx := c.Request.Context()
	page := templates.CasePackPage{
		Console: s.around(by), Row: s.caseRow(k), Problem: problem, Code: code, Action: packURL(k.ID), CaseURL: caseURL(k.ID), MayWrite: by.May(auth.CasesWrite) && k.Open(), Open: k.Open(),
		Portable: k.Kind == cases.Portability, Today: clock.DateIn(s.Now(), s.Zone).String(), Days: access.UsualDays, MostDays: access.MostDays, Key: rand.Text(),
		Ways:      []templates.CaseChoice{{Value: string(access.ByPhone), Label: "by telephone"}, {Value: string(access.ByPost), Label: "by post"}, {Value: string(access.ByText), Label: "by text message"}, {Value: string(access.InPerson), Label: "in person"}},
		Languages: choices(orLanguage(k.Language), templates.CaseChoice{Value: "en", Label: "English"}, templates.CaseChoice{Value: "cy", Label: "Welsh"}),
	}
	if on := k.Facts.DoneOn(access.DutyPlaces); !on.IsZero() {
		page.PlacesDone = on.Long()
	}
	if on := k.Facts.DoneOn(access.DutyIdentity); !on.IsZero() {
		page.Established = on.Long()
	} else if k.Facts.Established() {
		page.Established = k.Facts.Proof.On.Long()
	}
	if k.Decision != nil {
		page.Decided = outcomeWords(k.Decision.Outcome)
	}
	for _, part := range []func(context.Context, cases.Case, *templates.CasePackPage) error{s.packSearch, s.packItems, s.packBundles, s.packLinks, s.packPeople, s.packReceivers} {
		if err := part(ctx, k, &page); err != nil {
			return errs.Wrap(op, err)
		}
	}
	return s.page(c, status, "case-pack", page)
}

func orLanguage(language string) string {
	if language == templates.Welsh {
		return language
	}
	return templates.English
}

// packSearch shows the manifest of the last search, and where staff looked.
func (s *console) packSearch(ctx context.Context, k cases.Case, page *templates.CasePackPage) error {
	last, err := s.Access.Store.LastSearch(ctx, k.ID)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return err
	}
	names, err := s.operatorNames(ctx)
	if err != nil {
		return err
	}
	if last.ID != 0 {
		page.SearchedAt, page.SearchedBy = s.local(last.At), operatorWords(last.Actor, names)
	}
	page.Terms = templates.AccessTerms{Addresses: last.Terms.Addresses, Names: last.Terms.Names, Others: last.Terms.Others,
		MoreAddresses: strings.Join(last.Terms.Addresses, "\n"), MoreNames: strings.Join(last.Terms.Names, "\n"), MoreOthers: strings.Join(last.Terms.Others, "\n")}
	for _, source := range access.Sources() {
		row := templates.AccessSource{Code: source.Code, What: access.Word(source.Code, templates.English), Tables: strings.Join(source.Tables, ", "), By: access.Word("by-"+source.Code, templates.English)}
		if i := slices.IndexFunc(last.Lines, func(l access.Line) bool { return l.Source == source.Code }); i >= 0 {
			row.Found, row.Left, row.Searched = last.Lines[i].Found, last.Lines[i].Left, last.Lines[i].Left == ""
		}
		page.Sources = append(page.Sources, row)
	}
	for _, b := range last.Boxes {
		page.Boxes = append(page.Boxes, templates.DossierBox{Name: b.Name, Messages: int(b.Messages), Since: s.local(b.Since), Until: s.local(b.Until)})
		page.Suggested = append(page.Suggested, fmt.Sprintf("the mailbox %s before %s", b.Name, templates.Day(s.local(b.Since), templates.English)))
	}
	programmes, err := s.People.Store.Programmes(ctx)
	if err != nil {
		return err
	}
	for _, p := range programmes {
		if a := p.Contact.Address.String(); (k.ProgrammeID == 0 || p.ID == k.ProgrammeID) && a != "" {
			page.Suggested = append(page.Suggested, "the mailbox "+a+", unless it is one of those above", "what "+p.Name+" keeps on paper or in other systems")
		}
	}
	places, err := s.Access.Store.Places(ctx, k.ID)
	for _, p := range places {
		page.Places = append(page.Places, templates.AccessPlace{Name: plain(p.Name), By: plain(p.By), Terms: plain(p.Terms), Found: plain(p.Found), On: p.On.Long()})
	}
	return err
}

// maxListed is how many items the page lists; those that nobody decided on come first.
const maxListed = 200

// packItems lists what was found for the review.
func (s *console) packItems(ctx context.Context, k cases.Case, page *templates.CasePackPage) error {
	all, err := s.Access.Items(ctx, k.ID)
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b access.Reviewed) int { return waiting(b) - waiting(a) })
	page.Total = len(all)
	for _, x := range all {
		if waiting(x) == 1 {
			page.Left++
			if x.Clear() {
				page.ClearLeft++
			}
		}
		if len(page.Items) < maxListed {
			page.Items = append(page.Items, s.itemRow(k, x))
		}
	}
	return nil
}

// waiting is 1 for an item that a person must decide on, and 0 otherwise.
func waiting(x access.Reviewed) int {
	if x.Belongs && x.Item.Review.Verdict == access.Unreviewed {
		return 1
	}
	return 0
}

func (s *console) itemRow(k cases.Case, x access.Reviewed) templates.AccessItem {
	row := templates.AccessItem{
		ID: x.ID, URL: fmt.Sprintf("%s/items/%d", packURL(k.ID), x.ID), What: access.Word(x.Source, templates.English), Line: firstWords(x.Content), At: s.local(x.At), Hints: len(x.Proposals), State: verdictState(x.Item.Review.Verdict),
	}
	if !x.Belongs {
		row.NotIn, row.NotInWhy, row.State = true, "Not portable", templates.State{Label: "Not portable", Tone: templates.Calm}
	}
	return row
}

// firstWords is one line that tells items apart.
func firstWords(c access.Content) string {
	var parts []string
	if c.File != nil {
		parts = append(parts, c.File.Name)
	}
	for _, f := range c.Fields {
		if f.Value != "" && len(parts) < 4 {
			parts = append(parts, f.Value)
		}
	}
	if c.Text != "" {
		parts = append(parts, c.Text)
	}
	line := []rune(strings.Join(strings.Fields(strings.Join(parts, " · ")), " "))
	if len(line) > 120 {
		line = append(line[:119], '…')
	}
	return plain(string(line))
}

func verdictState(v access.Verdict) templates.State {
	switch v {
	case access.Kept:
		return templates.State{Label: "Given", Tone: templates.Good}
	case access.Redacted:
		return templates.State{Label: "Given in part", Tone: templates.Alert}
	case access.Replaced:
		return templates.State{Label: "Given as a copy", Tone: templates.Alert}
	case access.Withheld:
		return templates.State{Label: "Withheld", Tone: templates.Bad}
	}
	return templates.State{Label: "To review", Tone: templates.Wait}
}

// packBundles shows every pack that was made.
func (s *console) packBundles(ctx context.Context, k cases.Case, page *templates.CasePackPage) error {
	all, err := s.Access.Store.Packs(ctx, k.ID)
	if err != nil {
		return err
	}
	names, err := s.operatorNames(ctx)
	if err != nil {
		return err
	}
	for _, b := range slices.Backward(all) {
		row := templates.AccessPack{Made: s.local(b.ApprovedAt), By: operatorWords(b.Actor, names), Items: b.Items, Withheld: b.Withheld, Digest: b.Digest, Gone: b.DroppedWhy}
		if b.ApprovedBy != "" {
			row.By += " for " + plain(b.ApprovedBy)
		}
		if b.DroppedAt.IsZero() {
			page.Live = true
			files, err := s.Access.Store.PackFiles(ctx, b.ID)
			if err != nil {
				return err
			}
			for _, f := range files {
				row.Files = append(row.Files, templates.HandoverFile{ID: f.ID, Name: plain(f.Name), Size: sizeWords(f.Size)})
			}
		}
		page.Packs = append(page.Packs, row)
	}
	return nil
}

// packLinks shows the links, and who came.
func (s *console) packLinks(ctx context.Context, k cases.Case, page *templates.CasePackPage) error {
	all, err := s.Access.Store.Links(ctx, k.ID)
	for _, l := range slices.Backward(all) {
		state := l.State(s.Now())
		tone := map[string]templates.Tone{"opened": templates.Good, "waiting": templates.Wait, "locked": templates.Bad, "expired": templates.Calm, "revoked": templates.Calm}[state]
		row := templates.AccessLink{ID: l.ID, ReceiverID: l.ReceiverID, State: templates.State{Label: strings.ToUpper(state[:1]) + state[1:], Tone: tone}, Made: s.local(l.MadeAt), Until: s.local(l.ExpiresAt), Way: strings.ReplaceAll(string(l.Way), "-", " "),
			Live: state == "waiting" || state == "opened" || state == "locked", Why: plain(l.RevokedWhy)}
		for _, o := range l.Openings {
			row.Openings = append(row.Openings, templates.PackLine{What: o.What, At: s.local(o.At)})
		}
		page.Links = append(page.Links, row)
	}
	return err
}

// packPeople offers to whom the link may go, and the files of the case.
func (s *console) packPeople(ctx context.Context, k cases.Case, page *templates.CasePackPage) error {
	parties, err := s.Cases.CaseParties(ctx, k.ID)
	if err != nil {
		return err
	}
	for _, p := range parties {
		if to := p.Address.String(); to != "" && !hasChoice(page.To, to) {
			page.To = append(page.To, templates.CaseChoice{Value: to, Label: to})
		}
	}
	files, err := s.Cases.CaseFiles(ctx, k.ID)
	for _, f := range files {
		page.CaseFiles = append(page.CaseFiles, templates.CaseChoice{Value: itoa(f.ID), Label: plain(f.Name)})
	}
	return err
}

// accessSection shows on a case's page how far its request is.
func (s *console) accessSection(ctx context.Context, _ auth.Actor, k cases.Case, _ url.Values) (string, any, error) {
	page := templates.AccessSection{URL: packURL(k.ID)}
	last, err := s.Access.Store.LastSearch(ctx, k.ID)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return "", nil, err
	}
	items, err := s.Access.Items(ctx, k.ID)
	if err != nil {
		return "", nil, err
	}
	page.Searched, page.Found = s.local(last.At), len(items)
	for _, x := range items {
		page.Left += waiting(x)
	}
	if pack, err := s.Access.Store.PackOf(ctx, k.ID); err == nil {
		page.Pack = fmt.Sprintf("approved (items: %d)", pack.Items)
	} else if errs.KindOf(err) != errs.NotFound {
		return "", nil, err
	}
	return "section-access", page, nil
}

// readPackItem writes that an item is read to the audit trail before it is.
func (s *console) readPackItem(ctx context.Context, by auth.Actor, k cases.Case, itemID int64) error {
	return s.record(ctx, by, audit.Note{Action: audit.ReadCase, Object: audit.About("case", k.ID), PersonID: k.SubjectID, Facts: audit.Values{"item": itemID}})
}
