package console

import (
	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/web"
)

// campaignPages are where campaigns are written, approved and stopped.
func (s *console) campaignPages(desk *gin.RouterGroup, form gin.HandlerFunc) {
	wide := web.BodyLimit(maxCampaignForm)
	desk.GET("/campaigns/new/:programme", s.desk(auth.CampaignsWrite, s.newCampaign))
	desk.POST("/campaigns/new/:programme", wide, s.desk(auth.CampaignsWrite, s.writeCampaign))
	desk.GET("/campaigns/:id/edit", s.desk(auth.CampaignsWrite, s.editCampaign))
	desk.POST("/campaigns/:id/edit", wide, s.desk(auth.CampaignsWrite, s.writeCampaign))
	desk.GET("/campaigns/:id/mail", s.desk(auth.CampaignsRead, s.campaignMail))
	desk.POST("/campaigns/:id/trial", form, s.desk(auth.CampaignsWrite, s.mailTrial))
	desk.GET("/campaigns/:id/schedule", s.desk(auth.CampaignsSend, s.schedulePage))
	desk.POST("/campaigns/:id/schedule", form, s.desk(auth.CampaignsSend, s.schedule))
	desk.POST("/campaigns/:id/pause", form, s.desk(auth.CampaignsSend, s.actOn(s.Sending.Pause)))
	desk.POST("/campaigns/:id/resume", form, s.desk(auth.CampaignsSend, s.actOn(s.Sending.Resume)))
	desk.POST("/campaigns/:id/cancel", form, s.desk(auth.CampaignsSend, s.actOn(s.Sending.Cancel)))
}

// declaringPages are where programmes, their purposes and the recipients of their data are declared and changed.
func (s *console) declaringPages(desk *gin.RouterGroup, form gin.HandlerFunc) {
	desk.GET("/programmes/new", s.desk(auth.ListsWrite, s.newProgramme))
	desk.POST("/programmes/new", form, s.desk(auth.ListsWrite, s.declareProgramme))
	desk.GET("/programmes/:id/edit", s.desk(auth.ListsWrite, s.editProgramme))
	desk.POST("/programmes/:id/edit", form, s.desk(auth.ListsWrite, s.changeProgramme))
	desk.GET("/programmes/:id/purposes/new", s.desk(auth.ListsWrite, s.newPurpose))
	desk.POST("/programmes/:id/purposes/new", form, s.desk(auth.ListsWrite, s.declarePurpose))
	desk.GET("/programmes/:id/lists/new", s.desk(auth.ListsWrite, s.newList))
	desk.POST("/programmes/:id/lists/new", form, s.desk(auth.ListsWrite, s.declareList))
	desk.GET("/lists/:id", s.desk(auth.ListsWrite, s.editList))
	desk.POST("/lists/:id", form, s.desk(auth.ListsWrite, s.changeList))
	desk.GET("/programmes/:id/attributes/new", s.desk(auth.ListsWrite, s.newAttribute))
	desk.POST("/programmes/:id/attributes/new", form, s.desk(auth.ListsWrite, s.declareAttribute))
	desk.GET("/programmes/:id/attributes/:attribute", s.desk(auth.KeepingWrite, s.editCategory))
	desk.POST("/programmes/:id/attributes/:attribute", form, s.desk(auth.KeepingWrite, s.changeCategory))
	desk.GET("/programmes/:id/attributes/:attribute/edit", s.desk(auth.ListsWrite, s.editAttribute))
	desk.POST("/programmes/:id/attributes/:attribute/edit", form, s.desk(auth.ListsWrite, s.changeAttribute))
	desk.POST("/programmes/:id/attributes/:attribute/end", form, s.desk(auth.ListsWrite, s.endAttribute))
	desk.GET("/programmes/:id/answering", s.desk(auth.ListsWrite, s.editAnswering))
	desk.POST("/programmes/:id/answering", form, s.desk(auth.ListsWrite, s.changeAnswering))
	desk.GET("/programmes/:id/statements", s.desk(auth.ListsWrite, s.editStatements))
	desk.POST("/programmes/:id/statements", form, s.desk(auth.ListsWrite, s.changeStatements))
	desk.GET("/purposes/:id", s.desk(auth.ListsWrite, s.editPurpose))
	desk.POST("/purposes/:id", form, s.desk(auth.ListsWrite, s.changePurpose))
	desk.GET("/programmes/:id/recipients/new", s.desk(auth.ListsWrite, s.newRecipient))
	desk.POST("/programmes/:id/recipients/new", form, s.desk(auth.ListsWrite, s.addRecipient))
	desk.GET("/programmes/:id/recipients/:recipient", s.desk(auth.ListsWrite, s.editRecipient))
	desk.POST("/programmes/:id/recipients/:recipient", form, s.desk(auth.ListsWrite, s.changeRecipient))
	desk.POST("/programmes/:id/recipients/:recipient/end", form, s.desk(auth.ListsWrite, s.endRecipient))
}
