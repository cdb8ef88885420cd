package demo

import (
	"fmt"
	"strings"
)

// person is somebody of the story.
type person struct {
	name      string
	address   string
	programme int    // whose list they join: an index of programmes
	committee string // of a stakeholder
	confirms  bool   // follows the link in the mail
	leaves    way    // how they opt out after the first campaign; stays for good without one
	dead      bool   // their mailbox is gone by the time of the first campaign
	away      bool   // answers with a holiday reply
}

// way is a way to opt out.
type way string

const (
	stays        way = ""
	oneClick     way = "one-click, as a form"
	oneClickForm way = "one-click, as multipart"
	byPage       way = "the button on the page"
	bySubject    way = "mail 'Unsubscribe me'"
	byContact    way = "mail to the Point of Contact"
	byHeader     way = "mail to the address in the header"
)

const (
	newsletter = iota // programmes, by their place in the story
	stakeholders
	alerts
)

// askers is how many people ask to subscribe through the form; stakeholders are enrolled by the API.
const askers = 200

const (
	firstNames = "Amina Ben Carys Dafydd Ewa Farah Gwen Hamish Imran Jo Kofi Leila Mair Niamh Owen Priya Quentin Rhiannon Sunil Tamsin Uma Vic Wanjiru Xanthe Yusuf Zoë"
	lastNames  = "Ashworth Bevan Clarke Davies Evans Fraser Griffiths Hughes Iqbal Jones Khan Lewis Morgan Novak O'Neill Patel Quinn Roberts Singh Thomas"
)

func committees() []string {
	return []string{"Lifting equipment", "Protective clothing", "Fuels and lubricants"}
}

// cast makes everybody, the same at each playing.
func cast() []*person {
	var all []*person
	for i := range askers {
		p := newPerson(i, newsletter)
		if i >= askers*2/3 {
			p.programme = alerts
		}
		p.confirms = i%12 != 7
		all = append(all, p)
	}
	for i := range 24 {
		p := newPerson(askers+i, stakeholders)
		p.committee, p.confirms = committees()[i%len(committees())], true
		all = append(all, p)
	}
	assignParts(all)
	return all
}

func newPerson(i, programme int) *person {
	firsts, lasts := strings.Fields(firstNames), strings.Fields(lastNames)
	first, last := firsts[i%len(firsts)], lasts[(i/3)%len(lasts)]
	local := strings.ToLower(strings.NewReplacer("'", "", "ë", "e").Replace(first + "." + last))
	return &person{name: first + " " + last, address: fmt.Sprintf("%s%d@people.example", local, i), programme: programme}
}

// assignParts gives some of the people who are mailed something to do.
func assignParts(all []*person) {
	parts := map[int][]func(*person){
		newsletter: {
			leave(oneClick), leave(oneClickForm), leave(oneClick), leave(byPage), leave(bySubject), leave(bySubject), leave(bySubject),
			leave(bySubject), leave(byHeader), func(p *person) { p.dead = true }, func(p *person) { p.away = true },
		},
		stakeholders: {leave(byContact), leave(byContact), leave(oneClick)},
		alerts:       {leave(oneClick), leave(oneClickForm), leave(byHeader), leave(bySubject), leave(byPage)},
	}
	for i, p := range all {
		if i%5 == 1 && p.confirms && len(parts[p.programme]) > 0 {
			parts[p.programme][0](p)
			parts[p.programme] = parts[p.programme][1:]
		}
	}
}

func leave(w way) func(*person) { return func(p *person) { p.leaves = w } }
