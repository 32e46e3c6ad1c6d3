package web

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// The results of logins.
const (
	loginOK      = "ok"
	loginRefused = "refused"
	loginLimited = "limited"
)

// Metrics is what a Server measures.
type Metrics struct {
	logins  *prometheus.CounterVec
	expires prometheus.Gauge
}

// NewMetrics registers what a Server measures.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		logins: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tandem_logins_total",
			Help: "Logins, and calls with a wrong token, by what became of them: ok (a login alone), refused, limited (not looked at, since too many wrong tokens came).",
		}, []string{"result"}),
		expires: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "tandem_certificate_expiry_timestamp_seconds",
			Help: "Until when the daemon's own certificate is valid, as Unix time; 0 without one.",
		}),
	}
	reg.MustRegister(m.logins, m.expires)
	for _, result := range []string{loginOK, loginRefused, loginLimited} {
		m.logins.WithLabelValues(result)
	}
	return m
}

func (m *Metrics) login(result string) { m.logins.WithLabelValues(result).Inc() }

func (m *Metrics) certificate(until time.Time) { m.expires.Set(float64(until.Unix())) }
