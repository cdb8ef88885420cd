package e2e

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"net"
	"regexp"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/inbox/identity"
	"assent/internal/address"
	"assent/internal/assembly"
	"assent/internal/errs"
	"assent/internal/message"
	"assent/subscriptions"
)

// dns answers with the records of one key.
type dns map[string]string

// LookupTXT implements identity.Resolver.
func (d dns) LookupTXT(_ context.Context, name string) ([]string, error) {
	if record, ok := d[name]; ok {
		return []string{record}, nil
	}
	return nil, &net.DNSError{Name: name, Err: "no such host", IsNotFound: true}
}

const ourServer = "mx.harbour.test"

// signing stages a scene whose receiving server is known, and returns who signs for example.org.
func signing(t *testing.T, databaseURL string, links bool) (*scene, ed25519.PrivateKey) {
	t.Helper()
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := prepare(t, databaseURL)
	s.change = func(p *assembly.Plan) {
		p.Config.AuthservIDs = []string{ourServer}
		p.DNS = dns{"s1._domainkey.example.org": "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)}
	}
	s.house = s.open(databaseURL)
	if links {
		_, err := s.house.Editor.Programme(t.Context(), s.programme.ID, func(p *subscriptions.Programme) { p.AsksByLink = true })
		s.check(err)
	}
	s.run(s.house)
	return s, key
}

// post delivers a mail as it stands, with more header fields above it.
func (s *scene) post(from, to, raw string, above ...string) {
	s.t.Helper()
	s.check(s.mail.Deliver("mallory@evil.example", to, []byte(strings.Join(above, "")+raw)))
}

func dkimSign(t *testing.T, key crypto.Signer, raw string) string {
	t.Helper()
	var out bytes.Buffer
	if err := dkim.Sign(&out, strings.NewReader(raw), &dkim.SignOptions{Domain: "example.org", Selector: "s1", Signer: key, HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// raw is a mail without what a mailbox adds.
func raw(from, to, subject, body string, headers ...string) string {
	return "From: <" + from + ">\r\nTo: <" + to + ">\r\nSubject: " + subject + "\r\nMessage-ID: <" + unique() + "@client.example>\r\n" + strings.Join(headers, "") + "\r\n" + body + "\r\n"
}

// caseOf waits for the case that a mail with a subject opened.
func (s *scene) caseOf(subject string) cases.Case {
	s.t.Helper()
	k := s.kept(func(k inbox.Kept) bool { return k.Subject == subject && k.CaseID != 0 })
	return s.caseNow(k.CaseID)
}

func (s *scene) who(subject string) identity.Result {
	s.t.Helper()
	return s.kept(func(k inbox.Kept) bool { return k.Subject == subject }).Identity
}

func TestAForgedMailProvesNothingGetsNothingAndAgreesToNothing(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s, _ := signing(t, databaseURL, false)
		const ann, mallory = "ann@example.org", "mallory@evil.example"
		s.enrol(ann)
		pass := func(server string) string {
			return "Authentication-Results: " + server + "; dmarc=pass header.from=example.org; dkim=pass header.d=example.org\r\n"
		}
		fail := "Authentication-Results: " + ourServer + "; dmarc=fail header.from=example.org\r\n"
		answer := "Reply-To: <" + mallory + ">\r\n"
		s.post(mallory, "privacy@"+harbour, raw(ann, "privacy@"+harbour, "another server's word", wantsData, answer), pass("mx.google.test"))
		s.post(mallory, "privacy@"+harbour, raw(ann, "privacy@"+harbour, "under our server's word", wantsData, answer), fail, "Received: from evil.example by mx.harbour.test; Sun, 22 Nov 2026 10:00:00 +0000\r\n", pass(ourServer))
		s.post(mallory, "privacy@"+harbour, raw(ann, "privacy@"+harbour, "two who wrote", wantsData, answer, "From: <"+mallory+">\r\n"), pass(ourServer))
		for subject, want := range map[string]identity.Standing{"another server's word": identity.Unproved, "under our server's word": identity.Contradicted, "two who wrote": identity.Unproved} {
			k := s.caseOf(subject)
			if got := s.who(subject); got.Standing != want || len(got.Grounds) == 0 || k.Facts.Established() {
				t.Errorf("%s: %+v, the case %+v", subject, got, k.Facts)
			}
		}
		trust := cases.Event{Kind: cases.Proved, Actor: "user:1", Note: "It reads like her.", Detail: cases.Detail{Proof: &cases.Proof{Evidence: cases.NoDoubt}}}
		if _, err := s.house.Cases.Do(t.Context(), s.caseOf("under our server's word").ID, trust); errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Message(err), "that is a doubt") {
			t.Errorf("whom our own server calls forged is trusted: %v", err)
		}
		if all := s.world.Inbox(address.Must(mallory)); len(all) != 0 {
			t.Errorf("%d mails went to whoever forged", len(all))
		}

		bob := s.asks("bob@example.org")
		s.post(mallory, bob.ReplyTo.String(), raw("bob@example.org", bob.ReplyTo.String(), "a forged yes", "Yes"), fail)
		if k := s.kept(func(k inbox.Kept) bool { return k.Subject == "a forged yes" }); k.Disposition != inbox.OpenedCase {
			t.Errorf("a forged yes became %q", k.Disposition)
		}
		if e, on := s.onList("bob@example.org"); on {
			t.Errorf("bob is on the list by %+v", e)
		}

		// What stops mail asks nobody who they are (Article 21(3)): it acts, and tells the mailbox that it names.
		s.post(mallory, "contact@"+harbour, raw(ann, "contact@"+harbour, "Unsubscribe me", ""), fail)
		s.mailTo(ann, func(m *message.Parsed) bool {
			return strings.Contains(m.Text, "unsubscribe") || strings.Contains(m.Subject, "nsubscribed")
		})
		s.verify()
	})
}

func TestASignedMailFromTheAddressOnRecordProvesWhoAsks(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s, key := signing(t, databaseURL, true)
		const ann, stranger = "ann@example.org", "nobody@example.org"
		s.enrol(ann)
		s.post(ann, "privacy@"+harbour, dkimSign(t, key, raw(ann, "privacy@"+harbour, "signed", "Please send me a copy of all my personal data, and erase it then.")))
		s.post(stranger, "privacy@"+harbour, dkimSign(t, key, raw(stranger, "privacy@"+harbour, "signed by nobody on record", wantsData)))
		k := s.caseOf("signed")
		if k.Facts.Proof.By != cases.ByOwnMail || !k.Facts.Established() || k.State == cases.Waiting {
			t.Errorf("the case: %+v", k.Facts)
		}
		subs, err := s.house.DB.SubCases(t.Context(), k.ID)
		if err != nil || len(subs) != 1 || subs[0].Facts.Proof.By != cases.ByOwnMail {
			t.Errorf("the sub-cases: %+v, %v", subs, err)
		}
		if got := s.who("signed"); got.Standing != identity.Proved || got.By != identity.BySignature || got.Domain != "example.org" {
			t.Errorf("who wrote: %+v", got)
		}
		if other := s.caseOf("signed by nobody on record"); other.Facts.Proof.By != "" {
			t.Errorf("somebody who is not on record is proved: %+v", other.Facts)
		}
	})
}

