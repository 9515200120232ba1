/** The text of a tree: with keys as it is kept, or in the words of people; read back it is the same. */
import type { Ast, Literal } from "./ast";

const PLAIN = /^[\p{L}_][\p{L}\p{N}\p{M}_]*$/u;
const POWER: Record<string, number> = { OR: 2, AND: 4, "&": 20, "+": 30, "-": 30 };
for (const op of ["=", "<>", "<", ">", "<=", ">="]) POWER[op] = 10;
Object.assign(POWER, { "*": 40, "/": 40, "^": 50 });
const WORDS = new Set("AND OR NOT IN TRUE FALSE 且 或 非 属于 真 假".split(" "));
const [MEMBER, UNARY, PERCENT, ATOM] = [10, 60, 70, 100];
const CHAINED = new Set(["+", "&", "AND", "OR"]);

/** Names of functions and words as they are shown, by their English names. */
export type Words = Record<string, string>;

export function print(node: Ast, words: Words = {}): string {
  return made(node, words)[0];
}

export function part(name: string): string {
  return PLAIN.test(name) && !WORDS.has(name.toUpperCase()) ? name : `[${name}]`;
}

function literalText(node: Literal, words: Words): string {
  if (node.type === "text") return `"${String(node.value).replace(/"/g, '""')}"`;
  if (node.type === "number") return String(node.value);
  const word = node.value ? "TRUE" : "FALSE";
  return words[word] ?? word;
}

function made(node: Ast, words: Words): [string, number] {
  if (node.op === "literal") return [literalText(node, words), ATOM];
  if (node.op === "path") return [node.path.map(part).join("."), ATOM];
  const { name, args } = node;
  const at = (one: Ast, power: number) => {
    const [text, own] = made(one, words);
    return own >= power ? text : `(${text})`;
  };
  const [first, second] = args;
  if (name === "neg" && first) return [`-${at(first, UNARY)}`, UNARY];
  if (name === "pos" && first) return [`+${at(first, UNARY)}`, UNARY];
  if (name === "percent" && first) return [`${at(first, PERCENT)}%`, PERCENT];
  const power = POWER[name];
  if (power !== undefined && args.length > 1 && first && second) {
    const shown = words[name] ?? name;
    if (CHAINED.has(name)) return [args.map((one) => at(one, power + 1)).join(` ${shown} `), power];
    if (args.length === 2) return [`${at(first, power)} ${shown} ${at(second, power + 1)}`, power];
  }
  const list = (all: Ast[]) => all.map((one) => made(one, words)[0]).join(", ");
  if (name === "IN" && first && args.length > 1)
    return [`${at(first, MEMBER + 1)} ${words.IN ?? "IN"} (${list(args.slice(1))})`, MEMBER];
  const called = name === "&" ? "CONCAT" : name;
  return [`${words[called] ?? called}(${list(args)})`, ATOM];
}
