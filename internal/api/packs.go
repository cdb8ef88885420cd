package api

import (
	"context"
	"crypto/ed25519"
	"net/http"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/signed"
	"assent/subscriptions/showme"
)

// signingKey is the public key with which packs and exports are checked.
type signingKey struct {
	Algorithm   string `json:"algorithm" example:"Ed25519"`
	Key         string `json:"key" doc:"In base64." example:"AgPXtNsWRwG/oYezEpC+vUdc9M3FcQ+0bX28WrhvWJE="`
	Fingerprint string `json:"fingerprint" doc:"The first 16 octets of its SHA-256." example:"9a40 b28f 9442 ccc9 2b95 6f36 659a 4f51"`
}

// document is an answer in its exact octets.
type document struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (a *api) packRoutes() {
	add(a, operation{
		id: "make-pack", method: http.MethodPost, path: base + "/packs", tag: "People", scope: auth.PacksMake,
		summary: "Show for one address what was agreed, and the permission behind each message",
		about: "The show-me pack (Article 7(1) UK GDPR): every wording and notice shown, in full, every act with its evidence, every message with the permission behind it, letters, opt-outs and cases, as JSON signed with Ed25519. " +
			"Keep the octets as they are: `assent verify --pack` checks them offline, and refuses one that was changed. A POST, so that no address stands in a URL. Each pack is an entry of the audit trail.",
	}, a.makePack)
	add(a, operation{
		id: "get-signing-key", method: http.MethodGet, path: base + "/signing-key", tag: "Health",
		summary: "Get the public key that packs and exports are signed with", about: "It follows from the installation's secret. Whoever checks a pack should have it by another way than the pack.",
	}, a.getSigningKey)
}

func (a *api) makePack(ctx context.Context, in *struct{ Body lookup }) (*document, error) {
	addr, err := parseAddress("body.address", in.Body.Address)
	if err != nil {
		return nil, err
	}
	p, err := showme.Make(ctx, a.Reads, a.People.Keys, addr, actor(ctx).String(), a.Now())
	if err != nil {
		return nil, err
	}
	note := audit.Note{Action: audit.ExportPack}
	if p.Person != nil {
		note.Object = audit.About("subscriber", p.Person.ID)
	}
	if err := a.record(ctx, note); err != nil {
		return nil, err
	}
	key, err := a.People.Keys.Signer()
	if err != nil {
		return nil, err
	}
	data, err := signed.Sign(p, key)
	if err != nil {
		return nil, err
	}
	return &document{ContentType: "application/json", Disposition: `attachment; filename="pack.json"`, Body: data}, nil
}

func (a *api) getSigningKey(context.Context, *struct{}) (*reply[signingKey], error) {
	key, err := a.People.Keys.Signer()
	if err != nil {
		return nil, err
	}
	public, _ := key.Public().(ed25519.PublicKey)
	return &reply[signingKey]{Body: signingKey{Algorithm: "Ed25519", Key: signed.KeyText(public), Fingerprint: signed.Fingerprint(public)}}, nil
}
