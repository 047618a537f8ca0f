// Claim media beside references: zoom and pan in step, one over the other with a slider or in turn, the drawing of what differs, boxes, pictures chosen from the strips. Where the checks
// found both to be the same photograph, slider and flicker show the two laid over one another to the pixel.
import { all, define, make, one } from "./dom";

type View = { el: HTMLElement; img: HTMLImageElement | null; s: number; x: number; y: number };
type Mode = "side" | "slide" | "flicker" | "diff";
const MOST = 16;

class Compare extends HTMLElement {
  private views: View[] = [];
  private sync = true;
  private wired = false;
  private mode: Mode = "side";
  private boxes = true;
  private box = -1;
  private timer = 0;

  connectedCallback(): void {
    if (this.wired) return;
    this.wired = true;
    this.views = all<HTMLElement>(this, ".cmp-view").map((el) => ({ el, img: one<HTMLImageElement>(el, "img"), s: 1, x: 0, y: 0 }));
    this.views.forEach((v) => this.gestures(v));
    this.addEventListener("click", (e) => this.click(e));
    const range = one<HTMLInputElement>(this, ".cmp-range input");
    if (range) range.addEventListener("input", () => this.place());
    addEventListener("resize", () => this.place());
    this.about();
  }

  disconnectedCallback(): void { clearInterval(this.timer); }

  private click(e: Event): void {
    const el = e.target as Element;
    const z = el.closest<HTMLElement>("[data-zoom]");
    if (z) { this.zoomBy(z.dataset.zoom!); return; }
    if (el.closest("[data-sync]")) { this.toggleSync(); return; }
    if (el.closest("[data-slide]")) { this.toggle("slide"); return; }
    if (el.closest("button[data-flicker]")) { this.toggle("flicker"); return; } // the section of what was found has such an attribute too
    if (el.closest("[data-diff]")) { this.toggle("diff"); return; }
    if (el.closest("[data-boxes]")) { this.toggleBoxes(); return; }
    const beside = el.closest<HTMLElement>("[data-beside]");
    if (beside) { this.beside(beside.dataset.beside!); return; }
    const at = el.closest<HTMLElement>("[data-at]");
    if (at) { this.goBox(at); return; }
    const a = el.closest<HTMLAnchorElement>("[data-pick]");
    const m = e as MouseEvent;
    if (!a || m.ctrlKey || m.metaKey || m.shiftKey || m.button) return;
    e.preventDefault();
    this.pick(a);
  }

  zoomBy(how: string): void {
    const v = this.views[0];
    if (how === "fit") { this.views.forEach((w) => { w.s = 1; w.x = 0; w.y = 0; this.draw(w); }); return; }
    if (how === "real") {
      const img = v.img;
      if (!img || !img.naturalWidth) return;
      const r = v.el.getBoundingClientRect();
      const fit = Math.min(r.width / img.naturalWidth, r.height / img.naturalHeight);
      this.zoom(v, 1 / fit / v.s, 0.5, 0.5);
      return;
    }
    this.zoom(v, how === "in" ? 1.4 : 1 / 1.4, 0.5, 0.5);
  }

  pan(dx: number, dy: number): void { this.move(this.views[0], dx, dy); }

  toggleSync(): void {
    this.sync = !this.sync;
    const b = one(this, "[data-sync]");
    if (b) b.setAttribute("aria-pressed", String(this.sync));
  }

  /** Side by side, one over the other with a slider, in turn, or the drawing of what differs. */
  toggle(m: Mode): void {
    const b = one<HTMLButtonElement>(this, "[data-" + m + "]");
    if (!b || b.disabled || b.hidden) return;
    this.mode = this.mode === m ? "side" : m;
    ["slide", "flicker", "diff"].forEach((x) => {
      const on = this.mode === x;
      this.classList.toggle("cmp-" + x, on);
      const btn = one(this, "[data-" + x + "]:not(section)");
      if (btn) btn.setAttribute("aria-pressed", String(on));
    });
    const label = one<HTMLElement>(this, ".cmp-range");
    if (label) label.hidden = this.mode !== "slide";
    clearInterval(this.timer);
    this.classList.remove("cmp-off");
    if (this.mode === "flicker" && !matchMedia("(prefers-reduced-motion: reduce)").matches) this.timer = window.setInterval(() => this.swap(), 700);
    this.sources();
    this.place();
    this.views.forEach((v) => this.draw(v));
  }

  /** Shows the other picture while flickering. */
  swap(): boolean {
    if (this.mode !== "flicker") return false;
    this.classList.toggle("cmp-off");
    return true;
  }

