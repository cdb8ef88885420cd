package subscriptions_test

import (
	"encoding/json"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
)

var carys = subscriptions.Guardian{Name: "Carys Lee", Relation: "mother", Address: address.Must("carys@example.org")}

func evidenceOf(t *testing.T, e subscriptions.Event) map[string]string {
	t.Helper()
	var ev map[string]string
	if err := json.Unmarshal(e.Evidence, &ev); err != nil {
		t.Fatal(err)
	}
	return ev
}

func TestAGuardianAgreesForAChild(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		const child = "tim@example.org"
		a := asks(r.monthly, child)
		a.Age = 11
		r.refused(r.Subscribe(t.Context(), a), errs.Invalid, "parent or guardian")
		a.Guardian = carys
		a.Guardian.Address = a.Address
		r.refused(r.Subscribe(t.Context(), a), errs.Invalid, "their own mail address")
		a.Guardian = carys
		r.ok(r.Subscribe(t.Context(), a))
		request := r.ledger(child)[0]
		person := r.person(child)
		if to := subscriptions.Confirmer(person, request); to != carys.Address {
			t.Errorf("%v is asked to confirm", to)
		}
		permit := check(subscriptions.Gate{Store: r.db, Now: r.clock.now}.AdmitConfirmation(t.Context(), person, subscriptions.ListScope(r.monthly), request.Seq))(t)
		if permit.To() != carys.Address {
			t.Errorf("the gate lets the question out to %v", permit.To())
		}
		tok := r.ConfirmToken(subscriptions.Confirmation{SubscriberID: person.ID, ListID: r.monthly.ID, RequestSeq: request.Seq}, request.At)
		check(r.Confirm(t.Context(), tok, subscriptions.Evidence{"act": "pressed the button"}))(t)
		yes := r.ledger(child)[1]
		ev := evidenceOf(t, yes)
		if yes.Actor != "guardian" || ev["guardian_name"] != "Carys Lee" || ev["guardian_relation"] != "mother" || ev["guardian_address"] != "carys@example.org" || ev["age"] != "11" {
			t.Errorf("the yes is %+v with %v", yes, ev)
		}
		if got := r.reason(child, r.monthly); got != subscriptions.Allowed {
			t.Errorf("after the mother's yes the gate says %q", got)
		}
	})
}

func TestOfSomebodyOldEnoughNoMoreIsKeptThanThat(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		a := asks(r.monthly, "ann@example.org")
		a.Age = 41
		r.ok(r.Subscribe(t.Context(), a))
		if ev := evidenceOf(t, r.ledger("ann@example.org")[0]); ev["age"] != "13 or over" {
			t.Errorf("kept is %v", ev)
		}
	})
}

func TestWhoGrewUpIsAskedAnewAndNotTheirGuardian(t *testing.T) {
	t.Parallel()
	p := subscriptions.Programme{GuardianAge: 13}
	child := subscriptions.Subscriber{Address: address.Must("tim@example.org")}
	given := subscriptions.Event{At: began, Evidence: []byte(`{"age":"11","guardian_name":"Carys Lee","guardian_relation":"mother","guardian_address":"carys@example.org"}`)}
	for _, c := range []struct {
		name string
		at   time.Time
		want address.Address
	}{
		{"on the day", began, carys.Address},
		{"a second before the child is surely 13", began.AddDate(2, 0, 0).Add(-time.Second), carys.Address},
		{"once the child is surely 13", began.AddDate(2, 0, 0), child.Address},
	} {
		if got := p.Addressee(child, given, c.at); got != c.want {
			t.Errorf("%s: %v is asked", c.name, got)
		}
	}
}

func TestALowerAgeThanTheLawsIsWarnedOfOnline(t *testing.T) {
	t.Parallel()
	twelve := subscriptions.Programme{GuardianAge: 12}
	for _, c := range []struct {
		name string
		act  subscriptions.Act
		want int
	}{
		{"twelve, on a form", subscriptions.Act{Age: 12, Channel: subscriptions.ByForm}, 1},
		{"twelve, through the API", subscriptions.Act{Age: 12, Channel: subscriptions.ByAPI}, 1},
		{"twelve, on paper", subscriptions.Act{Age: 12, Channel: subscriptions.ByStaff}, 0},
		{"thirteen", subscriptions.Act{Age: 13, Channel: subscriptions.ByForm}, 0},
		{"eleven, for whom a guardian agrees", subscriptions.Act{Age: 11, Channel: subscriptions.ByForm}, 0},
		{"not asked", subscriptions.Act{Channel: subscriptions.ByForm}, 0},
	} {
		if got := twelve.Warnings(c.act); len(got) != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
