package engine

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tandem-sync/tandem/pipeline"
)

// Metrics are the metrics of cycles and sources. A nil *Metrics measures nothing.
type Metrics struct {
	cycles        *prometheus.CounterVec
	cycleDuration *prometheus.HistogramVec
	stageDuration *prometheus.HistogramVec
	lastSuccess   *prometheus.GaugeVec
	records       *prometheus.GaugeVec
	writes        *prometheus.CounterVec
	errors        *prometheus.CounterVec
	conflicts     *prometheus.CounterVec
	pending       *prometheus.GaugeVec
	oldest        *prometheus.GaugeVec
	braked        *prometheus.GaugeVec
	up            *prometheus.GaugeVec
}

// NewMetrics makes the metrics and registers them.
func NewMetrics(r prometheus.Registerer) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tandem_" + name, Help: help}, labels)
		r.MustRegister(v)
		return v
	}
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "tandem_" + name, Help: help}, labels)
		r.MustRegister(v)
		return v
	}
	// From a quiet cycle to the first load of a large catalogue.
	buckets := []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 28800}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		v := prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tandem_" + name, Help: help, Buckets: buckets,
		}, labels)
		r.MustRegister(v)
		return v
	}
	return &Metrics{
		cycles:        counter("cycles_total", "Cycles by how they ended.", "pipeline", "result"),
		cycleDuration: histogram("cycle_duration_seconds", "How long cycles took.", "pipeline"),
		stageDuration: histogram("stage_duration_seconds", "How long a stage took for one batch; detect: for a whole cycle.", "pipeline", "stage"),
		lastSuccess:   gauge("last_success_timestamp_seconds", "When the last cycle ended that was done or partial, as Unix time; absent until there is one.", "pipeline"),
		records:       gauge("records", "Records by state: linked, conflicted, quarantined.", "pipeline", "state"),
		writes:        counter("writes_total", "Writes that took effect.", "pipeline", "source", "action"),
		errors:        counter("errors_total", "Errors of records and of cycles by code.", "pipeline", "code"),
		conflicts:     counter("conflicts_total", "Fields that both sides changed differently, by the strategy that decides them.", "pipeline", "strategy"),
		pending:       gauge("conflicts_pending", "Conflicts that wait for a person.", "pipeline"),
		oldest:        gauge("conflicts_oldest_timestamp_seconds", "Since when the oldest conflict waits for a person, as Unix time; absent while none waits.", "pipeline"),
		braked:        gauge("brake_engaged", "1 while a brake holds back what a cycle was about to write.", "pipeline"),
		up:            gauge("source_up", "1 while the source answered its last request, 0 while it did not.", "source"),
	}
}

func (m *Metrics) stage(p string, s pipeline.StageName, took time.Duration) {
	if m != nil {
		m.stageDuration.WithLabelValues(p, string(s)).Observe(took.Seconds())
	}
}

func (m *Metrics) wrote(p, source, action string) {
	if m != nil {
		m.writes.WithLabelValues(p, source, action).Inc()
	}
}

func (m *Metrics) failed(p string, code pipeline.Code) {
	if m != nil {
		m.errors.WithLabelValues(p, string(code)).Inc()
	}
}

// conflict counts a field that both sides changed by the strategy that decides it.
func (m *Metrics) conflict(d *pipeline.Definition, field string) {
	if m == nil {
		return
	}
	f, _ := d.Field(field)
	strategy := "manual"
	switch f.Strategy.Kind {
	case pipeline.StrategyLatest:
		strategy = "latest"
	case pipeline.StrategySide:
		strategy = d.Sources[f.Strategy.Side]
	}
	m.conflicts.WithLabelValues(d.Name, strategy).Inc()
}

func (m *Metrics) sourceUp(source string, up bool) {
	if m == nil {
		return
	}
	v := 0.0
	if up {
		v = 1
	}
	m.up.WithLabelValues(source).Set(v)
}

// cycle tells of a cycle that has ended and how the pipeline stands since, nil if that is not known.
func (m *Metrics) cycle(r pipeline.Report, now *Standing) {
	if m == nil {
		return
	}
	m.cycles.WithLabelValues(r.Pipeline, string(r.Result)).Inc()
	m.cycleDuration.WithLabelValues(r.Pipeline).Observe(time.Duration(r.Duration).Seconds())
	if now != nil {
		m.stands(r.Pipeline, *now)
	}
}

func (m *Metrics) stands(p string, s Standing) {
	m.records.WithLabelValues(p, "linked").Set(float64(s.Linked))
	m.records.WithLabelValues(p, "conflicted").Set(float64(s.Conflicted))
	m.records.WithLabelValues(p, "quarantined").Set(float64(s.Quarantined))
	m.pending.WithLabelValues(p).Set(float64(s.Conflicts))
	if s.Oldest.IsZero() {
		m.oldest.DeleteLabelValues(p)
	} else {
		m.oldest.WithLabelValues(p).Set(unix(s.Oldest))
	}
	braked := 0.0
	if s.Braked {
		braked = 1
	}
	m.braked.WithLabelValues(p).Set(braked)
	if !s.LastSuccess.IsZero() {
		m.lastSuccess.WithLabelValues(p).Set(unix(s.LastSuccess))
	}
}

func unix(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// Begin tells how a pipeline stands before the first cycle of this process, so that an alert goes on over a
// restart, and begins its counters at 0, so that the first failure counts as an increase.
func (m *Metrics) Begin(p string, s Standing) {
	for _, result := range pipeline.Results() {
		m.cycles.WithLabelValues(p, string(result))
	}
	m.stands(p, s)
}

// ForgetPipeline drops what is told of a pipeline that is no longer configured.
func (m *Metrics) ForgetPipeline(name string) {
	for _, v := range []interface {
		DeletePartialMatch(labels prometheus.Labels) int
	}{m.cycles, m.cycleDuration, m.stageDuration, m.lastSuccess, m.records, m.writes, m.errors, m.conflicts, m.pending, m.oldest, m.braked} {
		v.DeletePartialMatch(prometheus.Labels{"pipeline": name})
	}
}

// ForgetSource drops what is told of a source that is no longer configured.
func (m *Metrics) ForgetSource(label string) { m.up.DeleteLabelValues(label) }
