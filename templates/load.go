package templates

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	htmltemplate "html/template"
	"io"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	texttemplate "text/template"

	"assent/internal/errs"
)

// declared says that a mail or a page exists, which struct fills it, and for a
// page which surroundings it has.
type declared struct {
	name  string
	data  reflect.Type
	frame string // pages only: public or console
}

const (
	public  = "_public"  // an organisation's face, in every language
	console = "_console" // for operators, in English
)

func declaredMails() []declared {
	return []declared{
		{name: "confirm", data: reflect.TypeFor[ConfirmMail]()},
		{name: "permission-request", data: reflect.TypeFor[PermissionRequestMail]()},
		{name: "renewal", data: reflect.TypeFor[RenewalMail]()},
		{name: "annual-confirmation", data: reflect.TypeFor[RenewalMail]()},
		{name: "campaign", data: reflect.TypeFor[CampaignMail]()},
		{name: "unsubscribed", data: reflect.TypeFor[UnsubscribedMail]()},
		{name: "unsubscribe-link", data: reflect.TypeFor[UnsubscribeLinkMail]()},
		{name: "case-received", data: reflect.TypeFor[CaseReceivedMail]()},
		{name: "case-alert", data: reflect.TypeFor[CaseAlertMail]()},
		{name: "case-reminder", data: reflect.TypeFor[CaseReminderMail]()},
		{name: "case-letter", data: reflect.TypeFor[CaseLetterMail]()},
		{name: "notice", data: reflect.TypeFor[NoticeMail]()},
		{name: "identity", data: reflect.TypeFor[IdentityMail]()},
		{name: "visit", data: reflect.TypeFor[VisitMail]()},
		{name: "move", data: reflect.TypeFor[MoveMail]()},
		{name: "erasure", data: reflect.TypeFor[ErasureMail]()},
		{name: "erasure-asked", data: reflect.TypeFor[ErasureAskedMail]()},
		{name: "recipient-notice", data: reflect.TypeFor[RecipientNoticeMail]()},
		{name: "seal", data: reflect.TypeFor[SealMail]()},
	}
}

