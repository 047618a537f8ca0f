package app

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"anxin/internal/clock"
)

// metrics are the figures at /metrics. Labels are route patterns, kinds and codes: never ids, names or addresses.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	timers   *prometheus.CounterVec
	late     *prometheus.HistogramVec
	shed     *prometheus.CounterVec
}

func newMetrics(version string) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "anxin_http_requests_total", Help: "Answers by route and status."}, []string{"route", "status"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "anxin_http_seconds", Help: "Time to answer by route.",
			Buckets: []float64{.002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5}}, []string{"route"}),
		timers: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "anxin_timer_runs_total", Help: "Runs of timers, outbox and jobs by outcome."}, []string{"lane", "kind", "outcome"}),
		late: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "anxin_timer_late_seconds", Help: "How late runs started after they were due.",
			Buckets: []float64{.01, .05, .1, .5, 1, 2, 5, 15, 60, 300}}, []string{"lane"}),
		shed: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "anxin_http_shed_total", Help: "Requests refused for overload, by class."}, []string{"class"}),
	}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "anxin_build_info", Help: "Always 1; the version is the label."}, []string{"version"})
	build.WithLabelValues(version).Set(1)
	m.registry.MustRegister(m.requests, m.latency, m.timers, m.late, m.shed, build, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Ran implements clock.Meter.
func (m *metrics) Ran(lane clock.Lane, kind string, o clock.Outcome, late, _ time.Duration) {
	m.timers.WithLabelValues(string(lane), kind, string(o)).Inc()
	m.late.WithLabelValues(string(lane)).Observe(late.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// Served implements guard.Meter. A page that stays open for minutes says nothing by its duration.
func (m *metrics) Served(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	if took < time.Minute {
		m.latency.WithLabelValues(route).Observe(took.Seconds())
	}
}

// Shed implements guard.Meter.
func (m *metrics) Shed(class string) { m.shed.WithLabelValues(class).Inc() }
