// The review of a dispute by keyboard: parts with j and k, choices by digits, pictures, the draft of the letter beside the form.
import { all, one } from "./dom";
import { Compare, startCompare } from "./compare";

const shown = (e: HTMLElement) => e.offsetParent !== null;
const compare = () => one<Compare>(document, "ax-compare");

/** Which of pictures, letter and record stands on the left. */
let chosen = false;
function board(name: string): boolean {
  const tabs = all<HTMLElement>(document, "[data-board-tab]");
  if (!tabs.some((t) => t.dataset.boardTab === name)) return false;
  tabs.forEach((t) => t.setAttribute("aria-pressed", String(t.dataset.boardTab === name)));
  all<HTMLElement>(document, "[data-board]").forEach((p) => { p.hidden = p.dataset.board !== name; });
  return true;
}

/** Moves to the next part: the one after what has the focus. */
function stop(step: number): boolean {
  const list = all<HTMLElement>(document, "[data-stop]").filter(shown);
  if (!list.length) return false;
  const here = document.activeElement as HTMLElement;
  let at = -1;
  list.forEach((s, i) => { if (s === here || s.contains(here)) at = i; });
  const next = list[at < 0 ? (step > 0 ? 0 : list.length - 1) : Math.min(Math.max(at + step, 0), list.length - 1)];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: next.offsetHeight > innerHeight * 0.8 ? "start" : "nearest" });
  return true;
}

function digit(n: number): boolean {
  const f = all<HTMLElement>(document, "[data-digits]").filter(shown)[0];
  const r = f && all<HTMLInputElement>(f, "input[type=radio]")[n - 1];
  if (!r || r.disabled) return false;
  r.focus();
  r.click();
  return true;
}

/** Goes to what a key names: a field gets the focus and keeps its text, a sheet opens or closes. */
function go(key: string): boolean {
  const e = all<HTMLElement>(document, "[data-key]").filter((x) => x.dataset.key === key && shown(x))[0];
  if (!e) return false;
  if (/^(TEXTAREA|FIELDSET)$/.test(e.tagName)) {
    const f = e.tagName === "TEXTAREA" ? e : one<HTMLElement>(e, "input:checked") || one<HTMLElement>(e, "input:not([disabled])");
    if (!f) return false;
    f.focus();
    f.scrollIntoView({ block: "center" });
    return true;
  }
  const d = e.tagName === "SUMMARY" ? (e.parentElement as HTMLDetailsElement) : null;
  if (!d) return false;
  d.open = !d.open;
  const first = one<HTMLElement>(d, "input:not([type=hidden]), textarea");
  if (d.open && first) first.focus(); else e.focus();
  d.scrollIntoView({ block: "nearest" });
  return true;
}

function picture(key: string): boolean {
  const c = compare();
  if (!c || !shown(c)) return false;
  switch (key) {
    case "+": case "=": c.zoomBy("in"); return true;
    case "-": c.zoomBy("out"); return true;
    case "0": c.zoomBy("fit"); return true;
    case "[": c.turn("claim", -1); return true;
    case "]": c.turn("claim", 1); return true;
    case ",": c.turn("ref", -1); return true;
    case ".": c.turn("ref", 1); return true;
    case "x": c.toggle("slide"); return true;
    case "f": c.toggle("flicker"); return true;
    case "o": c.toggle("diff"); return true;
    case "t": return c.swap();
    case "h": c.toggleBoxes(); return true;
    case "b": return c.nextBox();
    case "s": c.toggleSync(); return true;
  }
  return false;
}

