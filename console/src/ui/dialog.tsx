import { type FormEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { Button } from "./button.tsx";

export interface DialogProps {
  readonly title: string;
  /** What the button that does it says; the other one says Cancel. */
  readonly action: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A question in front of the page. The browser keeps the focus inside, closes it with Escape and gives the focus back. */
export function Dialog({ title, action, danger = false, disabled = false, onConfirm, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onConfirm();
  };
  return (
    <dialog className="dialog" ref={dialog} aria-labelledby={id} onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id={id}>{title}</h2>
        {children}
        <div className="actions">
          <Button onClick={() => dialog.current?.close()}>Cancel</Button>
          <Button type="submit" kind={danger ? "danger" : "primary"} disabled={disabled}>
            {action}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