func declaredPages() []declared {
	return []declared{
		{"home", reflect.TypeFor[HomePage](), public},
		{"subscribe", reflect.TypeFor[SubscribePage](), public},
		{"join", reflect.TypeFor[JoinPage](), public},
		{"subscribe-sent", reflect.TypeFor[SubscribeSentPage](), public},
		{"confirm", reflect.TypeFor[ConfirmPage](), public},
		{"confirmed", reflect.TypeFor[ConfirmedPage](), public},
		{"renew", reflect.TypeFor[RenewPage](), public},
		{"renewed", reflect.TypeFor[RenewedPage](), public},
		{"identity", reflect.TypeFor[IdentityPage](), public},
		{"closed", reflect.TypeFor[ClosedPage](), public},
		{"link-invalid", reflect.TypeFor[LinkInvalidPage](), public},
		{"unsubscribe", reflect.TypeFor[UnsubscribePage](), public},
		{"unsubscribed", reflect.TypeFor[UnsubscribedPage](), public},
		{"preferences", reflect.TypeFor[PreferencesPage](), public},
		{"visit", reflect.TypeFor[VisitPage](), public},
		{"own-record", reflect.TypeFor[OwnRecordPage](), public},
		{"move", reflect.TypeFor[MovePage](), public},
		{"door", reflect.TypeFor[DoorPage](), public},
		{"handover", reflect.TypeFor[HandoverPage](), public},
		{"notice", reflect.TypeFor[NoticePage](), public},
		{"request", reflect.TypeFor[RequestPage](), public},
		{"request-sent", reflect.TypeFor[RequestSentPage](), public},
		{"recipient-answer", reflect.TypeFor[RecipientAnswerPage](), public},
		{"error", reflect.TypeFor[ErrorPage](), public},
		{"not-found", reflect.TypeFor[NotFoundPage](), public},
		{"login", reflect.TypeFor[LoginPage](), console},
		{"overview", reflect.TypeFor[OverviewPage](), console},
		{"programme", reflect.TypeFor[ProgrammePage](), console},
		{"notice-edit", reflect.TypeFor[NoticeEditPage](), console},
		{"campaign-edit", reflect.TypeFor[CampaignEditPage](), console},
		{"form", reflect.TypeFor[FormPage](), console},
		{"campaigns", reflect.TypeFor[CampaignsPage](), console},
		{"campaign", reflect.TypeFor[CampaignPage](), console},
		{"segments", reflect.TypeFor[SegmentsPage](), console},
		{"segment", reflect.TypeFor[SegmentPage](), console},
		{"enter", reflect.TypeFor[EnterPage](), console},
		{"end-programme", reflect.TypeFor[EndProgrammePage](), console},
		{"people", reflect.TypeFor[PeoplePage](), console},
		{"person", reflect.TypeFor[PersonPage](), console},
		{"objection", reflect.TypeFor[ObjectionPage](), console},
		{"cases", reflect.TypeFor[CasesPage](), console},
		{"case", reflect.TypeFor[CasePage](), console},
		{"section-register", reflect.TypeFor[RegisterSection](), console},
		{"reports", reflect.TypeFor[ReportsPage](), console},
		{"case-letter", reflect.TypeFor[CaseLetterPage](), console},
		{"case-pack", reflect.TypeFor[CasePackPage](), console},
		{"pack-item", reflect.TypeFor[PackItemPage](), console},
		{"section-record", reflect.TypeFor[RecordSection](), console},
		{"given", reflect.TypeFor[GivenPage](), console},
		{"recipients", reflect.TypeFor[RecipientsPage](), console},
		{"recipient", reflect.TypeFor[RecipientPage](), console},
		{"correct", reflect.TypeFor[CorrectPage](), console},
		{"section-access", reflect.TypeFor[AccessSection](), console},
		{"case-new", reflect.TypeFor[CaseEntryPage](), console},
		{"letter-texts", reflect.TypeFor[LetterTextsPage](), console},
		{"audit", reflect.TypeFor[AuditPage](), console},
		{"copies", reflect.TypeFor[CopiesPage](), console},
		{"imports", reflect.TypeFor[ImportsPage](), console},
		{"import-new", reflect.TypeFor[ImportNewPage](), console},
		{"upload", reflect.TypeFor[UploadPage](), console},
		{"import", reflect.TypeFor[ImportPage](), console},
		{"retention", reflect.TypeFor[RetentionPage](), console},
		{"erase", reflect.TypeFor[ErasePage](), console},
	}
}

// Load parses all mails and pages. It fails on a file that nothing declares, a
// declared one that is missing in a language or, for a mail, in one of its
// two parts, and on anything that does not parse or cannot be escaped safely.
func Load() (*Set, error) { return load(files) }

func load(from fs.FS) (*Set, error) {
	const op = "templates: load"
	l := loader{from: from, unused: map[string]bool{}}
	for _, dir := range []string{"email", "pages"} {
		entries, err := fs.ReadDir(from, dir)
		if err != nil {
			return nil, errs.E(op, errs.Internal, "", err)
		}
		for _, e := range entries {
			l.unused[dir+"/"+e.Name()] = true
		}
	}
	s := &Set{mails: map[key]*mail{}, pages: map[key]*page{}, documents: map[key]*page{}}
	for _, d := range declaredMails() {
		for _, lang := range Languages() {
			s.mails[key{d.name, lang}] = l.mail(d, lang)
		}
	}
	for _, d := range declaredPages() {
		for _, lang := range Languages() {
			if lang == English || d.frame == public {
				s.pages[key{d.name, lang}] = l.page(d, lang)
			}
		}
	}
	for _, d := range declaredDocuments() {
		s.documents[key{d.name, English}] = l.page(d, English)
		if l.unused["pages/"+d.name+"."+Welsh+".html"] { // what people get, and not only those who check
			s.documents[key{d.name, Welsh}] = l.page(d, Welsh)
		}
	}
	if left := slices.Sorted(maps.Keys(l.unused)); len(left) > 0 {
		l.errors = append(l.errors, errors.New("no mail or page declares "+strings.Join(left, ", ")))
	}
	if err := errors.Join(l.errors...); err != nil {
		return nil, errs.E(op, errs.Internal, "", err)
	}
	return s, nil
}

