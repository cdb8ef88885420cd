package audit_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"assent/internal/audit"
	"assent/internal/errs"
)

func someSeal() audit.Seal {
	return audit.Seal{
		At: time.Date(2026, 11, 22, 3, 0, 0, 5e6, time.UTC), Ledger: audit.Place{Seq: 812, Hash: bytes.Repeat([]byte{0x9f}, 32)},
		Trail: audit.Place{Seq: 4912, Hash: bytes.Repeat([]byte{0x60}, 32)}, MAC: bytes.Repeat([]byte{0xfd}, 32),
	}
}

func TestASealIsFoundWhateverHappenedToItsMail(t *testing.T) {
	t.Parallel()
	text := someSeal().Text()
	broken := strings.NewReplacer("812 ", "812\n", "4912 ", "4912\n").Replace(text)
	for name, mail := range map[string]string{
		"as it was made":             text,
		"with other line ends":       strings.ReplaceAll(text, "\n", "\r\n"),
		"quoted":                     "On Sunday Assent wrote:\n> " + strings.ReplaceAll(text, "\n", "\n> "),
		"quoted twice, lines broken": ">> " + strings.ReplaceAll(broken, "\n", "\n>> "),
		"with its headers":           "Subject: Seal of the consent ledger\r\nDate: Sun, 22 Nov 2026 03:00:00 +0000\r\n\r\n" + strings.ReplaceAll(broken, "\n", "\r\n"),
		"with the HTML part behind":  text + "\n--b\n<p class=3D\"small\">ASSENT SEAL 1<br>At: 2026-11-22T03:00:00.005Z<br>Ledg=\ner: 812 9f9f</p>\n",
		"twice the same":             text + text,
	} {
		got, err := audit.ParseSeal(mail)
		if err != nil || got.Text() != text {
			t.Errorf("%s: %v\n%s", name, err, got.Text())
		}
	}
}

func TestWhatIsNoSealIsRefused(t *testing.T) {
	t.Parallel()
	text := someSeal().Text()
	other := someSeal()
	other.Ledger.Seq++
	for name, mail := range map[string]string{
		"nothing":               "",
		"a mail without one":    "Dear officer,\nthe seal is late today.\n",
		"one that was cut off":  text[:len(text)-20],
		"one without a place":   strings.Replace(text, "Audit:", "Audi:", 1),
		"two that differ":       text + other.Text(),
		"a time that is none":   strings.Replace(text, "2026-11-22T", "2026-13-22T", 1),
		"a mail without an end": text + strings.Repeat("x", audit.MaxSealText),
	} {
		if _, err := audit.ParseSeal(mail); errs.KindOf(err) != errs.Invalid || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseSeal(f *testing.F) {
	f.Add(someSeal().Text())
	f.Add("ASSENT SEAL 1\nAt: x\nLedger: 1 2\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := audit.ParseSeal(text)
		if err != nil {
			return
		}
		again, err := audit.ParseSeal(s.Text())
		if err != nil || again.Text() != s.Text() {
			t.Errorf("%q reads as %q, which reads as %q, %v", text, s.Text(), again.Text(), err)
		}
	})
}

func TestEntriesAreKeptForAtLeastTwelveMonths(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for months, want := range map[int]string{0: "", 1: "2025-11-22", 12: "2025-11-22", 36: "2023-11-22", -5: "2025-11-22"} {
		got := ""
		if from := audit.KeptFrom(now, months); !from.IsZero() {
			got = from.Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("%d months: kept from %q, want %q", months, got, want)
		}
		if good := months == 0 || months >= 12; (audit.CheckMonths(months) == nil) != good {
			t.Errorf("CheckMonths(%d) = %v", months, audit.CheckMonths(months))
		}
	}
}
