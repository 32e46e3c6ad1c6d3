package app

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/failpoint"
)

// metrics are what the process as a whole measures. What a pipeline does is measured by the engine.
type metrics struct {
	requests    *prometheus.CounterVec
	durations   *prometheus.HistogramVec
	rateLimited *prometheus.CounterVec
	configInfo  *prometheus.GaugeVec
	reloadOK    prometheus.Gauge
	reloadTime  prometheus.Gauge
	images      *prometheus.CounterVec
	hooks       *prometheus.CounterVec
	hooksOn     *prometheus.GaugeVec
}

// newMetrics registers them. stateBytes is asked at each scrape.
func newMetrics(reg prometheus.Registerer, version string, stateBytes func() float64) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tandem_source_requests_total",
			Help: "Requests sent to a source, by operation and by how they ended (ok, or the class of the error).",
		}, []string{"source", "operation", "result"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "tandem_source_request_duration_seconds",
			Help:    "How long requests to a source took.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120},
		}, []string{"source", "operation"}),
		rateLimited: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tandem_source_rate_limited_total",
			Help: "Requests that a source answered by asking to slow down.",
		}, []string{"source"}),
		configInfo: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "tandem_config_info",
			Help: "The live configuration: its hash, and how many this process has had. The value is always 1.",
		}, []string{"hash", "generation"}),
		reloadOK: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "tandem_config_last_reload_successful",
			Help: "Whether the last configuration that was read is the live one.",
		}),
		reloadTime: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "tandem_config_last_reload_timestamp_seconds",
			Help: "When the live configuration was read, as Unix time.",
		}),
	}
	m.images = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "tandem_images_total",
		Help: "Images that were looked at, by the source that they come from and by what became of them: carried, stored, alike, different, failed.",
	}, []string{"pipeline", "source", "result"})
	m.hooks = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "tandem_webhooks_total",
		Help: "Calls of webhooks, by what became of them: accepted, coalesced (the records wait already), duplicate, ignored, test, refused, overflow.",
	}, []string{"source", "result"})
	m.hooksOn = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "tandem_webhook_registered",
		Help: "Whether the source is set up to call Tandem: 0 is not, or switched off. Only of sources that tell, with public_url set.",
	}, []string{"source"})
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "tandem_build_info", Help: "The version that runs. The value is always 1.",
		ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	bytes := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "tandem_state_bytes", Help: "Size of the state directory on disk.",
	}, stateBytes)
	reg.MustRegister(m.images, m.hooks, m.hooksOn, m.requests, m.durations, m.rateLimited, m.configInfo, m.reloadOK, m.reloadTime, build, bytes,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observer returns what the endpoint of a source reports its requests to.
func (m *metrics) observer(source string) pipeline.Observer {
	limited := m.rateLimited.WithLabelValues(source)
	return func(operation string, took time.Duration, err error) {
		result := "ok"
		if err != nil {
			class := pipeline.ClassOf(err)
			result = class.String()
			if class == pipeline.RateLimited {
				limited.Inc()
			}
		}
		m.requests.WithLabelValues(source, operation, result).Inc()
		m.durations.WithLabelValues(source, operation).Observe(took.Seconds())
		failpoint.Hit(failpoint.SourceRequest)
	}
}

// hooked tells of a call of a source's webhook.
func (m *metrics) hooked(source string, result view.HookResult) {
	m.hooks.WithLabelValues(source, string(result)).Inc()
}

// hookOn tells whether a source calls.
func (m *metrics) hookOn(source string, on bool) {
	v := 0.0
	if on {
		v = 1
	}
	m.hooksOn.WithLabelValues(source).Set(v)
}

// hookUnasked drops what was told of a source that nobody wants to be called by any more.
func (m *metrics) hookUnasked(source string) { m.hooksOn.DeleteLabelValues(source) }

// loaded tells of the configuration that has become the live one.
func (m *metrics) loaded(hash string, generation int, at time.Time) {
	m.configInfo.Reset()
	m.configInfo.WithLabelValues(hash, strconv.Itoa(generation)).Set(1)
	m.reloadTime.Set(float64(at.UnixMilli()) / 1000)
	m.reloaded(true)
}

// reloaded tells whether the configuration that was read last is the live one.
func (m *metrics) reloaded(ok bool) {
	v := 0.0
	if ok {
		v = 1
	}
	m.reloadOK.Set(v)
}

// forgetPipeline and forgetSource drop what is told of what is no longer configured.
func (m *metrics) forgetPipeline(name string) {
	m.images.DeletePartialMatch(prometheus.Labels{"pipeline": name})
}

func (m *metrics) forgetSource(label string) {
	for _, v := range []interface {
		DeletePartialMatch(labels prometheus.Labels) int
	}{m.requests, m.durations, m.rateLimited, m.hooks, m.hooksOn} {
		v.DeletePartialMatch(prometheus.Labels{"source": label})
	}
}
