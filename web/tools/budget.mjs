// What the browser must load before the first screen shows, compressed: the entry, its static imports, and those of
// the route. Fails above the limit. Needs a build.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 450;
const SCREENS = { login: "src/features/account/login-page.tsx", overview: "src/features/overview/overview-page.tsx" };
const out = fileURLToPath(new URL("../../src/tributary/page/", import.meta.url));

if (!existsSync(`${out}.vite/manifest.json`)) {
  console.error("The page is not built: run `npm run build` in web/ first.");
  process.exit(1);
}
const manifest = JSON.parse(readFileSync(`${out}.vite/manifest.json`, "utf8"));
const size = (file) => gzipSync(readFileSync(out + file)).length / 1000;

function filesOf(name, seen = new Set()) {
  const chunk = manifest[name];
  if (!chunk || seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const style of chunk.css ?? []) seen.add(style);
  for (const next of chunk.imports ?? []) filesOf(next, seen);
  return seen;
}

let isOver = false;
for (const [screen, name] of Object.entries(SCREENS)) {
  if (!manifest[name]) {
    console.error(`The build has no chunk for ${name}: is the route still loaded lazily?`);
    process.exit(1);
  }
  const files = filesOf(name, filesOf("index.html"));
  const kilobytes = [...files].reduce((sum, file) => sum + size(file), 0);
  isOver ||= kilobytes > LIMIT_KB;
  console.log(`first paint of ${screen}: ${kilobytes.toFixed(0)} kB gzip in ${files.size} files (limit ${LIMIT_KB} kB)`);
}
process.exit(isOver ? 1 : 0);
