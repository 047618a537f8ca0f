package archtest

import (
	"path"
	"strings"
	"testing"
)

// A rule says what files of some packages must not import, and why. The reason is printed with the failure.
type rule struct {
	name   string
	why    string
	within func(pkg string) bool
	forbid func(pkg, imported string) bool
}

func under(prefixes ...string) func(string) bool {
	return func(p string) bool {
		for _, prefix := range prefixes {
			if p == prefix || strings.HasPrefix(p, prefix+"/") {
				return true
			}
		}
		return false
	}
}

// engines are the public libraries. They must be usable by somebody who has never heard of the product.
var engines = []string{"region", "dispatch", "provenance", "fingerprint", "imagematch", "forensics", "seal"}

// engineMay is the short allow-list of third-party packages beyond golang.org/x.
var engineMay = []string{
	"github.com/digitorus/timestamp", // RFC 3161
	"github.com/digitorus/pkcs7",
	"github.com/emmansun/gmsm", // SM3
	"github.com/gen2brain/heic",
	"github.com/bep/imagemeta",
}

// crossEngine are the only imports from one engine to another.
var crossEngine = map[string][]string{
	"forensics": {"fingerprint", "imagematch", "provenance"},
	"dispatch":  {"region"},
}

func isEngine(p string) bool { return under(engines...)(p) }

func isStd(p string) bool { return !strings.Contains(strings.SplitN(p, "/", 2)[0], ".") && !isOwn(p) }

func isOwn(p string) bool {
	first := strings.SplitN(p, "/", 2)[0]
	return first == "internal" || first == "cmd" || first == "client" || isEngineRoot(first)
}

func isEngineRoot(first string) bool {
	for _, e := range engines {
		if e == first {
			return true
		}
	}
	return false
}

// domains hold the business rules.
var domains = []string{
	"internal/service", "internal/claim", "internal/rule", "internal/evidence", "internal/coverage", "internal/party", "internal/notify", "internal/chat", "internal/order", "internal/check", "internal/letter",
}

// kernel is what every domain may import.
var kernel = []string{"internal/casefile", "internal/clock", "internal/privacy", "internal/tx", "internal/ledger", "internal/blob", "internal/i18n", "internal/law"}

func domainOf(p string) string {
	for _, d := range domains {
		if under(d)(p) {
			return d
		}
	}
	return ""
}

func isStore(p string) bool {
	return strings.HasSuffix(path.Base(p), "db") && strings.HasPrefix(p, "internal/")
}