const arrows: { [key: string]: [number, number] } = { ArrowLeft: [0.1, 0], ArrowRight: [-0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };

function press(key: string, target: HTMLElement): boolean {
  switch (key) {
    case "j": return stop(1);
    case "k": return stop(-1);
    case "m": chosen = true; return board("media");
    case "l": chosen = true; return board("letter");
    case "r": chosen = true; return board("record");
  }
  if (/^[1-9]$/.test(key)) return digit(Number(key));
  const a = arrows[key], c = compare();
  if (a && c && target.closest(".cmp-view")) { c.pan(a[0], a[1]); return true; }
  return picture(key) || go(key);
}

/** Fields that take text keep their keys. A radio button or a box to tick does not need letters. */
const typing = (t: HTMLElement) => /^(TEXTAREA|SELECT)$/.test(t.tagName) || t.isContentEditable || t.tagName === "INPUT" && !/^(radio|checkbox)$/.test((t as HTMLInputElement).type);

function keyboard(): void {
  let first = "", timer = 0;
  // Before the desk's keys: the same letters mean other things here.
  document.addEventListener("keydown", (e) => {
    const t = e.target as HTMLElement;
    if (!one(document, "[data-review]") || e.isComposing || one(document, "dialog[open]")) return;
    if ((e.ctrlKey || e.metaKey) && e.key === "Enter") {
      const f = t.closest<HTMLFormElement>("form[data-submit]");
      if (f) { e.preventDefault(); f.requestSubmit(one<HTMLButtonElement>(f, "button[data-busy]") || undefined); }
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey || typing(t)) return;
    const eat = () => { e.preventDefault(); e.stopImmediatePropagation(); };
    clearTimeout(timer);
    if (first === "g") {
      first = "";
      if (e.key === "q") { eat(); location.href = "/review"; }
      return;
    }
    if (e.key === "g") {
      first = "g";
      timer = window.setTimeout(() => { first = ""; }, 1200);
      eat();
      return;
    }
    if (press(e.key, t)) eat();
  }, true);
}

/** What belongs to one outcome only is shown with it. */
function only(): void {
  const on = one<HTMLInputElement>(document, "input[name=remedy]:checked");
  all<HTMLElement>(document, "[data-only]").forEach((d) => { d.hidden = !on || d.dataset.only !== on.value; });
}

/** The draft of the letter follows the form, half a second behind. */
function drafting(): void {
  let timer = 0, n = 0;
  const ask = (form: HTMLFormElement) => {
    const body = new URLSearchParams();
    new FormData(form).forEach((v, k) => { if (typeof v === "string") body.append(k, v); });
    const mine = ++n;
    fetch(form.dataset.draft!, { method: "POST", body, credentials: "same-origin" }).then((r) => r.ok ? r.text() : "").then((html) => {
      const fresh = mine === n && html ? one(new DOMParser().parseFromString(html, "text/html"), "#draft") : null, here = one(document, "#draft");
      if (fresh && here && fresh.innerHTML !== here.innerHTML) here.innerHTML = fresh.innerHTML;
    }).catch(() => undefined);
  };
  const later = (e: Event) => {
    const form = (e.target as Element).closest<HTMLFormElement>("form[data-draft]");
    if (!form) return;
    only();
    clearTimeout(timer);
    timer = window.setTimeout(() => ask(form), 500);
  };
  document.addEventListener("input", later);
  document.addEventListener("change", later);
  const form = one<HTMLFormElement>(document, "form[data-draft]");
  if (form && (one(form, "input:checked") || all<HTMLTextAreaElement>(form, "textarea").some((t) => t.value))) ask(form);
  // Who begins to write sees the letter grow, unless they chose what to look at.
  document.addEventListener("focusin", (e) => {
    const t = e.target as HTMLElement;
    if (!chosen && t.tagName === "TEXTAREA" && t.closest("form[data-draft]") && matchMedia("(min-width: 1100px)").matches) { chosen = true; board("letter"); }
  });
}

/** What was typed is forgotten once it was sent. */
function forget(): void {
  const done = /[?&]done=(impress|decide|overturn|lead_decide|release)\b/.exec(location.search);
  if (!done) return;
  const of = done[1] === "impress" ? "form:impress-" : "form:decide-";
  try { Object.keys(sessionStorage).filter((k) => k.indexOf(of) === 0).forEach((k) => sessionStorage.removeItem(k)); } catch { /* nothing is kept */ }
}

export function startReview(): void {
  startCompare();
  if (!one(document, "[data-review]")) return;
  forget();
  keyboard();
  if (one(document, "[data-board-tab]")) board("media");
  only();
  drafting();
  document.addEventListener("click", (e) => {
    const el = e.target as Element;
    const tab = el.closest<HTMLElement>("[data-board-tab]");
    if (tab) { chosen = true; board(tab.dataset.boardTab!); return; }
    const show = el.closest<HTMLElement>("[data-show]");
    const c = compare();
    if (show && c) { chosen = true; board("media"); if (show.dataset.with) c.pickTag(show.dataset.with); c.pickTag(show.dataset.show!); c.seek("ref", Number(show.dataset.second ?? -1)); if (!matchMedia("(min-width: 1100px)").matches) c.scrollIntoView({ block: "start" }); }
  });
  // A picture that has no copy leaves its place empty instead of a broken sign.
  document.addEventListener("error", (e) => { const t = e.target as HTMLElement; if (t.tagName === "IMG" && t.closest(".cmp")) t.classList.add("broken"); }, true);
  all<HTMLImageElement>(document, ".cmp img").forEach((i) => { if (i.complete && !i.naturalWidth && i.loading !== "lazy") i.classList.add("broken"); });
  const open = one<HTMLElement>(document, "details[data-act][open]");
  if (open && !one(document, "[data-summary]")) open.scrollIntoView({ block: "center" });
}
