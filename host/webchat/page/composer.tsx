import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { SendIcon } from './icons.tsx';
import type { SessionMemory } from './session-memory.ts';

const SLOT = 'draft';
const MAX_CHARACTERS = 20_000;
/** Where a count begins to help. */
const COUNT_FROM = 19_000;

const lengthOf = (text: string): number => (text.length < COUNT_FROM ? text.length : [...text].length);

/** Follows the text up to the height that the style sheet allows. */
const fitHeight = (field: HTMLTextAreaElement) => {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
};

export const Composer = ({ memory, onSend }: { memory: SessionMemory; onSend(text: string): void }) => {
  const [text, setText] = useState(() => memory.read(SLOT) ?? '');
  const field = useRef<HTMLTextAreaElement>(null);
  const length = lengthOf(text);
  const canSend = text.trim() !== '' && length <= MAX_CHARACTERS;

  useLayoutEffect(() => {
    if (field.current !== null) fitHeight(field.current);
  }, [text]);

  useEffect(() => {
    // Where touch is all there is, the focus would open a keyboard over the conversation.
    if (matchMedia('(pointer: fine)').matches) field.current?.focus();
  }, []);

  const change = (value: string) => {
    setText(value);
    memory.write(SLOT, value);
  };
  const send = () => {
    if (!canSend) return;
    onSend(text);
    change('');
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter also ends a word in Japanese, Chinese and Korean input; Safari says so only by the code 229.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="composer-box column">
        <label class="visually-hidden" for="message">
          Message
        </label>
        <textarea
          ref={field}
          id="message"
          class="composer-field"
          rows={1}
          dir="auto"
          placeholder="Write a message"
          enterkeyhint="send"
          aria-describedby="composer-hint"
          value={text}
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <button type="submit" class="send" aria-disabled={!canSend}>
          <SendIcon />
          <span class="visually-hidden">Send</span>
        </button>
      </div>
      <p id="composer-hint" class="composer-hint column">
        {length <= MAX_CHARACTERS ? (
          <span class="composer-keys">Enter sends, Shift + Enter makes a new line</span>
        ) : (
          <span class="composer-over">{(length - MAX_CHARACTERS).toLocaleString()} characters too many</span>
        )}
      </p>
    </form>
  );
};
