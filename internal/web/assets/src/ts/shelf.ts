// The browser's own shelf for photos that are on their way: they lie there until they have arrived, twelve hours at most. A browser that has none, or forbids it, keeps
// nothing and nothing breaks: the photo is then chosen again.

type Kept = { key: string; where: string; at: number; file: File };
const LONGEST = 12 * 3600 * 1000;

function open(): Promise<IDBDatabase> {
  return new Promise((ok, bad) => {
    const r = indexedDB.open("ax-uploads", 1);
    r.onupgradeneeded = () => { r.result.createObjectStore("files", { keyPath: "key" }); };
    r.onsuccess = () => ok(r.result);
    r.onerror = r.onblocked = () => bad(r.error);
  });
}

async function act<T>(mode: IDBTransactionMode, f: (s: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open();
  try {
    return await new Promise<T>((ok, bad) => {
      const t = db.transaction("files", mode);
      const r = f(t.objectStore("files"));
      t.oncomplete = () => ok(r.result);
      t.onerror = t.onabort = () => bad(t.error);
    });
  } finally { db.close(); }
}

export const shelf = {
  /** The photos for a field that have not arrived yet. What is too old is thrown away, whatever field it was for. */
  async all(where: string): Promise<File[]> {
    const kept = await act("readonly", (s) => s.getAll() as IDBRequest<Kept[]>);
    const old = kept.filter((k) => Date.now() - k.at > LONGEST);
    old.forEach((k) => shelf.drop(k.key));
    return kept.filter((k) => k.where === where && old.indexOf(k) < 0).map((k) => k.file);
  },
  put(key: string, where: string, file: File): void {
    act("readwrite", (s) => s.put({ key, where, at: Date.now(), file })).catch(() => undefined);
  },
  drop(key: string): void {
    act("readwrite", (s) => s.delete(key)).catch(() => undefined);
  },
};
