import createFetchClient, { type Middleware } from "openapi-fetch";
import createQueryHooks from "openapi-react-query";
import { basePath } from "../routing/base";
import { OFFLINE, Problem } from "./problem";
import type { components, paths } from "./schema";

/** A shape of the API by its name in the OpenAPI document. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

let language = "en";
let onSignedOut = () => {};

/** Answers come in this language from now on. */
export const setApiLanguage = (next: string) => {
  language = next;
};

/** Called when the session has ended. */
export const whenSignedOut = (action: () => void) => {
  onSignedOut = action;
};

const SIGNING_IN = /\/api\/v1\/(login|setup|bootstrap|me$)/;

const habits: Middleware = {
  onRequest({ request }) {
    request.headers.set("Accept-Language", language);
    request.headers.set("X-Tributary-Request", "1"); // what a page of another site cannot send
  },
  async onResponse({ request, response }) {
    if (response.ok) return;
    const body = await response.json().catch(() => ({}));
    if (response.status === 401 && !SIGNING_IN.test(new URL(request.url).pathname)) onSignedOut();
    throw new Problem({ ...body, status: response.status, request_id: body.request_id ?? response.headers.get("x-request-id") });
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === "AbortError") return error;
    return new Problem({ status: OFFLINE, code: "offline" });
  },
};

/** The API: `api.GET("/api/v1/sources", {params})`. Throws `Problem`. */
export const api = createFetchClient<paths>({
  baseUrl: new URL(basePath, document.baseURI).href.replace(/\/$/, ""),
  fetch: (request) => globalThis.fetch(request), // looked up late, so that tests can put their own in its place
});
api.use(habits);

/** The API as hooks: `hooks.useQuery("get", "/api/v1/sources")`, `hooks.useMutation("post", …)`. */
export const hooks = createQueryHooks(api);
