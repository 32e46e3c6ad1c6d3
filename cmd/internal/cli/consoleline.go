package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/render"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/config/expression"
	"github.com/tandem-sync/tandem/pipeline"
)

// console is one run of `tandem console`.
type console struct {
	*cli
	config        *config.Config
	out, failures render.Output
	failed        bool // some line did

	definition *pipeline.Definition // nil: there is no pipeline
	side       pipeline.Side        // of the record
	given      *config.Given        // nil: no record is loaded
	app        *app.App             // nil until a record is read from a source
}

const consoleHelp = `EXPRESSION       its value
:record KEY      load a record from the source, by its SKU, EAN or id there
:record          show the loaded record
:source LABEL    take records of that source from now on
:field NAME      let value be that field of the record, and show what the mapping makes of it
:help            this
:quit            end; Ctrl-D does too`

// choose sets the pipeline and the side.
func (s *console) choose(o consoleOptions) error {
	if o.pipeline != "" {
		d, ok := s.config.Pipeline(o.pipeline)
		if !ok {
			return noSuchPipeline(s.config, o.pipeline)
		}
		s.definition = d
	} else if len(s.config.Pipelines) > 0 {
		s.definition = s.config.Pipelines[0]
		for _, d := range s.config.Pipelines {
			if slices.Contains(d.Sources[:], o.source) {
				s.definition = d
				break
			}
		}
	}
	if o.source == "" {
		return nil
	}
	return s.setSource(o.source)
}

func (s *console) setSource(label string) error {
	if err := s.needPipeline(); err != nil {
		return err
	}
	side, err := s.definition.Side(label)
	if err != nil {
		return &pipeline.Error{
			Code: pipeline.CodeSourceUnknown, Message: err.Error(),
			Remedy: "Name one of its sources, or another pipeline with --pipeline.",
		}
	}
	s.side = side
	return nil
}

func (s *console) needPipeline() error {
	if s.definition != nil {
		return nil
	}
	return &pipeline.Error{Code: pipeline.CodeUsage, Message: "the configuration has no pipeline, so there is no record to look at", Remedy: "Add a pipeline block."}
}

// line does what a line asks for. What is wrong with the line is told; the error is of the console itself, or errQuit.
func (s *console) line(ctx context.Context, text string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	if text == "" || strings.HasPrefix(text, "#") {
		return nil
	}
	e := view.Evaluation{Expression: text}
	var err error
	if command, ok := strings.CutPrefix(text, ":"); ok {
		name, argument, _ := strings.Cut(command, " ")
		err = s.command(ctx, name, strings.TrimSpace(argument), &e)
	} else {
		var v cty.Value
		var diags hcl.Diagnostics
		v, diags, err = s.config.Evaluate(text, s.given)
		s.diagnostics(&e, text, diags)
		if err == nil && !diags.HasErrors() {
			err = setValue(&e, v)
		}
	}
	if errors.Is(err, errQuit) || ctx.Err() != nil {
		return err
	}
	if err != nil {
		told := view.ErrorOf(err)
		e.Error = &told
	}
	return s.tell(s.discreet(e))
}

// discreet takes secrets out of a result: a variable may hold what a setting has for a secret.
func (s *console) discreet(e view.Evaluation) view.Evaluation {
	known := s.secretsOf(s.config)
	text, value := known.Text(e.Text), known.Text(string(e.Value))
	e.Secret = e.Secret || text != e.Text || value != string(e.Value)
	e.Text = text
	if e.Value != nil {
		e.Value = []byte(value)
	}
	return e
}

func (s *console) diagnostics(e *view.Evaluation, text string, diags hcl.Diagnostics) {
	files := maps.Clone(s.config.Files)
	files[config.ConsoleFile] = &hcl.File{Bytes: []byte(text)}
	e.Diagnostics = append(e.Diagnostics, view.DiagnosticsOf(diags, files)...)
}

func setValue(e *view.Evaluation, v cty.Value) (err error) {
	e.Text, e.Type = config.ShownHCL(v), config.Kind(v)
	e.Value, e.Secret, err = config.ShownJSON(v)
	return err
}

