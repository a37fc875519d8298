import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import type { Place } from "./failure-place.ts";
import { type EditorCatalog, SqlEditorView } from "./sql-editor-view.ts";

export interface SqlEditorProps {
  readonly text: string;
  readonly catalog: EditorCatalog;
  readonly problem: Place | undefined;
  readonly onChange: (text: string) => void;
  readonly onRun: (text: string) => void;
  readonly ref: Ref<SqlEditorHandle>;
}

export interface SqlEditorHandle {
  goTo(place: Place): void;
}

export function SqlEditor({ text, catalog, problem, onChange, onRun, ref }: SqlEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<SqlEditorView>(undefined);
  // The editor is made once and lives on; what it calls is always of now.
  const latest = useRef({ text, onChange, onRun });
  latest.current = { text, onChange, onRun };
  useEffect(() => {
    if (place.current === null) return;
    const editor = new SqlEditorView(place.current, latest.current.text, "SQL statement", {
      onChange: (changed) => latest.current.onChange(changed),
      onRun: (ran) => latest.current.onRun(ran),
    });
    view.current = editor;
    return () => editor.close();
  }, []);
  useEffect(() => view.current?.setText(text), [text]);
  useEffect(() => view.current?.setCatalog(catalog), [catalog]);
  useEffect(() => view.current?.setProblem(problem), [problem]);
  useImperativeHandle(ref, () => ({ goTo: (there) => view.current?.goTo(there) }), []);
  return <div className="sql-editor" ref={place} />;
}
