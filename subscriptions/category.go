package subscriptions

// Category is what sort of data an attribute is. Time limits are set by category (E1-43).
type Category string

const (
	IdentityCategory    Category = "identity"    // name, date of birth
	ContactCategory     Category = "contact"     // ways to reach the person beside the address
	ProfileCategory     Category = "profile"     // who the person is to the organisation
	PreferencesCategory Category = "preferences" // what they want: language, topics
	UsageCategory       Category = "usage"       // what they did: replies of mail servers, letters, engagement
)

// Categories holds every category. A person's name counts as identity, their language as preferences. The address is of no category: it
// goes with the record.
var Categories = []Category{IdentityCategory, ContactCategory, ProfileCategory, PreferencesCategory, UsageCategory}

// Scope returns which list or purpose the standing is about.
func (s Standing) Scope() Scope { return s.scope }
