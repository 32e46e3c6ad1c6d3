package engine

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Writer is the write stage, which also settles what an earlier cycle left open.
type Writer interface {
	pipeline.Stage
	// Recover settles the intents that an interrupted cycle left.
	Recover(ctx context.Context, c *pipeline.Cycle) error
}

// Config is what an Engine needs.
type Config struct {
	Definition *pipeline.Definition
	Endpoints  [2]pipeline.Endpoint
	Store      pipeline.Store
	Detector   pipeline.Detector
	// Stages are fetch, transform and resolve, in order.
	Stages []pipeline.Stage
	Writer Writer
	Now    func() time.Time
	Logger *slog.Logger
	// Metrics may be nil.
	Metrics  *Metrics
	Trace    Trace  // may be nil
	SpoolDir string // for temporary files; "" is the system's directory
	// Turn is shared with the engines before and after this one on the same pipeline; nil is one of its own.
	Turn Turn
	// Begin, if set, prepares the state in the first turn, when no other engine is at work on it. It is
	// called again until it returns nil.
	Begin func(ctx context.Context) error
	// Sequential asks both sides in turn instead of at once, for simulations that must replay exactly.
	Sequential bool
}

// Engine runs the cycles of one pipeline.
type Engine struct {
	Config
	// turn holds one token: the cycle that runs has it. Invariant 8.
	turn Turn
	// retired is closed by retire.
	retired chan struct{}
	retire  func()
}

// New returns an engine. It does nothing by itself.
func New(cfg Config) *Engine {
	cfg.Logger = cfg.Logger.With("pipeline", cfg.Definition.Name)
	turn, retired := cfg.Turn, make(chan struct{})
	if turn == nil {
		turn = NewTurn()
	}
	return &Engine{Config: cfg, turn: turn, retired: retired, retire: sync.OnceFunc(func() { close(retired) })}
}

// Options of one cycle.
type Options struct {
	// Full lists everything. The first cycle, and the first one after a change of the definition, is
	// full anyway.
	Full bool
	// Hints are per side what webhooks told. A cycle that need not be more than that looks at those records
	// alone: see run.target.
	Hints [2][]pipeline.Hint
	// Progress, if set, is told how far the cycle is. It must not block.
	Progress func(Progress)
	// Keep, if set, takes the plan in a form that Apply can carry out, a line a call. Only Plan keeps one.
	Keep io.Writer
}

// Progress is how far a cycle is: so many records of Total in this stage (Total 0: not known yet).
type Progress struct {
	Stage pipeline.StageName `json:"stage"`
	Done  int                `json:"done"`
	Total int                `json:"total"`
}

// Sync runs one cycle, after the one that runs now if there is one. It always returns a report; a
// failure is told there. While the pipeline is paused none begins: the report, of code paused, is not kept.
func (e *Engine) Sync(ctx context.Context, opt Options) pipeline.Report {
	r := &run{Engine: e, opt: opt, report: e.newReport()}
	if err := e.take(ctx); err != nil {
		if !r.refused(err) {
			r.end(context.WithoutCancel(ctx), err)
		}
		return r.report
	}
	defer e.give()
	r.report.Started = e.Now()
	err := r.unpaused(ctx)
	if err == nil {
		err = r.spanned(ctx, r.sync)
	} else if r.refused(err) {
		return r.report
	}
	// The report is stored also when the cycle was told to stop.
	r.end(context.WithoutCancel(ctx), err)
	return r.report
}

// Plan decides everything and writes nothing, anywhere. It yields every change that a cycle would make.
func (e *Engine) Plan(ctx context.Context, opt Options, yield func(pipeline.PlannedChange) error) (pipeline.PlanTotals, error) {
	if err := e.take(ctx); err != nil {
		return pipeline.PlanTotals{}, err
	}
	defer e.give()
	r := &run{Engine: e, opt: opt, report: e.newReport()}
	return r.plan(ctx, yield)
}

func (e *Engine) newReport() pipeline.Report {
	left, right := e.Definition.Sources[pipeline.Left], e.Definition.Sources[pipeline.Right]
	return pipeline.Report{
		Pipeline: e.Definition.Name,
		Seen:     map[string]int{left: 0, right: 0},
		Writes:   map[string]pipeline.Writes{left: {}, right: {}},
		Started:  e.Now(),
	}
}
