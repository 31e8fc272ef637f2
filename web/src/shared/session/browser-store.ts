// What this browser keeps for one user of one workspace. Whoever signs in after them does not find it.
const PREFIX = "tributary.of.";
let owner = "nobody";

/** From now on, what is kept belongs to this user of this workspace. */
export const setStoreOwner = (userId: string, workspaceId: string) => {
  owner = `${workspaceId}.${userId}`;
};

const place = (name: string) => `${PREFIX}${owner}.${name}`;

/** Names a thing of the user's own; null: nothing was kept. A store that is full or shut keeps nobody from working. */
export const ownStore = {
  read(name: string): string | null {
    try {
      return localStorage.getItem(place(name));
    } catch {
      return null;
    }
  },
  write(name: string, text: string | null) {
    try {
      if (text === null) localStorage.removeItem(place(name));
      else localStorage.setItem(place(name), text);
    } catch {
      // then it lasts as long as the page
    }
  },
  /** The thing as JSON; `fallback` for what is not there or cannot be read. */
  readJson<Thing>(name: string, fallback: Thing): Thing {
    try {
      return (JSON.parse(ownStore.read(name) ?? "null") as Thing | null) ?? fallback;
    } catch {
      return fallback;
    }
  },
  /** Forgets everything that was kept for the user. */
  forget() {
    const own = place("");
    for (const key of Object.keys(localStorage)) if (key.startsWith(own)) localStorage.removeItem(key);
  },
};
