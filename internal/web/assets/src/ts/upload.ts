// Photos are sent as soon as they are taken: in pieces, with progress for each, two at a time. A piece that did not arrive is asked for and sent
// again; what the server has is never sent twice. A photo on its way is kept by the browser until it has arrived, so that a page that is loaded again goes on by
// itself. Without this script the file input sends the photos with the form.
import { all, define, keep, make, one } from "./dom";
import { shelf } from "./shelf";

type State = "waiting" | "sending" | "paused" | "done" | "failed";

const FIRST = 128 * 1024, LEAST = 64 * 1024, MOST = 1024 * 1024;

class Photo {
  state: State = "waiting";
  url = "";
  token = "";
  offset = 0;
  chunk = FIRST;
  tries = 0;
  constructor(readonly file: File, readonly row: Row, private readonly where: string) {}
  /** The same photo taken up again, after a reload or a lost connection, is known by this. The same file for another field or case is another photo. */
  get key(): string { return ["up", this.where, this.file.name, this.file.size, this.file.lastModified].join(":"); }
}

/** One line of the list. */
class Row {
  readonly li = make("li");
  private bar = make("progress");
  private say = make("span", "fine");
  private again = make("button", "linkbtn");
  constructor(name: string, size: number, private host: Upload, onRemove: () => void, onRetry: () => void) {
    const thumb = make("span", "thumb");
    const what = make("span", "what");
    what.appendChild(make("span", "name", name));
    this.bar.max = size || 1;
    this.bar.setAttribute("aria-label", name);
    what.appendChild(this.bar);
    what.appendChild(this.say);
    this.again.type = "button";
    this.again.textContent = host.dataset.tRetry || "";
    this.again.hidden = true;
    this.again.addEventListener("click", onRetry);
    const rm = make("button", "linkbtn", host.dataset.tRemove || "");
    rm.type = "button";
    rm.appendChild(make("span", "vh", " " + name));
    rm.addEventListener("click", onRemove);
    this.li.dataset.name = name;
    this.li.dataset.size = String(size);
    [thumb, what, this.again, rm].forEach((e) => this.li.appendChild(e));
  }
  picture(f: File): void {
    const img = make("img", "thumb");
    img.alt = "";
    img.width = img.height = 48;
    const u = URL.createObjectURL(f);
    img.onload = () => URL.revokeObjectURL(u);
    img.onerror = () => img.replaceWith(make("span", "thumb"));
    img.src = u;
    this.li.replaceChild(img, this.li.firstChild!);
  }
  progress(n: number): void { this.bar.value = n; }
  text(s: string | undefined): void { this.say.textContent = s || ""; }
  retry(on: boolean): void { this.again.hidden = !on; }
  done(token: string, name: string): void {
    this.bar.remove();
    this.text(this.host.dataset.tDone);
    this.retry(false);
    const h = make("input");
    h.type = "hidden"; h.name = name; h.value = token;
    this.li.dataset.token = token;
    this.li.appendChild(h);
  }
}

export class Upload extends HTMLElement {
  private photos: Photo[] = [];
  private running = 0;
  private wake: Array<() => void> = [];
  private input!: HTMLInputElement;
  private list!: HTMLUListElement;

  connectedCallback(): void {
    const input = one<HTMLInputElement>(this, "input[type=file]"), list = one<HTMLUListElement>(this, "ul");
    if (!input || !list || !this.dataset.create) return;
    this.input = input;
    this.list = list;
    input.addEventListener("change", () => {
      const files: File[] = Array.prototype.slice.call(input.files || []);
      input.value = "";
      files.forEach((f) => this.add(f));
    });
    all<HTMLElement>(list, "[data-remove]").forEach((b) => b.addEventListener("click", () => b.closest("li")!.remove()));
    // After the form has got back what was typed, its draft among it.
    setTimeout(() => this.resume(), 0);
    addEventListener("online", () => this.photos.forEach((p) => { if (p.state === "paused") this.retry(p); }));
  }

