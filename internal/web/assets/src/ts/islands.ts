// The small islands of customer pages: the understood place, the sum of a quote, the signature.
import { all, define, one } from "./dom";

/** Asks what an address is understood as while one goes on to the next field. The address goes in the body: it must not be in a URL. */
class Place extends HTMLElement {
  private asked = "";
  private timer = 0;
  connectedCallback(): void {
    const form = this.closest("form");
    const input = form && one<HTMLTextAreaElement>(form, "[name=address]");
    if (!input) return;
    this.asked = input.defaultValue.trim();
    input.addEventListener("change", () => this.ask(input.value));
    input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.ask(input.value), 1200);
    });
  }
  private ask(text: string): void {
    text = text.trim();
    clearTimeout(this.timer);
    if (text === this.asked || text.length < 4) return;
    this.asked = text;
    fetch(this.dataset.src!, { method: "POST", body: new URLSearchParams({ address: text }), credentials: "same-origin" })
      .then((r) => (r.ok ? r.text() : ""))
      .then((html) => { if (html && this.asked === text) this.innerHTML = html; })
      .catch(() => { this.asked = ""; });
  }
}

/** Adds up what is approved. */
class Quote extends HTMLElement {
  connectedCallback(): void {
    const out = one<HTMLElement>(this, "[data-chosen]");
    if (!out) return;
    const sum = () => {
      const fen = all<HTMLInputElement>(this, "[data-sum]").reduce((s, i) => s + (i.checked ? Number(i.dataset.sum) : 0), 0);
      out.textContent = "¥" + (fen / 100).toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ",");
    };
    this.addEventListener("change", sum);
    sum();
  }
}

/** A field to write one's name in with a finger. What is drawn goes into a hidden input as a small PNG. */
class Sign extends HTMLElement {
  connectedCallback(): void {
    const c = one<HTMLCanvasElement>(this, "canvas"), h = one<HTMLInputElement>(this, "input[name=drawing]");
    const g = c && c.getContext("2d");
    if (!c || !h || !g) return;
    const blank = () => {
      g.fillStyle = "#fff";
      g.fillRect(0, 0, c.width, c.height);
      g.strokeStyle = "#111";
      g.lineWidth = 4;
      g.lineCap = g.lineJoin = "round";
      h.value = "";
    };
    blank();
    let drawing = false, length = 0, x = 0, y = 0;
    const at = (e: PointerEvent) => {
      const r = c.getBoundingClientRect();
      return [(e.clientX - r.left) * c.width / r.width, (e.clientY - r.top) * c.height / r.height];
    };
    c.addEventListener("pointerdown", (e) => {
      drawing = true;
      [x, y] = at(e);
      c.setPointerCapture(e.pointerId);
      e.preventDefault();
    });
    c.addEventListener("pointermove", (e) => {
      if (!drawing) return;
      const [nx, ny] = at(e);
      g.beginPath(); g.moveTo(x, y); g.lineTo(nx, ny); g.stroke();
      length += Math.abs(nx - x) + Math.abs(ny - y);
      [x, y] = [nx, ny];
    });
    const end = () => {
      if (!drawing) return;
      drawing = false;
      // A touch by accident is no signature.
      if (length > 60) h.value = c.toDataURL("image/png");
    };
    c.addEventListener("pointerup", end);
    c.addEventListener("pointercancel", end);
    const clear = one<HTMLButtonElement>(this, "[data-clear]");
    if (clear) clear.addEventListener("click", () => { length = 0; blank(); });
  }
}

/** Shows the faults of the chosen product, or the tasks of the chosen kind of service. */
class Fault extends HTMLElement {
  connectedCallback(): void {
    const form = this.closest("form"), select = one<HTMLSelectElement>(this, "select");
    if (!form || !select) return;
    const groups = all<HTMLOptGroupElement>(select, "optgroup");
    const fit = () => {
      const kind = one<HTMLInputElement>(form, "[name=kind]:checked"), product = one<HTMLSelectElement>(form, "[name=product]");
      const value = select.value;
      groups.forEach((g) => g.remove());
      groups.filter((g) => (g.dataset.product ? (!kind || kind.value === "repair") && !!product && product.value === g.dataset.product : !!kind && kind.value === g.dataset.kind))
        .forEach((g) => select.appendChild(g));
      select.value = value;
      if (select.selectedIndex < 0) select.selectedIndex = 0;
    };
    form.addEventListener("change", (e) => { if ((e.target as HTMLInputElement).name === "kind" || (e.target as HTMLInputElement).name === "product") fit(); });
    fit();
  }
}

export function startIslands(): void {
  define("ax-fault", Fault);
  define("ax-place", Place);
  define("ax-quote", Quote);
  define("ax-sign", Sign);
}