var rules = []rule{
	{
		name:   "engines are libraries",
		why:    "an engine is adopted by other programs: no product code, no database, no server, no log of its own",
		within: isEngine,
		forbid: func(_, imp string) bool {
			return under("internal", "cmd", "client", "database/sql", "net/http", "log")(imp)
		},
	},
	{
		name:   "engines use few libraries",
		why:    "each dependency of an engine is one more thing its adopters must trust",
		within: isEngine,
		forbid: func(_, imp string) bool {
			return !isStd(imp) && !isOwn(imp) && !under("golang.org/x")(imp) && !under(engineMay...)(imp)
		},
	},
	{
		name:   "engines do not import one another",
		why:    "they are published one by one",
		within: isEngine,
		forbid: func(pkg, imp string) bool {
			from, to := strings.SplitN(pkg, "/", 2)[0], strings.SplitN(imp, "/", 2)[0]
			if !isEngine(imp) || from == to {
				return false
			}
			for _, ok := range crossEngine[from] {
				if ok == to {
					return false
				}
			}
			return true
		},
	},
	{
		name:   "domains know nothing of storage and edges",
		why:    "a rule that reads HTTP or SQL cannot be tested or moved; the store interface is declared by the domain",
		within: func(p string) bool { return domainOf(p) != "" && !isStore(p) },
		forbid: func(_, imp string) bool {
			return under("internal/db", "internal/web", "internal/api", "internal/app", "database/sql", "cmd")(imp) || isStore(imp)
		},
	},
	{
		name:   "domains do not import one another",
		why:    "a need across domains is an interface of 1-3 methods declared by the consumer and wired in app",
		within: func(p string) bool { return domainOf(p) != "" },
		forbid: func(pkg, imp string) bool {
			return strings.HasPrefix(imp, "internal/") && domainOf(imp) != "" && domainOf(imp) != domainOf(pkg)
		},
	},
	{
		name:   "the kernel stands below the domains",
		why:    "what everybody imports may import nobody",
		within: func(p string) bool { return under(kernel...)(p) && !isStore(p) },
		forbid: func(_, imp string) bool {
			return domainOf(imp) != "" || isStore(imp) || under("internal/db", "internal/web", "internal/api", "internal/app", "database/sql")(imp) && imp != "database/sql/driver"
		},
	},
	{
		name:   "stores hold SQL and nothing else",
		why:    "SQL has one place per domain; a store that calls services or writes HTML has become something else",
		within: isStore,
		forbid: func(_, imp string) bool {
			return under("internal/web", "internal/api", "internal/app", "net/http")(imp)
		},
	},
	{
		name:   "edges call services, never stores",
		why:    "a page that reads tables goes round tenant checks, masking and the access log",
		within: under("internal/web", "internal/api"),
		forbid: func(_, imp string) bool { return isStore(imp) || under("internal/db", "database/sql")(imp) },
	},
	{
		name: "HTML only under web",
		why:  "words and markup have one place",
		within: func(p string) bool {
			return strings.HasPrefix(p, "internal/") && !under("internal/web", "internal/app", "internal/e2e")(p)
		},
		forbid: func(_, imp string) bool { return under("github.com/a-h/templ", "html/template")(imp) },
	},
	{
		name:   "only cmd imports app",
		why:    "app is the one package that knows everything; whoever imports it knows everything too",
		within: func(p string) bool { return !under("cmd", "internal/app", "internal/e2e", "internal/cli")(p) },
		forbid: func(_, imp string) bool { return under("internal/app")(imp) },
	},
	{
		name:   "the offline verifier needs no product",
		why:    "a court must be able to check an export with a program that could not have been tuned by the operator's server",
		within: under("cmd/anxin-verify"),
		forbid: func(_, imp string) bool { return under("internal")(imp) },
	},
	{
		name:   "no regular use of plugin registries by init or old random numbers",
		why:    "plug-ins are self-describing values in an explicit list; math/rand v1 is seeded globally",
		within: func(string) bool { return true },
		forbid: func(_, imp string) bool { return imp == "math/rand" || imp == "expvar" },
	},
}

func TestImports(t *testing.T) {
	for _, f := range sources(t) {
		for _, imp := range f.imports {
			for _, r := range rules {
				if f.test && !strings.Contains(r.name, "engines are") {
					continue // tests may reach further, but an engine's tests must not need the product either
				}
				if r.within(f.pkg) && r.forbid(f.pkg, imp) {
					t.Errorf("%s imports %s\n\trule: %s\n\tbecause %s", f.name, imp, r.name, r.why)
				}
			}
		}
	}
}

// Each rule must be able to fail: a planted import has to be refused by it, and the tree's own packages exist to be checked.
func TestRulesCanFail(t *testing.T) {
	planted := map[string][2]string{
		"engines are libraries":                                             {"region", "internal/service"},
		"engines use few libraries":                                         {"dispatch", "github.com/pressly/goose/v3"},
		"engines do not import one another":                                 {"region", "seal"},
		"domains know nothing of storage and edges":                         {"internal/service", "internal/service/servicedb"},
		"domains do not import one another":                                 {"internal/service", "internal/party"},
		"the kernel stands below the domains":                               {"internal/casefile", "internal/service"},
		"stores hold SQL and nothing else":                                  {"internal/service/servicedb", "net/http"},
		"edges call services, never stores":                                 {"internal/web/desk", "internal/service/servicedb"},
		"HTML only under web":                                               {"internal/service", "html/template"},
		"only cmd imports app":                                              {"internal/service", "internal/app"},
		"the offline verifier needs no product":                             {"cmd/anxin-verify", "internal/db"},
		"no regular use of plugin registries by init or old random numbers": {"internal/service", "math/rand"},
	}
	for _, r := range rules {
		p, ok := planted[r.name]
		if !ok {
			t.Errorf("rule %q has no planted violation", r.name)
			continue
		}
		if !r.within(p[0]) || !r.forbid(p[0], p[1]) {
			t.Errorf("rule %q lets %s import %s", r.name, p[0], p[1])
		}
	}
}

func TestPackageNames(t *testing.T) {
	banned := map[string]bool{"util": true, "utils": true, "common": true, "helpers": true, "helper": true, "models": true, "types": true, "manager": true, "misc": true}
	for _, f := range sources(t) {
		if banned[f.packageName] {
			t.Errorf("%s: package %s says nothing about what is in it", f.name, f.packageName)
		}
	}
}
