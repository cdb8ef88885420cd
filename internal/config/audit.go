package config

import (
	"strconv"
	"strings"

	"assent/internal/address"
	"assent/internal/audit"
)

const maxSealTo = 10 // addresses

func auditSettings() []setting {
	return []setting{
		{Setting{Name: "ASSENT_AUDIT_MONTHS", Default: "36",
			Meaning: "For how many months entries of the audit trail are kept: at least 12, or 0 for ever. Older ones are trimmed, and the chain stays provable."},
			never, setAuditMonths},
		{Setting{Name: "ASSENT_SEAL_TO",
			Meaning: "Addresses, separated by spaces or commas, to which the seal of the ledger and of the audit trail is mailed each day, so that tampering can be shown from outside: 'assent verify --against' takes such a mail. Choose people who cannot write to the database. Empty: seals are kept in the database alone."},
			never, setSealTo},
	}
}

func setAuditMonths(c *Config, value string) error {
	n, err := strconv.Atoi(value)
	if err != nil || audit.CheckMonths(n) != nil {
		return says("must be a number of months from 12 on, or 0 for ever.")
	}
	c.AuditMonths = n
	return nil
}

func setSealTo(c *Config, value string) error {
	c.SealTo = nil
	for _, word := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' }) {
		a, err := address.Parse(word)
		if err != nil {
			return err
		}
		c.SealTo = append(c.SealTo, a)
	}
	if len(c.SealTo) > maxSealTo {
		return says("names more than 10 addresses.")
	}
	return nil
}
