/** What may be typed next: fields by label or key, functions by either name, options of a choice. */
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import type { FormulaFunction } from "@/api/types";
import { fieldAt, pick } from "./names";
import type { Level } from "./names";
import { part } from "./print";

const PATH =
  /(?:(?:[\p{L}_][\p{L}\p{N}\p{M}_]*|\[[^\]]*\])\.)*(?:[\p{L}_][\p{L}\p{N}\p{M}_]*|\[[^\]]*)?$/u;
const OPTION =
  /((?:[\p{L}_][\p{L}\p{N}\p{M}_]*|\[[^\]]*\]|\.)+)\s*(?:=|<>|＝|≠|(?:IN|属于)\s*[（(](?:[^()（）]*[,，])?)\s*(["“]?)([^"“”,，()（）]*)$/iu;

const segments = (text: string) =>
  [...text.matchAll(/\[([^\]]*)\]?|([^.[\]]+)/g)].map((one) => one[1] ?? one[2] ?? "");

const has = (typed: string, ...known: (string | undefined)[]) =>
  known.some((one) => one?.toLowerCase().includes(typed.toLowerCase()));

export function completion(level: Level, functions: FormulaFunction[], language: string) {
  const complete = (context: CompletionContext): CompletionResult | null => {
    const line = context.state.sliceDoc(0, context.pos);
    const found =
      options(line, context.pos, level, language) ??
      names(line, context, level, functions, language);
    // follows each letter at once: a list that lags behind would take no Enter, which breaks the line
    return found && { ...found, update: (_, __, ___, next) => complete(next) };
  };
  return complete;
}

function options(
  line: string,
  at: number,
  level: Level,
  language: string,
): CompletionResult | null {
  const match = OPTION.exec(line);
  const field = match ? fieldAt(level, segments(match[1] ?? "")) : undefined;
  if (!match || !field?.options) return null;
  const [, , quote = "", typed = ""] = match;
  const found = field.options
    .map((one): Completion => ({ label: pick(one.label, language), type: "enum" }))
    .filter((one) => has(typed.trim(), one.label))
    .map((one) => ({ ...one, apply: `"${one.label}"` }));
  return { from: at - typed.length - quote.length, options: found, filter: false };
}

function names(
  line: string,
  context: CompletionContext,
  level: Level,
  functions: FormulaFunction[],
  language: string,
): CompletionResult | null {
  if (inString(line)) return null;
  const typedPath = PATH.exec(line)?.[0] ?? "";
  if (!typedPath && !context.explicit) return null;
  const cut = typedPath.lastIndexOf(".") + 1;
  const typed = typedPath.slice(cut).replace(/^\[/, "");
  const here = segments(typedPath.slice(0, cut)).reduce(
    (at, name) => at.below(at.key(name)),
    level,
  );
  const fields = Object.entries(here.fields)
    .filter(([key, field]) => has(typed, key, field.label["zh-CN"], field.label.en))
    .map(([key, field]): Completion => {
      const label = here.shown(key, language);
      const onward = field.kind === "lines" || field.kind === "address";
      return { label, apply: part(label) + (onward ? "." : ""), type: "property", boost: 1 };
    });
  const called = cut
    ? []
    : functions
        .filter((one) => has(typed, one.name, ...one.aliases))
        .map((one): Completion => {
          const shown = (language === "zh-CN" && one.aliases[0]) || one.name;
          return {
            label: shown,
            apply: `${shown}(`,
            type: "function",
            detail: shown === one.name ? "" : one.name,
          };
        });
  const found = [...fields, ...called].sort((a, b) => rank(a, typed) - rank(b, typed));
  return found.length
    ? { from: context.pos - typedPath.length + cut, options: found.slice(0, 80), filter: false }
    : null;
}

const rank = (one: Completion, typed: string) =>
  (one.label.toLowerCase().startsWith(typed.toLowerCase()) ? 0 : 2) +
  (one.type === "property" ? 0 : 1);

const inString = (line: string) => (line.match(/"/g)?.length ?? 0) % 2 === 1;
