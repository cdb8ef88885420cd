package templates

// SealMail fills the mail "seal": how far the ledger and the audit trail had come, for somebody who keeps it outside of the installation.
type SealMail struct {
	Sender
	Seal        string // five lines, as audit.Seal's Text gives them
	Key         string // the public key that packs and exports are signed with
	Fingerprint string
}

func (s SealMail) missing() string { return first(s.Sender.missing(), need("Seal", s.Seal)) }
