// What every page gets: forms that are sent once and lose nothing, copy, share, print, clocks that go on, toasts that leave.
import { all, fill, keep, one } from "./dom";
import { Upload } from "./upload";

/** A form with data-once is sent once: the button says that it is on its way. Photos still under way are waited for. */
function once(form: HTMLFormElement): void {
  let sent = false;
  let last: HTMLButtonElement | null = null;
  form.addEventListener("click", (e) => {
    const b = (e.target as Element).closest<HTMLButtonElement>("button[type=submit]");
    if (b) last = b;
  });
  const label = new Map<HTMLButtonElement, string>();
  const free = () => {
    sent = false;
    label.forEach((text, b) => { b.removeAttribute("aria-disabled"); b.textContent = text; });
    label.clear();
  };
  const busy = () => {
    const b = last || one<HTMLButtonElement>(form, "button[type=submit]");
    if (!b) return;
    label.set(b, b.textContent || "");
    b.setAttribute("aria-disabled", "true");
    if (b.dataset.busy) b.textContent = b.dataset.busy;
  };
  form.addEventListener("submit", (e) => {
    if (sent) { e.preventDefault(); return; }
    sent = true;
    const waiting = all<Upload>(form, "ax-upload").filter((u) => u.busy);
    busy();
    if (!waiting.length) return;
    e.preventDefault();
    Promise.all(waiting.map((u) => u.settled())).then((ok) => {
      if (ok.some((x) => !x)) { free(); return; }
      // form.submit() leaves the button's own value out; say it in a hidden input.
      if (last && last.name) {
        const h = document.createElement("input");
        h.type = "hidden"; h.name = last.name; h.value = last.value;
        form.appendChild(h);
      }
      form.submit();
    });
  });
  // Back from the next page by the browser's cache: the form can be sent again, and the server knows that it is the same one.
  addEventListener("pageshow", (e) => { if (e.persisted) free(); });
}

type Kept = { at: number; values: { [name: string]: string }; photos: string[] };
const DAY = 20 * 3600 * 1000; // less than the life of a draft

/** A form with data-keep remembers what was typed, in this tab only, until its receipt is seen. data-fresh allows putting it back. */
function keeping(form: HTMLFormElement): void {
  const key = "form:" + form.dataset.keep;
  const fields = () => all<HTMLInputElement>(form, "input[name],textarea[name],select[name]").filter((f) => f.type !== "file" && !/_token$/.test(f.name));
  const save = () => {
    const k: Kept = { at: Date.now(), values: {}, photos: [] };
    fields().forEach((f) => {
      if (f.type === "checkbox") k.values[f.name + "=" + f.value] = f.checked ? "1" : "";
      else if (f.type !== "radio" || f.checked) k.values[f.name] = f.value;
    });
    all<HTMLElement>(form, "[data-token]").forEach((li) => k.photos.push(JSON.stringify([li.dataset.token, li.dataset.name, li.dataset.size])));
    keep.set(key, JSON.stringify(k));
  };
  const old = keep.get(key);
  if (old && form.hasAttribute("data-fresh")) {
    try {
      const k: Kept = JSON.parse(old);
      if (Date.now() - k.at < DAY) {
        fields().forEach((f) => {
          const v = k.values[f.type === "checkbox" ? f.name + "=" + f.value : f.name];
          if (v === undefined) return;
          if (f.type === "checkbox") f.checked = v !== "";
          else if (f.type === "radio") f.checked = f.value === v;
          else if (v !== "") f.value = v;
        });
        const product = one<HTMLSelectElement>(form, "[name=product]"), fault = one<HTMLSelectElement>(form, "[name=fault]");
        if (product) product.dispatchEvent(new Event("change", { bubbles: true }));
        if (fault && k.values.fault) fault.value = k.values.fault;
        const up = one<Upload>(form, "ax-upload");
        if (up) k.photos.forEach((s) => { const [t, n, z] = JSON.parse(s); up.restore(t, n, Number(z)); });
        const address = one<HTMLTextAreaElement>(form, "[name=address]");
        if (address && address.value) address.dispatchEvent(new Event("change", { bubbles: true }));
      }
    } catch { keep.drop(key); }
  }
  form.addEventListener("input", save);
  form.addEventListener("change", save);
  form.addEventListener("ax-uploaded", save);
  form.addEventListener("submit", save);
}

