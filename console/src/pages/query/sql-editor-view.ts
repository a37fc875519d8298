import {
  autocompletion,
  type Completion,
  type CompletionContext,
  closeCompletion,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { type SQLNamespace, StandardSQL, sql } from "@codemirror/lang-sql";
import { bracketMatching, indentOnInput } from "@codemirror/language";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { editorTheme } from "./editor-theme.ts";
import type { Place } from "./failure-place.ts";

/** What the editor may propose. */
export interface EditorCatalog {
  /** Tables by database, columns by table, with their types. */
  readonly databases: Readonly<Record<string, Readonly<Record<string, readonly ColumnName[]>>>>;
  readonly functions: readonly string[];
  /** Where names without a database are looked for. */
  readonly database: string;
}

export interface ColumnName {
  readonly name: string;
  readonly type: string;
}

export interface EditorEvents {
  onChange(text: string): void;
  /** The text as it is at this moment: what listens to changes may be a step behind. */
  onRun(text: string): void;
}

const setProblem = StateEffect.define<Place | undefined>();

const problemMark = Decoration.mark({ class: "cm-problem" });

/** Stays with its words while others change, and goes when they do. */
const problemField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, { changes, effects }) => {
    const told = effects.find((effect) => effect.is(setProblem));
    if (told === undefined) return marks.map(changes);
    return told.value === undefined
      ? Decoration.none
      : Decoration.set([problemMark.range(told.value.from, told.value.to)]);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Behind the names of tables and columns, which are fewer and meant more often. */
const FUNCTION_BOOST = -50;

/**
 * The editor, in a shadow tree of its own: CodeMirror writes its styles by script, and the content security policy of the
 * console lets it do so there, where sheets are objects, and not in the page, where they would be text.
 */
export class SqlEditorView {
  readonly #view: EditorView;
  readonly #language = new Compartment();

  constructor(place: HTMLElement, text: string, label: string, events: EditorEvents) {
    const root = place.shadowRoot ?? place.attachShadow({ mode: "open" });
    const run = (view: EditorView) => {
      closeCompletion(view);
      events.onRun(view.state.doc.toString());
      return true;
    };
    const extensions = [
      keymap.of([{ key: "Mod-Enter", run }, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
      history(),
      lineNumbers(),
      indentOnInput(),
      bracketMatching(),
      autocompletion({ icons: false }),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) events.onChange(update.state.doc.toString());
      }),
      EditorView.domEventHandlers({ beforeinput: replaceSelected }),
      placeholder("SELECT * FROM …"),
      problemField,
      editorTheme,
      this.#language.of(sql({ dialect: StandardSQL, upperCaseKeywords: true })),
    ];
    this.#view = new EditorView({ state: EditorState.create({ doc: text, extensions }), parent: root, root });
  }

  /** Replaces what is there, unless it is that already. */
  setText(text: string): void {
    const { doc } = this.#view.state;
    if (doc.toString() !== text) this.#view.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
  }

  setCatalog(catalog: EditorCatalog): void {
    this.#view.dispatch({ effects: this.#language.reconfigure(languageOf(catalog)) });
  }

  setProblem(place: Place | undefined): void {
    const { length } = this.#view.state.doc;
    const inside = place !== undefined && place.to <= length ? place : undefined;
    this.#view.dispatch({ effects: setProblem.of(inside) });
  }

  /** Puts the cursor there, and the focus into the editor. */
  goTo({ from, to }: Place): void {
    const { length } = this.#view.state.doc;
    const selection = { anchor: Math.min(from, length), head: Math.min(to, length) };
    this.#view.dispatch({ selection, scrollIntoView: true });
    this.#view.focus();
  }

  close(): void {
    this.#view.destroy();
  }
}

/**
 * Text that takes the place of other text. Left to itself, Chromium copies the looks of what was there into a style attribute,
 * which the policy refuses with an error in the browser's console.
 */
function replaceSelected({ data, inputType, isComposing }: InputEvent, view: EditorView): boolean {
  if (inputType !== "insertText" || data === null || isComposing) return false;
  const { from, to } = selectedNow(view);
  if (from === to) return false;
  const selection = { anchor: from + data.length };
  view.dispatch({ changes: { from, to, insert: data }, selection, userEvent: "input.type", scrollIntoView: true });
  return true;
}

/** As the browser has it: the editor hears of a selection a moment after it is made. */
function selectedNow(view: EditorView): Place {
  const { main } = view.state.selection;
  const root = view.root as DocumentOrShadowRoot & { getSelection?(): Selection | null };
  const { anchorNode = null, anchorOffset = 0, focusNode = null, focusOffset = 0 } = root.getSelection?.() ?? {};
  if (!view.contentDOM.contains(anchorNode) || !view.contentDOM.contains(focusNode)) return main;
  const ends = [view.posAtDOM(anchorNode as Node, anchorOffset), view.posAtDOM(focusNode as Node, focusOffset)];
  return { from: Math.min(...ends), to: Math.max(...ends) };
}

function languageOf({ databases, functions, database }: EditorCatalog) {
  const options = [...columnsOf(databases), ...functions.map(functionOption)];
  const complete = (context: CompletionContext) => {
    const word = context.matchBefore(/\w+/);
    return word === null || (word.from === word.to && !context.explicit)
      ? null
      : { from: word.from, options, validFor: /^\w*$/ };
  };
  return [
    sql({ dialect: StandardSQL, upperCaseKeywords: true, schema: namespaceOf(databases), defaultSchema: database }),
    StandardSQL.language.data.of({ autocomplete: complete }),
  ];
}

/** Columns of the tables that the text names, for places where nobody says of which. */
function columnsOf(databases: EditorCatalog["databases"]): readonly Completion[] {
  const columns = Object.values(databases).flatMap((tables) => Object.values(tables).flat());
  return [...new Map(columns.map((column) => [column.name, columnOption(column)])).values()];
}

function columnOption({ name, type }: ColumnName): Completion {
  return { label: name, type: "property", detail: type };
}

function functionOption(name: string): Completion {
  return { label: name, type: "function", apply: `${name}(`, detail: "function", boost: FUNCTION_BOOST };
}

function namespaceOf(databases: EditorCatalog["databases"]): SQLNamespace {
  return Object.fromEntries(
    Object.entries(databases).map(([database, tables]) => [
      database,
      Object.fromEntries(Object.entries(tables).map(([table, columns]) => [table, columns.map(columnOption)])),
    ]),
  );
}
