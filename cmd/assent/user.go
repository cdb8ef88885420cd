package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/errs"
)

func (a *app) userCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "user", Short: "Operators and API keys",
		Args: noSuchCommand, RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.userAdd(), a.userList(), a.userPassword(),
		a.userDisable("disable", "Bar an operator from signing in, and end their sessions", true),
		a.userDisable("enable", "Let an operator sign in again", false), a.keyCommand())
	return c
}

// withAuth runs fn with the service of operators on the open database.
func (a *app) withAuth(ctx context.Context, fn func(*auth.Service) error) error {
	_, db, err := a.data(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	return fn(&auth.Service{Store: db, Now: a.now})
}

func (a *app) userAdd() *cobra.Command {
	var name, role string
	var generate bool
	c := &cobra.Command{
		Use: "add ADDRESS", Short: "Add an operator",
		Long: "Adds an operator. The password is asked for without showing it, read from the first line of standard input where that is no terminal, or made with --generate and shown once.",
		Args: arguments("the operator's address"),
		RunE: func(c *cobra.Command, args []string) error {
			who, err := address.Parse(args[0])
			if err != nil {
				return usagef("%s", errs.Message(err))
			}
			if name == "" || role == "" {
				return usagef("Say who it is and what they do: --name \"Ann Lee\" --role comms (or admin, or dpo).")
			}
			if _, err := auth.ParseRole(role); err != nil {
				return usagef("%s", errs.Message(err))
			}
			return a.withAuth(c.Context(), func(s *auth.Service) error {
				password, err := a.newPassword(generate)
				if err != nil {
					return err
				}
				u, err := s.AddUser(c.Context(), who, name, auth.Role(role), password)
				if err != nil {
					return err
				}
				fmt.Fprintf(a.stdout, "Added %s as %s.\n", u.Address, u.Role)
				a.showOnce(generate, password)
				return nil
			})
		},
	}
	c.Flags().StringVar(&name, "name", "", "the operator's name")
	c.Flags().StringVar(&role, "role", "", "admin, comms or dpo")
	c.Flags().BoolVar(&generate, "generate", false, "make a password and show it once")
	return c
}

func (a *app) userList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List operators", Args: arguments(),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withAuth(c.Context(), func(s *auth.Service) error {
				all, err := s.Users(c.Context())
				if err != nil {
					return err
				}
				if len(all) == 0 {
					fmt.Fprintln(a.stdout, "There are no operators yet. Add one: assent user add ann@harbour.example --name \"Ann Lee\" --role admin")
					return nil
				}
				return a.table("ID\tADDRESS\tNAME\tROLE\tSINCE\t", len(all), func(i int) string {
					u := all[i]
					return fmt.Sprintf("%d\t%s\t%s\t%s\t%s\t%s", u.ID, u.Address, u.Name, u.Role, day(u.CreatedAt), when(u.Disabled, "disabled"))
				})
			})
		},
	}
}

