/** How files come in: dropped on a zone, or chosen behind a button. */
import { useState } from "react";
import type { ComponentProps, DragEvent, RefObject } from "react";

type Take = (files: FileList | null) => void;

/** A place that files are dropped on: whether one is over it, and what to put on its element. */
export function useDrop(take: Take) {
  const [over, setOver] = useState(false);
  const zone = {
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      take(event.dataTransfer.files);
    },
  };
  return { over, zone };
}

interface Props extends Omit<ComponentProps<"input">, "type" | "onChange"> {
  ref: RefObject<HTMLInputElement | null>;
  label: string;
  take: Take;
}

/** The browser's own chooser, unseen; a button presses it. The same file may be chosen twice. */
export function FileInput({ label, take, ...more }: Props) {
  return (
    <input
      type="file"
      className="hidden"
      tabIndex={-1}
      aria-label={label}
      {...more}
      onChange={(event) => {
        take(event.target.files);
        event.target.value = "";
      }}
    />
  );
}
