// The desk: the keyboard, a case opened beside the list without the list moving, a caller looked up while the form is typed.
import { all, keep, make, one } from "./dom";
import { exchange } from "./watch";

const wide = () => matchMedia("(min-width: 1100px)").matches;

/** Opens a link into the case region; anything unexpected is an ordinary visit. */
function openCase(a: HTMLAnchorElement): void {
  const href = a.href;
  all<HTMLAnchorElement>(document, "[data-row]").forEach((r) => {
    if (r.pathname === a.pathname) r.setAttribute("aria-current", "true");
    else r.removeAttribute("aria-current");
  });
  exchange(href, "#case").then((r) => {
    if (!r) return;
    history.pushState({ desk: true }, "", href);
    document.title = r.doc.title;
    strip();
    const d = one(document, "[data-desk]");
    if (d) d.classList.add("desk-open");
    const act = one<HTMLElement>(document, "[data-act] input:not([type=hidden]), [data-act] select, [data-act] textarea");
    const summary = one<HTMLElement>(document, "#case [data-summary]");
    if (summary) summary.focus();
    else if (act) act.focus();
    else { const c = one<HTMLElement>(document, "#case"); if (c) c.scrollTop = 0; }
  }).catch(() => { location.href = href; });
}

/** Sends a form and shows the case as it is afterwards, with the list as it is afterwards. */
function sendForm(form: HTMLFormElement, button: HTMLButtonElement | null): void {
  const body = new URLSearchParams();
  new FormData(form).forEach((v, k) => { if (typeof v === "string") body.append(k, v); });
  if (button && button.name) body.append(button.name, button.value);
  exchange(form.action, "#case,#list,#rail", { method: "POST", body }).then((r) => {
    if (!r) return;
    if (r.url !== form.action) history.replaceState({ desk: true }, "", r.url);
    const shown = one<HTMLElement>(document, "#case [data-summary], #case [data-shown]");
    if (shown) { shown.tabIndex = -1; shown.focus(); }
    cover();
  }).catch(() => form.submit());
}

/** A field that was revealed is covered again after a minute. */
function cover(): void {
  all<HTMLElement>(document, "[data-shown]").forEach((s) => {
    const masked = s.dataset.shown!;
    s.removeAttribute("data-shown");
    setTimeout(() => {
      if (!s.isConnected) return;
      s.className = "tnum";
      s.textContent = masked;
      const said = s.nextElementSibling;
      if (said) said.remove();
    }, 60000);
  });
}

type Tab = { number: string; title: string; href: string };
const TABS = 8;

/** The cases that were opened, in this tab of the browser only. A title names a product and a number, nobody's name. */
const tabs = (): Tab[] => {
  try { return JSON.parse(keep.get("desk:cases") || "[]"); } catch { return []; }
};

/** Remembers the case that is open and draws the strip of those that were. */
function strip(): void {
  const nav = one<HTMLElement>(document, "[data-casetabs]");
  if (!nav) return;
  const c = one<HTMLElement>(document, "[data-case]");
  let list = tabs();
  if (c) {
    const t: Tab = { number: c.dataset.case!, title: c.dataset.title || c.dataset.case!, href: location.pathname + location.search.replace(/[?&]done=[^&]*/, "") };
    const at = list.findIndex((x) => x.number === t.number);
    if (at >= 0) list[at] = t; else list.push(t);
    list = list.slice(-TABS);
    keep.set("desk:cases", JSON.stringify(list));
  }
  nav.hidden = list.length < 2;
  nav.textContent = "";
  list.forEach((t) => {
    const on = !!c && t.number === c.dataset.case;
    const s = make("span", on ? "on" : ""), a = make("a", "", t.title), b = make("button", "", "×");
    a.href = /^\/desk\/c\/\d+/.test(t.href) ? t.href : "/desk";
    a.dataset.swap = "case";
    if (on) a.setAttribute("aria-current", "true");
    b.type = "button";
    b.setAttribute("aria-label", (nav.dataset.tClose || "") + " " + t.title);
    b.addEventListener("click", () => {
      const left = tabs().filter((x) => x.number !== t.number);
      keep.set("desk:cases", JSON.stringify(left));
      if (on) location.href = left.length ? left[left.length - 1].href : "/desk";
      else strip();
    });
    s.appendChild(a);
    s.appendChild(b);
    nav.appendChild(s);
  });
}

function turn(step: number): void {
  const links = all<HTMLAnchorElement>(document, "[data-casetabs] a");
  const at = links.findIndex((a) => a.hasAttribute("aria-current"));
  if (links.length > 1) links[(at + step + links.length) % links.length].click();
}

