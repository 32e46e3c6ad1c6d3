package pmsim

import (
	"crypto/rand"
	"mime"
	"net/url"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim/catalogue"
)

// doorman knows the keys, the users, the tokens that were given out and the logins that failed.
type doorman struct {
	config Config

	mu      sync.Mutex
	access  map[string]session
	refresh map[string]session
	failed  map[string]attempts
}

// session is what a token stands for.
type session struct {
	user    User
	expires time.Time
}

// attempts are the logins of one account that failed since the last good one.
type attempts struct {
	count  int
	locked time.Time // until
	always bool      // locked for good
}

func newDoorman(c Config) *doorman {
	return &doorman{config: c, access: map[string]session{}, refresh: map[string]session{}, failed: map[string]attempts{}}
}

// RevokeTokens makes every token that was given out invalid, as a restart of PM with another signing key.
func (s *Server) RevokeTokens() {
	s.auth.mu.Lock()
	defer s.auth.mu.Unlock()
	clear(s.auth.access)
	clear(s.auth.refresh)
}

// FailedLogins returns how many logins of that account failed since the last good one.
func (s *Server) FailedLogins(email string) int {
	s.auth.mu.Lock()
	defer s.auth.mu.Unlock()
	return s.auth.failed[email].count
}

// login serves POST /auth/login.
func login(c *call) (answer, error) {
	email, password, err := c.credentials()
	if err != nil {
		return answer{}, err
	}
	d := c.server.auth
	d.mu.Lock()
	defer d.mu.Unlock()
	tries := d.failed[email]
	if tries.always || c.now.Before(tries.locked) {
		return answer{}, forbidden("Account locked after too many failed logins")
	}
	for _, u := range d.config.Users {
		if u.Email == email && u.Password == password {
			delete(d.failed, email)
			return ok(d.loginAnswer(u, c.now)), nil
		}
	}
	d.failed[email] = tries.another(c.now)
	return answer{}, unauthorized("AUTH_CREDENTIALS_INVALID", "Incorrect email or password")
}

// another counts one more failure; at 5, 10 and 20 the account is locked for longer each time.
func (a attempts) another(now time.Time) attempts {
	a.count++
	switch a.count {
	case 5:
		a.locked = now.Add(15 * time.Minute)
	case 10:
		a.locked = now.Add(time.Hour)
	case 20:
		a.always = true
	}
	return a
}

// credentials reads the body of a login, a form or JSON.
func (c *call) credentials() (email, password string, err error) {
	kind, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	form := kind == "application/x-www-form-urlencoded"
	accepts := c.server.config.LoginBody
	if (form && accepts == LoginJSON) || (!form && accepts == LoginForm) {
		return "", "", unprocessable(missing("username"), missing("password"))
	}
	if form {
		raw, err := c.body()
		if err != nil {
			return "", "", err
		}
		values, err := url.ParseQuery(string(raw))
		email, password = values.Get("username"), values.Get("password")
		if err != nil || email == "" || password == "" {
			return "", "", unprocessable(missing("username"), missing("password"))
		}
		return email, password, nil
	}
	body, err := c.object()
	if err != nil {
		return "", "", err
	}
	email, _ = body["email"].(string)
	password, _ = body["password"].(string)
	if email == "" || password == "" {
		return "", "", unprocessable(missing("email"), missing("password"))
	}
	return email, password, nil
}

func missing(field string) catalogue.Problem {
	return catalogue.Problem{Field: field, Type: "missing", Message: "Field required"}
}

// loginAnswer gives out tokens, in the shape that Config asks for; the caller holds the lock.
func (d *doorman) loginAnswer(u User, now time.Time) any {
	access := d.give(d.access, u, now.Add(d.config.TokenLife))
	if d.config.LoginAnswer == LoginWithUser {
		return map[string]any{"access_token": access, "token_type": "bearer", "user": map[string]any{
			"id": u.Email, "email": u.Email, "username": u.Email, "is_active": true, "is_superuser": u.Role == Admin,
		}}
	}
	body := map[string]any{
		"access_token": access, "token_type": "bearer", "expires_in": int(d.config.TokenLife / time.Second),
		"refresh_token": d.give(d.refresh, u, now.Add(d.config.RefreshLife)),
	}
	switch d.config.LoginAnswer {
	case LoginWrapped:
		return map[string]any{"status": "success", "data": body}
	case LoginToken:
		body["token"] = access
		delete(body, "access_token")
	}
	return body
}

func (d *doorman) give(tokens map[string]session, u User, expires time.Time) string {
	token := rand.Text()
	tokens[token] = session{u, expires}
	return token
}

// refresh serves POST /auth/refresh.
func refresh(c *call) (answer, error) {
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	token, _ := body["refresh_token"].(string)
	d := c.server.auth
	d.mu.Lock()
	defer d.mu.Unlock()
	s, known := d.refresh[token]
	if !known || !c.now.Before(s.expires) {
		return answer{}, unauthorized("AUTH_TOKEN_INVALID", "Invalid refresh token")
	}
	return ok(map[string]any{
		"access_token": d.give(d.access, s.user, c.now.Add(d.config.TokenLife)), "token_type": "bearer",
		"expires_in": int(d.config.TokenLife / time.Second),
	}), nil
}
