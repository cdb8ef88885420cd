package site

import "assent/templates"

// words is what the public pages say besides their templates, in one language.
type words struct {
	lang         string
	needAddress  string
	nameTooLong  string
	needTick     string
	wordsChanged string
	needList     string
	tooMany      string // lists at a time
	needAge      string
	needGuardian map[string]string // by field
	allLists     string            // where the list of a link is not there any more
	notice       string            // before the name of a programme
	goesOn       string            // what an opt-out does not stop (E4-13)
}

func wordsIn(lang string) words {
	if lang == templates.Welsh {
		return welsh()
	}
	return english()
}

func english() words {
	return words{
		lang:         templates.English,
		needAddress:  "Enter an email address, like name@example.org",
		nameTooLong:  "Enter a name of at most 200 characters, or leave it empty",
		needTick:     "Tick the box if you want these emails",
		wordsChanged: "The words above the button have changed. Read them again, and press the button if you still agree",
		needList:     "Tick the box beside each list that you want",
		tooMany:      "Tick at most five lists at a time: one address gets at most five such emails in a day. Ask for the others tomorrow",
		needAge:      "Enter your age in years, such as 34",
		needGuardian: map[string]string{
			templates.FieldGuardianName:     "Enter the name of your parent or guardian",
			templates.FieldGuardianRelation: "Enter who they are to you, such as your mother",
			templates.FieldGuardianAddress:  "Enter their own email address, not yours",
		},
		allLists: "all our lists",
		notice:   "Privacy notice: ",
		goesOn:   "Replies to requests that you have made",
	}
}

func welsh() words {
	return words{
		lang:         templates.Welsh,
		needAddress:  "Rhowch gyfeiriad e-bost, fel enw@example.org",
		nameTooLong:  "Rhowch enw o ddim mwy na 200 nod, neu gadewch y blwch yn wag",
		needTick:     "Ticiwch y blwch os ydych am gael y negeseuon e-bost hyn",
		wordsChanged: "Mae’r geiriau uwchben y botwm wedi newid. Darllenwch nhw eto, a phwyswch y botwm os ydych yn dal i gytuno",
		needList:     "Ticiwch y blwch wrth bob rhestr yr hoffech ei chael",
		tooMany:      "Ticiwch hyd at bum rhestr ar y tro: mae un cyfeiriad yn cael hyd at bum e-bost o'r fath mewn diwrnod. Gofynnwch am y lleill yfory",
		needAge:      "Rhowch eich oed mewn blynyddoedd, er enghraifft 34",
		needGuardian: map[string]string{
			templates.FieldGuardianName:     "Rhowch enw eich rhiant neu warcheidwad",
			templates.FieldGuardianRelation: "Rhowch pwy ydynt i chi, er enghraifft eich mam",
			templates.FieldGuardianAddress:  "Rhowch eu cyfeiriad e-bost eu hunain, nid eich un chi",
		},
		allLists: "ein holl restri",
		notice:   "Hysbysiad preifatrwydd: ",
		goesOn:   "Atebion i geisiadau a wnaethoch",
	}
}
