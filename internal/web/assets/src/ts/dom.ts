// Small words for the DOM. No framework: the pages come finished from the server.

export const all = <T extends Element>(root: ParentNode, sel: string): T[] => Array.prototype.slice.call(root.querySelectorAll<T>(sel));

export const one = <T extends Element>(root: ParentNode, sel: string): T | null => root.querySelector<T>(sel);

/** Makes an element with a class and a text. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, cls = "", text = ""): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  if (cls) e.className = cls;
  if (text) e.textContent = text;
  return e;
}

/** Defines a custom element once. */
export function define(name: string, c: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, c);
}

/** Session storage that may be forbidden (private windows, in-app browsers): then nothing is kept and nothing breaks. */
export const keep = {
  get(k: string): string | null {
    try { return sessionStorage.getItem(k); } catch { return null; }
  },
  set(k: string, v: string): void {
    try { sessionStorage.setItem(k, v); } catch { /* not kept */ }
  },
  drop(k: string): void {
    try { sessionStorage.removeItem(k); } catch { /* not there */ }
  },
};

/** Fills {name} in a text. */
export const fill = (text: string, n: string | number): string => text.replace(/\{\w+\}/, String(n));