// loader reads template files, remembers which were used, and collects all
// mistakes rather than stop at the first.
type loader struct {
	from   fs.FS
	unused map[string]bool
	errors []error
}

func (l *loader) read(name string) string {
	delete(l.unused, name)
	b, err := fs.ReadFile(l.from, name)
	l.note(err)
	return string(b)
}

func (l *loader) note(err error) {
	if err != nil {
		l.errors = append(l.errors, err)
	}
}

func (l *loader) mail(d declared, lang string) *mail {
	fns := l.functions(d.name, lang)
	text := texttemplate.New(d.name + "." + lang + ".txt").Funcs(fns)
	for _, f := range []string{"_foot." + lang + ".txt", d.name + "." + lang + ".txt"} {
		_, err := associated(text, f).Parse(l.read("email/" + f))
		l.note(err)
	}
	if text.Lookup("subject") == nil {
		l.note(errors.New("no subject in " + text.Name()))
	}
	html := htmltemplate.New("").Funcs(fns)
	for _, f := range []string{"_layout.html", "_foot." + lang + ".html", d.name + "." + lang + ".html"} {
		src, err := inline(l.read("email/" + f))
		l.note(err)
		_, err = html.New(f).Parse(src)
		l.note(err)
	}
	l.escape(html, d.name+"."+lang+".html")
	return &mail{data: d.data, text: text, html: html}
}

// associated returns the root for the file of the same name, so that executing the root executes it.
func associated(root *texttemplate.Template, file string) *texttemplate.Template {
	if file == root.Name() {
		return root
	}
	return root.New(file)
}

func (l *loader) page(d declared, lang string) *page {
	ending := ".html"
	if lang != English {
		ending = "." + lang + ".html"
	}
	html := htmltemplate.New("").Funcs(l.functions(d.name, lang))
	frame := d.frame + ending
	if d.frame == paper {
		frame = paper + ".html" // it has no words
	}
	for _, f := range []string{"_layout.html", frame, d.name + ending} {
		_, err := html.New(f).Parse(l.read("pages/" + f))
		l.note(err)
	}
	l.escape(html, d.name+ending)
	return &page{data: d.data, html: html}
}

// escape makes html/template find each value's context now rather than at the first
// use, where a template that cannot be escaped would fail before a reader.
func (l *loader) escape(t *htmltemplate.Template, name string) {
	if t.Lookup("layout") == nil {
		l.note(errors.New("no layout for " + name))
		return
	}
	var unsafe *htmltemplate.Error
	if err := t.ExecuteTemplate(io.Discard, "layout", nil); errors.As(err, &unsafe) {
		l.note(err)
	}
}

// functions returns what a template may call, bound to its name and language.
func (l *loader) functions(name, lang string) map[string]any {
	w := words{lang}
	return map[string]any{
		"lang":   func() string { return lang },
		"page":   func() string { return name },
		"date":   w.date,
		"at":     w.at,
		"count":  w.count,
		"many":   w.many,
		"share":  share,
		"href":   href,
		"mailto": mailto,
		"lines":  lines,
		"quote":  quote,
		"asset":  l.asset,
	}
}

// asset returns the path of a static file with a mark of its content, so that it may be cached for ever.
func (l *loader) asset(name string) (string, error) {
	b, err := fs.ReadFile(l.from, path.Join("static", name))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return StaticPath + name + "?v=" + hex.EncodeToString(sum[:6]), nil
}
