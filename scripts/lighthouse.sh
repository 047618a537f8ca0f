#!/bin/sh
# Lighthouse (mobile) on the customer's pages of a running demo: report, receipt, status; filing a claim, its receipt, its status. Needs Node and the lighthouse package from
# npm; nothing else does. Links are in the demo's mailbox: one of a repair, one of an order with a claim, one of an order without.
#   make run &   then   sh scripts/lighthouse.sh http://127.0.0.1:8080 [/s/repair [/s/claim [/s/order]]]
set -eu
base=${1:-http://127.0.0.1:8080}
out=$(mktemp -d)
chrome=$(command -v chromium || command -v google-chrome)
for path in /report ${2:+"$2/receipt" "$2"} /claim ${3:+"$3/claim/receipt" "$3/claim"} ${4:+"$4/claim/new"}; do
	CHROME_PATH=$chrome npx --yes lighthouse@13.5.0 "$base$path" --quiet --output=json --output-path="$out/r.json" \
		--only-categories=performance,accessibility,best-practices \
		--chrome-flags="--headless=new --no-sandbox --disable-gpu --disable-background-networking" >/dev/null 2>&1
	node -e '
		const r = JSON.parse(require("fs").readFileSync(process.argv[1]));
		const c = Object.values(r.categories).map(x => x.id + " " + Math.round(x.score * 100)).join(", ");
		const kb = r.audits["total-byte-weight"].numericValue / 1024;
		console.log(process.argv[2] + ": " + c + ", " + kb.toFixed(1) + " kB, LCP " + Math.round(r.audits["largest-contentful-paint"].numericValue) + " ms");
		for (const x of Object.values(r.categories)) for (const a of x.auditRefs) { const u = r.audits[a.id]; if (a.weight > 0 && u.score !== null && u.score < 0.9) console.log("   " + x.id + ": " + u.id + " " + (u.displayValue || u.title)); }
	' "$out/r.json" "$(echo "$path" | sed -E "s#/s/[^/]+#/s/…#")"
done
rm -rf "$out"
