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
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		v := prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tandem_" + name, Help: help, Buckets: prometheus.ExponentialBuckets(0.05, 3, 10),
		}, labels)
		r.MustRegister(v)
		return v
	}
	return &Metrics{
		cycles:        counter("cycles_total", "Cycles by how they ended.", "pipeline", "result"),
		cycleDuration: histogram("cycle_duration_seconds", "How long cycles took.", "pipeline"),
		stageDuration: histogram("stage_duration_seconds", "How long a stage took for one batch; detect: for a whole cycle.", "pipeline", "stage"),
		lastSuccess:   gauge("last_success_timestamp_seconds", "When the last cycle ended that was done or partial.", "pipeline"),
		records:       gauge("records", "Records by state: linked, conflicted, quarantined.", "pipeline", "state"),
		writes:        counter("writes_total", "Writes that took effect.", "pipeline", "source", "action"),
		errors:        counter("errors_total", "Errors of records and of cycles by code.", "pipeline", "code"),
		conflicts:     counter("conflicts_total", "Fields that both sides changed differently, by the strategy that decides them.", "pipeline", "strategy"),
		pending:       gauge("conflicts_pending", "Conflicts that wait for a person.", "pipeline"),
		braked:        gauge("brake_engaged", "1 while the last cycle was stopped by a brake.", "pipeline"),
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

func (m *Metrics) cycle(r pipeline.Report, linked int, now time.Time) {
	if m == nil {
		return
	}
	p := r.Pipeline
	m.cycles.WithLabelValues(p, string(r.Result)).Inc()
	m.cycleDuration.WithLabelValues(p).Observe(time.Duration(r.Duration).Seconds())
	m.records.WithLabelValues(p, "linked").Set(float64(linked))
	m.records.WithLabelValues(p, "conflicted").Set(float64(r.Conflicts.Pending))
	m.records.WithLabelValues(p, "quarantined").Set(float64(r.Quarantined))
	m.pending.WithLabelValues(p).Set(float64(r.Conflicts.Pending))
	braked := 0.0
	if r.BrakedBy != nil {
		braked = 1
	}
	m.braked.WithLabelValues(p).Set(braked)
	if r.Kind == "" && (r.Result == pipeline.ResultDone || r.Result == pipeline.ResultPartial) {
		m.lastSuccess.WithLabelValues(p).Set(float64(now.Unix()))
	}
}

// ForgetPipeline drops what is told of a pipeline that is no longer configured.
func (m *Metrics) ForgetPipeline(name string) {
	for _, v := range []interface {
		DeletePartialMatch(labels prometheus.Labels) int
	}{m.cycles, m.cycleDuration, m.stageDuration, m.lastSuccess, m.records, m.writes, m.errors, m.conflicts, m.pending, m.braked} {
		v.DeletePartialMatch(prometheus.Labels{"pipeline": name})
	}
}

// ForgetSource drops what is told of a source that is no longer configured.
func (m *Metrics) ForgetSource(label string) { m.up.DeleteLabelValues(label) }
