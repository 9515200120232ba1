/** The formula editor: coloured, completing, checked while one types. Loaded when first opened. */
import { acceptCompletion, autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { bracketMatching } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { minimalSetup } from "codemirror";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FormulaFunction } from "@/api/types";
import type { About, Checked, FormulaFault } from "./check";
import { check } from "./check";
import { completion } from "./completion";
import { colours, formulaLanguage } from "./highlight";
import type { Level } from "./names";

interface Props {
  text: string;
  about: About;
  level: Level;
  functions: FormulaFunction[];
  language: string;
  onChange: (text: string) => void;
  /** The server's word on the text as it stands; null while it is being asked. */
  onChecked: (checked: Checked | null) => void;
  onSubmit: () => void;
}

const PAUSE_MS = 250;

export function FormulaEditor(props: Props) {
  const { t } = useTranslation();
  const { text, about, level, functions, language } = props;
  const home = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const [faults, setFaults] = useState<Checked["errors"]>([]);
  const changed = useEffectEvent((next: string) => props.onChange(next));
  const submit = useEffectEvent(() => props.onSubmit());
  const complete = useEffectEvent(completion(level, functions, language));
  const first = useEffectEvent(() => text);

  useEffect(() => {
    if (!home.current) return undefined;
    const made = new EditorView({
      parent: home.current,
      state: EditorState.create({
        doc: first(),
        extensions: [
          bracketMatching(),
          formulaLanguage,
          colours,
          autocompletion({
            icons: false,
            interactionDelay: 0,
            override: [(context) => complete(context)],
            activateOnCompletion: (one) =>
              one.type === "property" && String(one.apply).endsWith("."),
          }),
          keymap.of([
            { key: "Tab", run: acceptCompletion },
            {
              key: "Mod-Enter",
              run: () => {
                submit();
                return true;
              },
            },
            ...completionKeymap,
          ]),
          minimalSetup,
          EditorView.lineWrapping,
          placeholder(t("formula.placeholder")),
          EditorView.contentAttributes.of({ "aria-label": t("formula.text"), id: "formula-text" }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    made.focus();
    made.dispatch({ selection: { anchor: made.state.doc.length } });
    return () => made.destroy();
  }, [t]);

  const mend = ({ start, end, args }: FormulaFault) => {
    view.current?.dispatch({ changes: { from: start, to: end, insert: args?.fix ?? "" } });
    view.current?.focus();
  };
  const look = useEffectEvent(async (wanted: () => boolean) => {
    const empty = !text.trim();
    const found = empty ? { errors: [] } : await check(text, about).catch(() => null);
    if (!wanted() || !found) return;
    setFaults(found.errors);
    props.onChecked(found);
    const editor = view.current;
    if (!editor) return;
    const most = editor.state.doc.length;
    const marks = found.errors.map((one) => ({
      from: Math.min(one.start, Math.max(most - 1, 0)),
      to: Math.min(Math.max(one.end, one.start + 1), most),
      severity: "error" as const,
      message: one.message,
      actions: one.args?.fix
        ? [{ name: t("formula.fix", { text: one.args.fix }), apply: () => mend(one) }]
        : [],
    }));
    editor.dispatch(setDiagnostics(editor.state, marks));
  });
  const record = about.record;
  useEffect(() => {
    let here = true;
    const timer = window.setTimeout(() => void look(() => here), PAUSE_MS);
    return () => {
      here = false;
      window.clearTimeout(timer);
    };
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- the text and the record are what is checked
  }, [text, record]);

  const jump = (at: number) => {
    view.current?.dispatch({ selection: { anchor: at }, scrollIntoView: true });
    view.current?.focus();
  };
  return (
    <>
      <div ref={home} className="fx" />
      <ul className="fx-faults" aria-live="polite">
        {faults.map((one) => (
          <li key={`${one.code}-${one.start}`}>
            <button type="button" className="fault" onClick={() => jump(one.start)}>
              {t("formula.at", { place: one.start + 1, message: one.message })}
            </button>
            {one.args?.fix ? (
              <button type="button" className="fix" onClick={() => mend(one)}>
                {t("formula.fix", { text: one.args.fix })}
              </button>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}
