/** Colours of a formula, by the same lexer as the parser. */
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";
import { tokens } from "./lexer";

const WORDS = /^(AND|OR|NOT|IN|且|或|非|属于)$/i;
const TRUTH = /^(TRUE|FALSE|真|假)$/i;

export const formulaLanguage = StreamLanguage.define({
  name: "formula",
  token(stream) {
    if (stream.eatSpace()) return null;
    const token = tokens(stream.string.slice(stream.pos)).find((one) => one.kind !== "end");
    if (!token) {
      stream.skipToEnd();
      return null;
    }
    stream.pos += token.end;
    if (token.kind === "string") return "string";
    if (token.kind === "number") return "number";
    if (token.kind === "bad") return "invalid";
    if (token.kind === "op") return "operator";
    if (token.kind === "bracket") return "variableName";
    if (WORDS.test(token.value)) return "keyword";
    if (TRUTH.test(token.value)) return "bool";
    return /^\s*[(（]/.test(stream.string.slice(stream.pos)) ? "macroName" : "variableName";
  },
});

export const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.string, class: "fx-string" },
    { tag: [tags.number, tags.bool], class: "fx-number" },
    { tag: tags.keyword, class: "fx-word" },
    { tag: tags.macroName, class: "fx-function" },
    { tag: tags.invalid, class: "fx-bad" },
  ]),
);
