package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"assent/internal/auth"
	"assent/mailer"
	"assent/subscriptions"
	"assent/subscriptions/segment"
)

func TestAnAttributeIsChangedAndEnded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		const at = "/api/v1/programmes/harbour-news/attributes"
		h.must(t, http.StatusCreated, "POST", at, `{"name":"region","label":"Region","type":"choice","choices":["South","Wales"],"hint":"Where you live"}`).want(t, "hint", "Where you live", "required", false)
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", `{"address":"bea@example.org","source":"stand","attributes":{"region":"South"},"evidence":{"act":"ticked the box"}}`)
		h.must(t, http.StatusOK, "PATCH", at+"/region", `{"choices":["North","South","Wales"],"required":true}`).want(t, "choices.0", "North", "required", true, "label", "Region", "hint", "Where you live")
		h.must(t, http.StatusOK, "PATCH", at+"/region", `{"choices":["South","Wales"]}`)
		refused := h.must(t, http.StatusConflict, "PATCH", at+"/region", `{"choices":["Wales"]}`)
		if detail := refused.at(t, "detail").(string); !strings.Contains(detail, "1 person has it") {
			t.Error(detail)
		}
		h.must(t, http.StatusConflict, "PATCH", at+"/region", `{"type":"text"}`)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/lists/monthly/requests", `{"address":"cat@example.org"}`)
		ended := h.must(t, http.StatusOK, "POST", at+"/region/end", "")
		if ended.at(t, "ended_at") == nil {
			t.Error("it has not ended")
		}
		h.must(t, http.StatusConflict, "POST", "/api/v1/lists/monthly/grants", `{"address":"bea@example.org","source":"stand","attributes":{"region":"Wales"},"evidence":{"act":"ticked the box"}}`)
		h.must(t, http.StatusNotFound, "PATCH", at+"/none", `{}`)
	})
}

// A choice that a rule asks for stays: taking it away would leave a campaign that cannot be planned.
func TestAChoiceThatASegmentOrAScheduledCampaignAsksForStays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		const at, segments = "/api/v1/programmes/harbour-news/attributes", "/api/v1/programmes/harbour-news/segments"
		h.must(t, http.StatusCreated, "POST", at, `{"name":"region","label":"Region","type":"choice","choices":["South","Wales","Isles","Fen"]}`)
		h.must(t, http.StatusOK, "GET", at+"/region", "").want(t, "used_by", nil)
		h.must(t, http.StatusCreated, "POST", segments, `{"slug":"south","name":"Southerners","text":"region in (\"South\", \"Fen\")"}`)
		h.must(t, http.StatusCreated, "POST", segments, `{"slug":"far","name":"Far","text":"not region is \"isles\""}`)
		h.must(t, http.StatusCreated, "POST", "/api/v1/campaigns", strings.Replace(campaignBody, `"name":`, `"segment":"far","name":`, 1))
		h.must(t, http.StatusOK, "POST", "/api/v1/campaigns/1/schedule", `{"at":"`+time.Now().Add(24*time.Hour).UTC().Format(time.RFC3339)+`"}`)
		h.must(t, http.StatusOK, "POST", segments+"/far/versions", `{"version":1,"name":"Far","text":"region is set"}`) // the campaign keeps what was approved
		for choices, says := range map[string]string{
			`["Wales","Isles","Fen"]`:   "asked for by the segment “Southerners”",
			`["South","Wales","Isles"]`: "asked for by the segment “Southerners”",
			`["South","Wales","Fen"]`:   "asked for by the campaign “December”",
		} {
			refused := h.must(t, http.StatusConflict, "PATCH", at+"/region", `{"choices":`+choices+`}`)
			if detail := refused.at(t, "detail").(string); !strings.Contains(detail, says) {
				t.Errorf("%s: %s", choices, detail)
			}
		}
		h.must(t, http.StatusOK, "PATCH", at+"/region", `{"choices":["South","Isles","Fen"]}`)
		h.must(t, http.StatusOK, "POST", segments+"/south/versions", `{"version":1,"name":"Southerners","text":"region is \"South\""}`)
		h.must(t, http.StatusOK, "PATCH", at+"/region", `{"choices":["South","Isles"]}`)
		h.must(t, http.StatusOK, "POST", at+"/region/end", "").want(t, "used_by.0", "the segment “Far”", "used_by.1", "the segment “Southerners”", "used_by.2", "the campaign “December”")
	})
}

