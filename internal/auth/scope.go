package auth

import (
	"fmt"
	"slices"
	"strings"

	"assent/internal/errs"
)

// Role is what an operator works as.
type Role string

const (
	// Admin runs the installation.
	Admin Role = "admin"
	// Comms writes and sends. They do not see case files (H9).
	Comms Role = "comms"
	// DPO is the data protection officer and their desk. They do not send campaigns (H9).
	DPO Role = "dpo"
)

// Roles holds every role.
var Roles = []Role{Admin, Comms, DPO}

// ParseRole reads a role. Kind Invalid for any other text.
func ParseRole(s string) (Role, error) {
	if r := Role(strings.ToLower(strings.TrimSpace(s))); slices.Contains(Roles, r) {
		return r, nil
	}
	return "", errs.E("auth: parse role", errs.Invalid, "The role must be admin, comms or dpo.", nil)
}

// Scope is one thing that may be allowed: to a role, or to an API key.
type Scope string

const (
	ListsRead         Scope = "lists:read"
	ListsWrite        Scope = "lists:write"
	SubscribersRead   Scope = "subscribers:read"
	SubscribersWrite  Scope = "subscribers:write"
	ConsentWrite      Scope = "consent:write"
	SuppressionsRead  Scope = "suppressions:read"
	SuppressionsWrite Scope = "suppressions:write"
	CampaignsRead     Scope = "campaigns:read"
	CampaignsWrite    Scope = "campaigns:write"
	CampaignsSend     Scope = "campaigns:send"
	InboundRead       Scope = "inbound:read"
	CasesRead         Scope = "cases:read"
	CasesWrite        Scope = "cases:write"
	PacksMake         Scope = "packs:make"
	ExportsMake       Scope = "exports:make"
	AuditRead         Scope = "audit:read"
	KeepingRead       Scope = "keeping:read"
	KeepingWrite      Scope = "keeping:write"
	KeysWrite         Scope = "keys:write"
	UsersWrite        Scope = "users:write"
)

// Grant is a line of the table of scopes.
type Grant struct {
	Scope   Scope
	Meaning string
	Roles   []Role // who have it by their role
}

// Scopes is everything that may be allowed, and to whom it is by role.
var Scopes = []Grant{
	{ListsRead, "See programmes, purposes, notices, attributes and lists.", []Role{Admin, Comms, DPO}},
	{ListsWrite, "Declare them.", []Role{Admin, Comms}},
	{SubscribersRead, "See people on record, and what each agreed to and when.", []Role{Admin, Comms, DPO}},
	{SubscribersWrite, "Put people on record and correct their data; import.", []Role{Admin, Comms, DPO}},
	{ConsentWrite, "Record what a person did: an agreement with its evidence, or an opt-out.", []Role{Admin, Comms, DPO}},
	{SuppressionsRead, "See which addresses must not be mailed, and why.", []Role{Admin, Comms, DPO}},
	{SuppressionsWrite, "Keep an address from being mailed.", []Role{Admin, Comms, DPO}},
	{CampaignsRead, "See campaigns and how far they are.", []Role{Admin, Comms, DPO}},
	{CampaignsWrite, "Write campaigns.", []Role{Admin, Comms}},
	{CampaignsSend, "Approve, schedule, pause, resume and cancel campaigns.", []Role{Admin, Comms}},
	{InboundRead, "Read mail that came in. It may be about anything, so this is as confidential as case files.", []Role{Admin, DPO}},
	{CasesRead, "Read case files.", []Role{Admin, DPO}},
	{CasesWrite, "Work on cases.", []Role{Admin, DPO}},
	{PacksMake, "Make the show-me pack of a person: everything that shows their consent.", []Role{Admin, DPO}},
	{ExportsMake, "Take copies of lists, people, the ledger and deliveries out.", []Role{Admin, DPO}},
	{AuditRead, "Read the audit trail: who read or changed what, and why.", []Role{Admin, DPO}},
	{KeepingRead, "See erasures, holds, the retention schedule, what is due under it and the records of destruction.", []Role{Admin, DPO}},
	{KeepingWrite, "Erase people, hold their data, set the retention schedule, and decide what is due.", []Role{Admin, DPO}},
	{KeysWrite, "Make and revoke API keys.", []Role{Admin}},
	{UsersWrite, "Add and disable operators, and set their passwords.", []Role{Admin}},
}

// Can reports whether a role has a scope. An unknown role has none, and nobody has an unknown scope.
func Can(r Role, s Scope) bool {
	i := slices.IndexFunc(Scopes, func(g Grant) bool { return g.Scope == s })
	return i >= 0 && slices.Contains(Scopes[i].Roles, r)
}

// ParseScopes reads scopes separated by commas or spaces, each once, in the order of the table. "lists:*" is every scope of
// that name; there is no word for all of them. Kind Invalid for none or an unknown one.
func ParseScopes(text string) ([]Scope, error) {
	const op = "auth: parse scopes"
	asked := map[Scope]bool{}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		known := false
		for _, g := range Scopes {
			family, _, _ := strings.Cut(string(g.Scope), ":")
			if word == string(g.Scope) || word == family+":*" {
				asked[g.Scope], known = true, true
			}
		}
		if !known {
			return nil, errs.E(op, errs.Invalid, fmt.Sprintf("There is no scope %.40q. Scopes are: %s.", word, allScopes()), nil)
		}
	}
	if len(asked) == 0 {
		return nil, errs.E(op, errs.Invalid, "Name at least one scope. Scopes are: "+allScopes()+".", nil)
	}
	var out []Scope
	for _, g := range Scopes {
		if asked[g.Scope] {
			out = append(out, g.Scope)
		}
	}
	return out, nil
}

func allScopes() string {
	var names []string
	for _, g := range Scopes {
		names = append(names, string(g.Scope))
	}
	return strings.Join(names, ", ")
}
