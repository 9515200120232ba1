/** The functions' names in a language, and back. */
import type { FormulaFunction } from "@/api/types";
import { WORDS } from "@/ui/formula/ast";
import type { Aliases } from "@/ui/formula/parse";
import type { Words } from "@/ui/formula/print";

export function vocabulary(functions: FormulaFunction[], language: string) {
  const pairs = functions.flatMap((one) => one.aliases.map((alias) => [alias, one.name]));
  const aliases = Object.fromEntries(pairs) as Aliases;
  const named = functions.flatMap((one) => (one.aliases[0] ? [[one.name, one.aliases[0]]] : []));
  const words: Words =
    language === "zh-CN" ? { ...(Object.fromEntries(named) as Words), ...WORDS } : {};
  return { words, aliases };
}
