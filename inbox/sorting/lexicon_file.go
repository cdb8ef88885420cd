package sorting

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

func readLexicons() (*lexicon, error) {
	l := &lexicon{byWord: map[string][]entry{}, byStem: map[string][]entry{}, stopwords: map[string][]string{}, fillers: map[string]bool{}, concepts: map[string]bool{},
		bits: map[string]conceptSet{}, tongues: map[string]uint64{}, minStem: 99}
	for i, name := range conceptNames() {
		var c conceptSet
		c[i/64] = 1 << (i % 64)
		l.bits[name] = c
	}
	files, err := lexiconFiles.ReadDir("lexicon")
	if err != nil {
		return nil, err
	}
	for i, entry := range files {
		b, err := lexiconFiles.ReadFile(path.Join("lexicon", entry.Name()))
		if err != nil {
			return nil, err
		}
		f := &lexiconFile{lexicon: l, language: strings.TrimSuffix(entry.Name(), ".txt"), sections: map[string]*section{}, spellings: map[string][]string{}, read: map[wordInFile][]pattern{}}
		l.tongues[f.language] = 1 << i
		if err := f.readAll(string(b)); err != nil {
			return nil, fmt.Errorf("lexicon/%s: %w", entry.Name(), err)
		}
	}
	return l, nil
}

// lexiconFile adds the words of one language to the lexicon.
type lexiconFile struct {
	*lexicon
	language  string
	sections  map[string]*section      // by concept
	spellings map[string][]string      // how people write a word: "u" for "you"
	read      map[wordInFile][]pattern // what was read: most words stand in many phrases
}

// wordInFile is a word of a phrase as it stands in the file, with all that says what it matches.
type wordInFile struct {
	word  string
	place place
}

// place is what a phrase says about each of its words.
type place struct {
	misspelt    bool // people wrote it, and write words as they like
	transcribed bool // their letters may be lacking
	alone       bool // the word is all there is of the phrase
	first       bool // it is the first of the phrase
}

// readAll reads the file: sections in square brackets, one phrase a line, "#" before a remark. A file
// without "personal-data" takes its "data" for that.
func (f *lexiconFile) readAll(text string) error {
	concept, tellsPersonal := "", strings.Contains(text, "[personal-data]")
	names := conceptNames()
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			concept = strings.Trim(line, "[]")
			if !slices.Contains(names, concept) {
				return fmt.Errorf("line %d: no concept %q", n, concept)
			}
		case concept == "":
			return fmt.Errorf("line %d: a phrase before the first section", n)
		case concept == "spellings":
			f.spell(line)
			f.concepts[concept] = true
		case concept == "stopwords":
			for _, w := range foldWords(line) {
				f.stopwords[w] = append(f.stopwords[w], f.language)
			}
		case concept == "filler":
			for _, w := range foldWords(line) {
				f.fillers[w] = true
			}
			f.concepts[concept] = true
		default:
			err := f.add(concept, line)
			if err == nil && concept == "data" && !tellsPersonal {
				err = f.add("personal-data", line)
			}
			if err != nil {
				return fmt.Errorf("line %d: %w", n, err)
			}
		}
	}
	return nil
}

// spell takes in how people write a word: the word, what stands for it, "*" for its slips too.
func (f *lexiconFile) spell(line string) {
	spelt := foldWords(line) // without the "*"
	f.spellings[spelt[0]] = spelt[1:]
	if strings.HasSuffix(line, "*") {
		f.spellings[spelt[0]] = append(f.spellings[spelt[0]], slipsOf(spelt[0])...)
	}
	clear(f.read)
}

