import { OFFLINE, Problem } from "@shared/api/problem";
import { basePath } from "./base";

/**
 * What became of a screen's file that could not be loaded: `import("./screen").catch(sayIfAway)`.
 *
 * The router reloads the whole page then, because a newer version may have taken the place of the file. While the server
 * is away that would lead to the browser's own error, so it is asked first.
 */
export async function sayIfAway(thrown: unknown): Promise<never> {
  try {
    await fetch(basePath, { method: "HEAD", cache: "no-store" });
  } catch {
    throw new Problem({ status: OFFLINE, code: "offline" });
  }
  throw thrown;
}