  /** Whether anything is still on its way. */
  get busy(): boolean { return this.photos.some((p) => p.state === "waiting" || p.state === "sending" || p.state === "paused"); }

  /** Resolves when nothing is on its way any more: true when everything arrived. */
  settled(): Promise<boolean> {
    return new Promise((ok) => {
      const look = () => { if (this.busy) this.wake.push(look); else ok(!this.photos.some((p) => p.state === "failed")); };
      look();
    });
  }

  /** Puts a photo that the server has already back into the list. */
  restore(token: string, name: string, size: number): void {
    if (!this.list || all<HTMLElement>(this.list, "[data-token]").some((li) => li.dataset.token === token)) return;
    const row = new Row(name, size, this, () => { row.li.remove(); this.tell(); }, () => undefined);
    this.list.appendChild(row.li);
    row.done(token, this.input.name + "_token");
  }

  /** Takes up what was on its way when the page was left. */
  private resume(): void {
    shelf.all(this.where()).then((files) => files.forEach((f) => this.add(f))).catch(() => undefined);
  }

  private add(f: File): void {
    const d = this.dataset;
    const p: Photo = new Photo(f, new Row(f.name, f.size, this, () => this.remove2(p), () => this.retry(p)), this.where());
    this.list.appendChild(p.row.li);
    if (this.list.children.length > Number(d.max)) { this.refuse(p, d.tTooMany); return; }
    if (f.size > Number(d.maxBytes)) { this.refuse(p, d.tTooBig); return; }
    if (f.type && !this.takes(f.type)) { this.refuse(p, d.tRefused); return; }
    p.row.picture(f);
    p.row.text(d.tWaiting);
    if (this.photos.some((x) => x.key === p.key && x.state !== "failed")) { p.row.li.remove(); return; }
    this.photos.push(p);
    shelf.put(p.key, this.where(), f);
    this.next();
  }

  /** Whether the field is for files of this type: its accept names types and families, such as image/*. */
  private takes(type: string): boolean {
    return (this.input.accept || "image/*").split(",").some((a) => type === a || a.slice(-1) === "*" && type.indexOf(a.slice(0, -1)) === 0);
  }

  private refuse(p: Photo, why: string | undefined): void {
    p.state = "failed";
    p.row.text(why);
    p.row.li.classList.add("refused");
    setTimeout(() => { p.row.li.remove(); }, 8000);
  }

  private remove2(p: Photo): void {
    const url = p.url;
    p.state = "failed";
    this.photos = this.photos.filter((x) => x !== p);
    p.row.li.remove();
    this.forget(p);
    if (url) fetch(url, { method: "DELETE", credentials: "same-origin" }).catch(() => undefined);
    this.tell();
  }

  private retry(p: Photo): void {
    p.state = "waiting";
    p.tries = 0;
    p.row.retry(false);
    this.next();
  }

  private forget(p: Photo): void {
    keep.drop(p.key);
    shelf.drop(p.key);
  }

  private tell(): void {
    this.dispatchEvent(new CustomEvent("ax-uploaded", { bubbles: true }));
    const w = this.wake;
    this.wake = [];
    w.forEach((f) => f());
  }

  private next(): void {
    while (this.running < 2) {
      const p = this.photos.filter((x) => x.state === "waiting")[0];
      if (!p) return;
      p.state = "sending";
      this.running++;
      this.send(p).catch(() => this.pause(p)).then(() => { this.running--; this.tell(); this.next(); });
    }
  }

  /** No answer: wait and ask again by itself, longer each time; after a minute leave it to the person. */
  private pause(p: Photo): void {
    if (p.state !== "sending") return;
    p.state = "paused";
    p.row.text(this.dataset.tPaused);
    p.row.retry(true);
    const after = Math.min(2000 * Math.pow(2, p.tries++), 30000);
    if (p.tries < 6) setTimeout(() => { if (p.state === "paused") { p.state = "waiting"; this.next(); } }, after);
  }

