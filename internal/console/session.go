package console

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/internal/web"
	"assent/templates"
)

// sameOrigin refuses a form that another site's page sent (CSRF). Browsers say where a form comes from; the cookie's SameSite
// is the second lock.
func (s *console) sameOrigin(c *gin.Context) {
	if err := s.origins.Check(c.Request); err != nil {
		s.engine.Fail(c, errs.E("console: same origin", errs.Forbidden, "This form came from another website. Open the page here and send it again.", err))
		return
	}
	c.Next()
}

// desk serves a page to operators who have a scope. Whoever is not signed in signs in first.
func (s *console) desk(need auth.Scope, answer func(c *gin.Context, by auth.Actor) error) gin.HandlerFunc {
	return pages.Serve(s.engine, func(c *gin.Context) error {
		by, err := s.Accounts.BySession(c.Request.Context(), s.session(c))
		if errs.KindOf(err) == errs.Unauthenticated && err != nil {
			c.Redirect(http.StatusSeeOther, "/login?next="+url.QueryEscape(c.Request.URL.Path))
			return nil
		}
		if err != nil {
			return errs.Wrap("console: desk", err)
		}
		web.Acting(c.Request.Context(), by.String())
		c.Request = c.Request.WithContext(audit.As(c.Request.Context(), by.String()))
		if err := by.Need(need); err != nil {
			return err
		}
		return answer(c, by)
	})
}

// loginPage shows the form.
func (s *console) loginPage(c *gin.Context) error {
	return s.page(c, http.StatusOK, "login", templates.LoginPage{Console: templates.Console{Root: pages.Desk}, Action: loginTarget(c)})
}

// login opens a session and goes on to the page that was asked for.
func (s *console) login(c *gin.Context) error {
	const op = "console: login"
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	form := c.Request.PostForm
	typed := strings.TrimSpace(form.Get(templates.FieldEmail))
	a, err := address.Parse(typed)
	var token string
	if err == nil {
		token, _, err = s.Accounts.SignIn(c.Request.Context(), a, form.Get(templates.FieldPassword))
	}
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Unauthenticated: // an address that cannot be one is wrong like any other
		return s.page(c, http.StatusUnprocessableEntity, "login", templates.LoginPage{
			Console: templates.Console{Root: pages.Desk}, Action: loginTarget(c), Email: typed, Problem: "The address or the password is wrong",
		})
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	s.setSession(c, token, int(auth.SessionLife.Seconds()))
	c.Redirect(http.StatusSeeOther, nextPage(c))
	return nil
}

// logout ends the session.
func (s *console) logout(c *gin.Context) error {
	if token := s.session(c); token != "" {
		if err := s.Accounts.SignOut(c.Request.Context(), token); err != nil {
			return errs.Wrap("console: logout", err)
		}
	}
	s.setSession(c, "", -1)
	c.Redirect(http.StatusSeeOther, "/login")
	return nil
}

// cookieName says to browsers that the cookie is for https alone, where the pages are.
func (s *console) cookieName() string {
	if s.secure {
		return "__Secure-assent"
	}
	return "assent"
}

// setSession keeps a session's token in the browser. Its path is the console's: no public page ever gets it.
func (s *console) setSession(c *gin.Context, token string, maxAge int) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: s.cookieName(), Value: token, Path: pages.Desk, MaxAge: maxAge, HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	})
}

func (s *console) session(c *gin.Context) string {
	cookie, err := c.Request.Cookie(s.cookieName())
	if err != nil {
		return ""
	}
	return cookie.Value
}

// nextPage is where to go after signing in: nowhere but the console.
func nextPage(c *gin.Context) string {
	next, err := url.Parse(c.Query("next"))
	if err != nil || next.Host != "" || next.Scheme != "" || !pages.AtDesk(next.Path) || path.Clean(next.Path) != next.Path {
		return pages.Desk
	}
	return next.EscapedPath()
}

func loginTarget(c *gin.Context) string {
	if next := nextPage(c); next != pages.Desk {
		return "/login?next=" + url.QueryEscape(next)
	}
	return "/login"
}

func isHTTPS(baseURL string) bool { return strings.HasPrefix(baseURL, "https://") }

// around is what stands around an operator's page.
func (s *console) around(by auth.Actor) templates.Console {
	return templates.Console{Root: pages.Desk, User: by.Name, Role: roleWords(by.Role), AsOf: s.Now().In(s.Zone)}
}
