import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { Action } from '../load';
import { texts } from '../texts';
import { Failure } from './failure';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** A window above the page. The browser keeps the focus in it, closes it on Escape, and gives the focus back. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    const shown = dialog.current!;
    shown.showModal();
    return () => {
      shown.close();
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus();
      }
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={(event) => { event.preventDefault(); onClose(); }}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  text: ComponentChildren;
  confirm: string;
  action: Action;
  onClose: () => void;
  /** Whether nothing is lost by it. */
  isHarmless?: boolean;
}

/** Asks before something that cannot be undone. */
export function Confirm({ title, text, confirm, action, onClose, isHarmless = false }: ConfirmProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div>{text}</div>
      {action.failure && <Failure failure={action.failure} isPlain={action.failure.status === 429} isAction />}
      <div class="actions">
        <button type="button" class={isHarmless ? 'primary' : 'danger'} disabled={action.isRunning} onClick={() => void action.run()}>{confirm}</button>
        <button type="button" onClick={onClose}>{texts.cancel}</button>
      </div>
    </Dialog>
  );
}
