package templates

import "time"

func requestSamples() []sample {
	ask := RequestPage{
		Public: face(), Action: "/requests/better-services", OtherURL: "/complaints/better-services", Name: "Better Services Programme", MaxFiles: 5, MaxSize: "5 MB", Key: "KEYOFTHEFORM",
	}
	for _, kind := range []string{"access", "rectification", "erasure", "restriction", "objection", "withdraw-consent", "portability", "automated-decision", "complaint", "breach"} {
		ask.Wants = append(ask.Wants, Want{Value: kind})
	}
	wrong := ask
	wrong.Words, wrong.Email, wrong.Whom = "Everything about the meeting in May.", "ann@", WhomOther
	wrong.Errors = []FieldError{{FieldEmail, "Enter an email address, like name@example.org"}, {FieldAboutName, "Enter the name of the person it is about"}}
	complain := ask
	complain.Complaint, complain.Wants, complain.Action, complain.OtherURL = true, nil, ask.OtherURL, ask.Action
	sent := RequestSentPage{Public: face(), Reference: "R-2026-000042", ReceivedAt: uk(11, 25, 9, 5), DueAt: uk(12, 29, 0, 0), ByMail: true, AgainURL: ask.Action}
	byPost := sent
	byPost.Complaint, byPost.ByMail, byPost.DueAt = true, false, time.Time{}
	return []sample{
		{"request", "", ask}, {"request", "mistakes", wrong}, {"request", "complaint", complain}, {"request-sent", "", sent}, {"request-sent", "complaint", byPost},
	}
}
