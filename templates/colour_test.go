package templates

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var colourVariable = regexp.MustCompile(`--([a-z-]+):\s*#([0-9a-f]{6})\b`)

// palettes returns the colours of the stylesheet by day and by night.
func palettes(t *testing.T) map[string]map[string]string {
	t.Helper()
	b, err := files.ReadFile("static/assent.css")
	if err != nil {
		t.Fatal(err)
	}
	day, rest, _ := strings.Cut(string(b), "@media (prefers-color-scheme: dark)")
	night, _, _ := strings.Cut(rest, "\n}\n")
	out := map[string]map[string]string{"light": {}, "dark": {}}
	for _, m := range colourVariable.FindAllStringSubmatch(day, -1) {
		out["light"][m[1]], out["dark"][m[1]] = m[2], m[2]
	}
	for _, m := range colourVariable.FindAllStringSubmatch(night, -1) {
		out["dark"][m[1]] = m[2]
	}
	return out
}

// luminance is WCAG's relative luminance of a colour such as "0b6b57".
func luminance(hex string) float64 {
	weights := [3]float64{0.2126, 0.7152, 0.0722}
	sum := 0.0
	for i, w := range weights {
		n, _ := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += w * c
	}
	return sum
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// WCAG 2.2: 4.5 to 1 for words (1.4.3), 3 to 1 for the edges of controls (1.4.11).
func TestColoursCanBeToldApartByDayAndNight(t *testing.T) {
	t.Parallel()
	words := []string{
		"ink paper", "ink sheet", "soft paper", "soft sheet", "link paper", "link sheet", "on-leaf leaf", "on-leaf leaf-strong",
		"ink leaf-wash", "leaf-strong leaf-wash", "soft leaf-wash", "amber amber-wash", "amber sheet", "red red-wash", "red sheet", "red paper",
		"ink amber-wash", "ink red-wash", "blue blue-wash", "on-focus focus",
	}
	edges := []string{"edge paper", "edge sheet", "leaf line", "leaf paper", "leaf sheet", "red sheet"}
	for name, palette := range palettes(t) {
		check := func(pairs []string, least float64) {
			for _, pair := range pairs {
				a, b, _ := strings.Cut(pair, " ")
				if palette[a] == "" || palette[b] == "" {
					t.Errorf("%s: no colours for %q", name, pair)
				} else if got := contrast(palette[a], palette[b]); got < least {
					t.Errorf("%s: %s has contrast %.2f, want %.1f", name, pair, got, least)
				}
			}
		}
		check(words, 4.5)
		check(edges, 3)
	}
}
