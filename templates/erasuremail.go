package templates

// ErasureMail fills the mail "erasure": the last one that a person gets, before their data goes (Article 12(3)).
type ErasureMail struct {
	Sender
	Asked     bool   // the person asked for it
	Why       string // in words; may be empty
	Case      bool   // it was decided in a case, of which a record stays
	Regulator Regulator
}

// ErasureAskedMail fills the mail "erasure-asked": it tells whoever asked for somebody else's erasure that it is done, beside the one to the person (Article 12(3)).
type ErasureAskedMail struct {
	Sender
	Reference string // of the case
	Why       string // in words, about the person; may be empty
	Regulator Regulator
}
