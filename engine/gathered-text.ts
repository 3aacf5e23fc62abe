/** Gathers pieces of text and passes them on together: ten thousand small writes take longer than all that is written. */
export interface GatheredText {
  add(piece: string): void;
  /** Passes on what there is now. */
  flush(): void;
}

const most_characters = 1 << 16;

/** Nothing waits for longer than until the event loop comes round. */
export function gatherText(write: (text: string) => void): GatheredText {
  let pieces: string[] = [];
  let length = 0;
  let scheduled: NodeJS.Immediate | undefined;
  const flush = () => {
    if (scheduled !== undefined) clearImmediate(scheduled);
    scheduled = undefined;
    if (length === 0) return;
    const text = pieces.join('');
    pieces = [];
    length = 0;
    write(text);
  };
  return {
    add(piece) {
      pieces.push(piece);
      length += piece.length;
      if (length >= most_characters) flush();
      else scheduled ??= setImmediate(flush);
    },
    flush,
  };
}