func (s *console) command(ctx context.Context, name, argument string, e *view.Evaluation) error {
	switch {
	case name == "quit" || name == "q" || name == "exit":
		return errQuit
	case name == "help" || name == "h" || name == "?":
		e.Text = consoleHelp
		return nil
	case name == "source" && argument != "":
		if err := s.setSource(argument); err != nil {
			return err
		}
		s.given = nil
		e.Text = fmt.Sprintf("# records are of %s now; load one with :record KEY", argument)
		return nil
	case name == "record" && argument != "":
		if err := s.loadLive(ctx, argument); err != nil {
			return err
		}
		return s.showRecord(e)
	case name == "record":
		return s.showRecord(e)
	case name == "field" && argument != "":
		return s.carry(argument, e)
	}
	err := &pipeline.Error{Code: pipeline.CodeUsage, Message: fmt.Sprintf("there is no command :%s", name), Remedy: ":help lists what can be typed."}
	if slices.Contains([]string{"source", "field"}, name) {
		err.Message = fmt.Sprintf(":%s needs a name", name)
	} else if near := pipeline.Nearest(name, []string{"quit", "help", "source", "record", "field"}); near != "" {
		err.Remedy = fmt.Sprintf("Did you mean :%s?", near)
	}
	return err
}

func (s *console) needRecord() error {
	if s.given != nil {
		return nil
	}
	return &pipeline.Error{Code: pipeline.CodeUsage, Message: "no record is loaded", Remedy: "Load one with :record KEY, or start with --record FILE or --key KEY."}
}

func (s *console) showRecord(e *view.Evaluation) error {
	if err := s.needRecord(); err != nil {
		return err
	}
	record, err := s.given.Record(nil)
	if err != nil {
		return err
	}
	fields := map[string]cty.Value{}
	for name, v := range record.Fields {
		fields[name] = expression.Seen(v)
	}
	return setValue(e, cty.ObjectVal(fields))
}

// carry lets value be that of a field, and tells what the mapping makes of it for the other side.
func (s *console) carry(name string, e *view.Evaluation) error {
	if err := s.needRecord(); err != nil {
		return err
	}
	other := s.side.Other()
	i := slices.IndexFunc(s.definition.Fields, func(f pipeline.MappedField) bool { return f.Name == name || f.Fields[s.side] == name })
	if i < 0 {
		var names []string
		for _, f := range s.definition.Fields {
			names = append(names, f.Fields[s.side])
		}
		err := &pipeline.Error{Code: pipeline.CodeUsage, Message: fmt.Sprintf("the pipeline %q does not map a field %q", s.definition.Name, name), Remedy: "It maps these: " + strings.Join(names, ", ") + "."}
		if near := pipeline.Nearest(name, names); near != "" {
			err.Remedy = fmt.Sprintf("Did you mean %q?", near)
		}
		return err
	}
	f := s.definition.Fields[i]
	record, err := s.given.Record(append([]string{f.Fields[s.side]}, f.Reads[s.side]...))
	if err != nil {
		return err
	}
	value := record.Fields[f.Fields[s.side]]
	s.given.Value, s.given.Field = &value, pipeline.Field{Name: f.Fields[s.side]}
	if known, ok := s.given.Known.Lookup(f.Fields[s.side]); ok {
		s.given.Field = known
	}
	to := "to_" + s.definition.Sources[other]
	carried := value
	if x, ok := f.Carry[other].(*expression.Expression); ok {
		var diags hcl.Diagnostics
		carried, diags = x.Explained(value, record)
		s.diagnostics(e, "", diags)
		if diags.HasErrors() {
			return nil
		}
	}
	return setValue(e, cty.ObjectVal(map[string]cty.Value{"value": expression.Seen(value), to: expression.Seen(carried)}))
}

// names are what Tab completes.
func (s *console) names() []string {
	names := append(s.config.Names(), ":field ", ":help", ":quit", ":record ", ":source ")
	if s.given != nil {
		names = append(names, "value")
		for _, f := range s.given.Mapped {
			names = append(names, "record."+f)
		}
	}
	return names
}

func (s *console) close() {
	if s.app != nil {
		stop(s.app)
	}
}