func (a *app) userPassword() *cobra.Command {
	var generate bool
	c := &cobra.Command{
		Use: "password ADDRESS", Short: "Give an operator a new password, and end their sessions", Args: arguments("the operator's address"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withUser(c.Context(), args[0], func(s *auth.Service, u auth.User) error {
				password, err := a.newPassword(generate)
				if err != nil {
					return err
				}
				if err := s.SetPassword(c.Context(), u.ID, password); err != nil {
					return err
				}
				fmt.Fprintf(a.stdout, "%s has a new password, and is signed out everywhere.\n", u.Address)
				a.showOnce(generate, password)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&generate, "generate", false, "make a password and show it once")
	return c
}

func (a *app) userDisable(use, short string, disabled bool) *cobra.Command {
	return &cobra.Command{
		Use: use + " ADDRESS", Short: short, Args: arguments("the operator's address"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withUser(c.Context(), args[0], func(s *auth.Service, u auth.User) error {
				if err := s.SetDisabled(c.Context(), u.ID, disabled); err != nil {
					return err
				}
				fmt.Fprintf(a.stdout, "%s is %sd.\n", u.Address, use)
				return nil
			})
		},
	}
}

func (a *app) withUser(ctx context.Context, addr string, fn func(*auth.Service, auth.User) error) error {
	who, err := address.Parse(addr)
	if err != nil {
		return usagef("%s", errs.Message(err))
	}
	return a.withAuth(ctx, func(s *auth.Service) error {
		u, err := s.UserByAddress(ctx, who)
		if err != nil {
			return err
		}
		return fn(s, u)
	})
}

// newPassword makes a password, asks for one twice on a terminal, or reads one line.
func (a *app) newPassword(generate bool) (string, error) {
	if generate {
		return auth.NewPassword()
	}
	f, ok := a.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		line, err := bufio.NewReader(io.LimitReader(a.stdin, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) || line == "" {
			return "", errs.E("read password", errs.Invalid, "There is no password on standard input. Give one there, or use --generate.", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	first, err := a.askHidden(f, "Password: ")
	if err != nil {
		return "", err
	}
	if err := auth.CheckPassword(first); err != nil {
		return "", err
	}
	again, err := a.askHidden(f, "Once more: ")
	if err == nil && again != first {
		err = errs.E("read password", errs.Invalid, "The two passwords differ. Nothing was changed.", nil)
	}
	return first, err
}

func (a *app) askHidden(f *os.File, prompt string) (string, error) {
	fmt.Fprint(a.stderr, prompt)
	b, err := term.ReadPassword(int(f.Fd()))
	fmt.Fprintln(a.stderr)
	if err != nil {
		return "", errs.E("read password", errs.Invalid, "No password was given. Nothing was changed.", err)
	}
	return string(b), nil
}

func (a *app) showOnce(generated bool, password string) {
	if generated {
		fmt.Fprintf(a.stdout, "Password, shown only now: %s\n", password)
	}
}

func (a *app) keyCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "key", Short: "API keys: add, list, revoke",
		Args: noSuchCommand, RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.keyAdd(), a.keyList(), a.keyRevoke())
	return c
}

func (a *app) keyAdd() *cobra.Command {
	var scopes string
	var long strings.Builder
	long.WriteString("Makes an API key and shows it once. Scopes:\n\n")
	for _, g := range auth.Scopes {
		fmt.Fprintf(&long, "  %-20s%s\n", g.Scope, g.Meaning)
	}
	c := &cobra.Command{
		Use: "add NAME", Short: "Make an API key with some scopes, and show it once", Long: long.String(), Args: arguments("a name that says what uses the key"),
		RunE: func(c *cobra.Command, args []string) error {
			list, err := auth.ParseScopes(scopes)
			if err != nil {
				return usagef("%s", errs.Message(err))
			}
			return a.withAuth(c.Context(), func(s *auth.Service) error {
				k, text, err := s.MakeKey(c.Context(), auth.Actor{Kind: auth.SystemActor}, args[0], list)
				if err != nil {
					return err
				}
				fmt.Fprintf(a.stdout, "Made key %d. It is shown only now:\n%s\n", k.ID, text)
				return nil
			})
		},
	}
	c.Flags().StringVar(&scopes, "scopes", "", "scopes, separated by commas; lists:* is every scope of that name")
	return c
}

func (a *app) keyList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List API keys", Args: arguments(),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withAuth(c.Context(), func(s *auth.Service) error {
				all, err := s.Keys(c.Context())
				if err != nil {
					return err
				}
				if len(all) == 0 {
					fmt.Fprintln(a.stdout, "There are no API keys. Make one: assent user key add \"Website form\" --scopes consent:write,lists:read")
					return nil
				}
				return a.table("ID\tKEY\tNAME\tSCOPES\tMADE\tLAST USED\t", len(all), func(i int) string {
					k := all[i]
					var scopes []string
					for _, s := range k.Scopes {
						scopes = append(scopes, string(s))
					}
					return fmt.Sprintf("%d\tassent_%s_…\t%s\t%s\t%s\t%s\t%s", k.ID, k.PublicID, k.Name, strings.Join(scopes, ","), day(k.CreatedAt), day(k.LastUsedAt), when(!k.RevokedAt.IsZero(), "revoked"))
				})
			})
		},
	}
}

func (a *app) keyRevoke() *cobra.Command {
	return &cobra.Command{
		Use: "revoke ID", Short: "End an API key at once", Args: arguments("the key's number, as 'assent user key list' shows it"),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return usagef("%q is no number of a key. 'assent user key list' shows them.", args[0])
			}
			return a.withAuth(c.Context(), func(s *auth.Service) error {
				err := s.RevokeKey(c.Context(), id)
				if errs.KindOf(err) == errs.NotFound && err != nil {
					return errs.E("revoke key", errs.NotFound, fmt.Sprintf("There is no key %d. 'assent user key list' shows them.", id), err)
				}
				if err == nil {
					fmt.Fprintf(a.stdout, "Key %d is revoked.\n", id)
				}
				return err
			})
		},
	}
}

// table prints n rows in columns.
func (a *app) table(head string, n int, row func(i int) string) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, head)
	for i := range n {
		fmt.Fprintln(w, row(i))
	}
	return w.Flush()
}

func day(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format(time.DateOnly)
}

func when(yes bool, word string) string {
	if yes {
		return word
	}
	return ""
}
