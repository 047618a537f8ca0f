// Live updates where nothing may move under the pointer: the page says how much is new, and the person decides when to see it.
//
//   <div data-watch="/desk/live" data-watch-part="#list,#rail" data-watch-text="{n} changes">… <div data-livebar></div> …</div>
//
// With data-seq the watched thing has a sequence number, and only a newer one is news.
import { all, fill, make, one } from "./dom";
import { wire } from "./page";

/** Streams that are open, by the element that watches. */
const open = new Map<HTMLElement, EventSource>();

/** Reads a page and exchanges some of its parts. Answers the page's document, or null when there was none. */
export async function exchange(url: string, parts: string, init: RequestInit = {}): Promise<{ doc: Document; url: string } | null> {
  const r = await fetch(url, Object.assign({ credentials: "same-origin", cache: "no-store" } as RequestInit, init));
  const html = await r.text();
  const doc = new DOMParser().parseFromString(html, "text/html");
  const found = parts.split(",").filter((sel) => one(doc, sel) && one(document, sel));
  // The session ended, or the answer is another page altogether: show that page.
  if (!found.length) { location.href = r.url; return null; }
  found.forEach((sel) => {
    const from = one<HTMLElement>(doc, sel)!, to = one<HTMLElement>(document, sel)!;
    const scroll = to.scrollTop;
    all<HTMLElement>(to, "[data-watch]").forEach(hush);
    to.replaceWith(from);
    from.scrollTop = scroll;
    wire(from);
    watchAll(from);
  });
  const toasts = one(doc, ".toasts"), here = one(document, ".toasts");
  if (toasts && here && toasts.children.length) { here.replaceWith(toasts); }
  return { doc, url: r.url };
}

function hush(e: HTMLElement): void {
  const s = open.get(e);
  if (s) s.close();
  open.delete(e);
}

function watch(e: HTMLElement): void {
  if (typeof EventSource === "undefined" || open.has(e)) return;
  let news = 0;
  const seq = Number(e.dataset.seq || 0);
  const s = new EventSource(e.dataset.watch!);
  open.set(e, s);
  s.addEventListener("seq", (ev) => {
    if (!e.isConnected) { hush(e); return; }
    if (e.dataset.seq && Number((ev as MessageEvent).data) <= seq) return;
    bar(e, ++news, () => { news = 0; });
  });
}

function bar(e: HTMLElement, n: number, seen: () => void): void {
  const place = all<HTMLElement>(e, "[data-livebar]").filter((b) => b.closest("[data-watch]") === e)[0];
  if (!place) return;
  let b = one<HTMLButtonElement>(place, "button");
  if (!b) {
    place.className = "livebar";
    place.setAttribute("role", "status");
    b = make("button", "btn btn-small");
    b.type = "button";
    b.dataset.refresh = "";
    b.addEventListener("click", () => {
      place.textContent = "";
      seen();
      exchange(location.href, e.dataset.watchPart || "#main").catch(() => location.reload());
    });
    place.appendChild(b);
  }
  b.textContent = fill(e.dataset.watchText || "", n);
}

export function watchAll(root: ParentNode): void {
  all<HTMLElement>(root, "[data-watch]").forEach(watch);
}

export function startWatch(): void {
  watchAll(document);
  // A tab that nobody looks at holds no connection.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) open.forEach((_, e) => hush(e));
    else watchAll(document);
  });
}