// add adds a phrase.
func (f *lexiconFile) add(concept, line string) error {
	p := &phrase{section: f.section(concept), text: line}
	line, p.first = strings.CutPrefix(line, "^")
	at := place{misspelt: misspells(concept), transcribed: transcribes(concept), alone: !strings.ContainsRune(p.text, ' '), first: true}
	words := strings.Fields(line)
	for i, word := range words {
		patterns, err := f.patterns(word, at)
		switch {
		case err != nil:
			return err
		case len(words) == 1:
			p.words = patterns // not a copy: a third of the phrases are one word
		case i == 0:
			p.words = append(make([]pattern, 0, len(words)), patterns...)
		default:
			p.words = append(p.words, patterns...)
		}
		at.first = false
	}
	if len(p.words) == 0 || p.words[0].gap > 0 || p.words[len(p.words)-1].gap > 0 {
		return fmt.Errorf("%q starts or ends with a gap", line)
	}
	e := entry{tongue: p.tongue, phrase: p}
	e.next, e.later = p.follows()
	for _, first := range p.words[0].any {
		if !first.stem {
			f.byWord[first.word] = append(f.byWord[first.word], e)
			continue
		}
		if len(first.word) < 3 {
			return fmt.Errorf("the stem %q is too short", first.word)
		}
		f.byStem[first.word] = append(f.byStem[first.word], e)
		f.minStem, f.maxStem = min(f.minStem, len(first.word)), max(f.maxStem, len(first.word))
	}
	f.concepts[concept] = true
	return nil
}

func (f *lexiconFile) section(concept string) *section {
	s := f.sections[concept]
	if s == nil {
		s = &section{language: f.language, concept: concept, bit: f.bits[concept], tongue: f.tongues[f.language]}
		f.sections[concept] = s
	}
	return s
}

// patterns returns what a word of a phrase matches: one word, or two for "l'accès".
func (f *lexiconFile) patterns(word string, at place) ([]pattern, error) {
	if strings.Trim(word, "~") == "" {
		return []pattern{{gap: 3 * len(word)}}, nil
	}
	if got, ok := f.read[wordInFile{word, at}]; ok {
		return got, nil
	}
	one, tail := pattern{}, []string(nil)
	for alt := range strings.SplitSeq(word, "/") {
		alt, stem := strings.CutSuffix(alt, "*")
		folded := foldWords(alt)
		if len(folded) == 0 {
			return nil, fmt.Errorf("nothing to match in %q", word)
		}
		if tail = folded[1:]; len(tail) > 0 && strings.Contains(word, "/") {
			return nil, fmt.Errorf("%q has alternatives of several words", word)
		}
		one.any = append(one.any, alternative{folded[0], stem && len(tail) == 0})
		if at.misspelt && len(tail) == 0 {
			for _, spelt := range f.spellings[folded[0]] {
				if !one.has(spelt) {
					one.any = append(one.any, alternative{spelt, stem && len(spelt) > 4})
				}
			}
		}
		if at.transcribed {
			for _, latin := range f.transcribed(alt, at.alone, at.first && stem) {
				if !one.has(latin) {
					one.any = append(one.any, alternative{latin, stem})
				}
			}
		}
	}
	out := []pattern{one}
	for i, w := range tail {
		out = append(out, pattern{any: []alternative{{w, i == len(tail)-1 && strings.HasSuffix(word, "*")}}})
	}
	f.read[wordInFile{word, at}] = out
	return out, nil
}

// transcribed returns how a word of a phrase comes out in other letters. One that is looked up by its start must be long enough for that.
func (f *lexiconFile) transcribed(word string, alone, lookedUpByStart bool) []string {
	if strings.ContainsAny(word, "'’") {
		return nil
	}
	least := 0
	if lookedUpByStart {
		least = 3
	}
	if alone {
		least = minTranscribed
	}
	return slices.DeleteFunc(transcriptions(f.language, word), func(s string) bool { return len(s) < least })
}

// misspells reports whether those who write a concept of a lexicon spell as they like. Organisations and machines can spell.
func misspells(concept string) bool {
	switch concept {
	case "notice", "footer", "story", "software":
		return false
	}
	return true
}
