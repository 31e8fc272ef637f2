/** What marks a style as ours in this answer's content policy. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";

// The component library gives most of its styles the nonce, but not those with which it measures scroll bars and keeps
// the page behind a dialog from scrolling. The browser would refuse these.
const create = document.createElement.bind(document);
document.createElement = ((name: string, options?: ElementCreationOptions) => {
  const element = create(name, options);
  if (element instanceof HTMLStyleElement) element.nonce = nonce;
  return element;
}) as typeof document.createElement;
