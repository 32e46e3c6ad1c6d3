package cli

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/starter"
	"github.com/tandem-sync/tandem/pipeline"
)

// answers completes the answers: a flag counts before the environment, and what neither says is asked for where there
// is somebody to ask. Keys are never asked for. All that is missing is told at once.
func (i *initializer) answers(ctx context.Context) error {
	for _, a := range []struct {
		to       *string
		variable string
	}{
		{&i.OdooURL, "ODOO_URL"}, {&i.OdooDatabase, "ODOO_DATABASE"}, {&i.OdooLogin, "ODOO_LOGIN"}, {&i.PMURL, "PM_URL"}, {&i.PMAPI, "PM_API"},
	} {
		value, _ := i.Getenv(a.variable)
		*a.to = cmp.Or(*a.to, value)
	}
	i.PMURL = cmp.Or(i.PMURL, starter.DefaultPM)
	ask := questions{initializer: i, in: bufio.NewReader(i.Stdin)}
	if !i.skipPM {
		ask.key(starter.PMKey)
	}
	if !i.skipOdoo {
		ask.key(starter.ERPKey)
		ask.about(&i.OdooURL, "--odoo-url", "ODOO_URL", "Address of Odoo, such as https://example.odoo.com")
		if err := ask.database(ctx); err != nil {
			return err
		}
		ask.about(&i.OdooLogin, "--odoo-login", "ODOO_LOGIN", "Login of the user that Tandem works as")
	}
	return ask.missing()
}

// questions asks for what is missing, or notes it.
type questions struct {
	*initializer
	in      *bufio.Reader
	lacking []string
	keys    []string
}

// key notes a key that the environment lacks.
func (q *questions) key(variable string) {
	if key, _ := q.Getenv(variable); key == "" {
		q.lacking, q.keys = append(q.lacking, variable), append(q.keys, variable)
	}
}

// asks tells whether there is a person to ask, and any use in it: without the keys the answers would lead nowhere.
func (q *questions) asks() bool {
	return q.StdinTerminal && q.StderrTerminal && !q.json && len(q.keys) == 0
}

func (q *questions) about(to *string, flag, variable, question string) {
	if *to != "" {
		return
	}
	if q.asks() {
		fmt.Fprintf(q.Stderr, "%s: ", question)
		answer, _ := q.in.ReadString('\n') // the end of the input is no answer
		*to = strings.TrimSpace(answer)
	}
	if *to == "" {
		q.lacking = append(q.lacking, fmt.Sprintf("%s (or %s)", flag, variable))
	}
}

// database is about the database, of which the server may tell the names.
func (q *questions) database(ctx context.Context) error {
	if q.OdooDatabase != "" || q.OdooURL == "" {
		if q.OdooDatabase == "" {
			q.about(&q.OdooDatabase, "--odoo-database", "ODOO_DATABASE", "Name of its database")
		}
		return nil
	}
	names, err := app.OdooDatabases(ctx, q.OdooURL)
	if err != nil {
		return unanswered(app.Surveyed{Source: starter.ERP, Err: err})
	}
	if len(names) == 1 {
		q.OdooDatabase = names[0]
		return nil
	}
	question := "Name of its database"
	if len(names) > 0 {
		question += ", one of " + strings.Join(names, ", ")
	}
	q.about(&q.OdooDatabase, "--odoo-database", "ODOO_DATABASE", question)
	if q.OdooDatabase == "" && len(names) > 0 {
		q.lacking[len(q.lacking)-1] += ", one of " + strings.Join(names, ", ")
	}
	return nil
}

func (q *questions) missing() error {
	if len(q.lacking) == 0 {
		return nil
	}
	e := &pipeline.Error{
		Code: pipeline.CodeUsage, Message: "missing: " + strings.Join(q.lacking, "; "),
		Remedy: "Say it on the command line or in the environment.",
	}
	if len(q.keys) > 0 {
		e.Remedy = fmt.Sprintf("Put keys into the environment: read -rs %[1]s && export %[1]s.", q.keys[0])
	}
	e.Remedy += " With --offline nobody is asked, and placeholders stand for what is not known."
	return e
}
