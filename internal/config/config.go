// Package config is the operator's settings: one documented struct. The sample file, the table of environment variables and the manual page are
// generated from it, so they cannot lag behind.
//
// Order of precedence: command line flags, environment, file (anxin.yaml in the data folder or --config), defaults.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Config are all settings. Each field has a `yaml` name, an `env` variable and a `doc` sentence.
type Config struct {
	Listen    string `yaml:"listen" env:"ANXIN_LISTEN" doc:"Address to serve on. Put a reverse proxy with TLS in front for real use."`
	PublicURL string `yaml:"public_url" env:"ANXIN_PUBLIC_URL" doc:"Address under which people reach the server, e.g. https://service.example.com; links and QR codes are made from it. Empty: taken from the request."`
	Database  string `yaml:"database" env:"ANXIN_DATABASE" doc:"Empty: SQLite in the data folder. Or postgres://user:password@host/name."`
	KeyFile   string `yaml:"key_file" env:"ANXIN_KEY_FILE" doc:"Master key. Empty: keys/master.json in the data folder. Keep a copy apart from the data: without it every personal field is lost."`
	Proxies   string `yaml:"trusted_proxies" env:"ANXIN_TRUSTED_PROXIES" doc:"Networks whose X-Forwarded-For is believed, separated by commas, e.g. 127.0.0.1/32,10.0.0.0/8."`

	Brand  Brand  `yaml:"brand"`
	Access Access `yaml:"access"`
	Limits Limits `yaml:"limits"`
	Notify Notify `yaml:"notify"`
	Seal   Seal   `yaml:"seal"`
	Trust  Trust  `yaml:"trust"`
	Log    Log    `yaml:"log"`

	Demo bool `yaml:"demo" env:"ANXIN_DEMO" doc:"Shows the demo's log-ins on the log-in page and the mailbox to everybody. Never for real use."`
}

// Brand is what customers see of the operator.
type Brand struct {
	NameZH   string   `yaml:"name_zh" env:"ANXIN_BRAND_ZH" doc:"Name in Chinese."`
	NameEN   string   `yaml:"name_en" env:"ANXIN_BRAND_EN" doc:"Name in English."`
	Accent   string   `yaml:"accent" env:"ANXIN_BRAND_ACCENT" doc:"Accent colour, #rrggbb. Contrast with white must be 4.5:1 or more."`
	Hotlines []string `yaml:"hotlines" env:"ANXIN_HOTLINES" doc:"Telephone numbers that are really the operator's, separated by commas; /verify answers from this list."`
	Logo     string   `yaml:"logo" env:"ANXIN_BRAND_LOGO" doc:"File of a logo (PNG or SVG without scripts, 256 kB at most). Empty: the name is set in type."`
	// ProviderCode names the operator in labels of AI-made content.
	ProviderCode string `yaml:"provider_code" env:"ANXIN_PROVIDER_CODE" doc:"The operator's code as a service that passes content on (27 characters, TC260-PG-20252A), written into the labels of copies of AI-made pictures. Empty: a name made from the installation's key."`
}

// Access are the rules of logging in.
type Access struct {
	RequireTOTP bool          `yaml:"require_totp" env:"ANXIN_REQUIRE_TOTP" doc:"Staff must use a second factor."`
	StaffIdle   time.Duration `yaml:"staff_idle" env:"ANXIN_STAFF_IDLE" doc:"Staff are logged out after this time without activity."`
	TechIdle    time.Duration `yaml:"technician_idle" env:"ANXIN_TECHNICIAN_IDLE" doc:"Technicians are logged out after this time without activity."`
	Absolute    time.Duration `yaml:"session_max" env:"ANXIN_SESSION_MAX" doc:"Nobody stays logged in longer than this."`
}

// Seal is how the log proves when something was there.
type Seal struct {
	Authority string `yaml:"time_stamp_authority" env:"ANXIN_TSA" doc:"Address of an RFC 3161 time stamp authority that stamps the log's checkpoints, hourly at most. Empty: nobody is asked, and times are the server's own."`
}

// Trust says whom content credentials are believed from.
type Trust struct {
	Folder string `yaml:"folder" env:"ANXIN_TRUST_FOLDER" doc:"Folder with trust lists for content credentials (C2PA): *.pem are roots that may sign content, *tsa*.pem time-stamp authorities, *allowed*.pem single certificates, *identity*.pem roots of identities, *.cfg usages of certificates. Read again when a file changes. Empty: trust in the data folder."`
}

// Limits bound what is read from outside.
type Limits struct {
	PhotoBytes  int64 `yaml:"photo_bytes" env:"ANXIN_PHOTO_BYTES" doc:"Largest photo accepted, in bytes."`
	PhotoPixels int64 `yaml:"photo_pixels" env:"ANXIN_PHOTO_PIXELS" doc:"Largest photo decoded, in pixels; larger ones are kept but not shown."`
	Photos      int   `yaml:"photos" env:"ANXIN_PHOTOS" doc:"Photos per report."`
	PerMinute   int   `yaml:"reports_per_minute" env:"ANXIN_REPORTS_PER_MINUTE" doc:"Reports per minute and address before the server asks to wait."`
}