// crowd puts people on the list monthly: of n, the first few in the south west.
func (h *house) crowd(t *testing.T, n, southWest int) {
	t.Helper()
	h.furnish(t)
	h.must(t, http.StatusCreated, "POST", "/api/v1/programmes/harbour-news/attributes", `{"name":"region","label":"Region","type":"choice","choices":["South West","Wales"]}`)
	for i := range n {
		region := "Wales"
		if i < southWest {
			region = "South West"
		}
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", fmt.Sprintf(
			`{"address":"p%d@example.org","source":"stand","attributes":{"region":%q},"evidence":{"act":"ticked the box"}}`, i, region))
	}
}

func TestASegmentFromTextToFunnel(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.crowd(t, 12, 7)
		made := h.must(t, http.StatusCreated, "POST", "/api/v1/programmes/harbour-news/segments", `{"slug":"south-west","name":"South West","text":"region is \"South West\""}`)
		made.want(t, "version", 1, "text", `region is "South West"`, "rule.where.is", "South West", "created_by", "key:1")
		h.must(t, http.StatusConflict, "POST", "/api/v1/programmes/harbour-news/segments", `{"slug":"south-west","name":"Again","text":"region is set"}`)
		bad := h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/programmes/harbour-news/segments", `{"slug":"x","name":"X","text":"region is Wales"}`)
		if !strings.Contains(bad.Body.String(), `At character 11`) || !strings.Contains(bad.Body.String(), "body.text") {
			t.Errorf("the mistake is not pointed at: %s", bad.Body)
		}
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/programmes/harbour-news/segments", `{"slug":"x","name":"X","rule":{"version":1,"where":{"attribute":"region","equals":"Wales"}}}`)
		h.must(t, http.StatusOK, "GET", "/api/v1/programmes/harbour-news/segments", "").want(t, "items.0.slug", "south-west")
		look := h.must(t, http.StatusOK, "POST", "/api/v1/programmes/harbour-news/audience/explain", `{"segment":"south-west"}`)
		look.want(t, "in_lists", 12, "in_segment", 7, "eligible", 7, "left_out.0.reason", "not in the segment", "left_out.0.people", 5,
			"sentences.0.text", "Their Region is “South West”.", "planned", false)
		if strings.Contains(look.Body.String(), "@example.org") || !strings.Contains(look.Body.String(), "***") {
			t.Errorf("the sample is not masked: %s", look.Body)
		}
		h.must(t, http.StatusOK, "POST", "/api/v1/programmes/harbour-news/segments/south-west/versions", `{"version":1,"name":"Wales","rule":{"version":1,"where":{"attribute":"region","is":"wales"}}}`).
			want(t, "version", 2, "name", "Wales")
		h.must(t, http.StatusConflict, "POST", "/api/v1/programmes/harbour-news/segments/south-west/versions", `{"version":1,"name":"Late","text":"region is set"}`)
		h.must(t, http.StatusOK, "GET", "/api/v1/programmes/harbour-news/segments/south-west", "").want(t, "text", `region is "wales"`)
	})
}

// A group that small says something about each of its people (E3-05, E4-06).
func TestSmallCountsAreHidden(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.crowd(t, 6, 4)
		for _, c := range []struct{ text, says string }{
			{`region is \"South West\"`, `"fewer_than":5`},
			{`not region is \"South West\"`, `"fewer_than":5`},
			{`region is not set`, `"fewer_than":5`},
		} {
			a := h.must(t, http.StatusOK, "POST", "/api/v1/programmes/harbour-news/audience/explain", `{"text":"`+c.text+`"}`)
			a.want(t, "in_lists", 6, "in_segment", nil, "eligible", nil)
			if !strings.Contains(a.Body.String(), c.says) || strings.Contains(a.Body.String(), "***") || strings.Contains(a.Body.String(), `"people"`) {
				t.Errorf("%s: %s", c.text, a.Body)
			}
		}
		h.must(t, http.StatusOK, "POST", "/api/v1/programmes/harbour-news/audience/explain", `{"text":"not on list monthly"}`).want(t, "in_segment", 0) // about no attribute
	})
}

