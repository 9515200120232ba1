/** Tokens with exact places; Chinese punctuation outside strings reads as ASCII. */

export interface Token {
  kind: "number" | "string" | "name" | "bracket" | "op" | "end" | "bad";
  value: string;
  start: number;
  end: number;
}

const FROM = "，（）；：“”＝＞＜×÷％＋－＊／＾＆．";
const TO = ',();:""=><*/%+-*/^&.';
const TWO: Record<string, string> = { "≥": ">=", "≤": "<=", "≠": "<>" };
const SAME: Record<string, string> = { "!=": "<>", "==": "=", ";": "," };
const TOKEN =
  /(?<space>\s+)|(?<number>\d+(?:\.\d+)?|\.\d+)|(?<name>[\p{L}_][\p{L}\p{N}\p{M}_]*)|(?<op><>|<=|>=|!=|==|[-+*/^&=<>%(),;.])/uy;

const plainOf = (text: string) =>
  text.replace(/[，（）；：“”＝＞＜×÷％＋－＊／＾＆．]/g, (char) => TO[FROM.indexOf(char)] ?? char);

/** All tokens and an end token; what is no token is a bad one, up to the end. */
export function tokens(text: string): Token[] {
  const plain = plainOf(text);
  const found: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const token = special(text, at) ?? usual(plain, at);
    if (token.value !== "" || token.kind === "string") found.push(token);
    at = token.end;
  }
  found.push({ kind: "end", value: "", start: text.length, end: text.length });
  return found;
}

function special(text: string, at: number): Token | null {
  const char = text[at]!;
  if (char === '"' || char === "“" || char === "”") return string(text, at);
  if (char === "[") {
    const end = text.indexOf("]", at);
    if (end < 0) return { kind: "bad", value: text.slice(at), start: at, end: text.length };
    return { kind: "bracket", value: text.slice(at + 1, end), start: at, end: end + 1 };
  }
  const two = TWO[char];
  return two ? { kind: "op", value: two, start: at, end: at + 1 } : null;
}

function usual(plain: string, at: number): Token {
  TOKEN.lastIndex = at;
  const match = TOKEN.exec(plain);
  const end = at + (match?.[0].length ?? 1);
  if (!match) return { kind: "bad", value: plain.slice(at, end), start: at, end };
  const groups = match.groups ?? {};
  if (groups.space) return { kind: "op", value: "", start: at, end };
  const value = match[0];
  if (groups.number) return { kind: "number", value, start: at, end };
  if (groups.name) return { kind: "name", value, start: at, end };
  return { kind: "op", value: SAME[value] ?? value, start: at, end };
}

function string(text: string, at: number): Token {
  const straight = text[at] === '"';
  const closes = (char: string | undefined) =>
    straight ? char === '"' : char === "”" || char === "“";
  let value = "";
  let index = at + 1;
  while (index < text.length) {
    if (closes(text[index])) {
      if (!straight || !closes(text[index + 1]))
        return { kind: "string", value, start: at, end: index + 1 };
      index += 1;
    }
    value += text[index]!;
    index += 1;
  }
  return { kind: "bad", value: text.slice(at), start: at, end: text.length };
}
