package odoo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

var _ pipeline.Checker = (*Endpoint)(nil)

// checkup is one run of Check.
type checkup struct {
	*Endpoint // another one of the same source, so that the login is proven anew
	pipeline.Checkup
	needs pipeline.Needs
	s     *session
	// What a login took, and what a call did that proves nothing.
	took, ordinary time.Duration
}

// Check implements pipeline.Checker.
func (e *Endpoint) Check(ctx context.Context, needs pipeline.Needs) pipeline.Checkup {
	again := newEndpoint(&e.settings, e.deps, e.connection)
	defer again.client.Close()
	c := &checkup{Endpoint: again, needs: needs, s: &session{at: e.deps.Now()}}
	c.About = pipeline.Description{Product: "Odoo", Records: -1}
	c.run(ctx)
	return c.Checkup
}

// run makes the tests. The first ones are each the ground of all others.
func (c *checkup) run(ctx context.Context) {
	for i, test := range []func(context.Context) bool{c.server, c.login} {
		if !test(ctx) {
			c.Skip("not tested, since the test before failed", [][]string{
				{"login", "rights", "products"}, {"rights", "products"},
			}[i]...)
			return
		}
	}
	c.user(ctx)
	c.key(ctx)
	c.schema(ctx)
	c.stock(ctx)
	c.rights(ctx)
	c.categories(ctx)
	c.images(ctx)
	c.products(ctx)
	c.clock()
}

// server tests whether it answers, and what it is.
func (c *checkup) server(ctx context.Context) bool {
	sent := c.deps.Now()
	version, err := c.client.Version(ctx)
	if err != nil {
		name := "answer"
		if pipeline.Unreached(err) {
			name = "connection"
		} else {
			c.Pass("connection", "%s answers", c.client.Host())
		}
		c.Fail(name, err)
		return false
	}
	c.ordinary = c.deps.Now().Sub(sent)
	c.s.version, c.About.Version = version, version.Text
	c.Pass("connection", "%s answers", c.client.Host())
	if c.s.dialect, err = dialectOf(version, c.client.Host()); err != nil {
		c.Fail("version", err)
		return false
	}
	if c.s.dialect.measured {
		c.Pass("version", "Odoo %s", version.Text)
	} else {
		c.Warn("version", fmt.Sprintf("Odoo %s, with which Tandem has not been tried; it takes it for its neighbours", version.Text),
			"Try it with a copy of the database first.")
	}
	c.protocol()
	return true
}

// protocol tells the better one, and warns of the one that Odoo will drop.
func (c *checkup) protocol() {
	switch {
	case c.client.Protocol() == rpc.JSON2:
		c.Pass("protocol", "JSON-2")
	case c.s.dialect.deprecatesXMLRPC:
		remedy := "Leave `protocol` out of the source block: JSON-2 is used then."
		if c.settings.APIKey.IsZero() {
			remedy = "Write an `api_key` instead of the password: JSON-2 is used then."
		}
		c.Warn("protocol", fmt.Sprintf("XML-RPC: Odoo %d logs a warning for each such call, and a later version drops it", c.s.dialect.major), remedy)
	}
}

// login tests the database, the login and its key.
func (c *checkup) login(ctx context.Context) bool {
	sent := c.deps.Now()
	var err error
	c.s.uid, err = c.client.Login(ctx)
	c.took = c.deps.Now().Sub(sent)
	switch e := pipeline.AsError(err); {
	case err == nil:
		c.Pass("database", "%s", c.settings.Database)
	case e.Code == pipeline.CodeDatabaseNotFound:
		c.Fail("database", err)
		return false
	case e.Code == pipeline.CodeAccessDenied:
		c.Pass("database", "%s", c.settings.Database)
		c.Fail("login", c.withPlan(e))
		return false
	default:
		c.Fail("login", err)
		return false
	}
	return true
}

// withPlan adds to a refused login what only Odoo's own hosting does.
func (c *checkup) withPlan(e *pipeline.Error) *pipeline.Error {
	if !strings.HasSuffix(c.connection.URL.Hostname(), ".odoo.com") {
		return e
	}
	hinted := *e
	hinted.Remedy = pipeline.RemedyOf(e) + " On Odoo Online, only the plan Custom has the external API."
	return &hinted
}

// user tests what the login belongs to: the name, the company and the language.
func (c *checkup) user(ctx context.Context) {
	err := c.readUser(ctx, c.s)
	if c.s.user == "" {
		c.Fail("login", err) // the first call with the key in it
		return
	}
	c.About.User = fmt.Sprintf("%s (%s)", c.s.user, c.settings.Login)
	c.Pass("login", "%s", c.About.User)
	c.slowPassword(ctx)
	if c.settings.Company > 0 {
		if c.s.company > 0 {
			c.Pass("company", "%d", c.s.company)
		} else {
			c.Fail("company", err)
			err = c.configuredLanguage(ctx)
		}
	}
	switch e := pipeline.AsError(err); {
	case err != nil && e.Code == pipeline.CodeLanguageNotInstalled:
		c.Fail("language", err)
		c.s.language = "" // it would make other calls fail
	case err != nil:
		c.Fail("language", err)
	case c.s.language != "":
		c.Pass("language", "%s", c.s.language)
	}
}