// What was approved stays: the saved segment may change after.
func TestAnApprovedCampaignKeepsItsSegment(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.crowd(t, 8, 6)
		h.must(t, http.StatusCreated, "POST", "/api/v1/programmes/harbour-news/segments", `{"slug":"sw","name":"SW","text":"region is \"South West\" and joined monthly in the last 30 days"}`)
		body := strings.Replace(campaignBody, `"name":`, `"segment":"sw","name":`, 1)
		h.must(t, http.StatusCreated, "POST", "/api/v1/campaigns", body).want(t, "audience.segment_id", 1, "audience.segment_version", 1)
		h.must(t, http.StatusOK, "GET", "/api/v1/campaigns/1/audience", "").want(t, "eligible", 6)
		h.must(t, http.StatusOK, "POST", "/api/v1/programmes/harbour-news/segments/sw/versions", `{"version":1,"name":"SW","text":"region is set and joined monthly in the last 30 days"}`)
		h.must(t, http.StatusOK, "GET", "/api/v1/campaigns/1/audience", "").want(t, "eligible", 8) // a draft follows
		approved := h.must(t, http.StatusOK, "POST", "/api/v1/campaigns/1/schedule", "{}")
		approved.want(t, "audience.segment_version", 2)
		text := approved.at(t, "audience.text").(string)
		if !strings.Contains(text, "joined monthly since 20") {
			t.Errorf("the days are not worked out: %s", text)
		}
		h.must(t, http.StatusOK, "POST", "/api/v1/programmes/harbour-news/segments/sw/versions", `{"version":2,"name":"SW","text":"region is \"Wales\""}`)
		h.must(t, http.StatusOK, "GET", "/api/v1/campaigns/1", "").want(t, "audience.text", text, "audience.segment_version", 2)
		before := must(h.db.Campaign(t.Context(), 1))(t)
		if before.ContentDigest() != before.Digest {
			t.Error("what stands is not what was approved")
		}
		before.Excluded = []int64{1}
		if before.ContentDigest() == before.Digest {
			t.Error("the digest does not cover the exclusion lists")
		}
	})
}

func TestWhatASegmentMayNotAsk(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		explain := func(status int, text string) answer {
			return h.must(t, status, "POST", "/api/v1/programmes/harbour-news/audience/explain", `{"text":"`+text+`"}`)
		}
		const invalid, refused = http.StatusUnprocessableEntity, http.StatusConflict
		says := func(a answer, want string) {
			t.Helper()
			if !strings.Contains(a.Body.String(), want) {
				t.Errorf("%s; want %s", a.Body, want)
			}
		}
		says(explain(invalid, `opened campaign 1`), "does not track who opened")
		says(explain(invalid, `sent campaign 99`), "has no campaign 99")
		says(explain(invalid, `colour is \"red\"`), "no attribute")
		says(h.must(t, refused, "POST", "/api/v1/programmes/harbour-news/attributes", `{"name":"health","type":"text"}`), "special-category data")
		says(h.must(t, refused, "POST", "/api/v1/programmes/harbour-news/attributes", `{"name":"crefydd","type":"text","special_category":true}`), "no purpose on that basis")
		h.must(t, http.StatusCreated, "POST", "/api/v1/programmes/harbour-news/purposes", `{"slug":"care","name":"Care","basis":"explicit-consent","class":"targeted"}`)
		h.must(t, http.StatusCreated, "POST", "/api/v1/programmes/harbour-news/attributes", `{"name":"crefydd","type":"text","special_category":true}`).want(t, "special_category", true)
		says(explain(refused, `crefydd is set`), "does not rest on explicit consent")

		h.must(t, http.StatusOK, "GET", "/api/v1/programmes/harbour-news/profiling", "").want(t, "on", true)
		h.must(t, http.StatusOK, "POST", "/api/v1/programmes/harbour-news/audience/explain", `{"text":"not sent any campaign"}`)
		h.must(t, http.StatusOK, "POST", "/api/v1/programmes/harbour-news/profiling", `{"on":false}`).want(t, "on", false)
		says(explain(refused, `not sent any campaign`), "does not profile")
	})
}

// Whoever refused profiling is chosen by no segment on what they were sent, whichever way it is put (E1-18).
func TestProfilingRefusedIsHonoured(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.crowd(t, 6, 6)
		p := must(h.db.Subscriber(t.Context(), 2))(t)
		err := h.db.Update(t.Context(), func(tx subscriptions.Tx) error {
			return tx.Append([]subscriptions.Event{{At: h.deps.Now(), Kind: subscriptions.ProfilingRefused, Scope: subscriptions.Everything(), SubscriberID: p.ID, AddressKey: p.Key,
				Channel: subscriptions.ByLink, Actor: "subscriber", Evidence: []byte("{}"), Salt: []byte("salt")}})
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"sent any campaign", "not sent any campaign"} {
			a := h.must(t, http.StatusOK, "POST", "/api/v1/programmes/harbour-news/audience/explain", `{"text":"`+text+`"}`)
			if !strings.Contains(a.Body.String(), `"reason":"`+string(segment.ReasonProfiling)+`"`) {
				t.Errorf("%s: %s", text, a.Body)
			}
		}
		h.must(t, http.StatusOK, "POST", "/api/v1/programmes/harbour-news/audience/explain", `{"text":"region is set"}`).want(t, "eligible", 6)
	})
}

