package productsmanager

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/client"
)

var _ pipeline.Checker = (*endpoint)(nil)

// checkup is one run of Check.
type checkup struct {
	*endpoint
	pipeline.Checkup
	needs pipeline.Needs
}

// Check implements pipeline.Checker. It uses the connection that there is: a login that was refused is not
// tried again, since PM locks accounts.
func (e *endpoint) Check(ctx context.Context, needs pipeline.Needs) pipeline.Checkup {
	c := &checkup{endpoint: e, needs: needs}
	c.About = pipeline.Description{Product: "Products Manager", Records: -1}
	c.run(ctx)
	return c.Checkup
}

func (c *checkup) run(ctx context.Context) {
	l := &listing{endpoint: c.endpoint, order: newestFirst}
	_, err := l.fetch(ctx, 1, 1)
	if err != nil {
		c.refused(ctx, err)
		c.Skip("not tested, since the test before failed", "rights", "products", "own Odoo synchronization")
		return
	}
	c.Pass("connection", "%s answers", c.client.Host())
	c.About.Schema = c.schema
	c.About.User, c.About.Version = c.client.User(), c.version(ctx)
	c.Pass("version", "Products Manager %s", c.About.Version)
	c.Pass("login", "%s is accepted", c.About.User)
	c.api()
	c.rights()
	if n := c.total.Load(); n >= 0 {
		c.About.Records = int(n)
		c.Pass("products", "%d", n)
	}
	c.ownSync(ctx)
}

// refused tells how far the first request came.
func (c *checkup) refused(ctx context.Context, err error) {
	if pipeline.Unreached(err) {
		c.Fail("connection", err)
		return
	}
	c.Pass("connection", "%s answers", c.client.Host())
	name := "answer"
	switch status := client.StatusOf(err); {
	case pipeline.AsError(err).Code == pipeline.CodeBadAnswer: // somebody else's
	case status == http.StatusUnauthorized:
		name = "login"
		err = c.elsewhere(ctx, err)
	case status == http.StatusForbidden:
		c.Pass("login", "%s is known", c.client.User())
		name = "right to read"
	case status == http.StatusNotFound, status == http.StatusGone:
		name = "API"
	case pipeline.AsError(err).Code == pipeline.CodeAccessDenied: // a login that is not tried again
		name = "login"
	}
	c.Fail(name, err)
}

// elsewhere asks whether another API takes a key that this one refuses, and says so in the remedy.
func (c *checkup) elsewhere(ctx context.Context, err error) error {
	api, other := c.taking(ctx)
	if other == nil {
		return err
	}
	_ = other.Close() // nothing was written
	told := *pipeline.AsError(err)
	told.Remedy = fmt.Sprintf("The key is one for the API %q: write api = %q into the source block, or use a key for %q.", api, api, c.settings.API)
	return &told
}

// taking returns the other API that takes the key, and an endpoint for it, which is to be closed; nil if there is none.
func (e *endpoint) taking(ctx context.Context) (string, *endpoint) {
	if e.settings.APIKey.IsZero() {
		return "", nil
	}
	for _, api := range apis() {
		settings := *e.settings
		settings.API = api
		if api == e.settings.API || surfaceOf(api).can().keyHeader == e.surface.can().keyHeader {
			continue // the same path or the same header: the same answer
		}
		other, err := open(&settings, e.deps)
		if err != nil {
			continue
		}
		l := &listing{endpoint: other, order: newestFirst}
		if _, err := l.fetch(ctx, 1, 1); err == nil {
			return api, other
		}
		_ = other.Close() // nothing was written
	}
	return "", nil
}

// api tells which API it is and what it leaves to the full pass.
func (c *checkup) api() {
	_, feeds := c.surface.(feeder)
	can := c.surface.can()
	switch {
	case feeds:
		c.Pass("API", "%s, which lists what changed and takes batches", c.settings.API)
	case can.sorts:
		c.Pass("API", "%s, whose lists are sorted by the last change", c.settings.API)
	default:
		c.Warn("API", fmt.Sprintf("%s, which does not tell what changed: every cycle lists all products, %d a request", c.settings.API, pageSize),
			"With a large catalogue, raise `every` in the pipeline, or use another API.")
	}
}

// rights tells which rights are needed. Reading is proven by now; writing cannot be without doing it.
func (c *checkup) rights() {
	c.Pass("right to read", "products were read")
	if !c.needs.Changes() {
		return
	}
	c.Skip("Products Manager does not tell without a write; the key needs "+strings.Join(c.surface.rights(c.needs), ", "), "right to write")
}

// ownSync warns of PM's own synchronization with Odoo: two engines on one catalogue undo each other's work.
func (c *checkup) ownSync(ctx context.Context) {
	const name = "own Odoo synchronization"
	var found []string
	var refused error
	for _, page := range []struct {
		path string
		on   func(any) bool
		what string
	}{{"/odoo/status", odooSyncOn, "it is on"}, {"/odoo/schedules", scheduled, "it has a schedule"}} {
		answer, err := c.client.Do(ctx, client.Request{Op: client.Status, Method: http.MethodGet, Path: page.path})
		switch status := client.StatusOf(err); {
		case err == nil && page.on(answer.JSON):
			found = append(found, page.what)
		case err != nil && status != http.StatusNotFound: // that is: no such module
			refused = err
		}
	}
	switch {
	case len(found) > 0:
		c.Warn(name, strings.Join(found, " and "),
			"Switch it off in Products Manager before Tandem runs: two engines on one catalogue undo each other's changes.")
	case refused != nil:
		c.Skip("cannot be seen with these credentials; it must be off", name)
	default:
		c.Pass(name, "off")
	}
}

// switches are the usual words for "on" in answers whose shape is not documented.
func switches() []string {
	return []string{"is_active", "active", "enabled", "is_enabled", "sync_enabled", "auto_sync", "auto_sync_enabled"}
}

func odooSyncOn(raw any) bool {
	object, ok := raw.(map[string]any)
	if !ok {
		return false
	}
	if inner, ok := object["data"].(map[string]any); ok {
		object = inner
	}
	for _, key := range switches() {
		if on, ok := object[key].(bool); ok && on {
			return true
		}
	}
	status, _ := object["status"].(string)
	for _, word := range []string{"active", "enabled", "running", "syncing"} {
		if strings.EqualFold(status, word) {
			return true
		}
	}
	return false
}

// scheduled tells whether a list of schedules has one that does not say that it is off.
func scheduled(raw any) bool {
	if object, ok := raw.(map[string]any); ok {
		for _, key := range []string{"data", "items", "schedules"} {
			if inner, ok := object[key]; ok {
				return scheduled(inner)
			}
		}
		return false
	}
	list, _ := raw.([]any)
	for _, entry := range list {
		schedule, ok := entry.(map[string]any)
		off := false
		for _, key := range switches() {
			if on, told := schedule[key].(bool); told && !on {
				off = true
			}
		}
		if ok && !off {
			return true
		}
	}
	return false
}