  toggleBoxes(): void {
    this.boxes = !this.boxes;
    const b = one(this, "[data-boxes]");
    if (b) b.setAttribute("aria-pressed", String(this.boxes));
    this.classList.toggle("cmp-nobox", !this.boxes);
  }

  private chosen(pane: string): HTMLAnchorElement | null { return one<HTMLAnchorElement>(this, '[data-pane="' + pane + '"] [data-pick][aria-current]'); }

  /** What the checks found about the picture in view. */
  private found(): HTMLElement | null {
    const a = this.chosen("claim");
    return a ? one<HTMLElement>(this, '[data-found="' + a.dataset.pick + '"]') : null;
  }

  /** Puts the right pictures into the views: those of the strips, or the two that were laid over one another. */
  private sources(): void {
    const f = this.found(), claim = this.chosen("claim"), ref = this.chosen("ref");
    const over = this.mode === "slide" || this.mode === "flicker", fits = !!f && !!f.dataset.aligned && (!ref || !f.dataset.other || f.dataset.other === ref.dataset.pick);
    const put = (pane: string, src: string | undefined) => {
      const img = one<HTMLImageElement>(this, '[data-pane="' + pane + '"] .cmp-view img');
      if (img && src && img.getAttribute("src") !== src) { img.classList.remove("broken"); img.src = src; }
    };
    const video = (a: HTMLElement | null) => !a || a.dataset.video === "true";
    const diff = this.mode === "diff" && !!f && !!f.dataset.overlay;
    if (!video(claim)) {
      put("claim", diff ? f!.dataset.overlay : over && fits ? f!.dataset.flicker : claim!.href);
      const img = one<HTMLImageElement>(this, '[data-pane="claim"] .cmp-view img');
      if (img) img.alt = (diff ? f!.dataset.alt : claim!.dataset.alt) || "";
    }
    // A frame of a video that was laid over the claim's picture stands in for the video while both lie on one another.
    const frame = over && fits && video(ref);
    if (!video(ref) || frame) put("ref", over && fits ? f!.dataset.aligned : ref!.href);
    if (ref && video(ref)) this.film("ref", !frame);
  }

  /** Shows the video of a pane, or the picture in its place. */
  private film(pane: string, on: boolean): void {
    const p = one<HTMLElement>(this, '[data-pane="' + pane + '"]');
    if (!p) return;
    const img = one<HTMLImageElement>(p, ".cmp-view img"), film = one<HTMLVideoElement>(p, ".cmp-video"), note = one<HTMLElement>(p, ".cmp-filmnote");
    if (img) img.hidden = on;
    if (film) { film.hidden = !on; if (!on) film.pause(); }
    if (note) note.hidden = !on;
  }

  /** Goes to a second of the video that is in view. */
  seek(pane: string, second: number): void {
    const film = one<HTMLVideoElement>(this, '[data-pane="' + pane + '"] .cmp-video');
    if (!film || film.hidden || !(second >= 0)) return;
    const go = () => { film.currentTime = second; };
    if (film.readyState > 0) { go(); return; }
    film.addEventListener("loadedmetadata", go, { once: true });
    film.preload = "metadata";
    film.load();
  }

  /** Shows what belongs to the chosen picture: what was found, its boxes, what its file says. */
  private about(): void {
    const a = this.chosen("claim"), tag = a ? a.dataset.pick : "";
    this.box = -1;
    all<HTMLElement>(this, "[data-found]").forEach((e) => { e.hidden = e.dataset.found !== tag; });
    all<HTMLElement>(this, "[data-file]").forEach((e) => { e.hidden = e.dataset.file !== tag; });
    all<SVGElement>(this, ".cmp-boxes").forEach((e) => { e.toggleAttribute("hidden", e.dataset.for !== tag); });
    const f = this.found(), diff = one<HTMLButtonElement>(this, "button[data-diff]"), boxes = one<HTMLElement>(this, "button[data-boxes]");
    if (diff) diff.disabled = !f || !f.dataset.overlay;
    if (boxes) boxes.hidden = !f;
    if (this.mode === "diff" && diff && diff.disabled) { diff.disabled = false; this.toggle("diff"); diff.disabled = true; }
  }

  private beside(tag: string): void {
    const f = one<HTMLElement>(this, '[data-found="' + tag + '"]');
    this.pickTag(tag);
    if (f && f.dataset.other) this.pickTag(f.dataset.other);
    if (this.mode !== "side") this.toggle(this.mode);
    if (f) this.seek("ref", Number(f.dataset.second));
  }

