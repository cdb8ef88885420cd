package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"assent/internal/auth"
	"assent/internal/web"
)

// Key is an API key without its text.
type Key struct {
	ID         int64      `json:"id" example:"5"`
	Name       string     `json:"name" example:"sign-up form of the visitor centre"`
	PublicID   string     `json:"public_id" doc:"The part of the key's text that is no secret." example:"k3m9q2x7"`
	Scopes     []string   `json:"scopes" nullable:"false" example:"[\"consent:write\"]"`
	CreatedBy  string     `json:"created_by" example:"user:3"`
	CreatedAt  time.Time  `json:"created_at"`
	LastUsedAt *time.Time `json:"last_used_at,omitempty" doc:"To within some minutes."`
	RevokedAt  *time.Time `json:"revoked_at,omitempty"`
}

type newKey struct {
	Name   string   `json:"name" maxLength:"100" doc:"What uses it." example:"sign-up form of the visitor centre"`
	Scopes []string `json:"scopes" minItems:"1" maxItems:"50" nullable:"false" doc:"What it may do; no more than the key that makes it." example:"[\"consent:write\"]"`
}

// keyWithText is a key at the only time when its text is shown.
type keyWithText struct {
	Key
	Text string `json:"key,omitempty" doc:"The key itself. It is shown now and never again: not there when the answer is repeated." example:"assent_k3m9q2x7_…"`
}

func (a *api) keyRoutes() {
	add(a, operation{
		id: "make-key", method: http.MethodPost, path: base + "/keys", tag: "Keys", scope: auth.KeysWrite, status: http.StatusCreated, once: "key",
		summary: "Make an API key", about: "A key cannot give a scope that it does not have.\n\n" + scopeTable(),
	}, a.makeKey)
	add(a, operation{
		id: "list-keys", method: http.MethodGet, path: base + "/keys", tag: "Keys", scope: auth.KeysWrite,
		summary: "List API keys, revoked ones included",
	}, a.listKeys)
	add(a, operation{
		id: "revoke-key", method: http.MethodDelete, path: base + "/keys/{id}", tag: "Keys", scope: auth.KeysWrite, status: http.StatusNoContent,
		summary: "Revoke an API key", about: "It ends at once. Revoking it again changes nothing.",
	}, a.revokeKey)
}

// scopeTable explains every scope.
func scopeTable() string {
	var b strings.Builder
	for _, g := range auth.Scopes {
		fmt.Fprintf(&b, "- `%s`: %s\n", g.Scope, g.Meaning)
	}
	return strings.TrimSpace(b.String())
}

func (a *api) makeKey(ctx context.Context, in *struct{ Body newKey }) (*reply[keyWithText], error) {
	scopes, err := auth.ParseScopes(strings.Join(in.Body.Scopes, ","))
	if err != nil {
		return nil, web.At("body.scopes", err)
	}
	k, text, err := a.Auth.MakeKey(ctx, actor(ctx), in.Body.Name, scopes)
	if err != nil {
		return nil, err
	}
	return &reply[keyWithText]{Body: keyWithText{Key: showKey(k), Text: text}}, nil
}

func (a *api) listKeys(ctx context.Context, in *struct{ Paging }) (*reply[page[Key]], error) {
	all, err := a.Auth.Keys(ctx)
	if err != nil {
		return nil, err
	}
	return pageIn(all, in.Paging, func(k auth.Key) int64 { return k.ID }, showKey), nil
}

func (a *api) revokeKey(ctx context.Context, in *InID) (*done, error) {
	if err := a.Auth.RevokeKey(ctx, in.ID); err != nil {
		return nil, err
	}
	return &done{}, nil
}

func showKey(k auth.Key) Key {
	scopes := make([]string, len(k.Scopes))
	for i, s := range k.Scopes {
		scopes[i] = string(s)
	}
	return Key{
		ID: k.ID, Name: k.Name, PublicID: k.PublicID, Scopes: scopes, CreatedBy: k.CreatedBy, CreatedAt: utc(k.CreatedAt),
		LastUsedAt: moment(k.LastUsedAt), RevokedAt: moment(k.RevokedAt),
	}
}
