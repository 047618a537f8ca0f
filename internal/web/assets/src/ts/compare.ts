// Claim media beside references: zoom and pan in step, one over the other with a slider, pictures chosen from the strips.
import { all, define, make, one } from "./dom";

type View = { el: HTMLElement; img: HTMLImageElement | null; s: number; x: number; y: number };
const MOST = 16;

class Compare extends HTMLElement {
  private views: View[] = [];
  private sync = true;
  private wired = false;

  connectedCallback(): void {
    if (this.wired) return;
    this.wired = true;
    this.views = all<HTMLElement>(this, ".cmp-view").map((el) => ({ el, img: one<HTMLImageElement>(el, "img"), s: 1, x: 0, y: 0 }));
    this.views.forEach((v) => this.gestures(v));
    this.addEventListener("click", (e) => this.click(e));
    const range = one<HTMLInputElement>(this, ".cmp-range input");
    if (range) range.addEventListener("input", () => this.place());
    addEventListener("resize", () => this.place());
  }

  private click(e: Event): void {
    const el = e.target as Element;
    const z = el.closest<HTMLElement>("[data-zoom]");
    if (z) { this.zoomBy(z.dataset.zoom!); return; }
    if (el.closest("[data-sync]")) { this.toggleSync(); return; }
    if (el.closest("[data-slide]")) { this.toggleSlide(); return; }
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

  toggleSlide(): void {
    const b = one(this, "[data-slide]");
    if (!b) return;
    const on = !this.classList.contains("cmp-slide");
    this.classList.toggle("cmp-slide", on);
    b.setAttribute("aria-pressed", String(on));
    const label = one<HTMLElement>(this, ".cmp-range");
    if (label) label.hidden = !on;
    this.place();
  }

  /** Puts the reference over the claim's picture, shown from the slider's position on. */
  private place(): void {
    const under = one<HTMLElement>(this, '[data-pane="claim"] .cmp-view'), over = one<HTMLElement>(this, '[data-pane="ref"] .cmp-view');
    const range = one<HTMLInputElement>(this, ".cmp-range input"), panes = one<HTMLElement>(this, ".cmp-panes");
    if (!under || !over || !range || !panes) return;
    let line = one<HTMLElement>(panes, ".cmp-line");
    if (!this.classList.contains("cmp-slide")) {
      over.style.clipPath = over.style.top = over.style.height = "";
      if (line) line.remove();
      return;
    }
    const at = Number(range.value);
    over.style.top = under.getBoundingClientRect().top - panes.getBoundingClientRect().top + "px";
    over.style.height = under.offsetHeight + "px";
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
    const img = one<HTMLImageElement>(pane, ".cmp-view img"), film = one<HTMLElement>(pane, "[data-video]"), video = a.dataset.video === "true";
    if (img) {
      img.hidden = video;
      img.classList.remove("broken");
      if (!video) { img.src = a.href; img.alt = a.dataset.alt || ""; }
    }
    if (film) {
      film.hidden = !video;
      const link = one<HTMLAnchorElement>(film, "a");
      if (link && video) link.href = a.href;
    }
    const cap = one(pane, "[data-caption]"), lab = one<HTMLElement>(pane, "[data-label]"), late = one<HTMLElement>(pane, "[data-after]");
    if (cap) cap.textContent = a.dataset.cap || "";
    if (lab) { lab.textContent = a.dataset.lab || ""; lab.hidden = !a.dataset.lab; }
    if (late) late.hidden = a.dataset.late !== "true";
    this.place();
  }

  private draw(v: View): void {
    v.s = Math.min(Math.max(v.s, 1), MOST);
    v.x = Math.min(0, Math.max(1 - v.s, v.x));
    v.y = Math.min(0, Math.max(1 - v.s, v.y));
    if (v.img) v.img.style.transform = "translate(" + v.x * 100 + "%," + v.y * 100 + "%) scale(" + v.s + ")";
    const out = one(this, "[data-scale]");
    if (out && v === this.views[0]) out.textContent = Math.round(v.s * 100) + "%";
  }

  private both(v: View, f: (w: View) => void): void {
    (this.sync || this.classList.contains("cmp-slide") ? this.views : [v]).forEach((w) => { f(w); this.draw(w); });
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
    el.addEventListener("wheel", (e) => {
      e.preventDefault();
      const p = rel(e);
      this.zoom(v, Math.exp(-e.deltaY * (e.deltaMode ? 0.05 : 0.0015)), p.x, p.y);
    }, { passive: false });
    el.addEventListener("dblclick", (e) => { const p = rel(e); this.zoom(v, v.s > 1.05 ? 1 / v.s : 3, p.x, p.y); });
    el.addEventListener("pointerdown", (e) => {
      if ((e.target as Element).closest("a")) return;
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
