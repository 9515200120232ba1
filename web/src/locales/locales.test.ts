import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import en from "./en.json";
import zh from "./zh-CN.json";

const SOURCES = join(import.meta.dirname, "..");

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return files(path);
    return /\.tsx?$/.test(name) && !name.includes(".test.") ? [path] : [];
  });
}

const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((one) => one[1]).sort();
const code = files(SOURCES)
  .map((path) => readFileSync(path, "utf8"))
  .join("\n");

it("has every text in both languages, with the same holes", () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  for (const [key, text] of Object.entries(zh))
    expect(holes(en[key as keyof typeof en]), key).toEqual(holes(text));
});

it("has a text for every key that the code names", () => {
  const named = [...code.matchAll(/\bt\(\s*"([\w.]+)"/g)].map((one) => one[1] ?? "");
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((key) => !(key in zh))).toEqual([]);
});

const used = (key: string) => code.includes(`"${key}"`) || /^(op|address|timeline)\./.test(key);

it("has no text that nobody shows", () => {
  expect(Object.keys(zh).filter((key) => !used(key))).toEqual([]);
});

it("keeps Chinese Chinese and English English", () => {
  for (const [key, text] of Object.entries(en)) expect(text, key).not.toMatch(/[\u4e00-\u9fff]/);
});
