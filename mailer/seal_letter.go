package mailer

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/signed"
	"assent/templates"
)

// SealLetter brings the seal of the ledger and the audit trail to somebody outside.
const SealLetter LetterKind = "seal"

// MailSeal opens one letter with a seal for each address, once: repeating it opens none. It goes out in the name of the first programme; where there
// is none yet, there is nothing to seal.
func (s *Service) MailSeal(ctx context.Context, seal audit.Seal, to []address.Address) error {
	const op = "mailer: mail seal"
	programmes, err := s.People.Programmes(ctx)
	if err != nil || len(programmes) == 0 {
		return errs.Wrap(op, err)
	}
	data, err := json.Marshal(About{Seal: seal.Text()})
	if err != nil {
		return errs.E(op, errs.Internal, "", err)
	}
	for _, a := range to {
		whom := sha256.Sum256([]byte(a.Normal()))
		err := s.open(ctx, Letter{
			Key:  "seal:" + strconv.FormatInt(seal.At.UnixMilli(), 10) + ":" + hex.EncodeToString(whom[:6]),
			Kind: SealLetter, ProgrammeID: programmes[0].ID, To: a.String(), Language: templates.English, Data: data,
		})
		if err != nil {
			return errs.Wrap(op, err)
		}
	}
	return nil
}

// sealMail makes what the template of a seal needs.
func (s *Service) sealMail(about About, h Letterhead) (any, error) {
	m := templates.SealMail{Sender: s.Composer.Sender(h), Seal: about.Seal}
	key, err := s.Composer.Keys.Signer()
	if err != nil {
		return nil, err
	}
	public, _ := key.Public().(ed25519.PublicKey)
	m.Key, m.Fingerprint = signed.KeyText(public), signed.Fingerprint(public)
	return m, nil
}
