package templates

// ErasureMail fills the mail "erasure": the last one that a person gets, before their data goes (Article 12(3)).
type ErasureMail struct {
	Sender
	Asked     bool   // the person asked for it
	Why       string // in words; may be empty
	Case      bool   // it was decided in a case, of which a record stays
	Regulator Regulator
}