var identityLink = regexp.MustCompile(`/d/([a-z2-7]+)`)

func TestALinkToTheAddressOnRecordProvesWhoAsks(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s, key := signing(t, databaseURL, true)
		const ann, bob = "ann@example.org", "bob@example.org"
		s.enrol(ann)
		s.enrol(bob)
		ask := func(from, subject string) (cases.Case, string) {
			t.Helper()
			s.post(from, "privacy@"+harbour, raw(from, "privacy@"+harbour, subject, wantsData))
			m := s.mailTo(from, func(m *message.Parsed) bool { return identityLink.MatchString(m.Text) })
			k := s.caseOf(subject)
			if k.State != cases.Waiting || k.Facts.Identity.AskedOn.IsZero() || !strings.Contains(m.Subject, k.Reference) {
				t.Errorf("%s: %+v, asked by %q", subject, k.Facts, m.Subject)
			}
			return k, identityLink.FindStringSubmatch(m.Text)[1]
		}
		k, link := ask(ann, "not signed")
		for range 2 { // also pressed twice
			q, err := s.house.Cases.AnswerQuestion(t.Context(), link, true)
			if err != nil || !q.Answered() {
				t.Fatalf("%+v, %v", q, err)
			}
		}
		if got := s.caseNow(k.ID); got.Facts.Proof.By != cases.ByLink || got.Facts.Identity.MetOn.IsZero() || got.State == cases.Waiting || !got.Facts.Established() {
			t.Errorf("after the yes: %+v", got.Facts)
		}

		k, link = ask(bob, "somebody else")
		q, err := s.house.Cases.AnswerQuestion(t.Context(), link, false)
		if err != nil || !q.Denied() {
			t.Fatalf("%+v, %v", q, err)
		}
		if q, err := s.house.Cases.AnswerQuestion(t.Context(), link, true); err != nil || q.Answered() {
			t.Errorf("after a no there is a yes: %+v, %v", q, err)
		}
		if got := s.caseNow(k.ID); got.Facts.Established() || got.Alarm == "" || got.State != cases.Waiting {
			t.Errorf("after the no: %+v, alarm %q", got.Facts, got.Alarm)
		}
		// A signed mail after the no proves nothing: somebody may be in the mailbox who should not be.
		s.post(bob, "privacy@"+harbour, dkimSign(t, key, raw(bob, "privacy@"+harbour, "signed after all", "It was me.", "In-Reply-To: <"+s.firstOf(k).MessageID+">\r\n")))
		if m := s.filed(k.ID, "signed after all"); m.Identity.Standing != identity.Proved {
			t.Errorf("the later mail: %+v", m.Identity)
		}
		if got := s.caseNow(k.ID); got.Facts.Established() {
			t.Errorf("proved after a no: %+v", got.Facts)
		}
	})
}