// What was approved is not planned once the programme has switched profiling off.
func TestACampaignPausesItselfWhenItsSegmentMayNoLongerBeAsked(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	h.crowd(t, 6, 6)
	h.must(t, http.StatusCreated, "POST", "/api/v1/campaigns", strings.Replace(campaignBody, `"name":`, `"text":"not bounced any campaign","name":`, 1))
	h.must(t, http.StatusOK, "POST", "/api/v1/campaigns/1/schedule", "{}")
	h.must(t, http.StatusOK, "POST", "/api/v1/programmes/harbour-news/profiling", `{"on":false}`)
	if err := h.deps.Mailer.HandlePlan(t.Context(), mailer.Plan{CampaignID: 1}); err != nil {
		t.Fatal(err)
	}
	c := must(h.db.Campaign(t.Context(), 1))(t)
	if !c.Paused || !strings.Contains(c.Trouble, "does not profile") || c.PlannedUpTo != 0 {
		t.Errorf("%+v", c)
	}
	h.must(t, http.StatusOK, "POST", "/api/v1/programmes/harbour-news/profiling", `{"on":true}`)
	h.must(t, http.StatusOK, "POST", "/api/v1/campaigns/1/resume", "")
	if err := h.deps.Mailer.HandlePlan(t.Context(), mailer.Plan{CampaignID: 1}); err != nil {
		t.Fatal(err)
	}
	h.must(t, http.StatusOK, "GET", "/api/v1/campaigns/1/audience", "").want(t, "planned", true, "eligible", 6, "text", "not bounced any campaign")
}

func TestExclusionListsAreTheProgrammesOwnAndOthers(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	h.crowd(t, 1, 1)
	h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/campaigns", strings.Replace(campaignBody, `"name":`, `"excluded":[1],"name":`, 1)) // mailed and left out
	h.must(t, http.StatusCreated, "POST", "/api/v1/lists", strings.Replace(listBody, `"slug":"monthly"`, `"slug":"press"`, 1))
	h.must(t, http.StatusCreated, "POST", "/api/v1/campaigns", strings.Replace(campaignBody, `"name":`, `"excluded":[2,2],"name":`, 1)).want(t, "audience.excluded.0", 2)
	h.must(t, http.StatusCreated, "POST", "/api/v1/lists/press/grants", strings.Replace(grantBody, "ann@", "p0@", 1))
	h.must(t, http.StatusOK, "GET", "/api/v1/campaigns/1/audience", "").want(t, "in_lists", 1, "eligible", 0, "left_out.0.reason", "excluded")
}

func TestAKeyWithoutPeopleSeesNoSample(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	h.crowd(t, 6, 6)
	key := makeKey(t, h.deps.Auth, auth.CampaignsRead)
	a := h.must(t, http.StatusOK, "POST", "/api/v1/programmes/harbour-news/audience/explain", `{"text":"region is set"}`, "Authorization", "Bearer "+key)
	if a.want(t, "eligible", 6); strings.Contains(a.Body.String(), "***") {
		t.Errorf("%s", a.Body)
	}
}

// The answer names the event, and tells everything that led to it.
func TestExplainingOnePurpose(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", grantBody)
		h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/1/explain?purpose=harbour-news/monthly-news", "").
			want(t, "allowed", true, "event.kind", "granted", "steps.0.decides", true, "steps.0.wording", "Send me Harbour Monthly.")
		h.must(t, http.StatusUnprocessableEntity, "GET", "/api/v1/subscribers/1/explain", "")
		h.must(t, http.StatusUnprocessableEntity, "GET", "/api/v1/subscribers/1/explain?list=monthly&purpose=harbour-news/monthly-news", "")
		h.must(t, http.StatusNotFound, "GET", "/api/v1/subscribers/1/explain?purpose=harbour-news/none", "")
		h.must(t, http.StatusNotFound, "GET", "/api/v1/subscribers/9/explain?list=monthly", "")
	})
}