function copy(b: HTMLElement): void {
  const text = b.dataset.copy || "";
  const done = () => {
    const label = b.lastChild && b.querySelector(".vh") ? b.querySelector(".vh")!.previousSibling! : b.lastChild!;
    const was = label.textContent;
    label.textContent = b.dataset.tDone || "";
    b.setAttribute("aria-live", "polite");
    setTimeout(() => { label.textContent = was; }, 2000);
  };
  const byHand = () => {
    const t = document.createElement("textarea");
    t.value = text; t.setAttribute("readonly", ""); t.className = "vh";
    document.body.appendChild(t);
    t.select(); t.setSelectionRange(0, text.length);
    try { if (document.execCommand("copy")) done(); } finally { t.remove(); b.focus(); }
  };
  if ("clipboard" in navigator && window.isSecureContext) navigator.clipboard.writeText(text).then(done, byHand);
  else byHand();
}

/** Keeps the words of the clocks current. The words come with the element: left|overdue|day|days|hours|minutes|moment. */
function tick(): void {
  all<HTMLElement>(document, "[data-due]").forEach((c) => {
    const t = c.querySelector("time");
    const w = (c.dataset.t || "").split("|");
    if (!t || w.length < 7) return;
    const ms = Date.parse(c.dataset.due!) - Date.now() - skew;
    const total = Math.round(Math.abs(ms) / 60000);
    const d = Math.floor(total / 1440), h = Math.floor(total / 60) % 24, m = total % 60;
    const parts: string[] = [];
    if (d) parts.push(fill(d === 1 ? w[2] : w[3], d));
    if (h) parts.push(fill(w[4], h));
    if (m && !d) parts.push(fill(w[5], m));
    const text = fill(ms < 0 ? w[1] : w[0], Math.abs(ms) < 60000 ? w[6] : parts.join(" "));
    if (t.textContent !== text) t.textContent = text;
    const tone = ms <= 0 ? "danger" : ms <= Number(c.dataset.warn || 0) * 1000 ? "warn" : "info";
    if (c.dataset.tone && c.dataset.tone !== tone) {
      c.dataset.tone = tone;
      c.dispatchEvent(new CustomEvent("ax-due", { bubbles: true }));
    }
  });
}

// The page says what time the server has; a phone with a wrong clock still counts rightly.
const stamp = one<HTMLMetaElement>(document, 'meta[name="now"]');
const skew = stamp ? Date.parse(stamp.content) - Date.now() : 0;

export function startPage(): void {
  all<HTMLFormElement>(document, "form[data-once]").forEach(once);
  all<HTMLFormElement>(document, "form[data-keep]").forEach(keeping);
  all<HTMLElement>(document, "[data-forget]").forEach((e) => keep.drop("form:" + e.dataset.forget));
  all<HTMLElement>(document, "[data-share]").forEach((b) => { if ("share" in navigator) b.hidden = false; });
  document.addEventListener("click", (e) => {
    const el = e.target as Element;
    const c = el.closest<HTMLElement>("[data-copy]");
    if (c) copy(c);
    const s = el.closest<HTMLElement>("[data-share]");
    if (s) navigator.share({ title: s.dataset.title, url: s.dataset.share }).catch(() => undefined);
    if (el.closest("[data-print]")) print();
    // A link of the error summary puts the cursor into its field, not only the field into view.
    const a = el.closest<HTMLAnchorElement>(".summary a");
    const f = a && document.getElementById(decodeURIComponent(a.hash.slice(1)));
    if (f) { e.preventDefault(); f.focus(); f.scrollIntoView({ block: "center" }); }
  });
  const summary = one<HTMLElement>(document, "[data-summary]");
  if (summary) summary.focus();
  all<HTMLElement>(document, "[data-toast]").forEach((t) => {
    const leave = () => { if (t.contains(document.activeElement)) setTimeout(leave, 5000); else t.remove(); };
    setTimeout(leave, 12000);
  });
  setInterval(tick, 15000);
}

/** Wires forms that came later, by a live update. */
export function wire(root: ParentNode): void {
  all<HTMLFormElement>(root, "form[data-once]").forEach(once);
}
