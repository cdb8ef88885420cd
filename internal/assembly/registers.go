package assembly

import (
	"assent/inbox/cases/breach"
	"assent/inbox/cases/registers"
	"assent/inbox/cases/report"
	"assent/inbox/cases/thirdparty"
)

// Registers are what keeps and counts complaints, breaches and requests of third parties.
type Registers struct {
	Registers    *registers.Service
	Reports      *report.Service
	Breaches     *breach.Service
	ThirdParties *thirdparty.Service
}

func (h *House) makeRegisters() {
	day := h.Reckoner.UKDate
	h.Registers = Registers{
		Registers: &registers.Service{Store: h.DB, Day: day}, Reports: &report.Service{Source: h.DB, Day: day, Now: h.Now},
		Breaches:     &breach.Service{Store: h.DB, Cases: h.Cases, UK: h.Reckoner, Now: h.Now},
		ThirdParties: &thirdparty.Service{Store: h.DB, Cases: h.Cases, Day: day, Now: h.Now},
	}
}
