/** The path that the page is served under, such as `/` or `/cdp/`: the server writes it into <base>. */
export const basePath = new URL(document.baseURI).pathname.replace(/[^/]*$/, "");
