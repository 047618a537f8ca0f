// A page that stays current: the server says that something happened, the page is read again, and only the sections that changed are exchanged.
// A section that somebody is writing in stays until they leave it. What is on the screen does not move.
import { all, define, one } from "./dom";
import { wire } from "./page";

class Live extends HTMLElement {
  private seq = 0;
  private src = "";
  private es: EventSource | null = null;
  private timer = 0;
  private reading = false;
  private again = false;
  private touched = new Set<string>();

  connectedCallback(): void {
    this.seq = Number(this.dataset.seq || 0);
    this.src = this.dataset.src || "";
    this.addEventListener("input", (e) => {
      const s = (e.target as Element).closest<HTMLElement>("[data-live]");
      if (s) this.touched.add(s.dataset.live!);
    });
    this.addEventListener("ax-due", () => this.read());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) { this.listen(); this.read(); } else this.hush(); });
    this.listen();
  }

  disconnectedCallback(): void { this.hush(); }

  private hush(): void {
    clearInterval(this.timer);
    if (this.es) this.es.close();
    this.es = null;
  }

  /** Listens; where streams do not get through (proxies, old in-app browsers), asks every 20 seconds. */
  private listen(): void {
    this.hush();
    if (document.hidden) return;
    const poll = () => { clearInterval(this.timer); this.timer = window.setInterval(() => this.read(), 20000); };
    if (typeof EventSource === "undefined") { poll(); return; }
    this.es = new EventSource(this.src);
    this.es.onopen = () => clearInterval(this.timer);
    this.es.addEventListener("seq", (e) => { if (Number((e as MessageEvent).data) > this.seq) this.read(); });
    this.es.onerror = poll;
  }

  private async read(): Promise<void> {
    if (this.reading) { this.again = true; return; }
    this.reading = true;
    try {
      const r = await fetch(location.pathname, { credentials: "same-origin", cache: "no-store" });
      if (r.status === 404 || r.status === 410) { location.reload(); return; }
      if (r.ok) this.exchange(await r.text());
    } catch { /* the next event or the poll tries again */ }
    this.reading = false;
    if (this.again) { this.again = false; this.read(); }
  }

  private exchange(html: string): void {
    const doc = new DOMParser().parseFromString(html, "text/html");
    const fresh = one<HTMLElement>(doc, this.tagName), root = one<HTMLElement>(this, "[data-live-root]");
    const from = fresh && one<HTMLElement>(fresh, "[data-live-root]");
    if (!fresh || !root || !from) return;
    this.seq = Math.max(this.seq, Number(fresh.dataset.seq || 0));
    const anchor = all<HTMLElement>(root, "[data-live]").filter((s) => s.getBoundingClientRect().bottom > 0)[0];
    const key = anchor && anchor.dataset.live, was = anchor ? anchor.getBoundingClientRect().top : 0;
    const busy = (s: HTMLElement) => this.touched.has(s.dataset.live!) || (s.contains(document.activeElement) && !!document.activeElement!.closest("form"));
    const old = new Map<string, HTMLElement>();
    all<HTMLElement>(root, "[data-live]").forEach((s) => old.set(s.dataset.live!, s));
    const keys = new Set(all<HTMLElement>(from, "[data-live]").map((s) => s.dataset.live));
    const gone = (e: Element) => { const k = (e as HTMLElement).dataset.live; return !!k && !keys.has(k) && busy(e as HTMLElement); };
    let after: Element | null = null;
    all<HTMLElement>(from, "[data-live]").forEach((n) => {
      const o = old.get(n.dataset.live!);
      old.delete(n.dataset.live!);
      let now: HTMLElement = n;
      if (o && (busy(o) || plain(o) === plain(n))) now = o;
      else if (o) { const open = all<HTMLDetailsElement>(o, "details").map((d) => d.open); o.replaceWith(n); all<HTMLDetailsElement>(n, "details").forEach((d, i) => { if (open[i]) d.open = true; }); }
      let place: Element | null = after ? after.nextElementSibling : root.firstElementChild;
      // What somebody is writing in keeps its place, though the page no longer has it.
      while (place && place !== now && gone(place)) { after = place; place = place.nextElementSibling; }
      if (place !== now) root.insertBefore(now, place);
      if (now === n) wire(n);
      after = now;
    });
    old.forEach((o) => { if (!busy(o)) o.remove(); });
    const same = key && one<HTMLElement>(root, '[data-live="' + key + '"]');
    if (same && window.scrollY > 0) window.scrollBy(0, same.getBoundingClientRect().top - was);
    const say = one<HTMLElement>(this, "[data-say]"), h = one<HTMLElement>(root, "h1");
    if (say && h && say.textContent !== h.textContent) say.textContent = h.textContent;
    document.title = doc.title;
  }
}

/** The words of a section; clocks run by themselves and are not a change. */
function plain(s: HTMLElement): string {
  const c = s.cloneNode(true) as HTMLElement;
  all<HTMLElement>(c, "[data-due] time").forEach((t) => { t.textContent = ""; });
  return c.innerHTML;
}

export const startLive = (): void => define("ax-live", Live);