  private draft(): string {
    const form = this.closest("form");
    const draft = form && one<HTMLInputElement>(form, "[name=draft]");
    return draft ? draft.value : "";
  }

  /** Where photos of this field go: the address, and before the report the draft too. */
  private where(): string { return this.dataset.create + "#" + this.draft().slice(-12); }

  private async send(p: Photo): Promise<void> {
    if (!p.url) p.url = keep.get(p.key) || "";
    if (p.url) {
      const head = await fetch(p.url, { method: "HEAD", credentials: "same-origin", cache: "no-store" });
      if (head.ok) {
        p.offset = Number(head.headers.get("Upload-Offset") || 0);
        const t = head.headers.get("Upload-Token");
        if (t) { this.finish(p, t); return; }
      } else { p.url = ""; p.offset = 0; }
    }
    if (!p.url) {
      const body = new URLSearchParams({ name: p.file.name.slice(0, 100), size: String(p.file.size), draft: this.draft(), sha256: await digest(p.file) });
      const r = await fetch(this.dataset.create!, { method: "POST", body, credentials: "same-origin" });
      if (!r.ok) { this.stop(p, r.status); return; }
      p.url = r.headers.get("Location") || "";
      keep.set(p.key, p.url);
    }
    while (p.state === "sending") {
      const began = Date.now();
      const r = await this.piece(p);
      if (r.status === 409) { // the server knows better where we are
        p.offset = Number(r.getResponseHeader("Upload-Offset") || 0);
        continue;
      }
      if (r.status === 410) { keep.drop(p.key); p.url = ""; p.offset = 0; throw new Error("again"); } // it arrived otherwise than it was sent
      if (r.status === 503 || r.status === 429) throw new Error("later");
      if (r.status >= 300) { this.stop(p, r.status); return; }
      p.tries = 0;
      p.offset = Number(r.getResponseHeader("Upload-Offset") || 0);
      const t = r.getResponseHeader("Upload-Token");
      if (t) { this.finish(p, t); return; }
      const took = Date.now() - began;
      if (took < 1500) p.chunk = Math.min(p.chunk * 2, MOST);
      else if (took > 8000) p.chunk = Math.max(p.chunk / 2, LEAST);
    }
  }

  /** One piece by XMLHttpRequest: fetch does not tell how much has been sent. */
  private piece(p: Photo): Promise<XMLHttpRequest> {
    return new Promise((ok, bad) => {
      const x = new XMLHttpRequest();
      x.open("PATCH", p.url);
      x.setRequestHeader("Content-Type", "application/offset+octet-stream");
      x.setRequestHeader("Upload-Offset", String(p.offset));
      x.timeout = 60000;
      x.upload.onprogress = (e) => p.row.progress(p.offset + e.loaded);
      x.onload = () => ok(x);
      x.onerror = x.ontimeout = x.onabort = () => bad(new Error("no answer"));
      p.row.text("");
      x.send(p.file.slice(p.offset, p.offset + p.chunk));
    });
  }

  private stop(p: Photo, status: number): void {
    if (status >= 500) throw new Error("later");
    p.state = "failed";
    this.forget(p);
    p.row.text(status === 413 ? this.dataset.tTooBig : this.dataset.tRefused);
    this.photos = this.photos.filter((x) => x !== p);
  }

  private finish(p: Photo, token: string): void {
    p.state = "done";
    p.token = token;
    this.forget(p);
    p.row.done(token, this.input.name + "_token");
  }
}

/** The SHA-256 of a file, so that the server seals exactly this; empty where the browser does not tell it or the file is large. */
async function digest(f: File): Promise<string> {
  try {
    if (f.size > 48 * 1024 * 1024) return "";
    const sum = await crypto.subtle.digest("SHA-256", await new Response(f).arrayBuffer());
    return Array.prototype.map.call(new Uint8Array(sum), (b: number) => ("0" + b.toString(16)).slice(-2)).join("");
  } catch { return ""; }
}

export const startUpload = (): void => define("ax-upload", Upload);
