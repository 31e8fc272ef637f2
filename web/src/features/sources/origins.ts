const ORIGIN = /^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/;

/** What of this is no origin, such as `https://shop.example`: a path or a missing scheme. */
export const badOrigins = (origins: string[]) => origins.filter((each) => !ORIGIN.test(each));

/** `https://Shop.Example/cart?x=1` → `https://shop.example`: what people paste is an address of a page. */
export function originOf(pasted: string): string {
  const text = pasted.trim();
  if (!/^https?:\/\//i.test(text)) return text;
  try {
    return new URL(text).origin;
  } catch {
    return text;
  }
}