function rows(step: number): void {
  const list = all<HTMLElement>(document, "[data-row]");
  if (!list.length) return;
  const at = list.indexOf(document.activeElement as HTMLElement), open = list.findIndex((r) => r.hasAttribute("aria-current"));
  const from = at >= 0 ? at : open;
  const next = from < 0 ? 0 : Math.min(Math.max(from + step, 0), list.length - 1);
  list[next].focus();
  list[next].scrollIntoView({ block: "nearest" });
}

function press(keys: string): boolean {
  switch (keys) {
    case "j": rows(1); return true;
    case "k": rows(-1); return true;
    case "]": turn(1); return true;
    case "[": turn(-1); return true;
    case "r": {
      const b = one<HTMLButtonElement>(document, "[data-refresh]");
      if (b) b.click();
      else if (one(document, "#list")) exchange(location.href, "#list,#rail").catch(() => location.reload());
      else location.reload();
      return true;
    }
    case "g q": location.href = "/desk"; return true;
    case "g d": location.href = "/desk/day"; return true;
    case "g n": location.href = "/desk/new"; return true;
  }
  const e = all<HTMLElement>(document, "[data-key]").filter((x) => x.dataset.key === keys && x.offsetParent !== null)[0];
  if (!e) return false;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(e.tagName)) { e.focus(); (e as HTMLInputElement).select(); } else e.click();
  return true;
}

function keyboard(): void {
  let first = "", timer = 0;
  document.addEventListener("keydown", (e) => {
    const t = e.target as HTMLElement;
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || one(document, "dialog[open]")) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName) || t.isContentEditable) {
      if (e.key === "Escape") t.blur();
      return;
    }
    const keys = first ? first + " " + e.key : e.key;
    clearTimeout(timer);
    if (!first && e.key === "g") {
      first = "g";
      timer = window.setTimeout(() => { first = ""; }, 1200);
      return;
    }
    first = "";
    if (press(keys)) e.preventDefault();
  });
}

/** While the form for a caller is typed, what can already be said is asked for: the number's cases, the place's coverage, the product's faults. */
function caller(form: HTMLFormElement): void {
  const button = one<HTMLElement>(form, "[data-checkbutton]");
  if (button) button.hidden = true;
  let last = "", n = 0;
  const ask = () => {
    const body = new URLSearchParams();
    new FormData(form).forEach((v, k) => { if (typeof v === "string") body.append(k, v); });
    const key = ["phone", "address", "kind", "product"].map((k) => body.get(k)).join("\n");
    if (key === last) return;
    last = key;
    body.set("act", "check");
    const mine = ++n;
    fetch(form.dataset.check!, { method: "POST", body, credentials: "same-origin" }).then((r) => r.text()).then((html) => {
      if (mine !== n) return;
      const doc = new DOMParser().parseFromString(html, "text/html");
      const fresh = all<HTMLElement>(doc, "[data-part]");
      all<HTMLElement>(document, "[data-part]").forEach((p, i) => {
        const f = fresh[i];
        if (f && f.dataset.part === p.dataset.part && !p.contains(document.activeElement) && f.innerHTML !== p.innerHTML) p.innerHTML = f.innerHTML;
      });
    }).catch(() => { last = ""; });
  };
  all<HTMLElement>(form, "[data-check]").forEach((i) => i.addEventListener("change", ask));
  form.addEventListener("change", (e) => { if (/^(kind|product)$/.test((e.target as HTMLInputElement).name)) ask(); });
}

export function startDesk(): void {
  keyboard();
  cover();
  strip();
  document.addEventListener("click", (e) => {
    const el = e.target as Element;
    const opener = el.closest<HTMLElement>("[data-open]");
    if (opener) {
      const d = document.getElementById(opener.dataset.open!) as HTMLDialogElement | null;
      if (d && d.showModal) d.showModal();
      return;
    }
    const a = el.closest<HTMLAnchorElement>("a[data-row], a[data-swap]");
    if (!a || !wide() || !one(document, "#case") || e.defaultPrevented || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
    e.preventDefault();
    openCase(a);
  });
  document.addEventListener("submit", (e) => {
    const form = e.target as HTMLFormElement;
    if (e.defaultPrevented || !form.hasAttribute("data-swap") || !one(document, "#case")) return;
    e.preventDefault();
    sendForm(form, (e as SubmitEvent).submitter as HTMLButtonElement | null);
  });
  addEventListener("popstate", () => { if (one(document, "[data-desk]")) location.reload(); });
  const form = one<HTMLFormElement>(document, "form[data-check]");
  if (form) caller(form);
}
