package pmsim

import (
	"net/http"
	"testing"
	"time"
)

func users() []User {
	return []User{
		{Email: "boss@shop.example", Password: "secret"},
		{Email: "clerk@shop.example", Password: "secret", Role: Manager},
		{Email: "guest@shop.example", Password: "secret", Role: Reader},
	}
}

// login logs in by form and uses the token from now on.
func (c *client) login(email string) got {
	c.t.Helper()
	c.token = ""
	c.head.Set("Content-Type", "application/x-www-form-urlencoded")
	got := c.do("POST", "/auth/login", "username="+email+"&password=secret", 200)
	c.head.Del("Content-Type")
	c.token, _ = got.at("access_token").(string)
	return got
}

func TestBearer(t *testing.T) {
	_, c := start(t, Config{APIKeys: []APIKey{{Key: "k"}}})
	for token, code := range map[string]string{"": "AUTH_TOKEN_MISSING", "other": "AUTH_TOKEN_INVALID"} {
		c.token = token
		if got := c.do("GET", "/products", nil, 401); got.at("error", "error_code") != code || got.header.Get("WWW-Authenticate") == "" {
			t.Errorf("token %q: %s", token, got.raw)
		}
	}
	c.token = ""
	c.head.Set("X-API-Key", "k")
	c.do("GET", "/products", nil, 401) // that header is for other surfaces
	c.token = "k"
	c.do("GET", "/products", nil, 200)
}

func TestRoles(t *testing.T) {
	_, c := start(t, Config{Users: users(), APIKeys: []APIKey{{Key: "reader", Role: Reader}}})
	product := map[string]any{"name": "a"}
	c.login("boss@shop.example")
	id, _ := c.do("POST", "/products", product, 201).at("id").(string)
	c.login("clerk@shop.example")
	c.do("PUT", "/products/"+id, product, 200)
	c.do("DELETE", "/products/"+id, nil, 403)
	c.login("guest@shop.example")
	c.do("GET", "/products/"+id, nil, 200)
	c.do("PUT", "/products/"+id, product, 403)
	c.token = "reader"
	c.do("POST", "/products", product, 403)
	c.login("boss@shop.example")
	c.do("DELETE", "/products/"+id, nil, 204)
}

func TestLoginBodies(t *testing.T) {
	const form, asJSON = "username=boss%40shop.example&password=secret", `{"email": "boss@shop.example", "password": "secret"}`
	tests := []struct {
		accepts                LoginBody
		formStatus, jsonStatus int
	}{
		{LoginAny, 200, 200},
		{LoginForm, 200, 422},
		{LoginJSON, 422, 200},
	}
	for _, test := range tests {
		_, c := start(t, Config{Users: users(), LoginBody: test.accepts})
		c.head.Set("Content-Type", "application/json")
		c.do("POST", "/auth/login", asJSON, test.jsonStatus)
		c.head.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		c.do("POST", "/auth/login", form, test.formStatus)
		c.do("POST", "/auth/login", "username=x", 422)
	}
}

func TestLoginAnswers(t *testing.T) {
	for answer, path := range map[LoginAnswer][]any{
		LoginPlain: {"access_token"}, LoginWithUser: {"access_token"}, LoginWrapped: {"data", "access_token"}, LoginToken: {"token"},
	} {
		_, c := start(t, Config{Users: users(), LoginAnswer: answer})
		got := c.login("boss@shop.example")
		token, _ := got.at(path...).(string)
		if _, told := got.object()["expires_in"]; told == (answer == LoginWithUser || answer == LoginWrapped) {
			t.Errorf("answer %d: %s", answer, got.raw)
		}
		c.token = token
		c.do("GET", "/products", nil, 200)
	}
}

func TestTokensExpireAndAreRefreshed(t *testing.T) {
	clk := newClock()
	s, c := start(t, Config{Now: clk.Now, Users: users(), TokenLife: time.Minute, RefreshLife: time.Hour})
	refresh, _ := c.login("boss@shop.example").at("refresh_token").(string)
	clk.advance(time.Minute - 1)
	c.do("GET", "/products", nil, 200)
	clk.advance(1)
	if got := c.do("GET", "/products", nil, 401); got.at("error", "error_code") != "AUTH_TOKEN_EXPIRED" {
		t.Errorf("body %s", got.raw)
	}
	c.do("POST", "/auth/refresh", map[string]any{"refresh_token": c.token}, 401) // the access token is none
	c.token, _ = c.do("POST", "/auth/refresh", map[string]any{"refresh_token": refresh}, 200).at("access_token").(string)
	c.do("GET", "/products", nil, 200)
	s.RevokeTokens()
	c.do("GET", "/products", nil, 401)
	c.do("POST", "/auth/refresh", map[string]any{"refresh_token": refresh}, 401)
	refresh, _ = c.login("boss@shop.example").at("refresh_token").(string)
	clk.advance(time.Hour)
	c.do("POST", "/auth/refresh", map[string]any{"refresh_token": refresh}, 401)
}

func TestLockout(t *testing.T) {
	clk := newClock()
	s, c := start(t, Config{Now: clk.Now, Users: users()})
	try := func(password string, status int) {
		t.Helper()
		c.do("POST", "/auth/login", map[string]any{"email": "boss@shop.example", "password": password}, status)
	}
	fail := func(times int) {
		t.Helper()
		for range times {
			try("wrong", http.StatusUnauthorized)
		}
	}
	fail(4)
	try("secret", 200) // a good one in time starts the count over
	fail(5)
	try("secret", http.StatusForbidden)
	clk.advance(15*time.Minute - 1)
	try("secret", http.StatusForbidden)
	clk.advance(1)
	fail(5)
	if n := s.FailedLogins("boss@shop.example"); n != 10 {
		t.Errorf("%d failed logins, want 10: those while it was locked do not count", n)
	}
	clk.advance(time.Hour - 1)
	try("secret", http.StatusForbidden)
	clk.advance(1)
	fail(10)
	clk.advance(1000 * time.Hour)
	try("secret", http.StatusForbidden) // for good
	c.do("POST", "/auth/login", map[string]any{"email": "clerk@shop.example", "password": "secret"}, 200)
}

func TestTenantsAreApart(t *testing.T) {
	s, c := start(t, Config{APIKeys: []APIKey{{Key: "all"}, {Key: "one", Tenants: []string{"north"}}}})
	if _, err := s.Tenant("north").Create(Fields{"title": "snow", "ean": "12345670"}); err != nil {
		t.Fatal(err)
	}
	c.token = "all"
	if _, err := s.Create(Fields{"title": "sand", "ean": "12345670"}); err != nil {
		t.Errorf("the EAN of another account: %v", err)
	}
	names := func(status int) any {
		t.Helper()
		return c.do("GET", "/products", nil, status).at("items", 0, "name")
	}
	if got := names(200); got != "sand" {
		t.Errorf("default account: %v", got)
	}
	c.head.Set("X-Tenant-ID", "north")
	if got := names(200); got != "snow" {
		t.Errorf("account north: %v", got)
	}
	c.token = "one"
	if got := names(200); got != "snow" {
		t.Errorf("account north by its own key: %v", got)
	}
	c.head.Del("X-Tenant-ID")
	names(403)
	c.token = "all"
	c.head.Set("X-Tenant-ID", "nobody")
	names(403)
}