// Notify says how messages leave.
type Notify struct {
	Mailbox      bool `yaml:"mailbox" env:"ANXIN_MAILBOX" doc:"Keep a page with what SMS and e-mail would say (development, demo)."`
	AllowPrivate bool `yaml:"allow_private_webhooks" env:"ANXIN_ALLOW_PRIVATE_WEBHOOKS" doc:"Let webhooks reach private addresses. Only for development."`
}

// Log says what is written to standard error.
type Log struct {
	Level string `yaml:"level" env:"ANXIN_LOG_LEVEL" doc:"debug, info, warn or error."`
	Text  bool   `yaml:"text" env:"ANXIN_LOG_TEXT" doc:"Lines for people instead of JSON."`
}

// Default are the settings of a fresh installation.
func Default() Config {
	return Config{
		Listen: "127.0.0.1:8080",
		Brand:  Brand{NameZH: "安心售后", NameEN: "Anxin Service", Accent: "#0b5cad", Hotlines: []string{}},
		Access: Access{RequireTOTP: true, StaffIdle: 30 * time.Minute, TechIdle: 12 * time.Hour, Absolute: 24 * time.Hour},
		Limits: Limits{PhotoBytes: 25 << 20, PhotoPixels: 60_000_000, Photos: 9, PerMinute: 20},
		Log:    Log{Level: "info"},
	}
}

// maxFile bounds the settings file.
const maxFile = 1 << 20

// Load reads the file (which may be absent when name is the default place) over the defaults, then the environment.
func Load(name string, required bool, lookup func(string) (string, bool)) (Config, error) {
	c := Default()
	f, err := os.Open(name)
	switch {
	case err == nil:
		defer f.Close()
		text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
		if err != nil {
			return c, fmt.Errorf("read settings: %w", err)
		}
		if len(text) > maxFile {
			return c, fmt.Errorf("settings file %s is larger than 1 MiB", name)
		}
		if err := Parse(text, &c); err != nil {
			return c, fmt.Errorf("settings file %s: %w", name, err)
		}
	case errors.Is(err, os.ErrNotExist) && !required:
	default:
		return c, fmt.Errorf("settings file: %w", err)
	}
	if err := fromEnv(&c, lookup); err != nil {
		return c, err
	}
	return c, c.Check()
}

// Parse reads YAML over c. Unknown names are errors: a misspelt setting must not be silently ignored.
func Parse(text []byte, c *Config) error {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

var colour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// Check says what is wrong with the settings, all of it at once.
func (c Config) Check() error {
	var errs []error
	bad := func(name, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: "+format, append([]any{name}, args...)...))
	}
	if c.Listen == "" {
		bad("listen", "must not be empty")
	}
	if c.PublicURL != "" {
		if u, err := url.Parse(c.PublicURL); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
			bad("public_url", "must be like https://service.example.com")
		}
	}
	if !colour.MatchString(c.Brand.Accent) {
		bad("brand.accent", "must be like #0b5cad")
	} else if ratio := contrastWithWhite(c.Brand.Accent); ratio < 4.5 {
		bad("brand.accent", "contrast with white is %.1f:1, must be 4.5:1 or more", ratio)
	}
	if strings.TrimSpace(c.Brand.NameZH) == "" || strings.TrimSpace(c.Brand.NameEN) == "" {
		bad("brand", "name_zh and name_en must not be empty")
	}
	if strings.ContainsFunc(c.Brand.ProviderCode, func(r rune) bool { return r <= ' ' || r > '~' }) || len(c.Brand.ProviderCode) > 64 {
		bad("brand.provider_code", "must be a code of at most 64 letters and digits without blanks")
	}
	for _, d := range []struct {
		name string
		v    time.Duration
	}{{"access.staff_idle", c.Access.StaffIdle}, {"access.technician_idle", c.Access.TechIdle}, {"access.session_max", c.Access.Absolute}} {
		if d.v < time.Minute || d.v > 30*24*time.Hour {
			bad(d.name, "must be between 1m and 720h")
		}
	}
	if c.Limits.PhotoBytes < 1<<20 || c.Limits.PhotoBytes > 1<<30 {
		bad("limits.photo_bytes", "must be between 1 MiB and 1 GiB")
	}
	if c.Limits.PhotoPixels < 1_000_000 || c.Limits.PhotoPixels > 200_000_000 {
		bad("limits.photo_pixels", "must be between 1 and 200 million")
	}
	if c.Limits.Photos < 1 || c.Limits.Photos > 50 {
		bad("limits.photos", "must be between 1 and 50")
	}
	if c.Limits.PerMinute < 1 {
		bad("limits.reports_per_minute", "must be 1 or more")
	}
	switch c.Log.Level {
	case "debug", "info", "warn", "error":
	default:
		bad("log.level", "must be debug, info, warn or error")
	}
	if _, err := c.TrustedProxies(); err != nil {
		bad("trusted_proxies", "%v", err)
	}
	return errors.Join(errs...)
}

// TrustedProxies parses the list of networks.
func (c Config) TrustedProxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for part := range strings.SplitSeq(c.Proxies, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, fmt.Errorf("%q is not a network such as 10.0.0.0/8", part)
		}
		out = append(out, p)
	}
	return out, nil
}

// contrastWithWhite is the WCAG contrast ratio of a colour with white.
func contrastWithWhite(hex string) float64 {
	v, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		return 0
	}
	l := 0.2126*linear(v>>16&255) + 0.7152*linear(v>>8&255) + 0.0722*linear(v&255)
	return 1.05 / (l + 0.05)
}
