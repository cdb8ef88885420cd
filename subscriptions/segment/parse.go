package segment

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Parse reads the text form, such as
//
//	region is "South West" and not (sector in ("ports", "fishing") or bounced any campaign in the last 90 days)
//
// "and" binds closer than "or". Errors are of kind Invalid and point at the place.
func Parse(text string) (Segment, error) {
	if len(text) > MaxLength {
		return Segment{}, mistake("", "The segment is longer than %d bytes.", MaxLength)
	}
	if !utf8.ValidString(text) {
		return Segment{}, mistake("", "The segment is not in UTF-8.")
	}
	p := &parser{source: text}
	if err := p.lex(); err != nil {
		return Segment{}, err
	}
	if p.peek().kind == endToken {
		return Segment{}, p.at(p.peek(), `Write a condition, such as: region is "South West".`)
	}
	c, err := p.disjunction(1)
	if err != nil {
		return Segment{}, err
	}
	if t := p.peek(); t.kind != endToken {
		return Segment{}, p.at(t, "Conditions are joined by “and” or “or”.")
	}
	s := Segment{Where: c}
	return s, s.wellFormed()
}

// parser goes through tokens.
type parser struct {
	source string
	tokens []token
	next   int
}

func (p *parser) peek() token { return p.tokens[p.next] }

func (p *parser) take() token {
	t := p.tokens[p.next]
	if t.kind != endToken {
		p.next++
	}
	return t
}

// is reports whether the next tokens are these words, and takes them if so.
func (p *parser) is(words ...string) bool {
	if p.next+len(words) > len(p.tokens) {
		return false
	}
	for i, w := range words {
		if t := p.tokens[p.next+i]; t.kind != wordToken || !strings.EqualFold(t.text, w) {
			return false
		}
	}
	p.next += len(words)
	return true
}

func (p *parser) mark(m string) bool {
	if t := p.peek(); t.kind != markToken || t.text != m {
		return false
	}
	p.next++
	return true
}

func (p *parser) disjunction(depth int) (Condition, error) {
	return p.group(Any, "or", depth, p.conjunction)
}

func (p *parser) conjunction(depth int) (Condition, error) {
	return p.group(All, "and", depth, p.single)
}

func (p *parser) group(j Join, word string, depth int, one func(int) (Condition, error)) (Condition, error) {
	first, err := one(depth)
	if err != nil {
		return first, err
	}
	of := []Condition{first}
	for p.is(word) {
		next, err := one(depth)
		if err != nil {
			return next, err
		}
		of = append(of, next)
	}
	if len(of) == 1 {
		return first, nil
	}
	return Condition{Join: j, Of: of}, nil
}

// tooDeep bounds the recursion; the tree's own depth is checked with everything else.
const tooDeep = 4 * MaxDepth

func (p *parser) single(depth int) (Condition, error) {
	if depth > tooDeep {
		return Condition{}, p.at(p.peek(), "Conditions stand within conditions too deep.")
	}
	switch {
	case p.is("not"):
	case p.mark("("):
		c, err := p.disjunction(depth + 1)
		if err == nil && !p.mark(")") {
			err = p.at(p.peek(), "A “)” is missing.")
		}
		return c, err
	default:
		return p.test()
	}
	c, err := p.single(depth + 1)
	return Condition{Join: Not, Of: []Condition{c}}, err
}

// value takes a quoted text, a number, a date, yes or no.
func (p *parser) value() (any, error) {
	t := p.take()
	switch {
	case t.kind == textToken:
		return t.text, nil
	case t.kind != wordToken:
		return nil, p.at(t, "A value is missing here.")
	case strings.EqualFold(t.text, "yes") || strings.EqualFold(t.text, "true"):
		return true, nil
	case strings.EqualFold(t.text, "no") || strings.EqualFold(t.text, "false"):
		return false, nil
	case isDate(t.text):
		return t.text, nil
	}
	if v, err := strconv.ParseFloat(t.text, 64); err == nil && goodValue("", v) == nil && !strings.ContainsAny(t.text, "xXpP_nN") {
		return v, nil
	}
	return nil, p.at(t, "Put text in quotes: "+quote(cut(t.text))+".")
}

// values takes values in brackets, or a single one without.
func (p *parser) values() ([]any, error) {
	if !p.mark("(") {
		v, err := p.value()
		return []any{v}, err
	}
	var all []any
	for {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		if all = append(all, v); len(all) > MaxValues {
			return nil, p.at(p.peek(), "A condition has at most "+strconv.Itoa(MaxValues)+" values.")
		}
		if p.mark(")") {
			return all, nil
		}
		if !p.mark(",") {
			return nil, p.at(p.peek(), "Values are separated by commas and end with “)”.")
		}
	}
}
