// Runs one npm peer over the lines of a file and prints one JSON object per line: {"names":[...],"code":"..."}.
// Usage: node peer.mjs PACKAGE FILE ROUNDS. The last line on standard error is {"us":median,"p99":...,"rss_mb":...}.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const require = createRequire(process.cwd() + '/')
const [pkg, file, rounds] = [process.argv[2], process.argv[3], Number(process.argv[4] || 1)]
const lines = readFileSync(file, 'utf8').split('\n').filter((l) => l !== '')

let parse
if (pkg === 'address-smart-parse') {
  const m = await import(require.resolve(pkg))
  const parseAddress = m.parseAddress || m.default.parseAddress
  parse = (s) => {
    const all = parseAddress(s)
    const r = (Array.isArray(all) ? all : [])[0] || {}
    return { names: [r.province, r.city, r.county || r.district || r.area, r.street || r.town].map(name), code: (r.county && r.county.code) || '' }
  }
} else if (pkg === 'address-parse') {
  const m = require(pkg)
  const P = m.default || m
  parse = (s) => {
    const r = P.parse(s)[0] || {}
    return { names: [r.province, r.city, r.area], code: r.area ? r.code : '' }
  }
} else {
  const P = require(pkg)
  const f = P.default || P
  parse = (s) => {
    const r = f(s) || {}
    return { names: [r.province, r.city, r.area], code: '' }
  }
}
function name(x) {
  return typeof x === 'object' && x ? x.name || '' : x || ''
}

const times = []
for (let k = 0; k < rounds; k++) {
  for (const l of lines) {
    const t = process.hrtime.bigint()
    let r
    try {
      r = parse(l)
    } catch {
      r = { names: [], code: '' }
    }
    times.push(Number(process.hrtime.bigint() - t) / 1000)
    if (k === 0) {
      console.log(JSON.stringify(r))
    }
  }
}
times.sort((a, b) => a - b)
console.error(JSON.stringify({ us: times[times.length >> 1], p99: times[Math.floor(times.length * 0.99)], rss_mb: process.memoryUsage().rss / 1048576 }))
