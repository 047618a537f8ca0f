// The technician's quote: find a line of the price list, plus and minus, the sum while one types.
import { all, one } from "./dom";

const money = (fen: number): string => (fen < 0 ? "-" : "") + "¥" + (Math.abs(fen) / 100).toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ",");

function quote(form: HTMLFormElement): void {
  const rows = all<HTMLElement>(form, "[data-price]");
  const out = one<HTMLElement>(document, "[data-sum]");
  const count = (row: HTMLElement) => one<HTMLInputElement>(row, "input[type=number]")!;
  const sum = () => {
    let fen = 0;
    rows.forEach((row) => {
      const n = Math.max(0, Number(count(row).value) || 0);
      const out = one<HTMLInputElement>(row, "[data-outside]");
      if (!out || out.checked) fen += n * Number(row.dataset.price);
      one<HTMLElement>(row, ".why")!.classList.toggle("why-open", n > 0);
    });
    if (out) out.textContent = money(fen);
  };
  form.addEventListener("input", sum);
  form.addEventListener("click", (e) => {
    const b = (e.target as Element).closest<HTMLElement>("[data-step]");
    const row = b && b.closest<HTMLElement>("[data-price]");
    if (!b || !row) return;
    const i = count(row);
    i.value = String(Math.min(Number(i.max) || 99, Math.max(0, (Number(i.value) || 0) + Number(b.dataset.step))));
    sum();
  });
  const filter = one<HTMLInputElement>(form, "[name=filter]"), none = one<HTMLElement>(form, "[data-none]");
  if (filter) {
    filter.addEventListener("input", () => {
      const words = filter.value.trim().toLowerCase().split(/\s+/);
      let seen = 0;
      rows.forEach((row) => {
        const text = (row.dataset.find || "").toLowerCase();
        row.hidden = !words.every((w) => text.indexOf(w) >= 0);
        if (!row.hidden) seen++;
      });
      all<HTMLElement>(form, "[data-group]").forEach((g) => { g.hidden = !all<HTMLElement>(g, "[data-price]").some((r) => !r.hidden); });
      if (none) none.hidden = seen > 0;
    });
    filter.addEventListener("keydown", (e) => { if (e.key === "Enter") e.preventDefault(); });
  }
  sum();
}

export function startTech(): void {
  all<HTMLFormElement>(document, "form[data-quote]").forEach(quote);
}
