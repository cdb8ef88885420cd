package console

import (
	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/internal/auth"
	"assent/internal/web"
)

// Limits of bodies, in octets.
const (
	maxCaseForm = 256 << 10             // a letter, or what was asked
	maxUpload   = cases.MaxFile + 1<<20 // a file with the fields around it
)

// casePages puts what is done with cases on the engine.
func (s *console) casePages(desk *gin.RouterGroup) {
	form, upload := web.BodyLimit(maxCaseForm), web.BodyLimit(maxUpload)
	desk.GET("/cases/new", s.desk(auth.CasesWrite, s.entryPage))
	desk.POST("/cases/new", upload, s.desk(auth.CasesWrite, s.enterCase))
	desk.POST("/cases/:id/events", form, s.desk(auth.CasesWrite, s.recordEvent))
	desk.POST("/cases/:id/record", form, s.desk(auth.CasesWrite, s.actOnRecord))
	desk.POST("/cases/:id/read", form, s.desk(auth.CasesWrite, s.markRead))
	desk.POST("/cases/:id/parties", form, s.desk(auth.CasesWrite, s.nameParty))
	desk.POST("/cases/:id/links", form, s.desk(auth.CasesWrite, s.linkCase))
	desk.POST("/cases/:id/forwarded", form, s.desk(auth.CasesWrite, s.confirmForwarded))
	desk.POST("/cases/:id/identity", form, s.desk(auth.CasesWrite, s.askByLink))
	desk.POST("/cases/:id/messages/:message/identity", form, s.desk(auth.CasesWrite, s.lookAgain))
	desk.GET("/cases/:id/letter", s.desk(auth.CasesWrite, s.letterPage))
	desk.POST("/cases/:id/letter", form, s.desk(auth.CasesWrite, s.writeLetter))
	desk.POST("/cases/:id/files", upload, s.desk(auth.CasesWrite, s.addFile))
	desk.GET("/cases/:id/files/:file", s.desk(auth.CasesRead, s.downloadFile))
	desk.GET("/cases/:id/messages/:message/raw", s.desk(auth.CasesRead, s.downloadMessage))
	desk.GET("/cases/:id/messages/:message/parts/:part", s.desk(auth.CasesRead, s.downloadPart))
	desk.POST("/cases/:id/messages/:message/parts/:part", form, s.desk(auth.CasesWrite, s.keepPart))
	desk.POST("/cases/:id/breach", form, s.desk(auth.CasesWrite, s.saveBreach))
	desk.POST("/cases/:id/breach/evidence", form, s.desk(auth.CasesWrite, s.listEvidence))
	desk.POST("/cases/:id/breach/release", form, s.desk(auth.CasesWrite, s.releaseEvidence))
	desk.POST("/cases/:id/third-party", form, s.desk(auth.CasesWrite, s.saveThirdParty))
	desk.GET("/reports", s.desk(auth.CasesRead, s.reports))
	desk.GET("/reports/:table", s.desk(auth.CasesRead, s.reportFile))
	desk.GET("/letter-texts/:programme", s.desk(auth.CasesRead, s.letterTexts))
	desk.POST("/letter-texts/:programme", form, s.desk(auth.CasesWrite, s.saveLetterText))
}
