const DOTS = "•";

/** All but the end of a key as dots. */
export const hiddenKey = (key: string) => DOTS.repeat(12) + key.slice(-4);

/** Code without the key that is in it, neither plain nor as a Basic authorization. */
export const withoutKey = (code: string, key: string) =>
  code.replaceAll(key, hiddenKey(key)).replaceAll(btoa(`${key}:`), DOTS.repeat(16));
