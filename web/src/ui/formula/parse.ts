/** A Pratt parser for the same language as the server's; null where the server would say why. */
import type { Ast, Path } from "./ast";
import { call, literal, path } from "./ast";
import { tokens } from "./lexer";
import type { Token } from "./lexer";

const POWER: Record<string, number> = { OR: 2, AND: 4, IN: 10, "&": 20, "+": 30, "-": 30 };
for (const op of ["=", "<>", "<", ">", "<=", ">="]) POWER[op] = 10;
Object.assign(POWER, { "*": 40, "/": 40, "^": 50 });
const [NOT, UNARY] = [6, 60];
const WORDS: Record<string, string> = { AND: "AND", OR: "OR", NOT: "NOT", IN: "IN" };
Object.assign(WORDS, { 且: "AND", 或: "OR", 非: "NOT", 属于: "IN" });
const CHAINED = new Set(["+", "&", "AND", "OR"]);
const TRUTH: Record<string, boolean> = { TRUE: true, 真: true, FALSE: false, 假: false };
const MOST_DEPTH = 100;

/** Canonical names of functions by their Chinese ones. */
export type Aliases = Record<string, string>;

class Refusal extends Error {}

/** The tree of a formula, or null when it is not well formed. */
export function parse(text: string, aliases: Aliases = {}): Ast | null {
  try {
    return new Parser(tokens(text), aliases).whole();
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

class Parser {
  private at = 0;
  private depth = 0;
  /** Chains that may still grow: `a + b` in `a + b + c`, but not `(a + b)`. */
  private readonly open = new WeakSet<Ast>();
  private readonly found: Token[];
  private readonly aliases: Aliases;

  constructor(found: Token[], aliases: Aliases) {
    this.found = found;
    this.aliases = aliases;
  }

  whole(): Ast {
    if (this.is("=")) this.at += 1;
    const node = this.expression(0);
    if (this.token.kind !== "end") throw new Refusal();
    return node;
  }

  private get token(): Token {
    return this.found[this.at]!;
  }

  private is(value: string): boolean {
    return this.token.kind === "op" && this.token.value === value;
  }

  private expect(value: string): void {
    if (!this.is(value)) throw new Refusal();
    this.at += 1;
  }

  private expression(power: number): Ast {
    this.depth += 1;
    if (this.depth > MOST_DEPTH) throw new Refusal();
    let left = this.prefix();
    for (;;) {
      const op = this.infix();
      if (op === undefined || POWER[op]! <= power) break;
      left = this.onward(left, op);
    }
    this.depth -= 1;
    return left;
  }

  private infix(): string | undefined {
    const { kind, value } = this.token;
    if (kind === "op") return value in POWER ? value : undefined;
    if (kind !== "name" || this.dotFollows()) return undefined;
    const word = WORDS[value.toUpperCase()];
    return word && word in POWER ? word : undefined;
  }

  private dotFollows(): boolean {
    const next = this.found[this.at + 1];
    return next?.kind === "op" && next.value === ".";
  }

  private onward(left: Ast, op: string): Ast {
    this.at += 1;
    if (op === "IN") {
      if (!this.is("(")) return call("IN", left, this.expression(POWER.IN!));
      this.at += 1;
      const items = this.args();
      this.expect(")");
      return call("IN", left, ...items);
    }
    const right = this.expression(POWER[op]!);
    if (CHAINED.has(op) && left.op === "call" && left.name === op && this.open.has(left)) {
      left.args.push(right);
      return left;
    }
    const made = call(op, left, right);
    if (CHAINED.has(op)) this.open.add(made);
    return made;
  }

  private args(): Ast[] {
    if (this.is(")")) return [];
    const items = [this.expression(0)];
    while (this.is(",")) {
      this.at += 1;
      items.push(this.expression(0));
    }
    return items;
  }

  private prefix(): Ast {
    let node = this.atom();
    while (this.is("%")) {
      this.at += 1;
      node = call("percent", node);
    }
    return node;
  }

  private atom(): Ast {
    const token = this.token;
    if (token.kind === "number") {
      this.at += 1;
      return literal("number", token.value.startsWith(".") ? `0${token.value}` : token.value);
    }
    if (token.kind === "string") {
      this.at += 1;
      return literal("text", token.value);
    }
    if (this.is("-") || this.is("+")) {
      this.at += 1;
      return call(token.value === "-" ? "neg" : "pos", this.expression(UNARY));
    }
    if (this.is("(")) {
      this.at += 1;
      const node = this.expression(0);
      this.expect(")");
      this.open.delete(node);
      return node;
    }
    if (token.kind === "bracket") return this.path();
    if (token.kind === "name") return this.name(token.value.toUpperCase());
    throw new Refusal();
  }

  private name(upper: string): Ast {
    const next = this.found[this.at + 1];
    if (next?.kind === "op" && next.value === "(") {
      this.at += 2;
      const args = this.args();
      this.expect(")");
      const word = WORDS[upper] ?? this.aliases[upper] ?? upper;
      return call(word === "CONCAT" ? "&" : word, ...args);
    }
    if (WORDS[upper] === "NOT" && !this.dotFollows()) {
      this.at += 1;
      return call("NOT", this.expression(NOT));
    }
    if (upper in TRUTH && !this.dotFollows()) {
      this.at += 1;
      return literal("bool", TRUTH[upper]!);
    }
    return this.path();
  }

  private path(): Path {
    const parts = [this.part()];
    while (this.is(".")) {
      this.at += 1;
      parts.push(this.part());
    }
    return path(...parts);
  }

  private part(): string {
    const { kind, value } = this.token;
    if (kind !== "name" && kind !== "bracket") throw new Refusal();
    this.at += 1;
    return value;
  }
}
