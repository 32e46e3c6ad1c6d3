package app

import (
	"context"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tandem-sync/tandem/pipeline/engine"
)

// tell tells the metrics how the pipelines stand, from the state: an alert goes on over a restart.
func (a *App) tell(ctx context.Context, runners []*runner) {
	for _, r := range runners {
		if r.store == nil {
			continue
		}
		s, err := engine.Stand(ctx, r.store)
		if err != nil {
			continue // the state says so itself, and the next cycle tells what it then can
		}
		if reports, err := r.recent(ctx); err == nil {
			if at := lastSuccess(reports); at != nil {
				s.LastSuccess = *at
			}
		}
		a.engineMetrics.Begin(r.definition.Name, s)
	}
}

// standing are the metrics that are asked for at each scrape.
type standing struct{ app *App }

// standingDescs are the metrics of a standing.
type standingDescs struct{ interval, progress, paused, writable, available, size *prometheus.Desc }

func (standing) descs() standingDescs {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("tandem_"+name, help, labels, nil)
	}
	return standingDescs{
		interval:  desc("schedule_interval_seconds", "The longest time that the pipeline's schedule leaves between two cycles; absent where it runs only when asked, and while it is paused.", "pipeline"),
		progress:  desc("cycle_progress_timestamp_seconds", "When the cycle under way last got on, by records listed or written, as Unix time; absent while none runs, or none got on yet.", "pipeline"),
		paused:    desc("paused", "1 while somebody holds the pipeline.", "pipeline"),
		writable:  desc("state_writable", "1 while the state can be written, 0 while it cannot (a full disk, say)."),
		available: desc("state_disk_available_bytes", "Free space for Tandem on the disk of the state directory."),
		size:      desc("state_disk_size_bytes", "Size of the disk of the state directory."),
	}
}

// Describe implements prometheus.Collector.
func (s standing) Describe(to chan<- *prometheus.Desc) {
	d := s.descs()
	for _, desc := range []*prometheus.Desc{d.interval, d.progress, d.paused, d.writable, d.available, d.size} {
		to <- desc
	}
}

// Collect implements prometheus.Collector.
func (s standing) Collect(to chan<- prometheus.Metric) {
	d := s.descs()
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	l := s.app.hold()
	defer s.app.drop(l)
	for _, r := range l.runners {
		paused := r.paused()
		if paused {
			gauge(d.paused, 1, r.definition.Name)
		} else {
			gauge(d.paused, 0, r.definition.Name)
		}
		if at := r.progressed(); !at.IsZero() {
			gauge(d.progress, float64(at.UnixMilli())/1000, r.definition.Name)
		}
		if r.longest > 0 && !paused {
			gauge(d.interval, r.longest.Seconds(), r.definition.Name)
		}
	}
	state := s.app.state
	if state.state == nil || !state.onDisk {
		return
	}
	writable := 1.0
	if state.state.Err() != nil {
		writable = 0
	}
	gauge(d.writable, writable)
	if disk, err := vfs.Default.GetDiskUsage(l.config.Daemon.StateDir); err == nil {
		gauge(d.available, float64(disk.AvailBytes))
		gauge(d.size, float64(disk.TotalBytes))
	}
}

// progressed is when the ordinary cycle under way last got on, zero when none did.
func (r *runner) progressed() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.gotOn
}

// paused tells whether somebody holds the pipeline. A state that cannot be read says so itself.
func (r *runner) paused() bool {
	if r.store == nil {
		return false
	}
	p, err := r.store.Paused(context.Background())
	return err == nil && p != nil
}