  /** Brings the next box into the middle of both views. */
  nextBox(): boolean {
    const f = this.found(), list = f ? all<HTMLElement>(f, "[data-at]") : [];
    if (!list.length) return false;
    this.box = (this.box + 1) % list.length;
    this.goBox(list[this.box]);
    list[this.box].focus({ preventScroll: true });
    return true;
  }

  private goBox(e: HTMLElement): void {
    const sec = e.closest<HTMLElement>("[data-found]")!, v = this.views[0], r = v.el.getBoundingClientRect();
    const w = Number(sec.dataset.w), h = Number(sec.dataset.h), at = e.dataset.at!.split(" ").map(Number);
    if (!w || !h || !r.width) return;
    // The picture lies in the view as large as it fits, in its middle.
    const k = Math.min(r.width / w, r.height / h), pw = w * k / r.width, ph = h * k / r.height;
    const cx = (1 - pw) / 2 + (at[0] + at[2] / 2) / w * pw, cy = (1 - ph) / 2 + (at[1] + at[3] / 2) / h * ph;
    const s = Math.min(8, Math.max(1.5, 0.55 / Math.max(at[2] / w * pw, at[3] / h * ph)));
    const was = this.sync;
    this.sync = true;
    this.both(v, (x) => { x.s = s; x.x = 0.5 - cx * s; x.y = 0.5 - cy * s; });
    this.sync = was;
    all(sec, "[data-at]").forEach((x) => x.toggleAttribute("aria-current", x === e));
  }

  /** Puts the reference over the claim's picture, shown from the slider's position on. */
  private place(): void {
    const under = one<HTMLElement>(this, '[data-pane="claim"] .cmp-view'), over = one<HTMLElement>(this, '[data-pane="ref"] .cmp-view');
    const range = one<HTMLInputElement>(this, ".cmp-range input"), panes = one<HTMLElement>(this, ".cmp-panes");
    if (!under || !over || !range || !panes) return;
    let line = one<HTMLElement>(panes, ".cmp-line");
    if (this.mode !== "slide" && line) { line.remove(); line = null; }
    if (this.mode !== "slide" && this.mode !== "flicker") {
      over.style.clipPath = over.style.top = over.style.height = "";
      return;
    }
    over.style.top = under.getBoundingClientRect().top - panes.getBoundingClientRect().top + "px";
    over.style.height = under.offsetHeight + "px";
    if (this.mode === "flicker") { over.style.clipPath = ""; return; }
    const at = Number(range.value);
    over.style.clipPath = "inset(0 0 0 " + at + "%)";
    if (!line) { line = make("div", "cmp-line"); panes.appendChild(line); }
    line.style.top = over.style.top;
    line.style.height = over.style.height;
    line.style.left = at + "%";
  }

  slide(step: number): void {
    const range = one<HTMLInputElement>(this, ".cmp-range input");
    if (!range) return;
    range.value = String(Number(range.value) + step);
    this.place();
  }

  /** The next or previous picture of a strip. */
  turn(pane: string, step: number): void {
    const list = all<HTMLAnchorElement>(this, '[data-pane="' + pane + '"] [data-pick]');
    const at = list.findIndex((a) => a.getAttribute("aria-current") === "true");
    if (list.length > 1) this.pick(list[(at + step + list.length) % list.length]);
  }

  pickTag(tag: string): void {
    const a = one<HTMLAnchorElement>(this, '[data-pick="' + tag + '"]');
    if (a) this.pick(a);
  }

  private pick(a: HTMLAnchorElement): void {
    const pane = a.closest<HTMLElement>("[data-pane]")!;
    all(pane, "[data-pick]").forEach((x) => x.removeAttribute("aria-current"));
    a.setAttribute("aria-current", "true");
    a.scrollIntoView({ block: "nearest", inline: "nearest" });
    const img = one<HTMLImageElement>(pane, ".cmp-view img"), film = one<HTMLVideoElement>(pane, ".cmp-video"), note = one<HTMLElement>(pane, ".cmp-filmnote"), video = a.dataset.video === "true";
    if (img) {
      img.hidden = video;
      img.classList.remove("broken");
      if (!video) { img.src = a.href; img.alt = a.dataset.alt || ""; }
    }
    if (film) {
      film.pause();
      film.hidden = !video;
      if (video && a.dataset.play && film.getAttribute("src") !== a.dataset.play) film.src = a.dataset.play;
    }
    if (note) note.hidden = !video;
    const view = one<HTMLElement>(pane, ".cmp-view");
    if (view) view.dataset.tag = a.dataset.pick;
    const load = one<HTMLAnchorElement>(pane, "[data-download]");
    if (load && a.dataset.original) { load.href = a.dataset.original; load.textContent = (load.textContent || "").replace(/[BMRVE][0-9]+/, a.dataset.pick!); }
    const cap = one(pane, "[data-caption]"), late = one<HTMLElement>(pane, "[data-after]");
    if (cap) cap.textContent = a.dataset.cap || "";
    all<HTMLElement>(pane, "[data-label]").forEach((lab) => { lab.textContent = a.dataset.lab || ""; lab.hidden = !a.dataset.lab; });
    if (late) late.hidden = a.dataset.late !== "true";
    if (pane.dataset.pane === "claim") this.about();
    this.sources();
    this.place();
  }