// configuredLanguage tests the language where the company kept readUser from it.
func (c *checkup) configuredLanguage(ctx context.Context) error {
	if c.settings.Language == "" {
		return nil
	}
	c.s.language = c.settings.Language
	return c.checkLanguage(ctx, c.s)
}

// hashingTime is what checking a password takes at least (600,000 rounds); a key of a user without one
// is checked in a few milliseconds.
const hashingTime = 150 * time.Millisecond

// slowPassword warns of a login whose check takes long. One may have waited for the server to load the
// database, or for its turn, so a slow one is measured again, and the quickest counts.
func (c *checkup) slowPassword(ctx context.Context) {
	if c.took < hashingTime || !c.s.dialect.hashes || c.client.Protocol() != rpc.XMLRPC {
		return
	}
	took, ordinary := c.took, c.ordinary
	for range 2 {
		login, version, err := c.loginAgain(ctx)
		took, ordinary = min(took, login), min(ordinary, version)
		if err != nil || took < hashingTime {
			return
		}
	}
	if took -= ordinary; took < hashingTime {
		return
	}
	c.Warn("password", fmt.Sprintf("checking the login of %q took %v, and Odoo does it again after each creation of products", c.settings.Login, took.Round(10*time.Millisecond)),
		"Use an API key of a user that has no password at all: creations become several times cheaper.")
}

// loginAgain tells how long another login takes, and a call before it.
func (c *checkup) loginAgain(ctx context.Context) (login, version time.Duration, err error) {
	again := newEndpoint(&c.settings, c.deps, c.connection)
	defer again.client.Close()
	sent := c.deps.Now()
	if _, err := again.client.Version(ctx); err != nil { // which Login would ask for first
		return 0, 0, err
	}
	answered := c.deps.Now()
	_, err = again.client.Login(ctx)
	return c.deps.Now().Sub(answered), answered.Sub(sent), err
}

func (c *checkup) schema(ctx context.Context) {
	if err := c.readSchema(ctx, c.s); err != nil {
		c.Fail("fields", err)
		return
	}
	c.About.Schema = c.s.schema
}

// stock tests whether there is such a warehouse.
func (c *checkup) stock(ctx context.Context) {
	if c.settings.Stock == nil {
		return
	}
	if err := c.readWarehouse(ctx, c.s); err != nil {
		c.Fail("warehouse", err)
		return
	}
	c.Pass("warehouse", "%s", c.s.warehouse.code)
}

func (c *checkup) products(ctx context.Context) {
	n, err := c.count(ctx, c.s, domain{})
	if err != nil {
		c.Fail("products", err)
		return
	}
	c.About.Records = n
	c.Pass("products", "%d, archived ones included", n)
}

// clock tests whether the server tells its time.
func (c *checkup) clock() {
	if _, known := c.client.Offset(); !known {
		c.Warn("clock", c.client.Host()+" sends no Date header, so the times of edits cannot be compared and no stamp is trusted",
			"Let the proxy before Odoo pass the Date header through.")
	}
}

// expiryWarning is how long before its end the end of a key is told.
const expiryWarning = 21 * 24 * time.Hour

// key warns of API keys that end soon; from 18 on those of most users must. Which of a user's keys is the one
// in use cannot be seen.
func (c *checkup) key(ctx context.Context) {
	if !c.s.dialect.keysExpire || c.settings.APIKey.IsZero() {
		return
	}
	rows, a, err := c.searchRead(ctx, c.s, rpc.OpDescribe, "res.users.apikeys", domain{where("user_id", "=", c.s.uid)}, []string{"name", "expiration_date"}, window{order: "id"})
	if err != nil || len(rows) == 0 {
		c.Skip("when it expires cannot be seen; from Odoo 18 on most keys do, after 90 days at most unless an administrator changed that", "API key")
		return
	}
	now := a.Began
	if now.IsZero() {
		now = c.deps.Now()
	}
	soonest, name := time.Time{}, ""
	for _, k := range rows {
		ends, err := time.Parse(dateTime, k.text("expiration_date"))
		if err == nil && (soonest.IsZero() || ends.Before(soonest)) {
			soonest, name = ends, k.text("name")
		}
	}
	switch {
	case soonest.IsZero():
		c.Pass("API key", "does not expire")
	case soonest.Sub(now) < expiryWarning:
		c.Warn("API key", fmt.Sprintf("the key %q of %q expires on %s", name, c.settings.Login, soonest.Format(time.DateOnly)),
			"Make a new key in Odoo under the user's preferences, Account Security, and put it into the source block.")
	default:
		c.Pass("API key", "%q is the first to expire, on %s", name, soonest.Format(time.DateOnly))
	}
}
