// Every text in both languages: the same keys, the same placeholders, none empty, none unused.
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(root, { recursive: true }).map((name) => join(root, name));
const faults = [];

const flatten = (node, path = "") =>
  typeof node === "string"
    ? [[path, node]]
    : Object.entries(node).flatMap(([key, value]) => flatten(value, path ? `${path}.${key}` : key));
const holes = (text) => [...new Set([...text.matchAll(/\{\{\s*([\w.]+)|<(\/?\w+)>/g)].map((hit) => hit[1] ?? hit[2]))].sort();
// Chinese has one plural form where English has two.
const singular = (key) => key.replace(/_(one|other|zero)$/, "");

const code = files.filter((name) => /\.tsx?$/.test(name)).map((name) => readFileSync(name, "utf8")).join("\n");

for (const english of files.filter((name) => name.endsWith("locales/en.json"))) {
  const chinese = english.replace("en.json", "zh.json");
  const place = relative(root, english);
  const en = new Map(flatten(JSON.parse(readFileSync(english, "utf8"))));
  const zh = new Map(flatten(JSON.parse(readFileSync(chinese, "utf8"))));
  const enKeys = new Set([...en.keys()].map(singular));
  const zhKeys = new Set([...zh.keys()].map(singular));
  for (const key of enKeys) if (!zhKeys.has(key)) faults.push(`${place}: "${key}" has no Chinese text`);
  for (const key of zhKeys) if (!enKeys.has(key)) faults.push(`${place}: "${key}" has no English text`);
  for (const [key, text] of [...en, ...zh]) if (!text.trim()) faults.push(`${place}: "${key}" is empty`);
  for (const [key, text] of en) {
    const other = zh.get(key) ?? zh.get(`${singular(key)}_other`) ?? zh.get(singular(key));
    const ignoreCount = (names) => names.filter((name) => name !== "count");
    if (other !== undefined && ignoreCount(holes(text)).join() !== ignoreCount(holes(other)).join())
      faults.push(`${place}: "${key}" has other placeholders in Chinese`);
  }
  for (const key of enKeys) {
    // A key may be built from a code of the API: then its group is named in the code, as in t(`state.${state}`).
    const parts = key.split(".");
    const groups = parts.map((_, index) => parts.slice(0, index + 1).join("."));
    const isUsed =
      groups.slice(0, -1).some((group) => code.includes("`" + group + ".${") || code.includes(":" + group + ".${")) ||
      [`"${key}"`, `:${key}"`, `'${key}'`].some((text) => code.includes(text));
    if (!isUsed) faults.push(`${place}: "${key}" is used nowhere`);
  }
}
if (faults.length) {
  console.error(faults.join("\n"));
  process.exit(1);
}
