package templates

import (
	"fmt"
	"regexp"
)

// The colours of mails. Dark ones are set once, in the stylesheet of email/_layout.html.
const (
	sans = "font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;"
	mono = "font-family:ui-monospace,Consolas,Menlo,monospace;"
)

// mailStyle returns the style of a class of element in mail. Many mail programs read no
// stylesheet, so each element carries its own; mails and Markdown share this one table.
func mailStyle(class string) (string, bool) {
	style, ok := map[string]string{
		"page":    "margin:0;padding:0;background:#eef2ef;",
		"outer":   "background:#eef2ef;padding:24px 12px;" + sans,
		"card":    "width:100%;max-width:600px;background:#ffffff;border-radius:10px;text-align:left;",
		"head":    "padding:22px 28px 0;" + sans + "font-size:15px;line-height:1.4;font-weight:600;color:#0b5d4b;",
		"body":    "padding:14px 28px 26px;" + sans + "font-size:17px;line-height:1.55;color:#17211d;",
		"foot":    "padding:20px 28px 26px;border-top:1px solid #d6dfda;" + sans + "font-size:14px;line-height:1.5;color:#4c5a54;",
		"hidden":  "display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;font-size:1px;line-height:1px;color:#ffffff;",
		"title":   "margin:0 0 16px;font-size:25px;line-height:1.25;font-weight:700;letter-spacing:-0.01em;color:#17211d;",
		"h1":      "margin:0 0 16px;font-size:25px;line-height:1.25;font-weight:700;letter-spacing:-0.01em;color:#17211d;",
		"h2":      "margin:28px 0 12px;font-size:20px;line-height:1.3;font-weight:700;color:#17211d;",
		"h3":      "margin:24px 0 8px;font-size:17px;line-height:1.4;font-weight:700;color:#17211d;",
		"p":       "margin:0 0 16px;",
		"last":    "margin:0;",
		"list":    "margin:0 0 16px;padding:0 0 0 24px;",
		"item":    "margin:0 0 6px;",
		"quote":   "margin:0 0 16px;padding:2px 0 2px 16px;border-left:4px solid #0b6b57;color:#17211d;",
		"a":       "color:#0b5d4b;text-decoration:underline;",
		"wording": "margin:0 0 16px;padding:2px 0 2px 16px;border-left:4px solid #0b6b57;color:#17211d;white-space:pre-line;",
		"code":    mono + "font-size:0.92em;background:#eef2ef;padding:1px 4px;border-radius:3px;",
		"pre":     mono + "margin:0 0 16px;padding:12px 14px;background:#eef2ef;border-radius:6px;font-size:14px;line-height:1.5;white-space:pre-wrap;",
		"rule":    "margin:24px 0;border:0;border-top:1px solid #d6dfda;",
		"table":   "margin:0 0 16px;border-collapse:collapse;width:100%;font-size:16px;line-height:1.45;",
		"th":      "padding:8px 12px 8px 0;border-bottom:2px solid #9fb0a8;vertical-align:bottom;",
		"td":      "padding:8px 12px 8px 0;border-bottom:1px solid #d6dfda;vertical-align:top;",
		"button":  "display:inline-block;padding:13px 22px;background:#0b6b57;border-radius:6px;color:#ffffff;font-size:17px;font-weight:600;text-decoration:none;",
		"small":   "margin:0 0 10px;font-size:14px;line-height:1.5;color:#4c5a54;",
		"smalls":  "margin:18px 0 4px;font-size:14px;line-height:1.5;font-weight:700;color:#4c5a54;",
		"address": "font-size:14px;line-height:1.5;color:#4c5a54;word-break:break-all;",
		"facts":   "margin:0 0 20px;border-collapse:collapse;font-size:17px;line-height:1.5;",
		"fact":    "padding:3px 18px 3px 0;text-align:left;vertical-align:top;font-weight:400;color:#4c5a54;",
		"value":   "padding:3px 0;text-align:left;vertical-align:top;font-weight:600;color:#17211d;",
	}[class]
	return style, ok
}

var classAttribute = regexp.MustCompile(`class="([a-z0-9]+)"`)

// inline writes, beside each class of a mail's template, the style that the class stands for.
func inline(src string) (string, error) {
	var err error
	out := classAttribute.ReplaceAllStringFunc(src, func(attr string) string {
		style, ok := mailStyle(classAttribute.FindStringSubmatch(attr)[1])
		if !ok {
			err = fmt.Errorf("no mail style for %s", attr)
		}
		return attr + ` style="` + style + `"`
	})
	return out, err
}