  private draw(v: View): void {
    v.s = Math.min(Math.max(v.s, 1), MOST);
    v.x = Math.min(0, Math.max(1 - v.s, v.x));
    v.y = Math.min(0, Math.max(1 - v.s, v.y));
    const how = "translate(" + v.x * 100 + "%," + v.y * 100 + "%) scale(" + v.s + ")";
    if (v.img) v.img.style.transform = how;
    all<SVGElement>(v.el, ".cmp-boxes").forEach((b) => { b.style.transform = how; });
    v.el.style.touchAction = v.s > 1 || this.mode === "slide" ? "none" : "pan-y"; // one finger on a whole picture scrolls the page
    const out = one(this, "[data-scale]");
    if (out && v === this.views[0]) out.textContent = Math.round(v.s * 100) + "%";
  }

  private both(v: View, f: (w: View) => void): void {
    (this.sync || this.mode === "slide" || this.mode === "flicker" ? this.views : [v]).forEach((w) => { f(w); this.draw(w); });
  }

  /** Scales by k around a point of the view, in parts of its size. */
  private zoom(v: View, k: number, px: number, py: number): void {
    this.both(v, (w) => {
      const s = Math.min(Math.max(w.s * k, 1), MOST), f = s / w.s;
      w.x = px - (px - w.x) * f;
      w.y = py - (py - w.y) * f;
      w.s = s;
    });
  }

  private move(v: View, dx: number, dy: number): void {
    this.both(v, (w) => { w.x += dx; w.y += dy; });
  }

  private gestures(v: View): void {
    const el = v.el, points = new Map<number, { x: number; y: number }>();
    const rel = (e: { clientX: number; clientY: number }) => {
      const r = el.getBoundingClientRect();
      return { x: (e.clientX - r.left) / r.width, y: (e.clientY - r.top) / r.height };
    };
    if (v.img) v.img.draggable = false;
    // Two fingers are for the picture, in whatever direction they go; one finger on a whole picture scrolls the page.
    el.addEventListener("touchstart", (e) => { if (e.touches.length > 1) e.preventDefault(); }, { passive: false });
    el.addEventListener("wheel", (e) => {
      e.preventDefault();
      const p = rel(e);
      this.zoom(v, Math.exp(-e.deltaY * (e.deltaMode ? 0.05 : 0.0015)), p.x, p.y);
    }, { passive: false });
    el.addEventListener("dblclick", (e) => { const p = rel(e); this.zoom(v, v.s > 1.05 ? 1 / v.s : 3, p.x, p.y); });
    el.addEventListener("pointerdown", (e) => {
      if ((e.target as Element).closest("a, video")) return;
      el.setPointerCapture(e.pointerId);
      points.set(e.pointerId, rel(e));
    });
    el.addEventListener("pointermove", (e) => {
      const was = points.get(e.pointerId);
      if (!was) return;
      const now = rel(e);
      if (points.size === 2) {
        let other = was;
        points.forEach((p, id) => { if (id !== e.pointerId) other = p; });
        const d0 = Math.hypot(was.x - other.x, was.y - other.y), d1 = Math.hypot(now.x - other.x, now.y - other.y);
        if (d0 > 0.01) this.zoom(v, d1 / d0, (now.x + other.x) / 2, (now.y + other.y) / 2);
      } else if (this.mode === "slide" && v.s === 1) {
        this.slide(Math.round(now.x * 100) - Number(one<HTMLInputElement>(this, ".cmp-range input")!.value));
      } else {
        this.move(v, now.x - was.x, now.y - was.y);
      }
      points.set(e.pointerId, now);
    });
    const up = (e: PointerEvent) => { points.delete(e.pointerId); };
    el.addEventListener("pointerup", up);
    el.addEventListener("pointercancel", up);
  }
}

export type { Compare };

export function startCompare(): void { define("ax-compare", Compare); }
