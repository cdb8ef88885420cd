package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"assent/internal/errs"
)

// Cost is how hard one guess at a password is (RFC 9106).
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
}

// StandardCost returns what new passwords get: the least memory that OWASP's Password Storage Cheat Sheet advises for
// Argon2id with two passes, so that a few people who sign in at once do not take the memory that mail needs.
func StandardCost() Cost { return Cost{MemoryKiB: 19 * 1024, Passes: 2, Lanes: 1} }

const (
	minPassword = 12   // characters: NIST SP 800-63B asks for length, and against rules on kinds of characters
	maxPassword = 1000 // octets
	saltBytes   = 16   // RFC 9106, section 3.1
	hashBytes   = 32
	// Bounds on what a stored hash may ask for; the database is not trusted to take all memory.
	maxMemoryKiB = 1 << 20
	maxPasses    = 100
)

// CheckPassword refuses a password that is too short, too long or not text.
func CheckPassword(password string) error {
	const op = "auth: check password"
	switch {
	case len(password) > maxPassword:
		return errs.E(op, errs.Invalid, "The password is too long.", nil)
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		return errs.E(op, errs.Invalid, "The password has characters that cannot be typed.", nil)
	case utf8.RuneCountInString(password) < minPassword:
		return errs.E(op, errs.Invalid, fmt.Sprintf("The password needs at least %d characters; a few words do well.", minPassword), nil)
	}
	return nil
}

// HashPassword returns what is kept of a password, as a PHC string: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func HashPassword(password string, c Cost) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", errs.E("auth: hash password", errs.Internal, "", err)
	}
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.MemoryKiB, c.Passes, c.Lanes,
		b.EncodeToString(salt), b.EncodeToString(derive(password, salt, c, hashBytes))), nil
}

// VerifyPassword reports whether a password is the one that was hashed, in a time that does not tell how nearly. A hash that
// cannot be read fits no password.
func VerifyPassword(password, phc string) bool {
	h, ok := parsePHC(phc)
	if !ok || len(password) > maxPassword {
		return false
	}
	return subtle.ConstantTimeCompare(derive(password, h.salt, h.cost, uint32(len(h.hash))), h.hash) == 1
}

// derive takes the password in NFC, so that it is the same from every keyboard (RFC 8265, section 4.2).
func derive(password string, salt []byte, c Cost, size uint32) []byte {
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, c.Passes, c.MemoryKiB, c.Lanes, size)
}

type passwordHash struct {
	cost       Cost
	salt, hash []byte
}

func parsePHC(s string) (h passwordHash, ok bool) {
	parts := strings.Split(s, "$")
	if len(s) > 500 || len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, false
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.cost.MemoryKiB, &h.cost.Passes, &h.cost.Lanes); n != 3 || err != nil {
		return h, false
	}
	c := h.cost
	if c.Passes < 1 || c.Passes > maxPasses || c.Lanes < 1 || c.MemoryKiB < 8*uint32(c.Lanes) || c.MemoryKiB > maxMemoryKiB {
		return h, false
	}
	var err1, err2 error
	h.salt, err1 = base64.RawStdEncoding.DecodeString(parts[4])
	h.hash, err2 = base64.RawStdEncoding.DecodeString(parts[5])
	return h, err1 == nil && err2 == nil && len(h.salt) >= 8 && len(h.hash) >= 16
}

// NewPassword returns a random password for somebody who is told it once: 20 letters and digits in groups, some 100 bits.
func NewPassword() (string, error) {
	s, err := randomText(20)
	if err != nil {
		return "", err
	}
	return s[:5] + "-" + s[5:10] + "-" + s[10:15] + "-" + s[15:], nil
}

// letters has no sign that is easily taken for another. It has 32, so that each random byte gives one without bias.
const letters = "abcdefghijkmnpqrstuvwxyz23456789"

// randomText returns n random letters and digits, 5 bits each.
func randomText(n int) (string, error) {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		return "", errs.E("auth: random text", errs.Internal, "", err)
	}
	for i := range b {
		b[i] = letters[b[i]%32]
	}
	return string(b), nil
}
